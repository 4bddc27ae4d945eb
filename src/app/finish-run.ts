import { type Bucket, keysOf } from '../core/bucket.ts'
import { selectChecks } from '../core/evaluate.ts'
import { ScanRequest } from '../core/messages.ts'
import type { RunRecord, Store } from '../core/store.ts'
import type { Target } from '../core/target.ts'
import { reports as formats } from '../reports/index.ts'
import { checkList } from './check-list.ts'
import { type DeliveryPorts, deliver } from './deliver.ts'
import { regionsIn } from './departed.ts'
import { knownRun, policyOf } from './digest.ts'
import { remember } from './remember.ts'
import { reportFrom } from './report.ts'
import { endRun } from './runs.ts'
import { nothingSeen } from './scan-account.ts'

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
 * Ends a run: its reports go to the bucket, its alerts and its digest to the topics, its findings to
 * Security Hub where posture.yaml asks for it. It may be repeated, and sends each once.
 * @throws {PostureError} when the run is not known, or the bucket, a topic or Security Hub fails.
 */
export const finishRun = async (runId: string, ports: FinishRunPorts): Promise<RunEnd> => {
  const { store, bucket } = ports
  const run = await knownRun(runId, store)
  const reportedAccounts = await rememberSilentAccounts(run, ports)
  const { securityHub } = await policyOf(runId, store)
  await endRun(run, ports, { owesMessages: true, owesImport: securityHub.import })

  const result = await reportFrom(store, runId)
  const keys = keysOf(runId)
  await bucket.writeFile(keys.report, formats.html(result), 'text/html; charset=utf-8')
  await bucket.writeFile(keys.findings, formats.json(result), 'application/json')
  await deliver(runId, ports)
  return { plannedAccounts: run.accountCount, reportedAccounts }
}

/**
 * Planned accounts whose scan never told of itself are coverage too: `not-reached` in every Region that any account of
 * the run has, and in those in which they were looked for before.
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
  for (const { target } of silent) {
    const places = new Set([...regions, ...(await regionsBefore(target.accountId))])
    await remember(notReached(target, [...places].sort()), night, ports)
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
    for (const { region } of report.regions) regions.add(region)
  })
  return { heard, regions }
}

const notReached = (target: Target, regions: readonly string[]) =>
  nothingSeen(
    target,
    regions.map(region => ({ accountId: target.accountId, region, ...silence })),
  )

const silence = { status: 'not-reached', detail: 'the scan of the account did not end', failures: [] } as const
