import type { Caller, EnterAccount } from '../../core/doctor.ts'
import { PostureError } from '../../core/errors.ts'
import { type Identity, identityInWords } from '../../core/identity.ts'
import type { Organization, OrganizationReader } from '../../core/ports.ts'
import type { Planned } from '../plan.ts'
import { adviceOn, type Note } from './rows.ts'

/** A value, or the sentence that says why there is none. */
export type Told<T> = { readonly value: T } | { readonly problem: string }

/** Asks, and keeps what a person can act on as a sentence; any other error is a bug and stays one. */
export const told = async <T>(ask: () => Promise<T>): Promise<Told<T>> => {
  try {
    return { value: await ask() }
  } catch (error) {
    if (error instanceof PostureError) return { problem: error.message }
    throw error
  }
}

/** The note on who is tested: whatever else is told holds for this identity alone. */
export const identityNote = (identity: Identity): Note => ({
  id: 'identity',
  subject: identity.arn,
  status: 'works',
  needed: true,
  detail: identityInWords(identity),
  fix: null,
})

/** What is told of the organization and what the hub asks once. */
export const organizationNotes = async (
  { hub }: Caller,
  described: Told<Organization | undefined>,
  listed: Told<readonly Planned[]> | undefined,
  reader: OrganizationReader,
): Promise<readonly Note[]> => [
  organizationNote(hub.accountId, described, listed),
  ...(listed ? [accountsNote(listed), ...unitNotes(listed)] : []),
  await calendarNote(reader),
]

const organizationNote = (
  accountId: string,
  described: Told<Organization | undefined>,
  listed: Told<readonly Planned[]> | undefined,
): Note => {
  const about = { id: 'organization', needed: false } as const
  if ('problem' in described)
    return { ...about, status: 'unknown', detail: described.problem, fix: 'Check the network, then run doctor again.' }
  const organization = described.value
  if (!organization) {
    return {
      ...about,
      status: 'unknown',
      detail: 'the account is in no organization, or this identity may not ask; a scan does without',
      fix: 'Allow this identity organizations:DescribeOrganization on *, so that findings of single accounts keep the ids that they have in the organization.',
    }
  }
  const { managementAccountId } = organization
  return {
    ...about,
    subject: organization.id,
    status: 'works',
    detail: `management account ${managementAccountId}${standingOf(accountId, managementAccountId, listed)}`,
    fix: null,
  }
}

/** What the account is to its organization, as far as its answers tell. */
const standingOf = (accountId: string, managementAccountId: string, listed: Told<unknown> | undefined) => {
  if (accountId === managementAccountId) return ', which is this one'
  if (!listed) return ''
  return 'value' in listed
    ? `; ${accountId} is a delegated administrator, or named in the resource policy of the organization`
    : `; ${accountId} is a member account`
}

const accountsNote = (listed: Told<readonly Planned[]>): Note => {
  const about = { id: 'accounts', subject: 'organizations:ListAccounts', needed: true } as const
  if ('problem' in listed) {
    return {
      ...about,
      status: 'fails',
      detail: listed.problem.replace(/^.*?organizations:ListAccounts: /, '').replace(/\.$/, ''),
      fix: 'Run this in the management account, or have that register this account as a delegated administrator and allow organizations:ListAccounts on *; --account ID tests single accounts without.',
    }
  }
  const active = listed.value.filter(({ target }) => target.state === 'ACTIVE').length
  return { ...about, status: 'works', detail: `${listed.value.length} accounts, ${active} of them active`, fix: null }
}

const unitNotes = (listed: Told<readonly Planned[]>): Note[] => {
  const units = 'value' in listed ? listed.value.flatMap(({ target }) => target.ouPath ?? []) : []
  if (units.length === 0) return []
  const about = { id: 'unit-names', subject: 'organizations:DescribeOrganizationalUnit', needed: false } as const
  const unnamed = new Set(units.filter(({ id, name }) => id === name).map(({ id }) => id)).size
  if (unnamed === 0) return [{ ...about, status: 'works', detail: null, fix: null }]
  return [
    {
      ...about,
      status: 'fails',
      detail: `${unnamed} organizational units have no name for this identity, and go by their id; a scan does without`,
      fix: 'Allow this identity organizations:DescribeOrganizationalUnit on *.',
    },
  ]
}

const calendarNote = async (reader: OrganizationReader): Promise<Note> => {
  const { size } = await reader.describeClusterVersions()
  const about = { id: 'kubernetes-calendar', subject: 'eks:DescribeClusterVersions', needed: false } as const
  if (size > 0) return { ...about, status: 'works', detail: `${size} versions of Kubernetes`, fix: null }
  return {
    ...about,
    status: 'unknown',
    detail: 'EKS does not tell until when it supports which version; a scan then takes a dated table',
    fix: 'Allow this identity eks:DescribeClusterVersions on *, where that is what is missing.',
  }
}

/** The note on the Region that the hub is configured for: STS has answered there. */
export const hubRegionNote = async ({ hub }: Caller, enter: EnterAccount): Promise<Note> => {
  const about = { id: 'hub-region', subject: hub.region } as const
  const entry = await enter({
    accountId: hub.accountId,
    name: hub.accountId,
    arn: '',
    ouPath: null,
    state: 'ACTIVE',
    roleArn: null,
    partition: hub.partition,
  })
  const tried = entry.status === 'entered' ? await entry.account.tryRegion(hub.region) : entry
  if (tried.status === 'refused' && tried.failure.class === 'denied-by-scp') {
    const { failure } = tried
    return { ...about, status: 'fails', needed: true, detail: failure.reason, fix: adviceOn(failure, '') }
  }
  return { ...about, status: 'works', needed: true, detail: 'the configured Region; STS answers there', fix: null }
}
