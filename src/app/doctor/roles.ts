import type { Entry, StackInstance } from '../../core/doctor.ts'
import type { Identity } from '../../core/identity.ts'
import type { Target } from '../../core/target.ts'
import { adviceOn, type Note, statusOf } from './rows.ts'

/** What is known beside AWS's own words when a role refuses. */
export interface Evidence {
  readonly identity: Identity
  readonly roleName: string
  readonly sendsExternalId: boolean
  readonly managementAccountId: string | undefined
  /** By account; undefined where no StackSet was asked for, or it did not answer. */
  readonly instances: ReadonlyMap<string, readonly StackInstance[]> | undefined
  /** How many other accounts this identity entered by their role. */
  readonly entered: number
}

/** By which way an account is entered. */
const trustPathOf = ({ roleArn }: Target, { roleName, sendsExternalId }: Evidence) => {
  if (roleArn === null) return "the hub's own credentials"
  return `${roleName} ${sendsExternalId ? 'by external id' : 'without an external id'}`
}

/** The note on an account's role: the way in that works, or what most likely refused, and no more than AWS tells. */
export const roleNote = (target: Target, entry: Entry, evidence: Evidence): Note => {
  const { accountId } = target
  const about = { id: 'role', subject: trustPathOf(target, evidence), accountId, needed: true } as const
  if (entry.status === 'entered') return { ...about, status: 'works', detail: null, fix: null }
  const { failure } = entry
  const status = statusOf(failure)
  if (status === 'unknown') return { ...about, status, detail: failure.reason, fix: adviceOn(failure, '') }
  return { ...about, status, ...explain(entry, target, evidence) }
}

const template = 'deploy/member-role.yaml'

interface Explained {
  readonly detail: string
  readonly fix: string
}

const explain = (
  entry: Extract<Entry, { status: 'refused' }>,
  { accountId, partition }: Target,
  evidence: Evidence,
): Explained => {
  const { failure, by } = entry
  const { identity, roleName } = evidence
  if (failure.class === 'denied-by-scp' || by === 'service control policy') {
    return {
      detail: failure.reason,
      fix: `Have that service control policy allow ${identity.principal} sts:AssumeRole of ${roleName}.`,
    }
  }
  if (by === 'role trust policy') {
    return {
      detail:
        'the trust policy of the role does not allow it: it names other principals, another external id or another organization',
      fix: `Update the stack of ${template} so that its trust names ${identity.principal} and expects the external id in EXTERNAL_ID.`,
    }
  }
  if (by === 'resource control policy') {
    return {
      detail: 'a resource control policy of the account denies it',
      fix: `Have that resource control policy allow ${identity.principal} sts:AssumeRole of ${roleName}.`,
    }
  }
  if (by !== undefined) {
    return {
      detail: `access denied by the ${by} of this identity`,
      fix: `Allow this identity sts:AssumeRole on arn:${partition}:iam::*:role/${roleName} in its ${by}.`,
    }
  }
  return guess(accountId, evidence)
}

/** STS gives one answer to all of these, so that nobody can find out which roles exist. */
const untold =
  'AWS does not say which: the role is missing, does not trust this identity, expects another external id, or this identity may not assume it'

const guess = (accountId: string, evidence: Evidence): Explained => {
  const { identity, roleName, instances, entered, sendsExternalId, managementAccountId } = evidence
  if (identity.kind === 'root') {
    return {
      detail: 'the root user can assume no role',
      fix: "Sign in as a role or a user of the hub's account, which the trust of the roles names.",
    }
  }
  if (instances && !instances.has(accountId) && accountId !== managementAccountId) {
    return {
      detail: `${untold}; most likely it is missing, for the StackSet has no instance there`,
      fix: `Deploy ${template} to the account by the StackSet: add it, or its organizational unit, to the targets.`,
    }
  }
  if (accountId === managementAccountId) {
    return {
      detail: `${untold}; most likely it is missing, for a StackSet with service-managed permissions leaves the management account out`,
      fix: `Deploy ${template} to the management account as a plain stack.`,
    }
  }
  if (entered > 0) {
    return {
      detail: `${untold}; most likely it is missing or was made otherwise, for this identity enters other accounts the same way`,
      fix: `Deploy ${template} to the account with the parameters that the others have.`,
    }
  }
  return {
    detail: `${untold}; no account that was tried lets this identity in, so it is most likely what they share${sendsExternalId ? '' : ', and no external id was sent'}`,
    fix: `Check ${sendsExternalId ? 'the external id in EXTERNAL_ID' : 'whether the trust expects an external id, and set EXTERNAL_ID'}, that the trust names ${identity.principal}, and that ${template} is deployed with the role name ${roleName}.`,
  }
}
