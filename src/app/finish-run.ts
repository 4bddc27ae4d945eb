import { type Bucket, keysOf } from '../core/bucket.ts'
import { PostureError } from '../core/errors.ts'
import type { Now, Publish } from '../core/ports.ts'
import type { Store } from '../core/store.ts'
import { reports as formats } from '../reports/index.ts'
import { makeDigest, sendDigest } from './digest.ts'
import { reportSilentAccounts } from './reconcile.ts'
import { reportFrom } from './report.ts'
import { endRun } from './runs.ts'

export interface FinishRunPorts {
  readonly store: Store
  readonly bucket: Bucket
  readonly publish: Publish
  readonly now: Now
}

/** How far a run came. */
export interface RunEnd {
  readonly plannedAccounts: number
  /** Accounts with a report, whatever it says; the others were never scanned. */
  readonly reportedAccounts: number
}

/**
 * Ends a run: its reports go to the bucket and its digest to the topic. It may be repeated, and sends one digest.
 * @throws {PostureError} when the run is not known, or the bucket or the topic fails.
 */
export const finishRun = async (runId: string, ports: FinishRunPorts): Promise<RunEnd> => {
  const { store, bucket } = ports
  const run = await store.readRun(runId)
  if (!run) throw new PostureError(`The store knows no run ${runId}: it is begun by the plan function.`)
  const reports = await reportSilentAccounts(runId, ports)
  await endRun(run, ports)

  const result = await reportFrom(store, runId)
  const keys = keysOf(runId)
  await bucket.writeFile(keys.report, formats.html(result), 'text/html; charset=utf-8')
  await bucket.writeFile(keys.findings, formats.json(result), 'application/json')
  await sendDigest(await makeDigest(runId, store), runId, ports)
  return { plannedAccounts: run.accountCount, reportedAccounts: reports.length }
}
