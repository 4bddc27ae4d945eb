import { PostureError } from '../core/errors.ts'
import type { Now, Publish } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import { type Digest, digest } from '../reports/digest.ts'
import { isScoped } from './runs.ts'

/**
 * The digest of a run, from what the store holds of it: the same bytes whenever it is asked for after the run.
 * @throws {PostureError} when the store does not know the run.
 */
export const makeDigest = async (runId: string, store: Store): Promise<Digest> => {
  const run = await knownRun(runId, store)
  const [events, accounts, open] = await Promise.all([
    store.eventsOf(runId),
    store.accountsOf(runId),
    store.openFindings(),
  ])
  return digest({ run, events, accounts, open })
}

/**
 * Publishes a digest and marks the run. At least once: a crash between the two repeats it with the same run id. A scoped
 * run sends none, for it would tell of a part as if it were the whole.
 * @throws {PostureError} when it could not be published; the run keeps the reason.
 */
export const sendDigest = async (
  { subject, text }: Digest,
  runId: string,
  { store, publish, now }: { readonly store: Store; readonly publish: Publish; readonly now: Now },
): Promise<void> => {
  const run = await knownRun(runId, store)
  if (run.digestSentAt !== undefined || isScoped(run.scope)) return
  try {
    await publish({ subject, text, attributes: { kind: 'digest', runId } })
  } catch (error) {
    if (error instanceof PostureError) await store.updateRun(runId, { digestFailure: error.message })
    throw error
  }
  await store.updateRun(runId, { digestSentAt: now().toISOString() })
}

const knownRun = async (runId: string, store: Store) => {
  const run = await store.readRun(runId)
  if (run) return run
  throw new PostureError(`The store knows no run ${runId}; its runs are told by: npx eks-node-posture report.`)
}
