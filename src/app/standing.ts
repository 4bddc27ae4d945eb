import { daysBetween } from '../core/days.ts'
import { byWorst, countFails } from '../core/fail-counts.ts'
import type { Policy } from '../core/policy.ts'
import type { Standing } from '../core/store.ts'
import type { StoredFinding } from '../core/stored.ts'
import { byWorstCluster } from '../core/tally-accounts.ts'
import { compareText } from '../core/text.ts'

/** A digest shows the worst clusters of an organization, and no account can have more of them than that. */
const mostClusters = 10
/** Owners come from tags, which anybody may write; those with the fewest fails are left to the account's own count. */
const mostOwners = 50

/** Whether a finding has been open for longer than posture.yaml allows for its severity. */
export const isPastDue = (
  { severity, firstSeen }: Pick<StoredFinding, 'severity' | 'firstSeen'>,
  { dueDays }: Pick<Policy, 'dueDays'>,
  at: string,
): boolean => {
  const days = dueDays[severity]
  return days !== undefined && daysBetween(firstSeen, at) > days
}

/**
 * What stands open in an account.
 * @param findings every finding that is stored of it, whatever its state.
 * @param at the start of the run, UTC.
 */
export const standingOf = (
  findings: readonly StoredFinding[],
  policy: Pick<Policy, 'dueDays'>,
  at: string,
): Standing => {
  const open = findings.filter(({ state }) => state === 'open')
  const fails = open.filter(({ verdict }) => verdict === 'fail')
  const causes = fails.filter(({ causedBy }) => causedBy.length === 0)
  return {
    fail: countFails(causes),
    caused: fails.length - causes.length,
    unknown: open.length - fails.length,
    waived: findings.filter(({ state }) => state === 'waived').length,
    unconfirmed: fails.filter(({ unconfirmedSince }) => unconfirmedSince !== undefined).length,
    pastDue: countFails(causes.filter(finding => isPastDue(finding, policy, at))),
    oldest: causes.map(({ firstSeen }) => firstSeen).sort(compareText)[0] ?? null,
    owners: [...Map.groupBy(causes, ({ owner }) => owner)]
      .map(([owner, group]) => ({ owner, fail: countFails(group) }))
      .sort((a, b) => byWorst(a.fail, b.fail) || compareText(a.owner ?? '', b.owner ?? ''))
      .slice(0, mostOwners),
    clusters: worstClusters(causes),
  }
}

const worstClusters = (fails: readonly StoredFinding[]): Standing['clusters'] => {
  const inClusters = fails.filter(({ resource }) => resource.clusterName !== null)
  return [...Map.groupBy(inClusters, ({ region, resource }) => JSON.stringify([region, resource.clusterName])).values()]
    .map(group => ({
      region: group[0]?.region ?? '',
      name: group[0]?.resource.clusterName ?? '',
      fail: countFails(group),
      nodes: nodesOf(group),
    }))
    .sort(byWorstCluster)
    .slice(0, mostClusters)
}

/** A group has as many nodes as the newest of its findings says. */
const nodesOf = (fails: readonly StoredFinding[]) => {
  const groups = fails
    .filter(({ resource }) => resource.type === 'node-group')
    .toSorted((a, b) => compareText(a.changedIn, b.changedIn))
  const nodes = new Map(groups.map(finding => [finding.resource.id, finding.nodes ?? 0]))
  return [...nodes.values()].reduce((sum, count) => sum + count, 0)
}
