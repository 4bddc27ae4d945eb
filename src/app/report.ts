import { PostureError } from '../core/errors.ts'
import { byPlace, type Finding } from '../core/finding.ts'
import type { ScanResult } from '../core/result.ts'
import type { AccountReport, RunRecord, Store } from '../core/store.ts'
import type { StoredFinding } from '../core/stored.ts'
import { compareText } from '../core/text.ts'

export interface ReportFilter {
  readonly checkId?: string | undefined
  readonly accountId?: string | undefined
}

/**
 * A result as the store tells it: the coverage and the totals of a run, and the findings that stand open now.
 * @param runId the run; without it the newest one that ended.
 * @throws {PostureError} when the store knows no such run.
 */
export const reportFrom = async (
  store: Store,
  runId: string | undefined,
  { checkId, accountId }: ReportFilter = {},
): Promise<ScanResult> => {
  const run = await runOf(store, runId)
  const [reports, open] = await Promise.all([store.accountsOf(run.id), store.openFindings()])
  const accounts = reports.filter(account => accountId === undefined || account.accountId === accountId)
  const findings = open.filter(
    finding =>
      (checkId === undefined || finding.checkId === checkId) &&
      (accountId === undefined || finding.accountId === accountId),
  )
  return {
    run: { id: run.id, startedAt: run.startedAt, scope: run.scope },
    finishedAt: run.finishedAt ?? run.startedAt,
    toolVersion: run.toolVersion,
    accountNames: Object.fromEntries(reports.map(({ accountId: id, name }) => [id, name])),
    coverage: accounts
      .flatMap(({ accountId: id, regions }) => regions.map(row => ({ accountId: id, ...row })))
      .sort((a, b) => compareText(a.accountId, b.accountId) || compareText(a.region, b.region)),
    findings: findings.map(findingOf).sort(byPlace),
    firstSeen: Object.fromEntries(findings.map(({ id, firstSeen }) => [id, firstSeen])),
    ...totalsOf(accounts, findings),
  }
}

const runOf = async (store: Store, runId: string | undefined): Promise<RunRecord> => {
  const run = runId === undefined ? await newestEnded(store) : await store.readRun(runId)
  if (run) return run
  const what = runId === undefined ? 'no run that ended' : `no run ${runId}`
  throw new PostureError(`The store holds ${what}: scan first, with the same --store or --table.`)
}

const recent = 20

const newestEnded = async (store: Store) =>
  (await store.latestRuns(recent)).find(({ finishedAt }) => finishedAt !== undefined)

const findingOf = (stored: StoredFinding): Finding => {
  const { id, checkId, verdict, severity, accountId, region, resource, title, message, evidence, controls } = stored
  return { id, checkId, status: verdict, severity, accountId, region, resource, title, message, evidence, controls }
}

const totalsOf = (accounts: readonly AccountReport[], findings: readonly StoredFinding[]) => {
  const sum = (of: (totals: AccountReport['totals']) => number) =>
    accounts.reduce((total, { totals }) => total + of(totals), 0)
  const apiCalls: Record<string, number> = {}
  for (const { totals } of accounts) {
    for (const [action, count] of Object.entries(totals.apiCalls)) apiCalls[action] = (apiCalls[action] ?? 0) + count
  }
  return {
    looked: {
      clusters: sum(({ clusters }) => clusters),
      nodeGroups: sum(({ nodeGroups }) => nodeGroups),
      launchTemplates: sum(({ launchTemplates }) => launchTemplates),
    },
    verdicts: {
      pass: sum(({ pass }) => pass),
      fail: findings.filter(({ verdict }) => verdict === 'fail').length,
      unknown: findings.filter(({ verdict }) => verdict === 'unknown').length,
      skip: 0,
    },
    apiCalls: Object.fromEntries(Object.entries(apiCalls).sort(([a], [b]) => compareText(a, b))),
  }
}
