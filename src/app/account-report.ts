import { isCovered } from '../core/coverage.ts'
import { countFails } from '../core/fail-counts.ts'
import { type Finding, isCause, isOpenFail } from '../core/finding.ts'
import type { RegionOutcome } from '../core/handover.ts'
import type { AccountReport, DefaultsSource, Standing, Totals } from '../core/store.ts'
import type { AccountResult } from './scan-account.ts'

/** What an account's report takes from elsewhere than its scan. */
export interface Reporting {
  readonly runId: string
  /** The start of the run, UTC. */
  readonly at: string
  readonly standing: Standing
  /** What the account came to in the run before; of a Region that is not read tonight its estate stands. */
  readonly previous: AccountReport | undefined
  /** Calls that AWS answered for this account, by IAM action, where they were counted apart. */
  readonly apiCalls: Readonly<Record<string, number>>
}

/** What one account came to in a run, as it is kept. */
export const accountReport = (account: AccountResult, reporting: Reporting): AccountReport => {
  const { target, outcomes, judgement } = account
  const { runId, at, standing, previous, apiCalls } = reporting
  const before = new Map(previous?.regions.map(row => [row.region, row]))
  return {
    runId,
    accountId: target.accountId,
    name: target.name,
    ouPath: target.ouPath?.map(({ name }) => name) ?? null,
    regions: outcomes.map(outcome => reportedRegion(outcome, at, before.get(outcome.coverage.region))),
    totals: totalsOf(account, apiCalls),
    standing,
    defaults: defaultsOf(outcomes, judgement.findings),
    waiversUsed: [...judgement.waiversUsed].sort((a, b) => a - b),
  }
}

/** The totals of what a scan, or a part of it, came to. */
export const totalsOf = (
  { judgement: { findings, verdicts }, looked }: Pick<AccountResult, 'judgement' | 'looked'>,
  apiCalls: Readonly<Record<string, number>> = {},
): Totals => ({
  ...looked,
  pass: verdicts.pass,
  unknown: verdicts.unknown,
  fail: countFails(findings.filter(finding => isOpenFail(finding) && isCause(finding))),
  apiCalls,
})

type Reported = AccountReport['regions'][number]

const reportedRegion = (
  { coverage: { accountId, ...all }, estate, hasAllNodes }: RegionOutcome,
  at: string,
  before: Reported | undefined,
): Reported => {
  const coverage = { ...all, failures: firstOfEach(all.failures) }
  const isRead = isCovered(coverage.status) && estate !== null
  // Of nodes that could not all be listed, the last night that could counts: else fewer would look like progress.
  if (isRead && (hasAllNodes || !before?.estate)) return { ...coverage, estate, estateAsOf: at }
  const estateBefore = coverage.status === 'account-inactive' ? null : (before?.estate ?? null)
  return { ...coverage, estate: estateBefore, estateAsOf: before?.estateAsOf ?? null }
}

/**
 * The first failure of each action, as the detail of the coverage counts them. A denied action can fail for thousands of
 * resources, and a report is one item of the store.
 */
const firstOfEach = (failures: Reported['failures']) =>
  [...Map.groupBy(failures, ({ action }) => action).values()].flatMap(([first]) => first ?? [])

/** Where the defaults of the account's Regions come from, and what a declarative policy would close where there is none. */
const defaultsOf = (outcomes: readonly RegionOutcome[], findings: readonly Finding[]): DefaultsSource => {
  const read = outcomes.filter(({ defaults }) => defaults.ok)
  const others = read.filter(({ defaults }) => !(defaults.ok && defaults.value.managedBy === 'declarative-policy'))
  const ofAccount = findings.filter(
    finding => finding.checkId === 'account-imdsv2-default-required' && isOpenFail(finding),
  )
  return {
    regions: read.length,
    byPolicy: read.length - others.length,
    closable: others.reduce((sum, { closable }) => sum + closable, others.length > 0 ? ofAccount.length : 0),
  }
}
