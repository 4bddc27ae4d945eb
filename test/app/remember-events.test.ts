import { describe, expect, test } from '@jest/globals'
import { remember } from '../../src/app/remember.ts'
import { PostureError } from '../../src/core/errors.ts'
import { findingId } from '../../src/core/finding.ts'
import { accountsIn } from '../support/collect.ts'
import { memoryStore } from '../support/memory-store.ts'
import {
  account,
  accountId,
  area,
  begin,
  cluster,
  during,
  eventsOf,
  failing,
  night,
  nightOf,
  region,
  runOf,
} from './memory.ts'

describe('the first night of an account-Region', () => {
  test('gives a baseline, and no event for being seen first', async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([failing('shop')]))
    expect(eventsOf(store, runOf(1))).toEqual(['baseline shop'])
    expect(store.areas()).toEqual([{ accountId, region, judged: { c1: 1 }, covered: true, changedIn: runOf(1).id }])
  })

  test('is followed by nights on which what opens is new', async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([failing('shop')]))
    await nightOf(store, runOf(2), account([failing('shop', 'pay')]))
    expect(eventsOf(store, runOf(2))).toEqual(['new pay'])
  })

  test('goes on for as long as something is left unread', async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([{ ...failing('shop'), isComplete: false }], 'partial'))
    await nightOf(store, runOf(2), account([failing('shop', 'pay')]))
    expect(eventsOf(store, runOf(2))).toEqual(['baseline pay'])
  })

  // What says that an area was judged is written last, or the retry would take the rest of the baseline for news.
  test('that crashes is a baseline also for the run that repeats it', async () => {
    const store = memoryStore()
    await begin(runOf(1), store)
    const crashing = { ...store, putEvent: async () => Promise.reject(new Error('crash')) }
    const result = account([failing('shop', 'pay')])
    await expect(remember(result, night(runOf(1)), { ...during(runOf(1), store), store: crashing })).rejects.toThrow()
    expect(store.areas()).toEqual([])
    expect(store.events()).toEqual([])
    await remember(result, night(runOf(1)), during(runOf(1), store))
    expect(eventsOf(store, runOf(1))).toEqual(['baseline pay', 'baseline shop'])
  })
})

describe('coverage', () => {
  test('that is lost and regained makes one event each', async () => {
    const store = memoryStore()
    for (const [day, status] of (['ok', 'no-role', 'error', 'partial', 'ok'] as const).entries()) {
      const areas = status === 'ok' || status === 'partial' ? [area({ isComplete: status === 'ok' })] : []
      await nightOf(store, runOf(day + 1), account(areas, status))
    }
    expect(store.events()).toEqual([
      { runId: runOf(2).id, kind: 'coverage-lost', accountId, region, detail: 'it is no-role' },
      { runId: runOf(4).id, kind: 'coverage-regained', accountId, region, detail: 'it is partial' },
    ])
  })

  test('that never was is not lost, and its beginning is no regain', async () => {
    const store = memoryStore()
    expect(await nightOf(store, runOf(1), account([], 'no-role'))).toEqual([])
    await nightOf(store, runOf(2), account([area()]))
    expect(store.events()).toEqual([])
  })

  test('event that a crashed night owes is told once by the next night', async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([area()]))
    await begin(runOf(2), store)
    const deaf = { ...store, putEvent: async () => Promise.reject(new Error('crash')) }
    const lost = account([], 'no-role')
    await expect(remember(lost, night(runOf(2)), { ...during(runOf(2), store), store: deaf })).rejects.toThrow('crash')
    expect(store.events()).toEqual([])
    await nightOf(store, runOf(3), lost)
    expect(eventsOf(store, runOf(3))).toEqual(['coverage-lost eu-west-1'])
    expect(await nightOf(store, runOf(4), lost)).toEqual([])
  })
})

describe('what a crashed night owes', () => {
  const crashed = async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([area()]))
    await begin(runOf(2), store)
    const deaf = { ...store, putEvent: async () => Promise.reject(new Error('crash')) }
    const result = account([failing('shop')])
    await expect(remember(result, night(runOf(2)), { ...during(runOf(2), store), store: deaf })).rejects.toThrow(
      'crash',
    )
    return store
  }

  test('is told by the next night under its own name', async () => {
    const store = await crashed()
    await nightOf(store, runOf(3), account([failing('shop')]))
    expect(eventsOf(store, runOf(3))).toEqual(['new shop'])
    expect(store.findings()).toEqual([expect.not.objectContaining({ pending: 'new' })])
  })

  test('is not told by a scoped run, of which no digest tells', async () => {
    const store = await crashed()
    const scoped = runOf(3, { checks: ['c1'] })
    expect(await nightOf(store, scoped, account([area()]))).toEqual([])
    await nightOf(store, runOf(4), account([area()]))
    expect(eventsOf(store, runOf(4))).toEqual(['new shop'])
    await nightOf(store, runOf(5), account([area()]))
    expect(eventsOf(store, runOf(5))).toEqual(['resolved shop'])
  })

  test('is left to it while it is alive', async () => {
    const store = await crashed()
    const scoped = runOf(2, { checks: ['c1'] }, 10)
    expect(await nightOf(store, scoped, account([failing('shop')]))).toEqual([])
    await remember(account([failing('shop')]), night(runOf(2)), during(runOf(2), store))
    expect(eventsOf(store, runOf(2))).toEqual(['new shop'])
  })

  test('is told for it before a run that finds something else writes over it', async () => {
    const store = await crashed()
    const scoped = runOf(2, { checks: ['c1'] }, 10)
    await nightOf(store, scoped, account([area()]))
    expect(eventsOf(store, runOf(2))).toEqual(['new shop'])
    expect(eventsOf(store, scoped)).toEqual(['resolved shop'])
  })
})

test('a finding that others write again and again is given up with a sentence', async () => {
  const store = memoryStore()
  await begin(runOf(1), store)
  const busy = { ...store, putFinding: async () => false }
  await expect(
    remember(account([failing('shop')]), night(runOf(1)), { ...during(runOf(1), store), store: busy }),
  ).rejects.toThrow(
    new PostureError(
      `Finding ${findingId('c1', cluster().id)} was written by others 6 times in a row; run ${runOf(1).id} gave up.`,
    ),
  )
  expect(await accountsIn(store, runOf(1).id)).toEqual([])
})
