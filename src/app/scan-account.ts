import pMap from 'p-map'
import type { Check } from '../core/check.ts'
import { coverageOf, type RegionCoverage } from '../core/coverage.ts'
import { addJudgements, evaluate, type Judgement, nothingJudged } from '../core/evaluate.ts'
import { accountSubject, joinSubjects } from '../core/join.ts'
import { leavesOut, type Policy } from '../core/policy.ts'
import type { AccountReader, OpenAccount, RegionState } from '../core/ports.ts'
import { type Failure, notRead } from '../core/read.ts'
import type { Looked } from '../core/result.ts'
import type { Scope } from '../core/run.ts'
import type { AccountRegion } from '../core/subjects.ts'
import type { Target } from '../core/target.ts'

/** What every account of a run is judged by. */
export interface Night {
  readonly policy: Policy
  readonly checks: readonly Check[]
  readonly scope: Scope
  /** The Regions of an account that cannot tell its own: those of the hub, asked for when first needed. */
  readonly hubRegions: () => Promise<readonly string[]>
}

/** What one account came to. Its inventories are dropped once judged. */
export interface AccountResult {
  readonly target: Target
  readonly coverage: readonly RegionCoverage[]
  readonly judgement: Judgement
  readonly looked: Looked
}

interface RegionResult {
  readonly coverage: RegionCoverage
  readonly judgement: Judgement
  readonly looked: Looked
  readonly defaults: AccountRegion['defaults']
}

/** Reads and judges one account: every Region of it ends with exactly one coverage status. Never throws for AWS. */
export const scanAccount = async (target: Target, night: Night, openAccount: OpenAccount): Promise<AccountResult> => {
  const access = await openAccount(target)
  if (access.status !== 'open') return notAsked(target, night, access.status, access.reason)

  const { regions, failures } = await regionsOf(access.reader, night)
  const results = await pMap(regions, region => scanRegion(target, region, failures, night, access.reader), {
    concurrency: night.policy.limits.regions,
  })
  return {
    target,
    coverage: results.map(({ coverage }) => coverage),
    judgement: addJudgements([
      ...results.map(({ judgement }) => judgement),
      judgeAccount(target, results, failures, night),
    ]),
    looked: addLooked(results.map(({ looked }) => looked)),
  }
}

/** The result of an account that is not asked: each Region of the hub gets the status, unless the Region is excluded. */
export const notAsked = async (
  target: Target,
  night: Night,
  status: RegionCoverage['status'],
  detail: string,
): Promise<AccountResult> => {
  const coverage = (await night.hubRegions()).map(region => {
    const rule = status === 'excluded' ? undefined : whyExcluded(region, night)
    return rule ? row(target, region, 'excluded', rule) : row(target, region, status, detail)
  })
  return { target, coverage, judgement: nothingJudged, looked: nothingLooked }
}

/** A Region that DescribeRegions could not tell of is tried all the same: then the failure stands in its coverage. */
const regionsOf = async (reader: AccountReader, night: Night) => {
  const { items, failures: refused } = await reader.listRegions()
  const failures = items.length === 0 && refused.length === 0 ? [noRegions] : refused
  if (failures.length === 0) return { regions: items, failures }
  const names = new Set([...(await night.hubRegions()), ...items.map(({ name }) => name)])
  return { regions: [...names].sort().map(name => ({ name, enabled: true })), failures }
}

const noRegions: Failure = { action: 'ec2:DescribeRegions', class: 'broken', reason: 'the answer names no Region' }

const scanRegion = async (
  target: Target,
  { name: region, enabled }: RegionState,
  failures: readonly Failure[],
  night: Night,
  reader: AccountReader,
): Promise<RegionResult> => {
  const rule = whyExcluded(region, night)
  if (rule) return unread(row(target, region, 'excluded', rule))
  if (!enabled) return unread(row(target, region, 'region-disabled', 'the Region is not enabled for the account'))

  const read = await reader.readRegion(region)
  if (read.status === 'region-disabled') return unread(row(target, region, 'region-disabled', read.reason))

  const inventory = { ...read.inventory, failures: [...read.inventory.failures, ...failures] }
  const subjects = joinSubjects(inventory)
  return {
    coverage: coverageOf(inventory),
    judgement: evaluate(night.checks, subjects, night.policy),
    looked: {
      clusters: subjects.cluster.length,
      nodeGroups: subjects['node-group'].length,
      launchTemplates: subjects['launch-template'].length,
    },
    defaults: inventory.imdsDefaults,
  }
}

/** An account is judged when all of its Regions are in, so never by a run that was told to look at some of them. */
const judgeAccount = (
  target: Target,
  results: readonly RegionResult[],
  [failure]: readonly Failure[],
  { checks, policy, scope }: Night,
) => {
  if (scope.regions) return nothingJudged
  const regions = results.map(({ coverage: { region, status }, defaults }) => ({ region, status, defaults }))
  const unlisted = failure && notRead(failure.action, failure.reason)
  return evaluate(checks, { account: [accountSubject(target, regions, unlisted)] }, policy)
}

const whyExcluded = (region: string, { policy, scope }: Night): string | undefined => {
  if (scope.regions && !scope.regions.includes(region)) return 'not among the Regions asked for'
  const rule = leavesOut(policy.scope.regions, [region])
  return rule && `posture.yaml: scope.regions.${rule}`
}

const row = (
  { accountId }: Target,
  region: string,
  status: RegionCoverage['status'],
  detail: string,
): RegionCoverage => ({ accountId, region, status, detail, failures: [] })

const unread = (coverage: RegionCoverage): RegionResult => ({
  coverage,
  judgement: nothingJudged,
  looked: nothingLooked,
  defaults: notRead('ec2:GetInstanceMetadataDefaults', coverage.detail ?? coverage.status),
})

const nothingLooked: Looked = { clusters: 0, nodeGroups: 0, launchTemplates: 0 }

/** The sum of what was looked at. */
export const addLooked = (all: readonly Looked[]): Looked => ({
  clusters: all.reduce((sum, { clusters }) => sum + clusters, 0),
  nodeGroups: all.reduce((sum, { nodeGroups }) => sum + nodeGroups, 0),
  launchTemplates: all.reduce((sum, { launchTemplates }) => sum + launchTemplates, 0),
})
