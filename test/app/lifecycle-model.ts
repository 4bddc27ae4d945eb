import type { FindingEventKind } from '../../src/core/stored.ts'
import { type Night, type Place, places, runOf, type Thing, things } from './lifecycle.ts'

/** What the nights make of each thing, told again in a few lines and without any store. */

/** What a night says of a thing. */
export type Said = 'fail' | 'waived' | 'pass' | 'unknown' | 'gone' | 'unseen' | 'not read' | 'retired' | 'out of scope'

type State = 'nothing' | 'open' | 'unknown' | 'waived' | 'resolved' | 'retired'

interface Known {
  readonly state: State
  readonly isConfirmed: boolean
  /** The revision that it last failed under. */
  readonly revision: number
  /** The day since which a group has no node, as far as every night tells. */
  readonly unseenSince: number | undefined
}

interface Told {
  readonly runId: string
  readonly place: Place
  readonly thing: Thing
  readonly kind: FindingEventKind
}

export interface Expected {
  readonly states: readonly string[]
  readonly events: readonly Told[]
}

const day = (startedAt: string) => Math.floor(Date.parse(startedAt) / (24 * 60 * 60 * 1000))

/** Whether a Region is among those that a night tells of at all. */
const isTold = (nights: readonly Night[], index: number, place: Place): boolean => {
  const tonight = nights[index]
  if (!tonight) return false
  const wasTold = isTold(nights, index - 1, place)
  if (tonight.account === 'left') return index > 0 && nights[index - 1]?.account !== 'left' && wasTold
  if (place === 'eu-west-1') return true
  return (tonight.account === 'asked' && tonight.listsRegions) || wasTold
}

/** Whether the waiver of a night is about a thing, which a tag tells only where the tags were read. */
const waiverOf = ({ waiver, expires, regions }: Night, place: Place, thing: Thing): boolean | 'not known' => {
  if (waiver === 'none' || expires === 'yesterday') return false
  if (waiver === 'account') return true
  if (thing === 'till' && regions[place].refused.includes('tags')) return 'not known'
  return thing !== 'spot'
}

/** What a night says of a thing. */
export const saidOf = (nights: readonly Night[], index: number, place: Place, thing: Thing): Said => {
  const tonight = nights[index]
  if (!tonight || !isTold(nights, index, place)) return 'out of scope'
  const { account, off, regions } = tonight
  if (account === 'left' || account === 'CLOSED') return 'retired'
  if (account === 'excluded') return 'out of scope'
  if (off.includes(thing)) return 'retired'
  const { truth, refused, disabled } = regions[place]
  const isRefused = (...reads: string[]) => refused.some(read => reads.includes(read))
  if (account !== 'asked' || disabled) return 'not read'
  if (isRefused(...{ shop: ['clusters'], till: ['templates'], spot: ['clusters'] }[thing])) return 'not read'
  if (thing === 'spot') {
    if (truth.shop === 'gone') return 'retired'
    if (isRefused('instances')) return 'not read'
    if (truth.spot === 'gone') return 'unseen'
  }
  if (truth[thing] === 'gone') return 'gone'
  if (thing === 'shop' && isRefused('detail')) return 'unknown'
  if (truth[thing] === 'pass') return 'pass'
  const isWaived = waiverOf(tonight, place, thing)
  if (isWaived === 'not known') return 'unknown'
  return isWaived ? 'waived' : 'fail'
}

/** Whether a Region was read to its end. */
const isWhole = ({ account, listsRegions, regions }: Night, place: Place) => {
  const { truth, refused, disabled } = regions[place]
  const matters = refused.filter(
    read =>
      (read !== 'detail' || (truth.shop !== 'gone' && !refused.includes('clusters'))) &&
      (read !== 'tags' || (truth.till !== 'gone' && !refused.includes('templates'))),
  )
  return account === 'asked' && listsRegions && !disabled && matters.length === 0
}

const nothing: Known = { state: 'nothing', isConfirmed: true, revision: 0, unseenSince: undefined }

interface Tonight {
  readonly said: Said
  readonly day: number
  readonly revision: number
  readonly isFamiliar: boolean
}

/** What becomes of a thing in a night, and the event of it. */
const next = (was: Known, tonight: Tonight): readonly [Known, FindingEventKind?] => {
  const { said, revision, isFamiliar } = tonight
  const { state } = was
  const failing: Known = { ...nothing, state: 'open', revision }
  const isOpen = state === 'open' || state === 'waived'
  if (said === 'out of scope') return [was]
  if (said === 'waived') return [{ ...failing, state: 'waived' }, ...only(state !== 'waived', 'waived')]
  if (said === 'fail') {
    if (state === 'open') return [failing, ...only(!was.isConfirmed, 'confirmed')]
    if (state === 'waived') return [failing, 'waiver-expired']
    if (!isFamiliar) return [failing, 'baseline']
    return [failing, state === 'nothing' || state === 'unknown' ? 'new' : 'reopened']
  }
  if (said === 'pass' || said === 'gone' || said === 'retired') {
    if (state === 'unknown') return [nothing]
    if (!isOpen) return [was]
    const isFixed = said === 'gone' || (said === 'pass' && was.revision === revision)
    const kind = isFixed ? 'resolved' : 'retired'
    return [{ ...nothing, state: kind, revision: was.revision }, kind]
  }
  if (state === 'nothing' && said === 'unknown') return [{ ...nothing, state: 'unknown' }]
  return isOpen || state === 'unknown' ? waiting(was, tonight) : [was]
}

/** What becomes of something that stands and of which a night does not tell how it is. */
const waiting = (was: Known, { said, day: today }: Tonight): readonly [Known, FindingEventKind?] => {
  const unseenSince = said === 'unseen' ? (was.unseenSince ?? today) : undefined
  if (unseenSince !== undefined && today - unseenSince >= 30) {
    return was.state === 'unknown' ? [nothing] : [{ ...nothing, state: 'retired', revision: was.revision }, 'retired']
  }
  const isDoubted = was.state === 'open' && was.isConfirmed
  return [{ ...was, unseenSince, isConfirmed: was.isConfirmed && !isDoubted }, ...only(isDoubted, 'unconfirmed')]
}

const only = (holds: boolean, kind: FindingEventKind): readonly [FindingEventKind?] => (holds ? [kind] : [])

const ofThing = (nights: readonly Night[], place: Place, thing: Thing): { state: State; events: Told[] } => {
  let known = nothing
  let judgedUnder: number | undefined
  const events: Told[] = []
  for (const [index, tonight] of nights.entries()) {
    const { id: runId, startedAt } = runOf(nights, index)
    const said = saidOf(nights, index, place, thing)
    const { revision } = tonight
    const [after, kind] = next(known, { said, day: day(startedAt), revision, isFamiliar: judgedUnder === revision })
    known = after
    if (kind) events.push({ runId, place, thing, kind })
    if (said === 'out of scope') continue
    if (tonight.off.includes(thing)) judgedUnder = undefined
    else if (isWhole(tonight, place)) judgedUnder = revision
  }
  return { state: known.state, events }
}

/** How everything stands after a schedule, and what happened. */
export const expectedOf = (nights: readonly Night[]): Expected => {
  const all = places.flatMap(place => things.map(thing => ({ place, thing, ...ofThing(nights, place, thing) })))
  return {
    states: all.flatMap(({ place, thing, state }) => (state === 'nothing' ? [] : [`${place} ${thing} ${state}`])),
    events: all.flatMap(({ events }) => events),
  }
}
