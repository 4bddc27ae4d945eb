import { isCovered } from '../core/coverage.ts'
import { countFails } from '../core/fail-counts.ts'
import { isCause, isOpenFail } from '../core/finding.ts'
import type { AccountReport, Standing } from '../core/store.ts'
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
export const accountReport = (
  { target, coverage, judgement: { findings, verdicts, waiversUsed }, looked, areas, defaults }: AccountResult,
  { runId, at, standing, previous, apiCalls }: Reporting,
): AccountReport => {
  const tonight = new Map(areas.map(area => [area.region, area]))
  const before = new Map(previous?.regions.map(row => [row.region, row]))
  return {
    runId,
    accountId: target.accountId,
    name: target.name,
    ouPath: target.ouPath?.map(({ name }) => name) ?? null,
    regions: coverage.map(({ accountId, ...region }) => {
      const area = isCovered(region.status) ? tonight.get(region.region) : undefined
      const known = before.get(region.region)
      // Of nodes that could not all be listed, the last night that could counts: else fewer would look like progress.
      const isWhole = area?.listed.nodeGroups && area.listed.instances
      if (area?.estate && (isWhole || !known?.estate)) return { ...region, estate: area.estate, estateAsOf: at }
      const stands = region.status !== 'account-inactive'
      return { ...region, estate: (stands && known?.estate) || null, estateAsOf: known?.estateAsOf ?? null }
    }),
    totals: {
      ...looked,
      pass: verdicts.pass,
      unknown: verdicts.unknown,
      fail: countFails(findings.filter(finding => isOpenFail(finding) && isCause(finding))),
      apiCalls,
    },
    standing,
    defaults,
    waiversUsed: [...waiversUsed].sort((a, b) => a - b),
  }
}
