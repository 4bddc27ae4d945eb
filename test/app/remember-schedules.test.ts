import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { remember } from '../../src/app/remember.ts'
import { endRun } from '../../src/app/runs.ts'
import type { FindingEvent } from '../../src/core/stored.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { account, area, begin, check, cluster, during, finding, listed, night, runOf, unlisted } from './memory.ts'

// Properties of whole schedules of nights over an account-Region of three clusters, against a model of a few lines.

const names = ['shop', 'pay', 'web'] as const
type Name = (typeof names)[number]
type Truth = 'pass' | 'fail' | 'gone'

/** What is true on a night, and what of it can be read. */
interface Night {
  readonly truth: Readonly<Record<Name, Truth>>
  /** Everything, nothing, or a list that breaks off before the clusters that are hidden. */
  readonly reads: 'all' | 'none' | 'part'
  readonly hidden: readonly Name[]
  /** Clusters of which a detail was refused. */
  readonly refused: readonly Name[]
  /** The check's revision. */
  readonly revision: number
}

const truth = fc.constantFrom<Truth>('pass', 'fail', 'gone')
const truths = fc.record({ shop: truth, pay: truth, web: truth })
const readWhole = { reads: 'all', hidden: [], refused: [] } as const
const failures = fc.record({
  reads: fc.constantFrom('all' as const, 'none' as const, 'part' as const),
  hidden: fc.subarray([...names]),
  refused: fc.subarray([...names]),
})
const some = { minLength: 1, maxLength: 7 }

const isSeen = ({ truth, reads, hidden }: Night, name: Name) =>
  truth[name] !== 'gone' && reads !== 'none' && !(reads === 'part' && hidden.includes(name))
const isWhole = ({ reads, refused }: Night) => reads === 'all' && refused.length === 0

const accountOf = (tonight: Night) => {
  const { truth, reads, refused, revision } = tonight
  if (reads === 'none') return account([], 'no-role')
  const seen = names.filter(name => isSeen(tonight, name))
  const found = seen.flatMap(name => {
    if (refused.includes(name)) return finding({ resource: cluster(name), status: 'unknown' })
    return truth[name] === 'fail' ? finding({ resource: cluster(name) }) : []
  })
  const one = area({
    isComplete: isWhole(tonight),
    listed: reads === 'all' ? listed : unlisted,
    judged: [{ checkId: 'c1', revision, resourceIds: new Set(seen.map(name => cluster(name).id)) }],
    findings: found,
  })
  return account([one], isWhole(tonight) ? 'ok' : 'partial')
}

type Deliver = (attempt: () => Promise<void>) => Promise<void>
const once: Deliver = attempt => attempt()

const play = async (nights: readonly Night[], deliver: Deliver = once, store = memoryStore()): Promise<MemoryStore> => {
  for (const [index, tonight] of nights.entries()) {
    const run = runOf(index + 1)
    const rules = night(run, { checks: [check('c1', tonight.revision)] })
    await begin(run, store)
    await deliver(() => remember(accountOf(tonight), rules, during(run, store)))
    await endRun(run, during(run, store))
  }
  return store
}

const eventsOf = (store: MemoryStore, name?: Name) =>
  (store.events().filter(event => 'findingId' in event) as FindingEvent[])
    .filter(({ resource }) => name === undefined || resource.name === name)
    .toSorted((a, b) => (a.runId < b.runId ? -1 : 1))

const outcome = (store: MemoryStore) => [store.findings(), store.areas(), store.events()]
const loud = ['new', 'resolved', 'reopened', 'severity-changed'] as const
const holds = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, property), { numRuns: 400 })

/** What the nights say of a cluster, without any store: the last that could be read of it stands. */
const expectedOf = (nights: readonly Night[], name: Name): string => {
  let state = 'nothing'
  let judgedAs = 0
  for (const tonight of nights) {
    const { truth, refused, reads, revision } = tonight
    const isOpen = state === 'open'
    if (isSeen(tonight, name) && !refused.includes(name)) {
      if (truth[name] === 'pass' && isOpen) state = judgedAs === revision ? 'resolved' : 'retired'
      if (truth[name] === 'fail') [state, judgedAs] = ['open', revision]
    }
    if (truth[name] === 'gone' && reads === 'all' && isOpen) state = 'resolved'
  }
  return state
}

const schedules = fc.array(
  fc
    .tuple(truths, failures, fc.integer({ min: 1, max: 3 }))
    .map(([truth, failed, revision]): Night => ({ truth, ...failed, revision })),
  some,
)
const upgrading = schedules.map(nights => {
  const revisions = nights.map(({ revision }) => revision).sort()
  return nights.map((one, index): Night => ({ ...one, revision: revisions[index] ?? 1 }))
})

