import pMap from 'p-map'
import type { EnterAccount, EnteredAccount, Entry, RegionTried } from '../../core/doctor.ts'
import type { Policy } from '../../core/policy.ts'
import type { Failure } from '../../core/read.ts'
import type { Scope } from '../../core/run.ts'
import type { Target } from '../../core/target.ts'
import { whyExcluded } from '../scan-region.ts'
import { adviceOn, type Note, noteOn } from './rows.ts'

/** What every visited account is asked. */
export interface Visiting {
  readonly policy: Policy
  readonly scope: Scope
  readonly roleName: string
  readonly hubRegion: string
  /** Whether calls with IMDSv1 are counted, which a policy has to ask for. */
  readonly imdsV1Calls: boolean
}

/** An account, whether it let us in, and what was seen there. */
export interface Visit {
  readonly target: Target
  readonly entry: Entry
  readonly notes: readonly Note[]
  /** Every Region that the account named, in scope or not. */
  readonly regions: readonly string[]
}

/** Enters an account and tries its Regions and every read of a scan. Never throws for what AWS refuses. */
export const visit = async (target: Target, visiting: Visiting, enter: EnterAccount): Promise<Visit> => {
  const entry = await enter(target)
  if (entry.status === 'refused') return { target, entry, notes: [], regions: [] }

  const { account } = entry
  const advise = adviseFor(target, visiting)
  const listed = await account.listRegions()
  const inScope = listed.items.filter(({ name }) => whyExcluded(name, visiting) === undefined)
  const enabled = inScope.filter(region => region.enabled).map(({ name }) => name)
  const named = visiting.scope.regions ?? [visiting.hubRegion]
  const names = listed.failures.length > 0 ? named : enabled
  const seen = await pMap(names, async name => ({ name, tried: await account.tryRegion(name) }), {
    concurrency: visiting.policy.limits.regions,
  })
  const off = inScope.filter(region => !region.enabled).map(({ name }) => notEnabled(name))
  const notes = [
    ...listed.failures.map(failure => unlisted(failure, advise)),
    ...off,
    ...seen.map(({ name, tried }) => regionNote(name, tried, advise, enabled.includes(name))),
    ...(await readNotes(account, seen, visiting, advise)),
  ]
  return {
    target,
    entry,
    notes: notes.map(note => ({ ...note, accountId: target.accountId })),
    regions: listed.items.map(({ name }) => name),
  }
}

/** What to do about a read that an account refused. */
type Advise = (action: string) => (failure: Failure) => string

const adviseFor =
  ({ roleArn }: Target, { roleName }: Visiting): Advise =>
  action =>
  failure =>
    adviceOn(
      failure,
      roleArn === null
        ? `Allow this identity ${action} on *: the hub's own account is read with its own credentials.`
        : `Allow role ${roleName} ${action} there: update its stack from deploy/member-role.yaml, which lists every read.`,
    )

const unlisted = (failure: Failure, advise: Advise): Note =>
  noteOn('regions', failure.action, { status: 'refused', failure }, advise(failure.action))

const notEnabled = (subject: string): Note => ({
  id: 'region',
  subject,
  status: 'not-tried',
  needed: false,
  detail: 'not enabled for the account',
  fix: null,
})

const contradicted = (subject: string): Note => ({
  id: 'region',
  subject,
  status: 'unknown',
  needed: true,
  detail: 'DescribeRegions says that it is enabled, and EKS there does not accept the credentials',
  fix: 'Wait where the Region was enabled today; else see that STS of the hub is asked in a Region and not globally.',
})

/** @param isListed whether DescribeRegions says that the Region is enabled. */
const regionNote = (subject: string, tried: RegionTried, advise: Advise, isListed: boolean): Note => {
  if (tried.status === 'not-enabled') return isListed ? contradicted(subject) : notEnabled(subject)
  if (tried.status === 'answers') return noteOn('region', subject, { status: 'works' }, () => '')
  const note = noteOn('region', subject, tried, advise(tried.failure.action))
  // That the role may not ask says nothing of the Region.
  return tried.failure.class === 'denied' ? { ...note, status: 'unknown' } : note
}

/** Reads are tried in one Region of an account, for IAM is one for all: where there is a cluster, else near the hub. */
const readNotes = async (
  account: EnteredAccount,
  seen: readonly { readonly name: string; readonly tried: RegionTried }[],
  { hubRegion, imdsV1Calls }: Visiting,
  advise: Advise,
): Promise<Note[]> => {
  const open = seen.flatMap(({ name, tried }) =>
    tried.status === 'answers' ? [{ region: name, cluster: tried.cluster }] : [],
  )
  const denied = seen.filter(({ tried }) => tried.status === 'refused' && tried.failure.class === 'denied')
  const place =
    open.find(({ cluster }) => cluster !== undefined) ??
    open.find(({ region }) => region === hubRegion) ??
    open[0] ??
    denied.map(({ name }) => ({ region: name, cluster: undefined }))[0]
  if (!place) return [untriedReads]
  const tried = await account.tryReads({ ...place, imdsV1Calls })
  return tried.map(({ action, tried: outcome }) => noteOn('read', action, outcome, advise(action)))
}

const untriedReads: Note = {
  id: 'read',
  status: 'unknown',
  needed: true,
  detail: 'no Region answers, so no read was tried',
  fix: 'Settle the Regions of the account first.',
}
