import type { Check } from '../core/check.ts'
import { type Listed, listedOf } from '../core/completeness.ts'
import { coverageOf, isCovered, type RegionCoverage } from '../core/coverage.ts'
import { closableIn } from '../core/declarative-policy.ts'
import { estateOf } from '../core/estate.ts'
import { type Assignment, evaluate, type Judged, type Judgement, judgedBy, nothingJudged } from '../core/evaluate.ts'
import type { Finding } from '../core/finding.ts'
import type { RegionOutcome } from '../core/handover.ts'
import { disagreeingInsights } from '../core/insight-disagrees.ts'
import { joinSubjects } from '../core/join.ts'
import { ownersIn } from '../core/owner.ts'
import { leavesOut, type Policy } from '../core/policy.ts'
import type { AccountReader, RegionState, Wanted } from '../core/ports.ts'
import { type Failure, notRead } from '../core/read.ts'
import type { Looked } from '../core/result.ts'
import type { Scope } from '../core/run.ts'
import type { Target } from '../core/target.ts'
import type { VersionCalendar } from '../core/version-support.ts'
import { waiversIn } from '../core/waive.ts'

/** What every account of a run is judged by. */
export interface Night {
  readonly policy: Policy
  readonly checks: readonly Check[]
  readonly scope: Scope
  /** Until when EKS supports which version, as the hub was told. */
  readonly calendar: VersionCalendar
  /** The Regions of an account that cannot tell its own: those of the hub, asked for when first needed. */
  readonly hubRegions: () => Promise<readonly string[]>
  /** The Regions in which an account was looked for the last time, for one that cannot tell its own tonight. */
  readonly regionsBefore: (accountId: string) => Promise<readonly string[]>
  /** The day of the run, UTC: whether a waiver holds. */
  readonly today: string
}

/** How posture.yaml assigns what is found in an account. */
export const assigning = (target: Target, { policy, today }: Night): Assignment => ({
  ownerOf: ownersIn(policy, target),
  waive: waiversIn(policy, target, today),
})

/** An area that was judged: a Region that was read, wholly or in part, or the account itself as `global`. */
export interface JudgedArea {
  readonly region: string
  /** Whether nothing of it was left unread. */
  readonly isComplete: boolean
  readonly listed: Listed
  readonly judged: readonly Judged[]
  readonly findings: readonly Finding[]
}

/** What one Region came to; its inventory is dropped. */
export interface RegionResult extends RegionOutcome {
  readonly judgement: Judgement
  readonly looked: Looked
  readonly area?: JudgedArea
}

/**
 * The Regions of an account, and why there may be more. One that DescribeRegions could not tell of is tried all the same:
 * then the failure stands in its coverage.
 */
export const regionsOf = async (reader: AccountReader, target: Target, night: Night) => {
  const { items, failures: refused } = await reader.listRegions()
  const failures = items.length === 0 && refused.length === 0 ? [noRegions] : refused
  if (failures.length === 0) return { regions: items, failures }
  const { scope, policy } = night
  const named = [...(scope.regions ?? []), ...(policy.scope.regions.include ?? [])]
  const names = new Set([...(await regionsToTry(target, night)), ...named, ...items.map(({ name }) => name)])
  return { regions: [...names].sort().map(name => ({ name, enabled: true })), failures }
}

/** The Regions of an account that does not tell them: those of the hub, and those in which it was looked for before. */
export const regionsToTry = async ({ accountId }: Target, night: Night): Promise<readonly string[]> =>
  [...new Set([...(await night.hubRegions()), ...(await night.regionsBefore(accountId))])].sort()

const noRegions: Failure = { action: 'ec2:DescribeRegions', class: 'broken', reason: 'the answer names no Region' }

/** Reads and judges one Region. Never throws for AWS. */
export const scanRegion = async (
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
  const judgement = evaluate(night.checks, subjects, night.policy, assigning(target, night))
  const listed = listedOf(inventory)
  return {
    coverage,
    judgement,
    looked: {
      clusters: subjects.cluster.length,
      nodeGroups: subjects['node-group'].length,
      launchTemplates: subjects['launch-template'].length,
    },
    defaults: inventory.imdsDefaults,
    imdsV1: imdsV1In(judgement),
    closable: closableIn(subjects, judgement.findings),
    estate: isCovered(coverage.status) ? estateOf(subjects['node-group']) : null,
    hasAllNodes: listed.nodeGroups && listed.instances,
    area: {
      region,
      isComplete: coverage.status === 'ok',
      listed,
      judged: judgedBy(
        night.checks.filter(check => !isOfAccount(check)),
        subjects,
      ),
      findings: judgement.findings,
    },
  }
}

/** The result of a Region that is not read, for a reason that holds for the whole account, unless it is out of scope anyway. */
export const unaskedRegion = (
  target: Target,
  region: string,
  night: Night,
  { status, detail }: Pick<RegionCoverage, 'status'> & { readonly detail: string },
): RegionResult => {
  const rule = status === 'excluded' ? undefined : whyExcluded(region, night)
  return unread(rule ? row(target, region, 'excluded', rule) : row(target, region, status, detail))
}

const wantedBy = (checks: readonly Check[]): Wanted => ({
  imdsV1Calls: checks.some(({ id }) => id === 'node-group-imdsv1-not-called'),
})

/** The checks that say whether something allows IMDSv1. */
export const imdsChecks = [
  'launch-template-imdsv2-required',
  'node-group-imdsv2-required',
  'node-group-nodes-imdsv2-required',
] as const

const imdsV1In = ({ findings }: Judgement): RegionOutcome['imdsV1'] => {
  const said = findings.filter(({ checkId }) => imdsChecks.some(id => id === checkId))
  if (said.some(({ status }) => status === 'fail')) return 'allowed'
  return said.length > 0 ? 'not known' : 'not seen'
}

/** Whether a check judges accounts, so no Region by itself. */
export const isOfAccount = ({ appliesTo }: Check) => appliesTo === 'account'

/** The rule that leaves a Region out of scope; undefined where it is in it. */
export const whyExcluded = (region: string, { policy, scope }: Pick<Night, 'policy' | 'scope'>): string | undefined => {
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
  ...nothingOf(coverage),
  judgement: nothingJudged,
  looked: nothingLooked,
})

/** The outcome of a Region that was not read. */
export const nothingOf = (coverage: RegionCoverage): RegionOutcome => ({
  coverage,
  defaults: notRead('ec2:GetInstanceMetadataDefaults', coverage.detail ?? coverage.status),
  imdsV1: 'not seen',
  closable: 0,
  estate: null,
  hasAllNodes: false,
})

/** Of what was not read. */
export const nothingLooked: Looked = { clusters: 0, nodeGroups: 0, launchTemplates: 0 }
