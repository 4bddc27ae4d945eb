import { type Bucket, keysOf } from '../core/bucket.ts'
import { PostureError } from '../core/errors.ts'
import { ScanRequest } from '../core/messages.ts'
import type { Now, Publish } from '../core/ports.ts'
import type { AccountReport, Store } from '../core/store.ts'
import { reports as formats } from '../reports/index.ts'
import { accountReport } from './account-report.ts'
import { makeDigest, sendDigest } from './digest.ts'
import { reportFrom } from './report.ts'
import { endRun } from './runs.ts'
import { nothingSeen } from './scan-account.ts'

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

/**
 * Planned accounts whose scan never told of itself are coverage too: `not-reached` in every Region that any account of
 * the run has.
 * @returns the reports of those that did.
 */
const reportSilentAccounts = async (
  runId: string,
  { store, bucket }: FinishRunPorts,
): Promise<readonly AccountReport[]> => {
  const reports = (await store.accountsOf(runId)).filter(report => !report.regions.every(isNotReached))
  const heard = new Set(reports.map(({ accountId }) => accountId))
  const regions = [...new Set(reports.flatMap(report => report.regions.map(({ region }) => region)))].sort()
  const manifest = (await bucket.readFile(keysOf(runId).manifest)) ?? ''
  const planned = manifest.split('\n').flatMap(line => (line === '' ? [] : ScanRequest.parse(JSON.parse(line))))
  for (const { target } of planned.filter(request => !heard.has(request.target.accountId))) {
    const coverage = regions.map(region => ({ accountId: target.accountId, region, ...silent }))
    await store.putAccount(accountReport(nothingSeen(target, coverage), runId, {}))
  }
  return reports
}

const silent = { status: 'not-reached', detail: 'the scan of the account did not end', failures: [] } as const
const isNotReached = ({ status }: { readonly status: string }) => status === 'not-reached'
