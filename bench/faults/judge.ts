import type { StoredFinding } from '../../src/core/stored.ts'
import type { Played } from './nights.ts'
import type { State } from './state.ts'
import type { Published } from './wire.ts'

/** What is known after a night. */
export interface After {
  readonly state: State
  /** `account Region status`; empty where no run began. */
  readonly coverage: readonly string[]
  readonly hasEnded: boolean
  /** What was sent since the first night. */
  readonly published: readonly Published[]
}

/** A history without the fault: the night before, the night that the fault would strike, and the one after. */
export interface Reference {
  readonly before: After
  readonly night: After
  readonly next: After
  /** What a store knows that sees the organization of the last two nights for the first time. */
  readonly afresh: State
}

/** What a night with a fault came to, in words that a person reads and a row expects. */
export interface Outcome {
  readonly run: string
  readonly findings: string
}

/** How the run ended, and what of its findings differs from the night without the fault. */
export const outcomeOf = (played: Played, after: After, reference: Reference): Outcome => ({
  run: `${runOf(played, after, reference)}${played.hasFailed ? ', alarm' : ''}`,
  findings: findingsOf(played, after, reference),
})

const runOf = ({ runId }: Played, { hasEnded, published }: After, { before }: Reference) => {
  if (runId === undefined) return 'not begun'
  if (!hasEnded) return 'not ended'
  return digestsIn(published) > digestsIn(before.published) ? 'ended' : 'ended, not told'
}

const digestsIn = (published: readonly Published[]) => published.filter(({ kind }) => kind === 'digest').length

const findingsOf = ({ runId, errors }: Played, after: After, { before, night }: Reference): string => {
  const defect = errors.find(({ isDefect }) => isDefect)
  if (defect) return `defect: ${defect.message}`
  const wrong = wrongFindings(after, before, night)
  if (wrong.length > 0) return `${wrong.length} wrong: ${wrong[0]}`
  if (runId === undefined) return 'nothing changed'
  const gaps = gapsIn(after, night)
  if (gaps.length > 0) return `in coverage: ${gaps.join(', ')}`
  return differing(after.state.lasting, night.state.lasting).length === 0
    ? 'same findings'
    : 'findings differ, and the coverage does not say so'
}

/**
 * What after the clean night is not as a history without the fault would have it; nothing where the fault is healed.
 * @param mayRepeat whether a message may have been sent twice, for no protocol knows whether it is out before it is marked.
 */
export const unhealed = (after: After, { next, afresh }: Reference, mayRepeat = false): readonly string[] => {
  const alerts = [after, next].map(({ published }) => alertedIn(published))
  const [is = [], ought = []] = mayRepeat ? alerts.map(ids => [...new Set(ids)]) : alerts
  return [
    ...differing(after.state.lasting, next.state.lasting).map(key => `${key} differs`),
    ...[...after.state.findings.values()]
      .filter(finding => !isCounted(finding, next.state, afresh))
      .map(({ id, nodes }) => `${id} counts ${nodes} nodes`),
    ...(after.state.isHeld ? ['a run holds the lease'] : []),
    ...differenceOf(changesIn(after), changesIn(next)).map(event => `${event} was not told once`),
    ...doubtsIn(after).map(event => `${event} was never lifted`),
    ...differenceOf(after.coverage, next.coverage).map(row => `${row} in one coverage alone`),
    ...(after.hasEnded ? [] : ['the run did not end']),
    ...(after.state.owing > 0 ? [`${after.state.owing} runs owe their messages`] : []),
    ...differenceOf(is, ought).map(id => `${id} was not alerted once`),
  ]
}

/**
 * A count of nodes is as of the run that wrote the finding, and what was in doubt is written once more: then it is what
 * runs now, and else what it is without the fault.
 */
const isCounted = ({ id, nodes }: StoredFinding, next: State, afresh: State) =>
  [next, afresh].some(({ findings }) => findings.get(id)?.nodes === nodes)

/** What is told of doubt comes and goes with the fault, and is paired by {@link doubtsIn}. */
const changesIn = ({ state }: After) => state.told.filter(event => !/^((un)?confirmed|coverage-\w+) /.test(event))

/** What was unconfirmed or lost and neither confirmed nor ended since. */
const doubtsIn = ({ state: { told } }: After) => {
  const lifted = new Set(told.map(event => event.replace(/^(confirmed|resolved|retired|severity-changed|waived) /, '')))
  const regained = new Set(told.map(event => event.replace('coverage-regained ', '')))
  return told.filter(event => {
    const [kind, thing = ''] = event.split(' ')
    return (kind === 'unconfirmed' && !lifted.has(thing)) || (kind === 'coverage-lost' && !regained.has(thing))
  })
}

/** The findings that alerts named, as often as they did. */
const alertedIn = (published: readonly Published[]) =>
  published
    .filter(({ kind }) => kind === 'alert')
    .flatMap(({ text }) => [...text.matchAll(/finding ([0-9a-f]{32})/g)].map(([, id = '']) => id))

/** What is in one of the lists more often than in the other. */
const differenceOf = (one: readonly string[], other: readonly string[]): string[] => {
  const count = (list: readonly string[], text: string) => list.filter(each => each === text).length
  return [...new Set([...one, ...other])].filter(text => count(one, text) !== count(other, text))
}

const differing = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter(key => one.get(key) !== other.get(key))

/** The places that have another status than without the fault, or none at all, by what they have. */
const gapsIn = ({ coverage }: After, night: After) => {
  const [is, ought] = [statusesOf(coverage), statusesOf(night.coverage)]
  const places = [...new Set([...is.keys(), ...ought.keys()])]
    .filter(place => is.get(place) !== ought.get(place))
    .sort()
  return [...Map.groupBy(places, place => is.get(place) ?? 'missing')]
    .map(([status, those]) => `${status} (${those.join(', ')})`)
    .sort()
}

const statusesOf = (coverage: readonly string[]) =>
  new Map(coverage.map(row => [row.slice(0, row.lastIndexOf(' ')), row.slice(row.lastIndexOf(' ') + 1)]))

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
