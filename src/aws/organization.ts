import { EKSClient } from '@aws-sdk/client-eks'
import {
  type Account,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { PostureError } from '../core/errors.ts'
import type { Organization, OrganizationAccount, OrganizationReader } from '../core/ports.ts'
import type { Failure } from '../core/read.ts'
import { AccountState } from '../core/target.ts'
import { type Ask, askAtMost, listAll, refused } from './ask.ts'
import { readClusterVersions } from './collect/cluster-versions.ts'
import { sortedBy } from './collect/shape.ts'
import type { Connection } from './connection.ts'
import { whoAmIWith } from './who-am-i.ts'

const callsAtOnce = 4
const notInUse = 'AWSOrganizationsNotInUseException'

/** The organization as the hub's own credentials see it. */
export const readOrganizationWith = (connection: Connection): OrganizationReader => {
  const client = connection.client(OrganizationsClient, 'organizations')
  const ask = askAtMost(callsAtOnce)
  return {
    whoAmI: whoAmIWith(connection),
    listAccounts: () => listAccounts(client, ask),
    describeOrganization: () => describeOrganization(client, ask),
    describeClusterVersions: () => readClusterVersions(ask, connection.client(EKSClient, 'eks')),
  }
}

const listAccounts = async (client: OrganizationsClient, ask: Ask): Promise<OrganizationAccount[]> => {
  const { items, failures } = await listAll(ask, 'organizations:ListAccounts', async NextToken => {
    const page = await client.send(new ListAccountsCommand({ NextToken }))
    return { items: page.Accounts, next: page.NextToken }
  })
  const [failure] = failures
  if (failure) throw cannotList(failure)

  const names = await unitNames(client, ask, new Set(items.flatMap(account => unitsOf(account) ?? [])))
  return sortedBy(
    items.map(account => accountOf(account, names)),
    ({ accountId }) => accountId,
  )
}

const cannotList = ({ class: failureClass, reason }: Failure) => {
  const sentence = `The accounts of the organization could not be listed: organizations:ListAccounts: ${reason}`
  const hubRule = 'the hub must be the management account or a delegated administrator'
  const isRefused = failureClass === 'denied' || failureClass === 'denied-by-scp' || reason.startsWith(notInUse)
  return new PostureError(isRefused ? `${sentence}; ${hubRule}.` : `${sentence}.`)
}

const accountOf = (account: Account, names: ReadonlyMap<string, string>): OrganizationAccount => ({
  accountId: account.Id ?? '',
  arn: account.Arn ?? '',
  name: account.Name ?? account.Id ?? '',
  // Status was retired on 2026-09-09; an account whose state has a name of tomorrow is asked rather than lost.
  state: AccountState.safeParse(account.State ?? account.Status).data ?? 'ACTIVE',
  ouPath: unitsOf(account)?.map(id => ({ id, name: names.get(id) ?? id })) ?? null,
})

/** The OU ids in an account's path `o-…/r-…/ou-…/ou-…/<account>/`, the root's child first; undefined without a path. */
export const unitsOf = ({ Paths }: Pick<Account, 'Paths'>): string[] | undefined =>
  Paths?.[0]?.split('/').filter(part => part.startsWith('ou-'))

/** A unit whose name cannot be read goes by its id: no scan fails over that. */
const unitNames = async (client: OrganizationsClient, ask: Ask, ids: ReadonlySet<string>) => {
  const named = [...ids].map(async (id): Promise<[string, string]> => {
    const answer = await ask(
      'organizations:DescribeOrganizationalUnit',
      () => client.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: id })),
      id,
    )
    return [id, (answer.status === 'ok' && answer.value.OrganizationalUnit?.Name) || id]
  })
  return new Map(await Promise.all(named))
}

const describeOrganization = async (client: OrganizationsClient, ask: Ask): Promise<Organization | undefined> => {
  const answer = await ask('organizations:DescribeOrganization', () => client.send(new DescribeOrganizationCommand()))
  if (answer.status === 'ok') {
    const { Id: id, MasterAccountId: managementAccountId } = answer.value.Organization ?? {}
    return id && managementAccountId ? { id, managementAccountId } : undefined
  }
  const { reason } = refused(answer)
  const mayNotKnow = answer.status === 'failed' && /^(denied|unsupported)/.test(answer.failure.class)
  if (mayNotKnow || reason.startsWith(notInUse)) return undefined
  // The account's ARN is part of finding ids, so a passing trouble must not change it for a night.
  throw new PostureError(`The organization could not be read: organizations:DescribeOrganization: ${reason}.`)
}
