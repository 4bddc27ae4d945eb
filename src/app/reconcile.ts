import { type Bucket, keysOf } from '../core/bucket.ts'
import type { RegionCoverage } from '../core/coverage.ts'
import { PostureError } from '../core/errors.ts'
import { addTotals } from '../core/handover.ts'
import { type ReconcileReply, ScanRequest } from '../core/messages.ts'
import type { AccountReport, Store } from '../core/store.ts'
import type { Target } from '../core/target.ts'
import { accountReport } from './account-report.ts'
import { nothingSeen } from './scan-account.ts'
import { readHandover } from './scan-in-parts.ts'

export interface ReconcilePorts {
  readonly store: Store
  readonly bucket: Bucket
}

/**
 * Compares what a run planned with what it has reports of, and writes a second manifest of what is missing. It may be
 * repeated.
 * @throws {PostureError} when the run was never planned, or the store or the bucket fails.
 */
export const reconcileRun = async (runId: string, { store, bucket }: ReconcilePorts): Promise<ReconcileReply> => {
  const heard = new Set((await store.accountsOf(runId)).map(({ accountId }) => accountId))
  const missing = (await plannedIn(runId, bucket)).filter(({ target }) => !heard.has(target.accountId))
  const { missing: manifestKey } = keysOf(runId)
  if (missing.length > 0) {
    const lines = missing.map(request => `${JSON.stringify(request)}\n`).join('')
    await bucket.writeFile(manifestKey, lines, 'application/jsonl')
  }
  return { runId, bucket: bucket.name, manifestKey, missingCount: missing.length }
}

/**
 * Planned accounts whose scan never told of itself are coverage too: `not-reached` in every Region that any account of
 * the run has, but for those Regions that were done before it fell silent.
 * @returns the reports of those that did tell.
 */
export const reportSilentAccounts = async (
  runId: string,
  { store, bucket }: ReconcilePorts,
): Promise<readonly AccountReport[]> => {
  const reports = (await store.accountsOf(runId)).filter(report => !wasSilent(report))
  const heard = new Set(reports.map(({ accountId }) => accountId))
  const regions = [...new Set(reports.flatMap(report => report.regions.map(({ region }) => region)))].sort()
  for (const { target } of await plannedIn(runId, bucket)) {
    if (!heard.has(target.accountId)) await store.putAccount(await silentReport(runId, target, regions, bucket))
  }
  return reports
}

const plannedIn = async (runId: string, bucket: Bucket): Promise<readonly ScanRequest[]> => {
  const key = keysOf(runId).manifest
  const text = await bucket.readFile(key)
  if (text === undefined) throw new PostureError(`There is no ${key} in bucket ${bucket.name}: plan writes it.`)
  return text.split('\n').flatMap(line => (line === '' ? [] : ScanRequest.parse(JSON.parse(line))))
}

const silentReport = async (
  runId: string,
  target: Target,
  regionsOfRun: readonly string[],
  bucket: Bucket,
): Promise<AccountReport> => {
  const handover = await readHandover(runId, target.accountId, bucket)
  const done = new Map(handover?.done.map(({ coverage }) => [coverage.region, coverage]))
  const regions = handover?.regions.map(({ name }) => name) ?? regionsOfRun
  const coverage = regions.map(region => done.get(region) ?? notReached(target, region))
  const report = accountReport(nothingSeen(target, coverage), runId, {})
  return handover ? { ...report, totals: addTotals([report.totals, handover.totals]) } : report
}

const silence = 'the scan of the account did not end'

const notReached = ({ accountId }: Target, region: string): RegionCoverage => ({
  accountId,
  region,
  status: 'not-reached',
  detail: silence,
  failures: [],
})

/** Whether a report was written for an account that did not write its own. */
const wasSilent = ({ regions }: AccountReport) =>
  regions.length === 0 || regions.some(({ detail }) => detail === silence)
