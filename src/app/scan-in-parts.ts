import pMap from 'p-map'
import { type Bucket, handoverKeyOf } from '../core/bucket.ts'
import type { RegionCoverage } from '../core/coverage.ts'
import { addTotals, Handover, type RegionOutcome } from '../core/handover.ts'
import type { AccountAccess, AccountReader, Now, OpenAccount, RegionState } from '../core/ports.ts'
import { addStandings } from '../core/standing.ts'
import type { Standing, Store, Totals } from '../core/store.ts'
import type { Target } from '../core/target.ts'
import { accountReport, totalsOf } from './account-report.ts'
import { globalCoverage, previousReport, type RememberNight, remember, rememberAreas } from './remember.ts'
import { keepRun } from './runs.ts'
import { type AccountResult, judgeAccount, type Night, notAsked, nothingSeen } from './scan-account.ts'
import { nothingLooked, type RegionResult, regionsOf, scanRegion, unaskedRegion } from './scan-region.ts'

/** How much time one call of a function has. */
export interface Deadline {
  /** Milliseconds until it is cut off. */
  readonly remainingMs: () => number
  /** Fires when just enough is left to hand over what is done. */
  readonly timeIsUp: AbortSignal
}

export interface PartPorts {
  readonly openAccount: OpenAccount
  /** Calls answered so far, by IAM action. */
  readonly apiCalls: () => Readonly<Record<string, number>>
  readonly bucket: Bucket
  readonly store: Store
  readonly deadline: Deadline
  readonly now: Now
}

/** What one call of the scan function came to; what earlier ones of the same account did is no part of it. */
export interface Part {
  readonly coverage: readonly RegionCoverage[]
  readonly totals: Totals
  /** The Regions that are left to the next call; none where the account is done and has its report. */
  readonly remaining: readonly string[]
}

/** Everything that the scan of an account goes by. */
interface Scan {
  readonly target: Target
  readonly night: Night
  readonly memory: RememberNight
  readonly ports: PartPorts
}

/** With less time left than this, no further Region is begun. */
const enoughForARegionMs = 180_000
/** So many calls may spend all of their time on one Region. */
const mostGivenUp = 2
/** What is left by then is not scanned, so that a night has its digest before the next one begins. */
const longestNightMs = 12 * 60 * 60 * 1000

/**
 * Scans as much of an account as fits into one call of the function, or of what earlier calls left. The findings of a
 * Region are remembered as soon as it is done. The last call judges the account over all of its Regions and writes its
 * report, whole; each one before it hands over through the bucket what that needs. A call may be repeated.
 * @throws {PostureError} when the run has ended, or the store or the bucket fails; what AWS refuses is coverage.
 */
export const scanInParts = async (scan: Scan): Promise<Part> => {
  const { target, night, memory, ports } = scan
  await keepRun(memory.run, ports)
  const before = await readHandover(memory.run.id, target.accountId, ports.bucket)
  const access = await enter(scan)
  if (access.status !== 'open') {
    const { status, reason: detail } = access
    if (!before) return rememberUnasked(await notAsked(target, night, status, detail), memory, ports)
    return goOn(before, async ({ name }) => unaskedRegion(target, name, night, { status, detail }), scan)
  }
  const begun = before ?? (await begin(scan, access.reader))
  return goOn(begun, region => scanRegion(target, region, begun.failures, night, access.reader), scan)
}

/** Remembers an account that is not asked at all. */
export const rememberUnasked = async (
  result: AccountResult,
  memory: RememberNight,
  ports: Pick<PartPorts, 'store' | 'now' | 'apiCalls'>,
): Promise<Part> => {
  await remember(result, memory, ports, ports.apiCalls())
  return { coverage: result.coverage, totals: totalsOf(result, ports.apiCalls()), remaining: [] }
}

/** What earlier calls of a run came to of an account; undefined where none handed anything over. */
export const readHandover = async (runId: string, accountId: string, bucket: Bucket): Promise<Handover | undefined> => {
  const text = await bucket.readFile(handoverKeyOf(runId, accountId))
  return text === undefined ? undefined : Handover.parse(JSON.parse(text))
}

/** The door to an account, or why it is not opened. */
type Access = AccountAccess | { readonly status: 'not-reached'; readonly reason: string }

const enter = async ({ target, memory: { run }, ports }: Scan): Promise<Access> => {
  const isLate = ports.now().getTime() - Date.parse(run.startedAt) > longestNightMs
  if (isLate) return { status: 'not-reached', reason: `the run had lasted ${hoursOf(longestNightMs)} hours` }
  return ports.openAccount(target)
}

const hoursOf = (ms: number) => ms / (60 * 60 * 1000)

const begin = async ({ target, night, memory }: Scan, reader: AccountReader): Promise<Handover> => {
  const { regions, failures } = await regionsOf(reader, target, night)
  return {
    ...{ runId: memory.run.id, accountId: target.accountId, regions, failures, done: [], givenUp: {} },
    ...{ totals: totalsOf(nothingSeen(target, [])), standing: addStandings([]), waiversUsed: [] },
  }
}

type ReadRegion = (region: RegionState) => Promise<RegionResult>

