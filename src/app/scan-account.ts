import pMap from 'p-map'
import type { Check } from '../core/check.ts'
import type { Listed } from '../core/completeness.ts'
import { isIntended, type RegionCoverage } from '../core/coverage.ts'
import { addJudgements, evaluate, type Judgement, judgedBy, nothingJudged } from '../core/evaluate.ts'
import type { RegionOutcome } from '../core/handover.ts'
import { accountSubject } from '../core/join.ts'
import type { OpenAccount } from '../core/ports.ts'
import { causedBy, type Failure, known, notRead, type Read } from '../core/read.ts'
import type { Looked } from '../core/result.ts'
import type { Target } from '../core/target.ts'
import {
  assigning,
  imdsChecks,
  isOfAccount,
  type JudgedArea,
  type Night,
  nothingLooked,
  nothingOf,
  type RegionResult,
  regionsOf,
  regionsToTry,
  scanRegion,
  unaskedRegion,
} from './scan-region.ts'

export type { JudgedArea, Night }

/** What one account came to. Its inventories are dropped once judged. */
export interface AccountResult {
  readonly target: Target
  readonly coverage: readonly RegionCoverage[]
  /** The Regions of `coverage`, with what its report needs of them. */
  readonly outcomes: readonly RegionOutcome[]
  readonly judgement: Judgement
  readonly looked: Looked
  /** What was judged, area by area: the same findings as in `judgement`. A Region that was not read has none. */
  readonly areas: readonly JudgedArea[]
}

/** The Region under which findings about an account itself are kept. */
export const globalRegion = 'global'

/** Reads and judges one account: every Region of it ends with exactly one coverage status. Never throws for AWS. */
export const scanAccount = async (target: Target, night: Night, openAccount: OpenAccount): Promise<AccountResult> => {
  const access = await openAccount(target, night.policy.limits.share)
  if (access.status !== 'open') return notAsked(target, night, access.status, access.reason)

  const { regions, failures } = await regionsOf(access.reader, target, night)
  const results = await pMap(regions, region => scanRegion(target, region, failures, night, access.reader), {
    concurrency: night.policy.limits.regions,
  })
  const account = judgeAccount(target, results, failures, night)
  return {
    target,
    coverage: results.map(({ coverage }) => coverage),
    outcomes: results,
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
  const regions = (await regionsToTry(target, night)).map(region =>
    unaskedRegion(target, region, night, { status, detail }),
  )
  return nothingSeen(
    target,
    regions.map(({ coverage }) => coverage),
  )
}

/** The result of an account of which nothing is known but why. */
export const nothingSeen = (target: Target, coverage: readonly RegionCoverage[]): AccountResult => ({
  target,
  coverage,
  outcomes: coverage.map(nothingOf),
  judgement: nothingJudged,
  looked: nothingLooked,
  areas: [],
})

/** An account is judged when all of its Regions are in, so never by a run that was told to look at some of them. */
export const judgeAccount = (
  target: Target,
  results: readonly RegionOutcome[],
  [failure]: readonly Failure[],
  night: Night,
): Pick<RegionResult, 'judgement' | 'area'> => {
  if (night.scope.regions) return { judgement: nothingJudged }
  const regions = results.map(({ coverage: { region, status }, defaults }) => ({ region, status, defaults }))
  const unlisted = causedBy(failure)
  const subjects = { account: [accountSubject(target, regions, allowsImdsV1(results, night.checks), unlisted)] }
  const judgement = evaluate(night.checks, subjects, night.policy, assigning(target, night))
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

/**
 * Whether something in the account's Regions allows IMDSv1: known where something fails, or everything was judged by
 * all the checks that ask for it.
 */
const allowsImdsV1 = (results: readonly RegionOutcome[], checks: readonly Check[]): Read<boolean> => {
  if (results.some(({ imdsV1 }) => imdsV1 === 'allowed')) return known(true)
  const what = 'IMDSv2 of every node group and launch template'
  const left = imdsChecks.filter(id => !checks.some(check => check.id === id))
  if (left.length > 0) return notRead(what, `not judged by ${left.join(', ')}: disabled or out of scope`)
  const gap = results.find(({ coverage }) => coverage.status !== 'ok' && !isIntended(coverage.status))
  if (!gap && results.every(({ imdsV1 }) => imdsV1 === 'not seen')) return known(false)
  return notRead(what, gap?.coverage.detail ?? 'not all of it could be judged')
}

const nothingListed: Listed = {
  clusters: false,
  clusterNames: new Set(),
  launchTemplates: false,
  nodeGroups: false,
  instances: false,
  imageUses: false,
  nodeGroupsExcept: [],
}

/** The sum of what was looked at. */
export const addLooked = (all: readonly Looked[]): Looked => ({
  clusters: all.reduce((sum, { clusters }) => sum + clusters, 0),
  nodeGroups: all.reduce((sum, { nodeGroups }) => sum + nodeGroups, 0),
  launchTemplates: all.reduce((sum, { launchTemplates }) => sum + launchTemplates, 0),
})
