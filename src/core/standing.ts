import { daysBetween } from './days.ts'
import { addFails, byWorst, countFails } from './fail-counts.ts'
import type { Policy } from './policy.ts'
import type { Standing } from './store.ts'
import type { StoredFinding } from './stored.ts'
import { byWorstCluster } from './tally-accounts.ts'
import { compareText } from './text.ts'

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

/** What stands open in several parts of an account: no cluster is in two of them. */
export const addStandings = (all: readonly Standing[]): Standing => {
  const sum = (of: (standing: Standing) => number) => all.reduce((total, standing) => total + of(standing), 0)
  const owners = Map.groupBy(
    all.flatMap(standing => standing.owners),
    ({ owner }) => owner,
  )
  return {
    fail: addFails(all.map(({ fail }) => fail)),
    caused: sum(({ caused }) => caused),
    unknown: sum(({ unknown }) => unknown),
    waived: sum(({ waived }) => waived),
    unconfirmed: sum(({ unconfirmed }) => unconfirmed),
    pastDue: addFails(all.map(({ pastDue }) => pastDue)),
    oldest: all.flatMap(({ oldest }) => oldest ?? []).sort(compareText)[0] ?? null,
    owners: firstOwners(
      [...owners].map(([owner, group]) => ({ owner, fail: addFails(group.map(({ fail }) => fail)) })),
    ),
    clusters: all
      .flatMap(({ clusters }) => clusters)
      .sort(byWorstCluster)
      .slice(0, mostClusters),
  }
}

const firstOwners = (owners: Standing['owners']): Standing['owners'] =>
  owners.toSorted((a, b) => byWorst(a.fail, b.fail) || compareText(a.owner ?? '', b.owner ?? '')).slice(0, mostOwners)

/**
 * What stands open in an account or a part of it.
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
    owners: firstOwners(
      [...Map.groupBy(causes, ({ owner }) => owner)].map(([owner, group]) => ({ owner, fail: countFails(group) })),
    ),
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