test('after any schedule each finding is as the last nights that could read it say', () =>
  holds(upgrading, async nights => {
    const store = await play(nights)
    const states = new Map(
      store
        .findings()
        .filter(({ verdict }) => verdict === 'fail')
        .map(({ resource, state }) => [resource.name, state]),
    )
    for (const name of names) expect([name, states.get(name) ?? 'nothing']).toEqual([name, expectedOf(nights, name)])
    expect(store.findings().filter(({ pending }) => pending !== undefined)).toEqual([])
  }))

test('where nothing changes in the world, failed reads add nothing loud, on whatever nights they fail', () =>
  holds(fc.tuple(truths, fc.array(failures, some)), async ([truth, failed]) => {
    const nights = failed.map((one): Night => ({ truth, ...one, revision: 1 }))
    const store = await play([{ truth, ...readWhole, revision: 1 }, ...nights])
    const kinds: readonly string[] = eventsOf(store).map(({ kind }) => kind)
    expect(kinds.filter(kind => loud.some(one => one === kind))).toEqual([])
  }))

const turns: Readonly<Record<string, string>> = { new: 'O', baseline: 'O', reopened: 'O', resolved: 'C', retired: 'C' }
const isPartOf = (part: readonly string[], whole: readonly string[]): boolean => {
  const [first, ...rest] = part
  if (first === undefined) return true
  const at = whole.indexOf(first)
  return at >= 0 && isPartOf(rest, whole.slice(at + 1))
}

test('where the world changes, failed reads only ever leave openings and closings out', () =>
  holds(schedules, async nights => {
    const failing = nights.map((one): Night => ({ ...one, revision: 1 }))
    const whole = await play(failing.map(one => ({ ...one, ...readWhole })))
    const part = await play(failing)
    for (const name of names) {
      const turnsOf = (store: MemoryStore) => eventsOf(store, name).flatMap(({ kind }) => turns[kind] ?? [])
      expect({
        part: turnsOf(part),
        whole: turnsOf(whole),
        isPart: isPartOf(turnsOf(part), turnsOf(whole)),
      }).toMatchObject({
        isPart: true,
      })
    }
  }))

test('a loud event is about something that was read on that very night', () =>
  holds(schedules, async nights => {
    const store = await play(nights.map(one => ({ ...one, revision: 1 })))
    for (const { runId, kind, resource } of eventsOf(store)) {
      const tonight = nights.find((_, index) => runOf(index + 1).id === runId)
      const name = names.find(one => one === resource.name)
      if (!tonight || !name || !loud.some(one => one === kind)) continue
      const isGone = tonight.truth[name] === 'gone' && tonight.reads === 'all'
      const isRead = isSeen(tonight, name) && !tonight.refused.includes(name)
      expect({ kind, is: kind === 'resolved' ? isGone || isRead : isRead && tonight.truth[name] === 'fail' }).toEqual({
        kind,
        is: true,
      })
    }
  }))

test('a night like the one before it writes nothing', () =>
  holds(upgrading, async nights => {
    const last = nights.at(-1)
    if (!last) return
    const store = await play([...nights, last])
    const before = await play(nights)
    expect(outcome(store)).toEqual(outcome(before))
  }))

test('to be delivered twice, one after the other or at once, changes nothing', () =>
  holds(upgrading, async nights => {
    const wanted = outcome(await play(nights)).map(sorted)
    const again = await play(nights, async attempt => {
      await attempt()
      await attempt()
    })
    expect(outcome(again).map(sorted)).toEqual(wanted)
    const atOnce = await play(nights, async attempt => {
      await Promise.all([attempt(), attempt()])
    })
    expect(outcome(atOnce).map(sorted)).toEqual(wanted)
  }))

const sorted = (items: readonly unknown[]) => items.map(item => JSON.stringify(item)).sort()

test('until everything was read once under a revision of the check, what opens is a baseline; from then on it is new', () =>
  holds(upgrading, async nights => {
    const judged = new Set<number>()
    const store = await play(nights)
    for (const [index, tonight] of nights.entries()) {
      const opened = eventsOf(store).filter(
        ({ runId, kind }) => runId === runOf(index + 1).id && /new|baseline/.test(kind),
      )
      const expected =
        judged.has(tonight.revision) && lastJudged(nights, index) === tonight.revision ? 'new' : 'baseline'
      expect(opened.map(({ kind }) => kind)).toEqual(opened.map(() => expected))
      if (isWhole(tonight)) judged.add(tonight.revision)
    }
  }))

const lastJudged = (nights: readonly Night[], before: number) => nights.slice(0, before).findLast(isWhole)?.revision
