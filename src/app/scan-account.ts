import pMap from 'p-map'
import type { Check } from '../core/check.ts'
import { type Listed, listedOf } from '../core/completeness.ts'
import { coverageOf, isIntended, type RegionCoverage } from '../core/coverage.ts'
import { addJudgements, evaluate, type Judged, type Judgement, judgedBy, nothingJudged } from '../core/evaluate.ts'
import type { Finding } from '../core/finding.ts'
import { disagreeingInsights } from '../core/insight-disagrees.ts'
import { accountSubject, joinSubjects } from '../core/join.ts'
import { leavesOut, type Policy } from '../core/policy.ts'
import type { AccountReader, OpenAccount, RegionState, Wanted } from '../core/ports.ts'
import { causedBy, type Failure, known, notRead, type Read } from '../core/read.ts'
import type { Looked } from '../core/result.ts'
import type { Scope } from '../core/run.ts'
import type { AccountRegion } from '../core/subjects.ts'
import type { Target } from '../core/target.ts'
import type { VersionCalendar } from '../core/version-support.ts'

/** What every account of a run is judged by. */
export interface Night {
  readonly policy: Policy
  readonly checks: readonly Check[]
  readonly scope: Scope
  /** Until when EKS supports which version, as the hub was told. */
  readonly calendar: VersionCalendar
  /** The Regions of an account that cannot tell its own: those of the hub, asked for when first needed. */
  readonly hubRegions: () => Promise<readonly string[]>
}

/** What one account came to. Its inventories are dropped once judged. */
export interface AccountResult {
  readonly target: Target
  readonly coverage: readonly RegionCoverage[]
  readonly judgement: Judgement
  readonly looked: Looked
  /** What was judged, area by area: the same findings as in `judgement`. A Region that was not read has none. */
  readonly areas: readonly JudgedArea[]
}

/** An area that was judged: a Region that was read, wholly or in part, or the account itself as `global`. */
export interface JudgedArea {
  readonly region: string
  /** Whether nothing of it was left unread. */
  readonly isComplete: boolean
  readonly listed: Listed
  readonly judged: readonly Judged[]
  readonly findings: readonly Finding[]
}

/** The Region under which findings about an account itself are kept. */
export const globalRegion = 'global'

interface RegionResult {
  readonly coverage: RegionCoverage
  readonly judgement: Judgement
  readonly looked: Looked
  readonly defaults: AccountRegion['defaults']
  readonly area?: JudgedArea
}

