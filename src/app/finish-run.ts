import { type Bucket, keysOf } from '../core/bucket.ts'
import type { Store } from '../core/store.ts'
import { reports as formats } from '../reports/index.ts'
import { type DeliveryPorts, deliver } from './deliver.ts'
import { knownRun, policyOf } from './digest.ts'
import { rememberSilentAccounts } from './reconcile.ts'
import { reportFrom } from './report.ts'
import { endRun, isScoped } from './runs.ts'

export interface FinishRunPorts extends DeliveryPorts {
  readonly bucket: Bucket
  /** Where the functions run: the one Region that is known where no account told of its own. */
  readonly hubRegion: string
}

/** How far a run came. */
export interface RunEnd {
  /** Whether it was a whole night, and not a scoped run. */
  readonly isWhole: boolean
  readonly plannedAccounts: number
  /** Accounts with a report, whatever it says; the others were never scanned. */
  readonly reportedAccounts: number
}

/**
 * Ends a run: its alerts and its digest go to the topics, its findings to Security Hub where posture.yaml asks for it, its
 * reports to the bucket. It may be repeated, and sends each once.
 * @throws {PostureError} when the run is not known, or the bucket, a topic or Security Hub fails.
 */
export const finishRun = async (runId: string, ports: FinishRunPorts): Promise<RunEnd> => {
  const { store, bucket } = ports
  const run = await knownRun(runId, store)
  const reportedAccounts = await rememberSilentAccounts(run, ports)
  const { securityHub } = await policyOf(runId, store)
  await endRun(run, ports, { owesMessages: true, owesImport: securityHub.import })

  // First the messages: a bucket that fails, and reports for which there is no memory, keep none back.
  const [told] = await Promise.allSettled([deliver(runId, ports)])
  await fileReports(runId, store, bucket)
  if (told.status === 'rejected') throw told.reason
  return { isWhole: !isScoped(run.scope), plannedAccounts: run.accountCount, reportedAccounts }
}

const fileReports = async (runId: string, store: Store, bucket: Bucket) => {
  const result = await reportFrom(store, runId)
  const keys = keysOf(runId)
  await bucket.writeFile(keys.report, formats.html(result), 'text/html; charset=utf-8')
  await bucket.writeFile(keys.findings, formats.json(result), 'application/json')
}
