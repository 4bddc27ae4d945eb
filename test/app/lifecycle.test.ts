import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { collectAlerts } from '../../src/core/alert.ts'
import { PostureError } from '../../src/core/errors.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import { standingOf } from '../../src/core/standing.ts'
import type { FindingEvent } from '../../src/core/stored.ts'
import { accountsIn } from '../support/collect.ts'
import type { MemoryStore } from '../support/memory-store.ts'
import { memberId } from './fakes.ts'
import {
  arbitraryNight,
  arbitraryRefusal,
  ids,
  type Night,
  type Place,
  type Play,
  places,
  play,
  refusing,
  runOf,
  type Thing,
  things,
} from './lifecycle.ts'
import { expectedOf, saidOf } from './lifecycle-model.ts'

// Findings over whole schedules of nights, from the plan to the end of each run: the account has waivers that come and end,
// loses its role, is suspended, closed or gone and back; checks are switched off and on and become sharper; groups of
// Karpenter have no node; reads fail.

const schedules = fc.array(arbitraryNight, { minLength: 1, maxLength: 7 })
const refusals = fc.array(arbitraryRefusal, { minLength: 1, maxLength: 6 })
const numRuns = 120
const holds = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, property), { numRuns, seed: 20261122 })

const thingOf = ({ checkId }: Pick<FindingEvent, 'checkId'>): Thing =>
  things.find(thing => ids[thing] === checkId) ?? 'shop'
const placeOf = ({ region }: Pick<FindingEvent, 'region'>): Place =>
  places.find(place => place === region) ?? 'eu-west-1'

const findingEvents = (store: MemoryStore) =>
  store.events().filter(event => 'findingId' in event) as readonly FindingEvent[]
const told = (store: MemoryStore) =>
  findingEvents(store).map(event => ({
    runId: event.runId,
    place: placeOf(event),
    thing: thingOf(event),
    kind: event.kind,
  }))
const statesOf = (store: MemoryStore) =>
  store
    .findings()
    .map(found => {
      const state = found.state === 'open' && found.verdict === 'unknown' ? 'unknown' : found.state
      return `${placeOf(found)} ${thingOf(found)} ${state}`
    })
    .sort()
const sorted = (items: readonly unknown[]) => items.map(item => JSON.stringify(item)).sort()
const outcome = (store: MemoryStore) => [store.findings(), store.areas(), store.events()].map(sorted)

const loud: readonly string[] = ['new', 'resolved', 'reopened', 'severity-changed', 'waiver-expired']

describe('after any schedule', () => {
  test('everything stands as the nights say, and nothing else was told', () =>
    holds(schedules, async nights => {
      const { store } = await play(nights)
      const { states, events } = expectedOf(nights)
      expect({ states: statesOf(store), events: sorted(told(store)) }).toEqual({
        states: states.toSorted(),
        events: sorted(events),
      })
      expect(store.findings().filter(({ pending }) => pending !== undefined)).toEqual([])
    }))

  test('a night like the last one writes nothing', () =>
    holds(schedules, async nights => {
      const last = nights.at(-1)
      if (!last) return
      // An account that has left is told of once.
      const { store } = await play(last.account === 'left' ? [...nights, last] : nights)
      const again = await play([...nights, { ...last, days: 0 }, { ...last, days: 0 }])
      expect(outcome(again.store)).toEqual(outcome(store))
    }))

  test('the history of each finding leads to how it stands', () =>
    holds(schedules, async nights => {
      const { store } = await play(nights)
      for (const found of store.findings()) {
        const history = (await store.historyOf({ findingId: found.id })).toSorted((a, b) =>
          a.runId < b.runId ? -1 : 1,
        )
        const state = history.reduce((was, { kind }) => afterEvent(was, kind), 'open')
        const { verdict, unconfirmedSince } = found
        if (history.length === 0) expect({ state: found.state, verdict }).toEqual({ state: 'open', verdict: 'unknown' })
        else
          expect({ state: found.state, verdict, unconfirmed: unconfirmedSince !== undefined }).toEqual({
            state,
            verdict: 'fail',
            unconfirmed: history.at(-1)?.kind === 'unconfirmed',
          })
        expect(found.reopenCount).toBe(history.filter((_, index) => isReturn(history, index)).length)
      }
    }))
})

const afterEvent = (was: string, kind: FindingEvent['kind']) => {
  if (kind === 'resolved' || kind === 'retired' || kind === 'waived') return kind
  return kind === 'unconfirmed' || kind === 'confirmed' ? was : 'open'
}
const isReturn = (history: readonly FindingEvent[], index: number) => {
  const before = history[index - 1]?.kind
  return before === 'resolved' || before === 'retired'
}