/** Takes what is left and there is time for, then ends the account or hands over. */
const goOn = async (begun: Handover, read: ReadRegion, scan: Scan): Promise<Part> => {
  const { target, ports } = scan
  const part = await scanRegions(begun, read, scan)
  const calls = totalsOf(nothingSeen(target, []), ports.apiCalls())
  const after: Handover = {
    ...begun,
    done: [...begun.done, ...part.outcomes],
    givenUp: part.givenUp,
    totals: addTotals([begun.totals, calls, ...part.totals]),
    standing: addStandings([begun.standing, ...part.standings]),
    waiversUsed: [...new Set([...begun.waiversUsed, ...part.waiversUsed])],
  }
  const coverage = part.outcomes.map(outcome => outcome.coverage)
  const remaining = leftOf(after).map(({ name }) => name)
  if (remaining.length === 0) {
    return { coverage, totals: addTotals([calls, ...part.totals, await finish(after, scan)]), remaining }
  }
  await ports.bucket.writeFile(handoverKeyOf(after.runId, after.accountId), JSON.stringify(after), 'application/json')
  return { coverage, totals: addTotals([calls, ...part.totals]), remaining }
}

const leftOf = ({ regions, done }: Handover): readonly RegionState[] => {
  const isDone = new Set(done.map(({ coverage }) => coverage.region))
  return regions.filter(({ name }) => !isDone.has(name))
}

interface Progress {
  readonly outcomes: readonly RegionOutcome[]
  readonly totals: readonly Totals[]
  readonly standings: readonly Standing[]
  readonly waiversUsed: readonly number[]
  readonly givenUp: Handover['givenUp']
}

/** Takes the Regions that are left, as many as there is time for. */
const scanRegions = async (begun: Handover, read: ReadRegion, scan: Scan): Promise<Progress> => {
  const { target, night, memory, ports } = scan
  const concurrency = night.policy.limits.regions
  const givenUp = { ...begun.givenUp }

  const take = async (region: RegionState, hasWholeCall: boolean): Promise<RegionResult | undefined> => {
    if (!hasWholeCall && ports.deadline.remainingMs() < enoughForARegionMs) return undefined
    const result = await unlessTimeIsUp(() => read(region), ports.deadline.timeIsUp)
    if (result || !hasWholeCall) return result
    const times = (givenUp[region.name] ?? 0) + 1
    givenUp[region.name] = times
    const detail = `${times} calls of the scan function were each too short for the Region`
    return times < mostGivenUp
      ? undefined
      : unaskedRegion(target, region.name, night, { status: 'not-reached', detail })
  }

  const taken = await pMap(
    leftOf(begun),
    async (region, index) => {
      const result = await take(region, index < concurrency)
      return result && rememberRegion(result, target, memory, ports)
    },
    { concurrency },
  )
  const done = taken.flatMap(one => one ?? [])
  return {
    outcomes: done.map(({ outcome }) => outcome),
    totals: done.map(({ totals }) => totals),
    standings: done.map(({ standing }) => standing),
    waiversUsed: done.flatMap(({ waiversUsed }) => [...waiversUsed]),
    givenUp,
  }
}

interface RegionDone {
  readonly outcome: RegionOutcome
  readonly totals: Totals
  readonly standing: Standing
  readonly waiversUsed: ReadonlySet<number>
}

/** Remembers a Region that is done and lets its findings go. */
const rememberRegion = async (
  { judgement, looked, area, ...outcome }: RegionResult,
  target: Target,
  memory: RememberNight,
  ports: PartPorts,
): Promise<RegionDone> => {
  const { coverage } = outcome
  const areas = area ? [area] : []
  const result: AccountResult = { target, coverage: [coverage], outcomes: [outcome], judgement, looked, areas }
  const standing = await rememberAreas(result, [coverage], memory, ports)
  return { outcome, totals: totalsOf(result), standing, waiversUsed: judgement.waiversUsed }
}

/** Judges the account over all of its Regions and writes its report. @returns what the account's own checks add. */
const finish = async (handover: Handover, { target, night, memory, ports }: Scan): Promise<Totals> => {
  const byName = new Map(handover.done.map(outcome => [outcome.coverage.region, outcome]))
  const outcomes = handover.regions.flatMap(({ name }) => byName.get(name) ?? [])
  const { judgement, area } = judgeAccount(target, outcomes, handover.failures, night)
  const result: AccountResult = {
    target,
    coverage: outcomes.map(({ coverage }) => coverage),
    outcomes,
    judgement,
    looked: nothingLooked,
    areas: area ? [area] : [],
  }
  const standing = await rememberAreas(result, globalCoverage(result, memory), memory, ports)
  const report = accountReport(result, {
    runId: memory.run.id,
    at: memory.run.startedAt,
    standing: addStandings([handover.standing, standing]),
    previous: await previousReport(memory.previousRunId, target.accountId, ports.store),
    apiCalls: {},
  })
  await ports.store.putAccount({
    ...report,
    totals: addTotals([handover.totals, report.totals]),
    waiversUsed: [...new Set([...handover.waiversUsed, ...report.waiversUsed])].sort((a, b) => a - b),
  })
  return report.totals
}

/** Undefined where the time was up first: what was begun is left to itself, and its result to nobody. */
const unlessTimeIsUp = async <T>(begin: () => Promise<T>, timeIsUp: AbortSignal): Promise<T | undefined> => {
  if (timeIsUp.aborted) return undefined
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const end = () => resolve(undefined)
  timeIsUp.addEventListener('abort', end, { once: true })
  try {
    return await Promise.race([begin(), promise])
  } finally {
    timeIsUp.removeEventListener('abort', end)
  }
}
