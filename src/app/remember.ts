import pMap from 'p-map'
import type { Check } from '../core/check.ts'
import { compare, type Transition } from '../core/compare.ts'
import { isCovered, isIntended, type RegionCoverage } from '../core/coverage.ts'
import type { Finding } from '../core/finding.ts'
import type { Run } from '../core/run.ts'
import type { Area } from '../core/store.ts'
import type { AreaState, StoredFinding } from '../core/stored.ts'
import type { Target } from '../core/target.ts'
import { accountReport } from './account-report.ts'
import { placeOfArea, placeOfFinding } from './places.ts'
import { keepRun, type RunPorts } from './runs.ts'
import { type AccountResult, globalRegion, type JudgedArea } from './scan-account.ts'
import { type SaysOf, sayOf, saysOfArea } from './tonight.ts'
import { type Change, carryOut } from './write-protocol.ts'

/** What every account of a run is remembered by. */
export interface RememberNight {
  readonly run: Run
  /** The checks that the policy switches on, whatever the run's scope: findings of any other are retired. */
  readonly checks: readonly Check[]
  /** Whether a waiver matches a finding that fails. */
  readonly waived: (finding: Finding, target: Target) => boolean
}

/** Findings of one area that are written at once. */
const writesAtOnce = 8

const closedStates: readonly Target['state'][] = ['PENDING_CLOSURE', 'CLOSED']

/**
 * Remembers what an account came to: of each area the transitions since it was last looked at, with their events, then
 * the report of the account, so that an account that has one is remembered wholly. To do it again changes nothing.
 * @param apiCalls calls that AWS answered for this account, by IAM action, where they were counted apart.
 * @throws {PostureError} when the store fails or the run has ended.
 */
export const remember = async (
  account: AccountResult,
  night: RememberNight,
  ports: RunPorts,
  apiCalls: Readonly<Record<string, number>> = {},
): Promise<void> => {
  await rememberAreas(account, [...account.coverage, ...globalCoverage(account, night)], night, ports)
  await ports.store.putAccount(accountReport(account, night.run.id, apiCalls))
}

/**
 * Remembers some areas of an account without its report: the transitions of each since it was last looked at.
 * @throws {PostureError} when the store fails or the run has ended.
 */
export const rememberAreas = async (
  account: AccountResult,
  areas: readonly RegionCoverage[],
  night: RememberNight,
  ports: RunPorts,
): Promise<void> => {
  await keepRun(night.run, ports)
  for (const coverage of areas) {
    if (coverage.status !== 'excluded') await rememberArea(account, coverage, night, ports)
  }
}

/**
 * The account itself as an area. It is in scope with any of its Regions, but out of it where the run was told which of
 * them: an account is judged over all.
 */
export const globalCoverage = (
  { target: { accountId }, coverage }: Pick<AccountResult, 'target' | 'coverage'>,
  { run }: RememberNight,
): RegionCoverage[] =>
  run.scope.regions || coverage.every(({ status }) => status === 'excluded')
    ? []
    : [{ accountId, region: globalRegion, status: 'ok', detail: null, failures: [] }]

const rememberArea = async (
  account: AccountResult,
  coverage: RegionCoverage,
  night: RememberNight,
  ports: RunPorts,
): Promise<void> => {
  const { accountId, region } = coverage
  const stored = await ports.store.readArea(accountId, region)
  const area = account.areas.find(one => one.region === region)
  await rememberFindings(stored, { account, region, area, night, ports })
  // Last, for what says that an area was judged turns the next findings from baseline into news.
  await carryOut(placeOfArea(accountId, region, coverage.detail, ports.store), stored.state, {
    run: night.run,
    ports,
    decide: state => stateOf(state, coverage, area, night.run),
  })
}

interface AreaOfNight {
  readonly account: AccountResult
  readonly region: string
  readonly area: JudgedArea | undefined
  readonly night: RememberNight
  readonly ports: RunPorts
}

/** Every finding that is stored and in scope, and every one of tonight. */
const rememberFindings = async (stored: Area, here: AreaOfNight): Promise<void> => {
  const { account, region, area, night, ports } = here
  const saysOf = saysOfArea({
    scope: night.run.scope,
    checksOn: new Set(night.checks.map(({ id }) => id)),
    isAccountClosed: closedStates.includes(account.target.state),
    area,
  })
  const found = new Map(area?.findings.map(finding => [finding.id, finding]))
  const inScope = new Map(stored.findings.filter(saysOf).map(finding => [finding.id, finding]))
  const decide = deciding(stored.state, saysOf, here)
  await pMap(
    new Set([...inScope.keys(), ...found.keys()]),
    id =>
      carryOut(placeOfFinding({ accountId: account.target.accountId, region, id }, ports.store), inScope.get(id), {
        run: night.run,
        ports,
        decide: finding => decide(finding, found.get(id)),
      }),
    { concurrency: writesAtOnce },
  )
}

const deciding = (state: AreaState | undefined, saysOf: SaysOf, { account, night }: AreaOfNight) => {
  const revisions = new Map(night.checks.map(({ id, revision }) => [id, revision]))
  return (stored: StoredFinding | undefined, found: Finding | undefined): Change<StoredFinding> | undefined => {
    const tonight = stored ? saysOf(stored) : found && sayOf(found)
    if (!tonight) return undefined
    const checkId = stored?.checkId ?? found?.checkId ?? ''
    const revision = revisions.get(checkId) ?? 0
    const transition = compare(stored, tonight, {
      runId: night.run.id,
      at: night.run.startedAt,
      revision,
      judgedBefore: state?.judged[checkId] === revision,
      waived: found?.status === 'fail' && night.waived(found, account.target),
    })
    return transition && changeOf(transition)
  }
}

const changeOf = (transition: Transition): Change<StoredFinding> => {
  if (transition.kind === 'drop') return { kind: 'drop' }
  const { finding, event } = transition
  return { kind: 'put', next: event ? { ...finding, pending: event } : finding }
}

/** What the state of an area becomes. An area that was never covered has none, and its first sight makes no event. */
const stateOf = (
  stored: AreaState | undefined,
  { accountId, region, status }: RegionCoverage,
  area: JudgedArea | undefined,
  { id: changedIn }: Run,
): Change<AreaState> | undefined => {
  const hasOwnCoverage = region !== globalRegion && !isIntended(status)
  const covered = hasOwnCoverage ? isCovered(status) : (stored?.covered ?? area !== undefined)
  const ran = area?.isComplete ? area.judged : []
  const judged = { ...stored?.judged, ...Object.fromEntries(ran.map(({ checkId, revision }) => [checkId, revision])) }
  const next = { accountId, region, judged, covered, changedIn }
  if (!stored) return covered ? { kind: 'put', next } : undefined
  if (stored.covered !== covered) {
    return { kind: 'put', next: { ...next, pending: covered ? 'coverage-regained' : 'coverage-lost' } }
  }
  const isKnown = ran.every(({ checkId, revision }) => stored.judged[checkId] === revision)
  return isKnown ? undefined : { kind: 'put', next }
}