describe('what stands open is reported as it is stored', () => {
  test.each<[string, boolean]>([
    ['once', false],
    ['twice', true],
  ])('when an account is handed over %s', (_, isTwice) =>
    holds(schedules, async nights => {
      await play(nights, {
        deliver: async attempt => {
          await attempt()
          if (isTwice) await attempt()
        },
        after: async ({ store, nights: played }) => {
          const run = played.at(-1)?.run ?? runOf(nights, 0)
          if (nights[played.length - 1]?.account === 'excluded') return
          const [report] = (await accountsIn(store, run.id)).filter(({ accountId }) => accountId === memberId)
          if (report) expect(report.standing).toEqual(standingOf(store.findings(), defaultPolicy, run.startedAt))
          else expect(store.findings().filter(({ state }) => /open|waived/.test(state))).toEqual([])
        },
      })
    }),
  )
})

describe('nothing changes', () => {
  test('when an account is handed over twice, one after the other or at once', () =>
    holds(schedules, async nights => {
      const wanted = outcome((await play(nights)).store)
      const again = await play(nights, {
        deliver: async attempt => {
          await attempt()
          await attempt()
        },
      })
      expect(outcome(again.store)).toEqual(wanted)
      const atOnce = await play(nights, {
        deliver: async attempt => {
          await Promise.all([attempt(), attempt()])
        },
      })
      expect(outcome(atOnce.store)).toEqual(wanted)
    }))

  test('when a night comes in again after its end, however old it is', () =>
    holds(schedules, async nights => {
      const { store, nights: played } = await play(nights)
      const already = store.writes.length
      for (const { again } of played) {
        const answer: unknown = await again().catch(error => error)
        expect(answer === undefined || answer instanceof PostureError).toBe(true)
      }
      expect(store.writes.slice(already)).toEqual([])
    }))
})

/** What alerts on any night after the first. */
const alertsOf = ({ store, nights: [first] }: Play) => {
  const alerts = collectAlerts('info')
  for (const event of store.events()) if (event.runId !== first?.run.id) alerts.add(event)
  return alerts.result()
}

const turns: Readonly<Record<string, string>> = { new: 'O', baseline: 'O', reopened: 'O', resolved: 'C', retired: 'C' }
const isPartOf = (part: readonly string[], whole: readonly string[]): boolean => {
  const [first, ...rest] = part
  if (first === undefined) return true
  const at = whole.indexOf(first)
  return at >= 0 && isPartOf(rest, whole.slice(at + 1))
}

const turnsOf = ({ store }: Play, place: Place, thing: Thing) =>
  told(store)
    .filter(event => event.place === place && event.thing === thing)
    .toSorted((a, b) => (a.runId < b.runId ? -1 : 1))
    .flatMap(({ kind }) => turns[kind] ?? [])

/** A group that always fails while it has nodes. */
const ofKarpenter = fc
  .tuple(arbitraryNight, fc.constantFrom('fail' as const, 'gone' as const), fc.constantFrom(1, 20, 31))
  .map(([night, spot, days]): Night => {
    const truth = { shop: 'pass', till: 'pass', spot } as const
    const region = { truth, refused: [], disabled: false }
    return { ...night, days, regions: { 'eu-west-1': region, 'ap-south-1': region } }
  })

describe('failed reads', () => {
  test('of a world that stays as it is are never news, and alert nobody', () =>
    holds(fc.tuple(arbitraryNight, refusals), async ([one, failing]) => {
      const world: Night = { ...one, expires: 'later' }
      const nights = [refusing(world), ...failing.map(refusal => refusing(world, refusal))]
      const played = await play(nights)
      expect(told(played.store).filter(({ kind }) => loud.includes(kind))).toEqual([])
      expect(alertsOf(played)).toEqual([])
    }))

  test.each<[string, fc.Arbitrary<readonly Night[]>]>([
    ['', fc.array(arbitraryNight, { minLength: 1, maxLength: 7 })],
    [' where Karpenter starts and ends nodes over weeks', fc.array(ofKarpenter, { minLength: 3, maxLength: 7 })],
  ])('of a world that changes only ever leave openings and closings out%s', (_, worlds) =>
    holds(fc.tuple(worlds, refusals), async ([world, failing]) => {
      const nights = world.map((night): Night => ({ ...night, revision: 1, off: [], waiver: 'none' }))
      const whole = await play(nights.map(night => refusing(night)))
      const part = await play(nights.map((night, index) => refusing(night, failing[index])))
      for (const place of places) {
        for (const thing of things) {
          const [few, all] = [turnsOf(part, place, thing), turnsOf(whole, place, thing)]
          expect({ few, all, isPart: isPartOf(few, all) }).toMatchObject({ isPart: true })
        }
      }
    }),
  )
})

test('what is new, back, or waived no more was read that night', () =>
  holds(schedules, async nights => {
    const { store } = await play(nights)
    const index = new Map(nights.map((_, place) => [runOf(nights, place).id, place]))
    for (const event of findingEvents(store)) {
      if (!['new', 'baseline', 'reopened', 'waiver-expired'].includes(event.kind)) continue
      const said = saidOf(nights, index.get(event.runId) ?? -1, placeOf(event), thingOf(event))
      expect({ kind: event.kind, said }).toEqual({ kind: event.kind, said: 'fail' })
    }
  }))
