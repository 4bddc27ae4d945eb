import { isInScope } from '../core/coverage.ts'
import { PostureError } from '../core/errors.ts'
import { byPlace, type Finding } from '../core/finding.ts'
import { matchesGlob } from '../core/glob.ts'
import type { ScanResult } from '../core/result.ts'
import type { AccountReport, RunRecord, Store } from '../core/store.ts'
import type { FindingEvent, StoredFinding } from '../core/stored.ts'
import { compareText } from '../core/text.ts'
import { bySeverity, type Severity } from '../core/verdict.ts'
import { findingsAsOf } from './as-of.ts'
import { checkList } from './check-list.ts'
import { isScoped, recentRuns } from './runs.ts'
import { globalRegion } from './scan-account.ts'

/** What of a store is asked for; each key that is there narrows it. */
export interface ReportFilter {
  readonly checkId?: string | undefined
  readonly accountId?: string | undefined
  readonly region?: string | undefined
  /** Name of a cluster, `*` for any text. */
  readonly cluster?: string | undefined
  readonly owner?: string | undefined
  /** This severity and worse. */
  readonly severity?: Severity | undefined
  /** @default by account, Region, severity, check and resource */
  readonly sort?: ReportOrder | undefined
}

const orders = {
  severity: (a, b) => bySeverity(a.severity, b.severity),
  age: (a, b) => compareText(a.firstSeen, b.firstSeen),
  nodes: (a, b) => (b.nodes ?? 0) - (a.nodes ?? 0),
  owner: (a, b) => compareText(a.owner ?? '\uffff', b.owner ?? '\uffff'),
} as const satisfies Record<string, (a: StoredFinding, b: StoredFinding) => number>
export type ReportOrder = keyof typeof orders
/** What findings can be sorted by: the worst, the oldest, those with the most nodes first, or by who answers for them. */
export const reportOrders = Object.keys(orders) as readonly ReportOrder[]

/**
 * A result as the store tells it: the coverage and the totals of a run, and the findings that stood open when it ended.
 * @param runId the run; without it the newest one that ended.
 * @throws {PostureError} when the store knows no such run.
 */
export const reportFrom = async (
  store: Store,
  runId: string | undefined,
  filter: ReportFilter = {},
): Promise<ScanResult> => {
  const recent = await store.latestRuns(recentRuns)
  const run = await runOf(store, recent, runId)
  const reports: AccountReport[] = []
  await store.eachAccount(run.id, report => void reports.push(report))
  const accounts = reports.filter(({ accountId }) => (filter.accountId ?? accountId) === accountId)
  const isNewest = !recent.some(({ id, finishedAt }) => id > run.id && finishedAt !== undefined)
  const stored = isNewest ? await store.listFindings() : await findingsAsOf(run, accounts, store)
  const regionsOf = new Map(reports.map(({ accountId, regions }) => [accountId, regions]))
  const isTold = ({ accountId, region }: StoredFinding) => {
    const regions = regionsOf.get(accountId)
    // A run of a part leaves the rest to the others; where posture.yaml looks away, nothing is open any more.
    return regions !== undefined && (isScoped(run.scope) || isInScope(regions, region))
  }
  const told = stored.filter(isTold)
  demandKnown(filter, reports, told)
  const findings = told.filter(finding => matches(finding, filter))
  return {
    run: { id: run.id, startedAt: run.startedAt, scope: run.scope },
    finishedAt: run.finishedAt ?? run.startedAt,
    toolVersion: run.toolVersion,
    undelivered: run.digestSentAt === undefined ? (run.digestFailure ?? null) : null,
    accountNames: Object.fromEntries(reports.map(({ accountId: id, name }) => [id, name])),
    coverage: accounts
      .flatMap(({ accountId, regions }) =>
        regions.map(({ region, status, detail, failures }) => ({ accountId, region, status, detail, failures })),
      )
      .filter(({ region }) => (filter.region ?? region) === region)
      .sort((a, b) => compareText(a.accountId, b.accountId) || compareText(a.region, b.region)),
    findings: sorted(findings, filter.sort).map(findingOf),
    firstSeen: Object.fromEntries(findings.map(({ id, firstSeen }) => [id, firstSeen])),
    ...totalsOf(accounts, findings, isNarrowed(filter)),
  }
}

