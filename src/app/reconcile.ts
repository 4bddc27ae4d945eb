import { type Bucket, keysOf } from '../core/bucket.ts'
import type { RegionCoverage } from '../core/coverage.ts'
import { PostureError } from '../core/errors.ts'
import { selectChecks } from '../core/evaluate.ts'
import { addTotals, type Handover } from '../core/handover.ts'
import { type ReconcileReply, ScanRequest } from '../core/messages.ts'
import { addStandings } from '../core/standing.ts'
import type { AccountReport, RunRecord, Store } from '../core/store.ts'
import type { Target } from '../core/target.ts'
import { accountReport } from './account-report.ts'
import { checkList } from './check-list.ts'
import { regionsIn } from './departed.ts'
import { policyOf } from './digest.ts'
import { globalCoverage, previousReport, type RememberNight, rememberAreas } from './remember.ts'
import type { RunPorts } from './runs.ts'
import { nothingSeen } from './scan-account.ts'
import { readHandover } from './scan-in-parts.ts'
import { nothingOf, whyExcluded } from './scan-region.ts'

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
  const heard = new Set<string>()
  await store.eachAccount(runId, ({ accountId }) => void heard.add(accountId))
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
 * the run has and in which they were looked for before (the hub's own, where none is known), but for those that were done
 * before they fell silent; what was not to be asked has its own status.
 * Their findings there stay, unconfirmed. Of a run that has ended nothing is written.
 * @returns how many accounts did tell.
 */
export const rememberSilentAccounts = async (
  run: RunRecord,
  ports: ReconcilePorts & RunPorts & { readonly hubRegion: string },
): Promise<number> => {
  const { heard, regions } = await heardOf(run.id, ports.store)
  // Where all told of themselves the run ends whether or not the bucket answers.
  if (heard.size === run.accountCount || run.finishedAt !== undefined) return heard.size
  const silent = (await plannedIn(run.id, ports.bucket)).filter(({ target }) => !heard.has(target.accountId))

  const policy = await policyOf(run.id, ports.store)
  const { id, startedAt, scope, previousRunId } = run
  const night = { run: { id, startedAt, scope }, checks: selectChecks(checkList, policy), policy, previousRunId }
  const regionsBefore = regionsIn(previousRunId, ports.store)
  for (const { target, unasked = silence } of silent) {
    const known = [...new Set([...regions, ...(await regionsBefore(target.accountId))])].sort()
    const places = known.length > 0 ? known : [ports.hubRegion]
    const rowOf = (region: string): RegionCoverage => {
      const rule = unasked.status === 'excluded' ? undefined : whyExcluded(region, { policy, scope })
      const why = rule === undefined ? unasked : ({ status: 'excluded', detail: rule } as const)
      return { accountId: target.accountId, region, ...why, failures: [] }
    }
    await ports.store.putAccount(await rememberSilence(target, places, rowOf, night, ports))
  }
  return heard.size
}

const plannedIn = async (runId: string, bucket: Bucket): Promise<readonly ScanRequest[]> => {
  const key = keysOf(runId).manifest
  const text = await bucket.readFile(key)
  if (text === undefined) throw new PostureError(`There is no ${key} in bucket ${bucket.name}: plan writes it.`)
  return text.split('\n').flatMap(line => (line === '' ? [] : ScanRequest.parse(JSON.parse(line))))
}

/** The accounts that told of themselves, and the Regions that any of them has. */
const heardOf = async (runId: string, store: Store) => {
  const heard = new Set<string>()
  const regions = new Set<string>()
  await store.eachAccount(runId, report => {
    if (wasSilent(report)) return
    heard.add(report.accountId)
    for (const { region, status } of report.regions) if (status !== 'region-disabled') regions.add(region)
  })
  return { heard, regions }
}

/** Remembers that nothing was heard of an account, and makes its report of that and of what was done before. */
const rememberSilence = async (
  target: Target,
  places: readonly string[],
  rowOf: (region: string) => RegionCoverage,
  night: RememberNight,
  ports: ReconcilePorts & RunPorts,
): Promise<AccountReport> => {
  const handover = await readHandover(night.run.id, target.accountId, ports.bucket)
  const done = new Map(handover?.done.map(outcome => [outcome.coverage.region, outcome]))
  const regions = handover?.regions.map(({ name }) => name) ?? places
  const rows = regions.map(region => done.get(region)?.coverage ?? rowOf(region))
  const outcomes = rows.map(coverage => done.get(coverage.region) ?? nothingOf(coverage))
  const account = { ...nothingSeen(target, rows), outcomes }
  const silent = rows.filter(({ region }) => !done.has(region))
  const standing = await rememberAreas(account, [...silent, ...globalCoverage(account, night)], night, ports)
  const report = accountReport(account, {
    runId: night.run.id,
    at: night.run.startedAt,
    standing,
    previous: await previousReport(night.previousRunId, target.accountId, ports.store),
    apiCalls: {},
  })
  return handover ? withDone(report, handover) : report
}

const withDone = (report: AccountReport, { totals, standing, waiversUsed }: Handover): AccountReport => ({
  ...report,
  totals: addTotals([report.totals, totals]),
  standing: addStandings([report.standing, standing]),
  waiversUsed: [...new Set([...report.waiversUsed, ...waiversUsed])].sort((a, b) => a - b),
})

const silence = { status: 'not-reached', detail: 'the scan of the account did not end' } as const

/** Whether a report was written for an account that did not write its own. */
const wasSilent = ({ regions }: AccountReport) =>
  regions.length === 0 || regions.some(({ detail }) => detail === silence.detail)
