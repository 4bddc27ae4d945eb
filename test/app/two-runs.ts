import { expect } from '@jest/globals'
import { remember } from '../../src/app/remember.ts'
import { endRun, isScoped } from '../../src/app/runs.ts'
import type { Store } from '../../src/core/store.ts'
import type { FindingEvent } from '../../src/core/stored.ts'
import { type Choose, explore, type Process, startProcess } from '../support/interleave.ts'
import { type MemoryStore, memoryStore, stepped, type Write } from '../support/memory-store.ts'
import { accountId, begin, during, finding, night, region, runOf } from './memory.ts'
import { type Actor, accountThat, before, inTurn, inWords, ordersOf, type Start } from './sequential.ts'

const rememberAs = ({ run, says: what }: Actor, store: Store, memory: MemoryStore) =>
  remember(accountThat(what), night(run), { ...during(run, memory), store })

const startWith = async ({ finding: first, told }: Start): Promise<MemoryStore> => {
  const store = memoryStore()
  await begin(before, store)
  const state = { accountId, region, judged: { c1: 1 }, covered: true, changedIn: before.id }
  await store.putArea(state, undefined)
  await store.putArea({ ...state, region: 'global', judged: {} }, undefined)
  if (first) await store.putFinding(first, undefined)
  if (first?.pending && told) {
    const { waiver, ...event } = { ...finding(), ...first }
    await store.putEvent({ ...event, runId: before.id, kind: first.pending, findingId: first.id })
  }
  await endRun(before, during(before, store))
  return store.copy()
}

const isStep = new Set<keyof Store>([
  'readArea',
  'putFinding',
  'dropFinding',
  'settleFinding',
  'putEvent',
  'hasEvent',
  'readRun',
])

interface Running {
  readonly actor: Actor
  readonly process: Process
  crashed: boolean
  /** Whether others can tell that it crashed. */
  ended: boolean
  /** Whether it wrote the finding. */
  tookEffect: boolean
}

const startRunning = async (actor: Actor, store: MemoryStore): Promise<Running> => {
  let isPermitted = false
  const process = await startProcess(step => {
    const steps = stepped(store, call => {
      // Making sure that the run may write touches nothing that is shared, and the area `global` is another matter.
      const isElsewhere = call.name === 'readArea' && call.args[1] !== region
      isPermitted ||= call.name === 'readArea'
      return isPermitted && isStep.has(call.name) && !isElsewhere ? step(call) : call.make()
    })
    return rememberAs(actor, steps, store)
  })
  return { actor, process, crashed: false, ended: false, tookEffect: false }
}

const isOfFinding = ({ call }: Write) => call === 'putFinding' || call === 'dropFinding'

/** Every way to go on: a run makes its next call, or crashes before it, or others find out that one has crashed. */
const waysOn = (running: readonly Running[], store: MemoryStore) => {
  const alive = running.filter(({ process, crashed }) => !crashed && process.next() !== undefined)
  return [
    ...alive.map(one => async () => {
      const already = store.writes.length
      await one.process.advance()
      one.tookEffect ||= store.writes.slice(already).some(isOfFinding)
    }),
    ...alive.map(one => async () => {
      one.crashed = true
    }),
    ...running
      .filter(({ crashed, ended }) => crashed && !ended && alive.some(({ process }) => process.next() === 'readRun'))
      .map(one => async () => {
        one.ended = true
        await store.updateRun(one.actor.run.id, { finishedAt: one.actor.run.startedAt })
      }),
  ]
}

const stateOf = (running: readonly Running[], store: MemoryStore) =>
  JSON.stringify([
    store.findings(),
    store.events(),
    running.map(({ process, crashed, ended }) => [process.answers(), crashed, ended]),
  ])

/** Two runs over one finding, of which each may crash. */
interface Case {
  readonly start: Start
  readonly actors: readonly [Actor, Actor]
}

const play = async ({ start, actors }: Case, from: MemoryStore, seen: Set<string>, choose: Choose) => {
  const store = from.copy()
  const running = [await startRunning(actors[0], store), await startRunning(actors[1], store)]
  for (;;) {
    const ways = waysOn(running, store)
    if (ways.length === 0) break
    const chosen = choose(ways.length, stateOf(running, store))
    if (chosen === undefined) return
    await ways[chosen]?.()
  }
  for (const { run } of actors) await endRun(run, during(run, store))
  const comesTo = JSON.stringify([
    store.findings(),
    store.events(),
    running.map(({ crashed, tookEffect }) => [crashed, tookEffect]),
  ])
  if (seen.has(comesTo)) return
  seen.add(comesTo)
  const nights: Actor[] = [20, 21].map(day => ({ run: runOf(day), says: actors[1].says }))
  for (const next of nights) {
    await begin(next.run, store)
    await rememberAs(next, store, store)
    await expectQuiet([...actors], next, store)
    await endRun(next.run, during(next.run, store))
  }
  expectSequential(start, running, nights, store)
}

const expectSequential = (start: Start, running: readonly Running[], nights: readonly Actor[], store: MemoryStore) => {
  const took = running.filter(({ crashed, tookEffect }) => !crashed || tookEffect)
  const owes = start.finding?.pending !== undefined && !start.told
  const nightCrashed = running.some(({ crashed, actor }) => crashed && !isScoped(actor.run.scope))
  // A scoped run that meets what a night owes leaves the finding to the next night.
  const left = took.filter(({ actor, tookEffect }) => tookEffect || !isScoped(actor.run.scope))
  const first = {
    finding: start.finding,
    events: start.told ? (['new'] as const) : [],
    owes,
  }
  const allowed = (owes || nightCrashed ? [took, left] : [took])
    .flatMap(withDebts)
    .flatMap(ordersOf)
    .map(order => [...order, ...nights].reduce(inTurn, first))
    .map(ledger => inWords(ledger.finding, ledger.events))
  const events = store.events() as readonly FindingEvent[]
  const observed = inWords(
    store.findings()[0],
    events.map(({ kind }) => kind),
  )
  if (allowed.includes(observed)) return
  const steps = store.writes.map(({ call, after }) => {
    const { changedIn, runId, state, pending, kind } = (after ?? {}) as Record<string, string>
    return [call, changedIn ?? runId, state, pending ?? kind].join(' ')
  })
  expect({ observed, steps }).toEqual({ allowed: [...new Set(allowed)] })
}

/** Whether a run that crashed had told what it did, or somebody else told it for it, is left open. */
const withDebts = (running: readonly Running[]): Actor[][] =>
  running.reduce<Actor[][]>(
    (all, { actor, crashed }) =>
      all.flatMap(some => (crashed ? [false, true] : [false]).map(owes => [...some, { ...actor, owes }])),
    [[]],
  )

const perRun = new Set<keyof Store>(['putAccount', 'takeLease'])

const expectQuiet = async (actors: readonly Actor[], next: Actor, store: MemoryStore) => {
  const already = store.writes.length
  await rememberAs(next, store, store)
  for (const actor of actors) {
    const late = await rememberAs(actor, store, store).then(
      () => 'wrote',
      () => 'refused',
    )
    if (late !== 'refused') expect(late).toBe('refused')
  }
  const more = store.writes.slice(already).filter(({ call }) => !perRun.has(call))
  if (more.length > 0) expect(more).toEqual([])
}

/** Every execution of a case; answers how many there are. */
export const playAll = async (one: Case): Promise<number> => {
  const from = await startWith(one.start)
  for (const run of new Map(one.actors.map(({ run }) => [run.id, run])).values()) await begin(run, from)
  const seen = new Set<string>()
  return explore(choose => play(one, from, seen, choose))
}
