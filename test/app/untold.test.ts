import { expect, test } from '@jest/globals'
import { knownRun } from '../../src/app/digest.ts'
import { remember } from '../../src/app/remember.ts'
import { endRun } from '../../src/app/runs.ts'
import { eachEventToTell } from '../../src/app/untold.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { account, area, begin, check, cluster, during, finding, night, runOf } from './memory.ts'

// A night that never ends wrote its events, and no message of its own told them.

const on = (name: string, over: Parameters<typeof finding>[0] = {}) => finding({ resource: cluster(name), ...over })
const judged = [{ checkId: 'c1', revision: 1, resourceIds: new Set([cluster('shop').id, cluster('pay').id]) }]

/** A night on which these clusters fail. @returns its run */
const play = async (
  store: MemoryStore,
  day: number,
  failing: readonly string[],
  { ends = true, status = 'ok' } = {},
) => {
  const run = runOf(day)
  // A day later the lease of a run that crashed has run out.
  const previousRunId = await begin(run, store)
  const areas = status === 'ok' ? [area({ judged, findings: failing.map(name => on(name)) })] : []
  await remember(
    account(areas, status as 'ok' | 'no-role'),
    night(run, { checks: [check()], previousRunId }),
    during(run, store),
  )
  if (ends) await endRun(run, during(run, store), { owesMessages: true, owesImport: false })
  return run
}

/** What the messages of a run tell, as `kind cluster` or `kind Region`. */
const toldBy = async (id: string, store: MemoryStore) => {
  const told: string[] = []
  await eachEventToTell(await knownRun(id, store), store, event =>
    told.push(`${event.kind} ${'findingId' in event ? event.resource.name : event.region}`),
  )
  return told.sort()
}

test('a night that never ended is told by the next one', async () => {
  const store = memoryStore()
  await play(store, 1, ['pay'])
  await play(store, 2, ['shop'], { ends: false })
  const next = await play(store, 3, ['shop'])
  expect(await toldBy(next.id, store)).toEqual(['new shop', 'resolved pay'])
  // And once.
  expect(await toldBy((await play(store, 4, ['shop'])).id, store)).toEqual([])
})

test('what does not hold any more is not told', async () => {
  const store = memoryStore()
  await play(store, 1, ['pay'])
  await play(store, 2, ['shop'], { ends: false })
  const next = await play(store, 3, ['pay'])
  expect(await toldBy(next.id, store)).toEqual(['reopened pay', 'resolved shop'])
})

test('doubt and lost coverage are told while they last', async () => {
  const store = memoryStore()
  await play(store, 1, ['shop'])
  await play(store, 2, [], { ends: false, status: 'no-role' })
  const blind = await play(store, 3, [], { ends: false, status: 'no-role' })
  const lost = ['coverage-lost eu-west-1', 'unconfirmed shop']
  expect(await toldBy(blind.id, store)).toEqual(lost)
  const next = await play(store, 4, ['shop'])
  expect(await toldBy(next.id, store)).toEqual(['confirmed shop', 'coverage-regained eu-west-1'])
})

test('a night that ended tells of itself, so no other does', async () => {
  const store = memoryStore()
  await play(store, 1, [])
  await play(store, 2, ['shop'])
  expect(await toldBy((await play(store, 3, ['shop'])).id, store)).toEqual([])
})
