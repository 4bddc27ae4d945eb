import { type Bucket, keysOf } from '../core/bucket.ts'
import type { RegionCoverage } from '../core/coverage.ts'
import { selectChecks } from '../core/evaluate.ts'
import { ScanRequest } from '../core/messages.ts'
import type { RunRecord, Store } from '../core/store.ts'
import { reports as formats } from '../reports/index.ts'
import { checkList } from './check-list.ts'
import { type DeliveryPorts, deliver } from './deliver.ts'
import { regionsIn } from './departed.ts'
import { knownRun, policyOf } from './digest.ts'
import { remember } from './remember.ts'
import { reportFrom } from './report.ts'
import { endRun } from './runs.ts'
import { nothingSeen, whyExcluded } from './scan-account.ts'

export interface FinishRunPorts extends DeliveryPorts {
  readonly bucket: Bucket
}

/** How far a run came. */
export interface RunEnd {
  readonly plannedAccounts: number
  /** Accounts with a report, whatever it says; the others were never scanned. */
  readonly reportedAccounts: number
}

/**
 * Ends a run: its reports go to the bucket, its alerts and its digest to the topic. It may be repeated, and sends each once.
 * @throws {PostureError} when the run is not known, or the bucket or the topic fails.
 */
export const finishRun = async (runId: string, ports: FinishRunPorts): Promise<RunEnd> => {
  const { store, bucket } = ports
  const run = await knownRun(runId, store)
  const reportedAccounts = await rememberSilentAccounts(run, ports)
  await endRun(run, ports, true)

  const result = await reportFrom(store, runId)
  const keys = keysOf(runId)
  await bucket.writeFile(keys.report, formats.html(result), 'text/html; charset=utf-8')
  await bucket.writeFile(keys.findings, formats.json(result), 'application/json')
  await deliver(runId, ports)
  return { plannedAccounts: run.accountCount, reportedAccounts }
}

/**
 * Planned accounts whose scan never told of itself are coverage too: `not-reached` in every Region that any account of
 * the run has, and in those in which they were looked for before; but what was not to be asked has its own status.
 * @returns how many accounts did tell.
 */
const rememberSilentAccounts = async (run: RunRecord, ports: FinishRunPorts): Promise<number> => {
  const { store, bucket } = ports
  const { heard, regions } = await heardOf(run.id, store)
  const manifest = (await bucket.readFile(keysOf(run.id).manifest)) ?? ''
  const planned = manifest.split('\n').flatMap(line => (line === '' ? [] : ScanRequest.parse(JSON.parse(line))))
  const silent = planned.filter(({ target }) => !heard.has(target.accountId))
  if (silent.length === 0 || run.finishedAt !== undefined) return heard.size

  const policy = await policyOf(run.id, store)
  const { id, startedAt, scope, previousRunId } = run
  const night = { run: { id, startedAt, scope }, checks: selectChecks(checkList, policy), policy, previousRunId }
  const regionsBefore = regionsIn(previousRunId, store)
  for (const { target, unasked = silence } of silent) {
    const places = new Set([...regions, ...(await regionsBefore(target.accountId))])
    const coverage = [...places].sort().map((region): RegionCoverage => {
      const rule = unasked.status === 'excluded' ? undefined : whyExcluded(region, { policy, scope })
      const why = rule === undefined ? unasked : { status: 'excluded' as const, detail: rule }
      return { accountId: target.accountId, region, ...why, failures: [] }
    })
    await remember(nothingSeen(target, coverage), night, ports)
  }
  return heard.size
}

/** The accounts that told of themselves, and the Regions that any of them has. */
const heardOf = async (runId: string, store: Store) => {
  const heard = new Set<string>()
  const regions = new Set<string>()
  await store.eachAccount(runId, report => {
    if (report.regions.every(({ status }) => status === 'not-reached')) return
    heard.add(report.accountId)
    for (const { region, status } of report.regions) if (status !== 'region-disabled') regions.add(region)
  })
  return { heard, regions }
}

const silence = { status: 'not-reached', detail: 'the scan of the account did not end' } as const
