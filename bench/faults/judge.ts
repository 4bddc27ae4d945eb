import type { StoredFinding } from '../../src/core/stored.ts'
import type { Played } from './nights.ts'
import type { State } from './state.ts'

/** What is known after a night. */
export interface After {
  readonly state: State
  /** `account Region status`; empty where no run began. */
  readonly coverage: readonly string[]
  readonly digests: number
}

/** A history without the fault: the night before, the night that the fault would strike, and the one after. */
export interface Reference {
  readonly before: After
  readonly night: After
  readonly next: After
}

/** What a night with a fault came to, in words that a person reads and a row expects. */
export const outcomeOf = (played: Played, after: After, { before, night }: Reference): string => {
  const defects = played.errors.filter(({ isDefect }) => isDefect)
  if (defects.length > 0) return `defect: ${defects[0]?.message}`
  const wrong = wrongFindings(after, before, night)
  if (wrong.length > 0) return `${wrong.length} findings are wrong: ${wrong[0]}`
  if (played.runId === undefined) return 'no run begun, nothing changed'
  const gaps = gapsIn(after)
  const isAsWithout = sameText(after.state.lasting, night.state.lasting)
  if (gaps.length === 0 && !isAsWithout) return 'findings differ, and the coverage does not say so'
  const told = after.digests > before.digests ? '' : ', run kept without digest'
  return `${gaps.length === 0 ? 'same findings' : `in coverage: ${gaps.join(', ')}`}${told}`
}

/** Whether the clean night after it left what a history without the fault would have, each change told once. */
export const isHealed = (after: After, { next }: Reference): boolean =>
  sameText(after.state.lasting, next.state.lasting) &&
  after.state.isHeld === next.state.isHeld &&
  JSON.stringify(changesIn(after)) === JSON.stringify(changesIn(next)) &&
  JSON.stringify(after.coverage) === JSON.stringify(next.coverage)

/** What is told of doubt comes and goes with the fault. */
const changesIn = ({ state }: After) => state.told.filter(event => !/^(un)?confirmed /.test(event))

const sameText = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
  one.size === other.size && [...one].every(([key, text]) => other.get(key) === text)

/** The statuses other than `ok`, each once. */
const gapsIn = ({ coverage }: After) =>
  [...new Set(coverage.map(row => row.split(' ')[2] ?? ''))].filter(status => status !== 'ok').sort()

/**
 * What no coverage excuses: a finding that is settled although nobody saw that, one that is lost, and one that is made up.
 * Where a place was not wholly read a finding may be as it was, and open; where it was read it is as without the fault.
 */
const wrongFindings = (after: After, before: After, night: After): string[] => {
  const ids = new Set([...after.state.findings.keys(), ...before.state.findings.keys(), ...night.state.findings.keys()])
  return [...ids].flatMap(id => {
    const is = after.state.findings.get(id)
    const was = before.state.findings.get(id)
    const ought = night.state.findings.get(id)
    if (isSame(is, ought)) return []
    const place = is ?? was ?? ought
    if (after.coverage.length > 0 && place && isWhole(after, place)) return [`${id} in a place that is ok`]
    if (isSame(is, was) || (is && isOpen(is) && (was ? isOpen(was) : is.verdict === 'unknown'))) return []
    return [`${id} became ${is?.state ?? 'nothing'}`]
  })
}

const isSame = (one: StoredFinding | undefined, other: StoredFinding | undefined) =>
  one?.state === other?.state && one?.verdict === other?.verdict && one?.severity === other?.severity

const isOpen = ({ state }: StoredFinding) => state === 'open'

/** A finding about an account itself hangs on all of its Regions. */
const isWhole = ({ coverage }: After, { accountId, region }: StoredFinding) =>
  coverage.filter(row => row.startsWith(`${accountId} ${region === 'global' ? '' : region}`)).every(isOk)
const isOk = (row: string) => row.endsWith(' ok')
