import { PostureError } from '../core/errors.ts'
import type { Policy } from '../core/policy.ts'
import type { Now } from '../core/ports.ts'
import type { Run, Scope } from '../core/run.ts'
import type { RunRecord, Store } from '../core/store.ts'
import { type AccountTally, tallyAccounts } from '../core/tally-accounts.ts'

export interface RunPorts {
  readonly store: Store
  readonly now: Now
}

/** How long a lease lasts; whoever remembers an account renews it once half of that is over. */
export const leaseMs = 60 * 60 * 1000
/** A scoped run holds no lease; after this long it is taken for dead. */
export const scopedRunMs = 24 * 60 * 60 * 1000

/** Whether a run looks at a part only. Such runs hold no lease, and no digest tells of them. */
export const isScoped = ({ accounts, regions, checks }: Scope): boolean =>
  accounts !== undefined || regions !== undefined || checks !== undefined

/** How many runs back a whole one is looked for. */
export const recentRuns = 40

/** What a run is begun with, beside its scope. */
export interface Beginning {
  readonly toolVersion: string
  readonly accountCount?: number
  /** Whether it looks at the organization, and not at accounts that somebody named. */
  readonly isOrganization: boolean
  /** The policy of the night, which its digest goes by. */
  readonly policy: Policy
}

/**
 * Begins a run, or goes on with one that was begun under the same id. A run without a scope takes the lease first.
 * @returns the run that it is compared with; undefined for the first.
 * @throws {PostureError} when another run holds the lease, or this one has ended.
 */
export const beginRun = async (
  run: Run,
  { toolVersion, accountCount = 0, isOrganization, policy }: Beginning,
  { store, now }: RunPorts,
): Promise<string | undefined> => {
  const before = await store.readRun(run.id)
  if (before?.finishedAt !== undefined) throw new PostureError(`Run ${run.id} ended at ${before.finishedAt}.`)
  if (!isScoped(run.scope)) await takeLease(run, { store, now })
  if (before) return before.previousRunId
  const previous = (await previousRuns(run, isOrganization, store))[0]?.id
  await store.putText(run.id, 'policy', JSON.stringify(policy))
  await store.startRun({
    ...run,
    toolVersion,
    accountCount,
    isOrganization,
    ...(previous !== undefined && { previousRunId: previous }),
  })
  return previous
}

/** The whole runs before one, the newest first, that have ended: of the organization, where it is one of that. */
export const previousRuns = async (
  run: Run,
  isOrganization: boolean,
  store: Pick<Store, 'latestRuns'>,
): Promise<readonly RunRecord[]> =>
  (await wholeRunsBefore(run, store)).filter(
    before => before.finishedAt !== undefined && (isScoped(run.scope) || before.isOrganization === isOrganization),
  )

/** The runs without a scope that began before one, the newest first, those that never ended among them. */
export const wholeRunsBefore = async (
  { id }: Pick<Run, 'id'>,
  store: Pick<Store, 'latestRuns'>,
): Promise<readonly RunRecord[]> => {
  const wholeBefore = (runs: readonly RunRecord[]) => runs.filter(run => run.id < id && !isScoped(run.scope))
  return wholeBefore(
    await latestUntil(runs => wholeBefore(runs).some(({ finishedAt }) => finishedAt !== undefined), store),
  )
}

/** The newest runs, as many as it takes: whoever scans a part with every deployment has hundreds of them between two nights. */
export const latestUntil = async (
  isEnough: (runs: readonly RunRecord[]) => boolean,
  store: Pick<Store, 'latestRuns'>,
): Promise<readonly RunRecord[]> => {
  for (let most = recentRuns; ; most *= 4) {
    const runs = await store.latestRuns(most)
    if (runs.length < most || isEnough(runs)) return runs
  }
}

/**
 * Makes sure that a run may write, and for how long: a run that lost its lease is taken for dead by others.
 * @throws {PostureError} when it has ended.
 */
export const keepRun = async (run: Run, ports: RunPorts): Promise<void> => {
  if (await hasEnded(run.id, ports)) {
    throw new PostureError(
      `Run ${run.id} has ended, or lost its lease to another run; what it found late is not remembered.`,
    )
  }
  if (isScoped(run.scope)) return
  const lease = await ports.store.readLease()
  const left = Date.parse(lease?.until ?? '') - ports.now().getTime()
  if (!(left > leaseMs / 2)) await takeLease(run, ports)
}

const takeLease = async (run: Run, { store, now }: RunPorts) => {
  const time = now()
  const until = new Date(time.getTime() + leaseMs).toISOString()
  const holder = await store.takeLease({ runId: run.id, until }, time.toISOString())
  if (!holder) return
  const since = (await store.readRun(holder.runId))?.startedAt ?? holder.runId.slice(0, run.startedAt.length)
  throw new PostureError(
    `Run ${holder.runId} writes to the store since ${since} and holds its lease until ${holder.until}. ` +
      'Wait until it has ended, or scan a part of the organization with --account or --region.',
  )
}

/**
 * Ends a run: it writes no more, and the next one may begin. To end it again changes nothing.
 * @param owes what is to be sent of it; a scoped run owes nothing.
 */
export const endRun = async (run: Run, { store, now }: RunPorts, owes: Owed = nothingOwed): Promise<void> => {
  const isWhole = !isScoped(run.scope)
  if ((await store.readRun(run.id))?.finishedAt === undefined) {
    const ending = { finishedAt: now().toISOString(), ...(isWhole ? owes : nothingOwed) }
    await store.updateRun(run.id, isWhole ? { ...ending, totals: (await tallyOf(run.id, store)).totals } : ending)
  }
  if (isWhole) await store.releaseLease(run.id)
}

/** What a run owes to others once it has ended. */
export type Owed = Required<Pick<RunRecord, 'owesMessages' | 'owesImport'>>

const nothingOwed: Owed = { owesMessages: false, owesImport: false }

/** What the accounts of a run come to. */
export const tallyOf = async (runId: string, store: Pick<Store, 'eachAccount'>): Promise<AccountTally> => {
  const tally = tallyAccounts(mostClusters)
  await store.eachAccount(runId, tally.add)
  return tally.result()
}

/** How many clusters are told by name. */
const mostClusters = 20

/** Whether a run is over: finished, or so long silent that it must have crashed. */
export const hasEnded = async (runId: string, ports: RunPorts): Promise<boolean> =>
  (await fateOf(runId, ports)) !== 'alive'

/** A run is alive, or it has ended and was a whole night's or a scoped one. One that left no record counts as scoped. */
export type Fate = 'alive' | 'night ended' | 'scoped ended'

export const fateOf = async (runId: string, { store, now }: RunPorts): Promise<Fate> => {
  const run = await store.readRun(runId)
  if (run && isScoped(run.scope)) return isOver(run, now()) ? 'scoped ended' : 'alive'
  if (run?.finishedAt === undefined) {
    const lease = await store.readLease()
    if (lease?.runId === runId && Date.parse(lease.until) > now().getTime()) return 'alive'
  }
  return run ? 'night ended' : 'scoped ended'
}

const isOver = ({ finishedAt, startedAt }: RunRecord, now: Date) =>
  finishedAt !== undefined || now.getTime() - Date.parse(startedAt) >= scopedRunMs
