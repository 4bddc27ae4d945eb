import { PostureError } from '../core/errors.ts'
import type { Now } from '../core/ports.ts'
import type { Run, Scope } from '../core/run.ts'
import type { RunRecord, Store } from '../core/store.ts'

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

/**
 * Begins a run, or goes on with one that was begun under the same id. A run without a scope takes the lease first.
 * @throws {PostureError} when another run holds the lease, or this one has ended.
 */
export const beginRun = async (
  run: Run,
  { toolVersion, accountCount = 0 }: { readonly toolVersion: string; readonly accountCount?: number },
  { store, now }: RunPorts,
): Promise<void> => {
  const before = await store.readRun(run.id)
  if (before?.finishedAt !== undefined) throw new PostureError(`Run ${run.id} ended at ${before.finishedAt}.`)
  if (!isScoped(run.scope)) await takeLease(run, { store, now })
  await store.startRun({ ...run, toolVersion, accountCount })
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

/** Ends a run: it writes no more, and the next one may begin. */
export const endRun = async (run: Run, { store, now }: RunPorts): Promise<void> => {
  await store.updateRun(run.id, { finishedAt: now().toISOString() })
  if (!isScoped(run.scope)) await store.releaseLease(run.id)
}

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
