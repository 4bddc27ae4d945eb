import pMap from 'p-map'
import type { Caller, Diagnosis, EnterAccount, ListStackInstances } from '../core/doctor.ts'
import { type Identity, identityOf } from '../core/identity.ts'
import type { Policy } from '../core/policy.ts'
import type { Hub, OrganizationReader } from '../core/ports.ts'
import type { Scope } from '../core/run.ts'
import { sampleOver } from '../core/sample.ts'
import type { Target } from '../core/target.ts'
import { type Visit, visit } from './doctor/accounts.ts'
import { hubRegionNote, identityNote, organizationNotes, type Told, told } from './doctor/organization.ts'
import { roleNote } from './doctor/roles.ts'
import { type Note, rowsOf } from './doctor/rows.ts'
import { instancesOf, type StackSetSeen, stackSetNotes } from './doctor/stack-set.ts'
import { type Asked, thingNotes } from './doctor/things.ts'
import { defaultRoleName, type Planned, plan, type Who } from './plan.ts'

export interface DoctorRequest {
  readonly who: Exclude<Who, { kind: 'own' }>
  readonly policy: Policy
  readonly scope: Scope
  /** Before posture.yaml's `role.name`. @default eks-node-posture-read */
  readonly roleName?: string | undefined
  readonly sendsExternalId: boolean
  /** How many accounts beside the hub's own are entered, at least 0; undefined for all. */
  readonly sample: number | undefined
  /** Another seed takes another sample. */
  readonly seed: string
}

export interface DoctorPorts {
  readonly whoAmI: () => Promise<Caller>
  readonly organization: OrganizationReader
  readonly enter: EnterAccount
  readonly table?: Asked | undefined
  readonly topic?: Asked | undefined
  readonly bucket?: Asked | undefined
  readonly stackSet?: { readonly name: string; readonly list: ListStackInstances } | undefined
}

/** Told of what happens meanwhile. */
export interface DoctorWatcher {
  planned(identity: Identity, hub: Hub, accounts: number): void
}

/**
 * Tries everything that a scan needs, and changes nothing.
 * @throws {PostureError} when there are no credentials, or STS cannot be reached: then there is nobody to test.
 */
export const diagnose = async (
  request: DoctorRequest,
  ports: DoctorPorts,
  watcher: DoctorWatcher,
): Promise<Diagnosis> => {
  const caller = await ports.whoAmI()
  const { hub } = caller
  const identity = identityOf(caller.arn)
  const { planned, managementAccountId, notes: ofOrganization } = await lookAtOrganization(request, caller, ports)
  const asked = planned.filter(({ unasked }) => !unasked).map(({ target }) => target)
  const chosen = chosenOf(asked, request)
  watcher.planned(identity, hub, chosen.length)

  const visits = await visitAll(chosen, request, hub, ports)
  const stackSet = await lookAtStackSet(ports, asked, hub, managementAccountId)
  const evidence = {
    identity,
    roleName: roleNameOf(request),
    sendsExternalId: request.sendsExternalId,
    managementAccountId,
    instances: stackSet && instancesOf(stackSet.listed),
    entered: visits.filter(({ target, entry }) => target.roleArn !== null && entry.status === 'entered').length,
  }
  const notes: readonly Note[] = [
    identityNote(identity),
    ...ofOrganization,
    ...planned.flatMap(unaskedNote),
    ...visits.map(({ target, entry }) => roleNote(target, entry, evidence)),
    await hubRegionNote(caller, ports.enter),
    ...unmatchedNotes(request, visits),
    ...visits.flatMap(one => one.notes),
    ...(await askedNotes(ports)),
    ...(stackSet ? stackSetNotes(stackSet) : []),
  ]
  return {
    identity,
    hub,
    accountNames: Object.fromEntries(planned.map(({ target }) => [target.accountId, target.name])),
    tried: {
      accounts: chosen.length,
      of: asked.length,
      seed: chosen.length < asked.length ? request.seed : null,
    },
    rows: rowsOf(notes),
  }
}

const roleNameOf = ({ roleName, policy }: DoctorRequest) => roleName ?? policy.role?.name ?? defaultRoleName