/** Whether a report leaves out more than whole accounts. */
const isNarrowed = ({ checkId, region, cluster, owner, severity }: ReportFilter) =>
  [checkId, region, cluster, owner, severity].some(asked => asked !== undefined)

/**
 * A name that nothing bears would make a report that looks like a clean estate.
 * @throws {PostureError} when it is known that nothing does.
 */
const demandKnown = (
  { checkId, accountId, region }: ReportFilter,
  reports: readonly AccountReport[],
  findings: readonly StoredFinding[],
): void => {
  const refuse = (what: string, where: string) => {
    throw new PostureError(`There is no ${what}${where}.`)
  }
  if (
    checkId !== undefined &&
    ![...checkList.map(({ id }) => id), ...findings.map(one => one.checkId)].includes(checkId)
  )
    refuse(`check ${checkId}`, ': npx eks-node-posture checks lists them')
  if (accountId !== undefined && !reports.some(report => report.accountId === accountId))
    refuse(`account ${accountId}`, ' in that run: report without --account names those that it looked at')
  if (
    region !== undefined &&
    region !== globalRegion &&
    !reports.some(({ regions }) => regions.some(({ region: name }) => name === region))
  )
    refuse(`Region ${region}`, ' in that run: report without --region names those that it looked at')
}

const sorted = (findings: readonly StoredFinding[], order: ReportOrder | undefined) => {
  const compare = order === undefined ? () => 0 : orders[order]
  return findings.toSorted((a, b) => compare(a, b) || byPlace(a, b))
}

/**
 * What happened to a finding, the oldest first.
 * @throws {PostureError} when nothing is known of it.
 */
export const historyOf = async (store: Store, findingId: string): Promise<readonly FindingEvent[]> => {
  const events = await store.historyOf({ findingId })
  if (events.length > 0) return events.toSorted((a, b) => compareText(a.runId, b.runId))
  throw new PostureError(
    `The store knows nothing of a finding ${findingId}: its id is 32 hex digits, as --format json and csv print it.`,
  )
}

const matches = (finding: StoredFinding, { checkId, accountId, region, cluster, owner, severity }: ReportFilter) =>
  (checkId ?? finding.checkId) === finding.checkId &&
  (accountId ?? finding.accountId) === finding.accountId &&
  (region ?? finding.region) === finding.region &&
  (owner ?? finding.owner) === finding.owner &&
  (cluster === undefined || matchesGlob(cluster, finding.resource.clusterName ?? '')) &&
  (severity === undefined || bySeverity(finding.severity, severity) <= 0)

const runOf = async (store: Store, recent: readonly RunRecord[], runId: string | undefined): Promise<RunRecord> => {
  const run =
    runId === undefined ? recent.find(({ finishedAt }) => finishedAt !== undefined) : await store.readRun(runId)
  if (run) return run
  const what = runId === undefined ? 'no run that ended' : `no run ${runId}`
  throw new PostureError(`The store holds ${what}: scan first, with the same --store or --table.`)
}

export const findingOf = (stored: StoredFinding): Finding => {
  const { id, checkId, verdict, severity, accountId, region, resource, title, message, evidence, controls } = stored
  const { owner, nodes, causedBy, waiver } = stored
  return {
    ...{ id, checkId, status: verdict, severity, accountId, region, resource, title, message, evidence, controls },
    ...{ owner, nodes, causedBy, waiver: stored.state === 'waived' ? waiver : null },
  }
}

const totalsOf = (accounts: readonly AccountReport[], findings: readonly StoredFinding[], isPart: boolean) => {
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
      pass: isPart ? null : sum(({ pass }) => pass),
      fail: findings.filter(({ verdict }) => verdict === 'fail').length,
      unknown: findings.filter(({ verdict }) => verdict === 'unknown').length,
      skip: 0,
    },
    apiCalls: Object.fromEntries(Object.entries(apiCalls).sort(([a], [b]) => compareText(a, b))),
  }
}
