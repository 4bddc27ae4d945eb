import type { Policy } from '../core/policy.ts'
import { leavesOut } from '../core/policy.ts'
import type { Hub, OrganizationReader } from '../core/ports.ts'
import type { Scope } from '../core/run.ts'
import type { Target } from '../core/target.ts'

/** Which accounts a scan is about. */
export type Who =
  | { readonly kind: 'own' }
  | { readonly kind: 'organization' }
  | { readonly kind: 'accounts'; readonly ids: readonly string[] }

/** A target that is asked, or one that is not with the status and the rule or state that says so. */
export interface Planned {
  readonly target: Target
  readonly unasked?: { readonly status: 'excluded' | 'account-inactive' | 'error'; readonly detail: string }
}

export interface Plan {
  readonly hub: Hub
  readonly accounts: readonly Planned[]
}

export const defaultRoleName = 'eks-node-posture-read'

/**
 * Turns an organization into targets, every account of it: those out of scope or not active stay, with the reason.
 * @throws {PostureError} when there are no credentials or the organization cannot be listed.
 */
export const plan = async (
  who: Who,
  policy: Policy,
  scope: Scope,
  roleName: string,
  organization: OrganizationReader,
): Promise<Plan> => {
  const hub = await organization.whoAmI()
  const targets = await targetsOf(who, hub, roleName, organization)
  const accounts = targets
    .map(target => ({ target, ...whyUnasked(target, policy, scope) }))
    .sort((a, b) => (a.target.accountId < b.target.accountId ? -1 : 1))
  return { hub, accounts }
}

const targetsOf = async (who: Who, hub: Hub, roleName: string, organization: OrganizationReader): Promise<Target[]> => {
  const roleArn = (accountId: string) =>
    accountId === hub.accountId ? null : `arn:${hub.partition}:iam::${accountId}:role/${roleName}`

  if (who.kind === 'organization') {
    const accounts = await organization.listAccounts()
    return accounts.map(account => ({ ...account, partition: hub.partition, roleArn: roleArn(account.accountId) }))
  }
  const known = await organization.describeOrganization()
  const ids = who.kind === 'own' ? [hub.accountId] : [...new Set(who.ids)]
  return ids.map(accountId => ({
    accountId,
    name: accountId,
    arn: known
      ? `arn:${hub.partition}:organizations::${known.managementAccountId}:account/${known.id}/${accountId}`
      : `arn:${hub.partition}:iam::${accountId}:root`,
    ouPath: null,
    state: 'ACTIVE',
    partition: hub.partition,
    roleArn: roleArn(accountId),
  }))
}

const whyUnasked = (target: Target, policy: Policy, scope: Scope): Pick<Planned, 'unasked'> => {
  const { accounts, ous } = policy.scope
  const unasked = (status: NonNullable<Planned['unasked']>['status'], detail: string) => ({
    unasked: { status, detail },
  })
  if (scope.accounts && !scope.accounts.includes(target.accountId))
    return unasked('excluded', 'not among the accounts asked for')

  const byAccount = leavesOut(accounts, [target.accountId])
  if (byAccount) return unasked('excluded', `posture.yaml: scope.accounts.${byAccount}`)
  const byUnit =
    target.ouPath &&
    leavesOut(
      ous,
      target.ouPath.map(({ id }) => id),
    )
  if (byUnit) return unasked('excluded', `posture.yaml: scope.ous.${byUnit}`)
  if (target.state !== 'ACTIVE') return unasked('account-inactive', `the account is ${target.state}`)
  if (target.ouPath || (!ous.include && !ous.exclude)) return {}
  return unasked(
    'error',
    'posture.yaml selects by organizational unit, and Organizations did not tell the unit of the account',
  )
}