/** Reads and judges one account: every Region of it ends with exactly one coverage status. Never throws for AWS. */
export const scanAccount = async (target: Target, night: Night, openAccount: OpenAccount): Promise<AccountResult> => {
  const access = await openAccount(target, night.policy.limits.share)
  if (access.status !== 'open') return notAsked(target, night, access.status, access.reason)

  const { regions, failures } = await regionsOf(access.reader, night)
  const results = await pMap(regions, region => scanRegion(target, region, failures, night, access.reader), {
    concurrency: night.policy.limits.regions,
  })
  const account = judgeAccount(target, results, failures, night)
  return {
    target,
    coverage: results.map(({ coverage }) => coverage),
    judgement: addJudgements([...results.map(({ judgement }) => judgement), account.judgement]),
    looked: addLooked(results.map(({ looked }) => looked)),
    areas: [...results, account].flatMap(({ area }) => area ?? []),
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
  return nothingSeen(target, coverage)
}

/** The result of an account of which nothing is known but why. */
export const nothingSeen = (target: Target, coverage: readonly RegionCoverage[]): AccountResult => ({
  target,
  coverage,
  judgement: nothingJudged,
  looked: nothingLooked,
  areas: [],
})

/** A Region that DescribeRegions could not tell of is tried all the same: then the failure stands in its coverage. */
const regionsOf = async (reader: AccountReader, night: Night) => {
  const { items, failures: refused } = await reader.listRegions()
  const failures = items.length === 0 && refused.length === 0 ? [noRegions] : refused
  if (failures.length === 0) return { regions: items, failures }
  const { scope, policy } = night
  const named = [...(scope.regions ?? []), ...(policy.scope.regions.include ?? [])]
  const names = new Set([...(await night.hubRegions()), ...named, ...items.map(({ name }) => name)])
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

  const read = await reader.readRegion(region, wantedBy(night.checks))
  if (read.status === 'region-disabled') {
    // Where DescribeRegions said that the Region is enabled, an answer to the contrary is trouble with the credentials.
    return unread(row(target, region, failures.length > 0 ? 'region-disabled' : 'error', read.reason))
  }

  const inventory = { ...read.inventory, failures: [...read.inventory.failures, ...failures] }
  const subjects = joinSubjects(inventory, night.calendar)
  const coverage = coverageOf(inventory, disagreeingInsights(inventory, subjects))
  const judgement = evaluate(night.checks, subjects, night.policy)
  return {
    coverage,
    judgement,
    looked: {
      clusters: subjects.cluster.length,
      nodeGroups: subjects['node-group'].length,
      launchTemplates: subjects['launch-template'].length,
    },
    defaults: inventory.imdsDefaults,
    area: {
      region,
      isComplete: coverage.status === 'ok',
      listed: listedOf(inventory),
      judged: judgedBy(
        night.checks.filter(check => !isOfAccount(check)),
        subjects,
      ),
      findings: judgement.findings,
    },
  }
}

const wantedBy = (checks: readonly Check[]): Wanted => ({
  imdsV1Calls: checks.some(({ id }) => id === 'node-group-imdsv1-not-called'),
})

/** An account is judged when all of its Regions are in, so never by a run that was told to look at some of them. */
const judgeAccount = (
  target: Target,
  results: readonly RegionResult[],
  [failure]: readonly Failure[],
  night: Night,
): Pick<RegionResult, 'judgement' | 'area'> => {
  if (night.scope.regions) return { judgement: nothingJudged }
  const regions = results.map(({ coverage: { region, status }, defaults }) => ({ region, status, defaults }))
  const unlisted = causedBy(failure)
  const subjects = { account: [accountSubject(target, regions, allowsImdsV1(results, night.checks), unlisted)] }
  const judgement = evaluate(night.checks, subjects, night.policy)
  return {
    judgement,
    area: {
      region: globalRegion,
      isComplete: regions.every(({ status }) => status === 'ok' || isIntended(status)),
      listed: nothingListed,
      judged: judgedBy(night.checks.filter(isOfAccount), subjects),
      findings: judgement.findings,
    },
  }
}

const imdsChecks = [
  'launch-template-imdsv2-required',
  'node-group-imdsv2-required',
  'node-group-nodes-imdsv2-required',
] as const

/**
 * Whether something in the account's Regions allows IMDSv1: known where something fails, or everything was judged by
 * all the checks that ask for it.
 */
const allowsImdsV1 = (results: readonly RegionResult[], checks: readonly Check[]): Read<boolean> => {
  const findings = results
    .flatMap(({ judgement }) => judgement.findings)
    .filter(({ checkId }) => imdsChecks.some(id => id === checkId))
  if (findings.some(({ status }) => status === 'fail')) return known(true)
  const what = 'IMDSv2 of every node group and launch template'
  const left = imdsChecks.filter(id => !checks.some(check => check.id === id))
  if (left.length > 0) return notRead(what, `not judged by ${left.join(', ')}: disabled or out of scope`)
  const gap = results.find(({ coverage }) => coverage.status !== 'ok' && !isIntended(coverage.status))
  if (!gap && findings.length === 0) return known(false)
  return notRead(what, gap?.coverage.detail ?? 'not all of it could be judged')
}

const isOfAccount = ({ appliesTo }: Check) => appliesTo === 'account'

const nothingListed: Listed = {
  clusters: false,
  launchTemplates: false,
  nodeGroups: false,
  instances: false,
  imageUses: false,
  nodeGroupsExcept: [],
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