interface OrganizationSeen {
  readonly planned: readonly Planned[]
  readonly managementAccountId: string | undefined
  readonly notes: readonly Note[]
}

/** Where the organization cannot be listed, the own account is what remains to be tried. */
const lookAtOrganization = async (
  request: DoctorRequest,
  caller: Caller,
  { organization }: DoctorPorts,
): Promise<OrganizationSeen> => {
  const described = await told(() => organization.describeOrganization())
  const known = 'value' in described ? described.value : undefined
  const reader = { ...organization, whoAmI: async () => caller.hub, describeOrganization: async () => known }
  const planFor = async (who: Who) =>
    (await plan(who, request.policy, request.scope, roleNameOf(request), reader)).accounts
  const listed: Told<readonly Planned[]> = await told(() => planFor(request.who))
  const isWhole = request.who.kind === 'organization'
  const notes = await organizationNotes(caller, described, isWhole ? listed : undefined, reader)
  const managementAccountId = known?.managementAccountId
  if ('value' in listed) return { planned: listed.value, managementAccountId, notes }
  return { planned: await planFor({ kind: 'own' }), managementAccountId, notes: [...notes, noRoleNote] }
}

const noRoleNote: Note = {
  id: 'role',
  status: 'unknown',
  needed: true,
  detail: 'no account but the own one is known, so no role was tried',
  fix: 'Have this identity list the accounts first, or name some with --account.',
}

/** The hub's own account, which no role opens, and of the others as many as were asked for, spread over their units. */
const chosenOf = (asked: readonly Target[], { sample, seed }: DoctorRequest): readonly Target[] => {
  const own = asked.filter(({ roleArn }) => roleArn === null)
  const others = asked.filter(({ roleArn }) => roleArn !== null)
  const unitOf = ({ ouPath }: Target) => (ouPath ?? []).map(({ id }) => id).join('/')
  return [...own, ...sampleOver(others, sample ?? others.length, seed, ({ accountId }) => accountId, unitOf)]
}

const visitAll = (
  chosen: readonly Target[],
  request: DoctorRequest,
  hub: Hub,
  { enter }: DoctorPorts,
): Promise<Visit[]> => {
  const { policy, scope } = request
  const imdsV1Calls = policy.checks.enable.includes('node-group-imdsv1-not-called')
  const visiting = { policy, scope, hubRegion: hub.region, imdsV1Calls, roleName: roleNameOf(request) }
  return pMap(chosen, target => visit(target, visiting, enter), { concurrency: policy.limits.accounts })
}

const lookAtStackSet = async (
  { stackSet }: DoctorPorts,
  targets: readonly Target[],
  { accountId }: Hub,
  managementAccountId: string | undefined,
): Promise<StackSetSeen | undefined> => {
  if (!stackSet) return undefined
  const listed = await stackSet.list(accountId === managementAccountId)
  return { name: stackSet.name, listed, targets, managementAccountId }
}

const unaskedNote = ({ target: { accountId }, unasked }: Planned): Note[] => {
  if (!unasked) return []
  const isGap = unasked.status === 'error'
  const status = isGap ? 'unknown' : 'not-tried'
  return [{ id: 'role', subject: 'not asked', status, needed: isGap, detail: unasked.detail, fix: null, accountId }]
}

/** A Region that somebody named and no account knows would else be a part that nobody looks at. */
const unmatchedNotes = ({ scope, policy }: DoctorRequest, visits: readonly Visit[]): Note[] => {
  const known = new Set(visits.flatMap(({ regions }) => regions))
  if (known.size === 0) return []
  const named = new Set([...(scope.regions ?? []), ...(policy.scope.regions.include ?? [])])
  return [...named]
    .filter(name => !known.has(name))
    .map(subject => ({
      id: 'region',
      subject,
      status: 'fails',
      needed: true,
      detail: 'no account lists a Region of that name',
      fix: 'Check --region and scope.regions in posture.yaml.',
    }))
}

const askedNotes = async ({ table, topic, bucket }: DoctorPorts): Promise<readonly Note[]> => {
  const notes = await Promise.all([
    table ? thingNotes('table', table) : [],
    topic ? thingNotes('topic', topic) : [],
    bucket ? thingNotes('bucket', bucket) : [],
  ])
  return notes.flat()
}
