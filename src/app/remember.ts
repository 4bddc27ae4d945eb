import pMap from 'p-map'
import type { Check } from '../core/check.ts'
import { compare, type Transition } from '../core/compare.ts'
import { isCovered, isIntended, type RegionCoverage } from '../core/coverage.ts'
import type { Finding } from '../core/finding.ts'
import type { Policy } from '../core/policy.ts'
import type { Run } from '../core/run.ts'
import { standingOf } from '../core/standing.ts'
import type { AccountReport, Area, Standing, Store } from '../core/store.ts'
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
  readonly checks: readonly Pick<Check, 'id' | 'revision'>[]
  readonly policy: Pick<Policy, 'dueDays'>
  /** The run that this one is compared with. */
  readonly previousRunId: string | undefined
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
  const { run, previousRunId } = night
  const standing = await rememberAreas(account, [...account.coverage, ...globalCoverage(account, night)], night, ports)
  const previous = await previousReport(previousRunId, account.target.accountId, ports.store)
  const reporting = { runId: run.id, at: run.startedAt, standing, previous, apiCalls }
  await ports.store.putAccount(accountReport(account, reporting))
}

/** What an account came to in the run before; undefined where it was not in that. */
export const previousReport = async (
  previousRunId: string | undefined,
  accountId: string,
  store: Pick<Store, 'readAccount'>,
): Promise<AccountReport | undefined> =>
  previousRunId === undefined ? undefined : store.readAccount(previousRunId, accountId)

/**
 * Remembers some areas of an account without its report: the transitions of each since it was last looked at.
 * @returns what stands open in them then.
 * @throws {PostureError} when the store fails or the run has ended.
 */
export const rememberAreas = async (
  account: AccountResult,
  areas: readonly RegionCoverage[],
  night: RememberNight,
  ports: RunPorts,
): Promise<Standing> => {
  await keepRun(night.run, ports)
  const findings: StoredFinding[] = []
  for (const coverage of areas) {
    if (coverage.status !== 'excluded') findings.push(...(await rememberArea(account, coverage, night, ports)))
  }
  return standingOf(findings, night.policy, night.run.startedAt)
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

/** The findings of an area as they stand then. */
const rememberArea = async (
  account: AccountResult,
  coverage: RegionCoverage,
  night: RememberNight,
  ports: RunPorts,
): Promise<readonly StoredFinding[]> => {
  const { accountId, region } = coverage
  const stored = await ports.store.readArea(accountId, region)
  const area = account.areas.find(one => one.region === region)
  const findings = await rememberFindings(stored, { account, region, area, night, ports })
  // Last, for what says that an area was judged turns the next findings from baseline into news.
  await carryOut(placeOfArea(accountId, region, coverage.detail, ports.store), stored.state, {
    run: night.run,
    ports,
    decide: state => stateOf(state, coverage, area, night),
  })
  return findings
}

interface AreaOfNight {
  readonly account: AccountResult
  readonly region: string
  readonly area: JudgedArea | undefined
  readonly night: RememberNight
  readonly ports: RunPorts
}

/** Every finding that is stored and in scope, and every one of tonight. */
const rememberFindings = async (stored: Area, here: AreaOfNight): Promise<readonly StoredFinding[]> => {
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
  const written = await pMap(
    new Set([...inScope.keys(), ...found.keys()]),
    id =>
      carryOut(placeOfFinding({ accountId: account.target.accountId, region, id }, ports.store), inScope.get(id), {
        run: night.run,
        ports,
        decide: finding => decide(finding, found.get(id)),
      }),
    { concurrency: writesAtOnce },
  )
  const outOfScope = stored.findings.filter(({ id }) => !inScope.has(id) && !found.has(id))
  return [...written.filter(finding => finding !== undefined), ...outOfScope]
}

const deciding = (state: AreaState | undefined, saysOf: SaysOf, { night }: AreaOfNight) => {
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
      waived: found?.status === 'fail' && found.waiver !== null,
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
  { run: { id: changedIn, scope }, checks }: RememberNight,
): Change<AreaState> | undefined => {
  const hasOwnCoverage = region !== globalRegion && !isIntended(status)
  const covered = hasOwnCoverage ? isCovered(status) : (stored?.covered ?? area !== undefined)
  const ran = area?.isComplete ? area.judged : []
  // A check that is off is forgotten: when it is switched on again it has judged nothing yet.
  const isOn = (id: string) => scope.checks !== undefined || checks.some(check => check.id === id)
  const known = Object.entries(stored?.judged ?? {}).filter(([id]) => isOn(id))
  const judged = Object.fromEntries([...known, ...ran.map(({ checkId, revision }) => [checkId, revision] as const)])
  const next = { accountId, region, judged, covered, changedIn }
  if (!stored) return covered ? { kind: 'put', next } : undefined
  if (stored.covered !== covered) {
    return { kind: 'put', next: { ...next, pending: covered ? 'coverage-regained' : 'coverage-lost' } }
  }
  const isKnown =
    known.length === Object.keys(stored.judged).length &&
    ran.every(({ checkId, revision }) => stored.judged[checkId] === revision)
  return isKnown ? undefined : { kind: 'put', next }
}
