import { describe, expect, test } from '@jest/globals'
import { beginRun, endRun, hasEnded, keepRun, leaseMs, scopedRunMs, wholeRunsBefore } from '../../src/app/runs.ts'
import { PostureError } from '../../src/core/errors.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { Run, Scope } from '../../src/core/run.ts'
import { memoryStore } from '../support/memory-store.ts'
import { runOf } from './memory.ts'

const minute = 60_000
const part: Scope = { regions: ['eu-west-1'] }

const beginning = { toolVersion: '1.0.0', accountCount: 2, isOrganization: true, policy: defaultPolicy }

const house = () => {
  const store = memoryStore()
  const at = (run: Run, ms = 0) => ({ store, now: () => new Date(Date.parse(run.startedAt) + ms) })
  const begin = (run: Run, ms = 0) => beginRun(run, beginning, at(run, ms))
  return { store, at, begin }
}
const first = runOf(10)
const second = runOf(10, {}, 10)

describe('a run', () => {
  test('is remembered from its begin to its end', async () => {
    const { store, at, begin } = house()
    await begin(first)
    expect(await store.readRun(first.id)).toEqual({
      ...first,
      toolVersion: '1.0.0',
      accountCount: 2,
      isOrganization: true,
    })
    expect(await hasEnded(first.id, at(first, minute))).toBe(false)
    await endRun(first, at(first, minute))
    expect(await store.readRun(first.id)).toMatchObject({ finishedAt: '2026-11-10T02:01:00.000Z' })
    expect(await hasEnded(first.id, at(first, minute))).toBe(true)
    expect(await store.readLease()).toBeUndefined()
  })

  test('is refused while another one writes, which is named with its start and the end of its lease', async () => {
    const { store, begin } = house()
    await begin(first)
    await expect(begin(second)).rejects.toThrow(PostureError)
    await expect(begin(second)).rejects.toThrow(
      `Run ${first.id} writes to the store since ${first.startedAt} and holds its lease until 2026-11-10T03:00:00.000Z.`,
    )
    expect(await store.readRun(second.id)).toBeUndefined()
  })

  test('may begin once the other has ended, or let its lease run out', async () => {
    const { at, begin } = house()
    await begin(first)
    await endRun(first, at(first, minute))
    await begin(second)
    await begin(runOf(10, {}, 20), leaseMs)
  })

  test('may be begun again by a retry, and not after its end', async () => {
    const { store, at, begin } = house()
    await begin(first)
    await begin(first, minute)
    expect(await store.readLease()).toEqual({ runId: first.id, until: '2026-11-10T03:01:00.000Z' })
    await endRun(first, at(first, minute))
    await expect(begin(first, 2 * minute)).rejects.toThrow(`Run ${first.id} ended at 2026-11-10T02:01:00.000Z.`)
    expect(await store.readLease()).toBeUndefined()
  })

  test('with a scope needs no lease', async () => {
    const { store, at, begin } = house()
    await begin(first)
    const scoped = runOf(10, part, 10)
    await begin(scoped)
    await endRun(scoped, at(scoped, minute))
    expect(await store.readLease()).toMatchObject({ runId: first.id })
  })
})

describe('the runs before one', () => {
  test('reach back to the last night, past any number of scans of a part', async () => {
    const { store, at, begin } = house()
    await begin(first)
    await endRun(first, at(first, minute))
    for (let number = 0; number < 200; number += 1) {
      const { startedAt, ...run } = runOf(10, part, 20)
      const scoped = { ...run, startedAt, id: `${startedAt}-${number.toString(16).padStart(6, '0')}` }
      await begin(scoped)
      await endRun(scoped, at(scoped, minute))
    }
    expect((await wholeRunsBefore(runOf(11), store)).map(({ id }) => id)).toEqual([first.id])
    expect(await begin(runOf(11))).toBe(first.id)
  })
})

describe('a run that says nothing any more', () => {
  test('has ended when its lease has run out, whether or not another one took it', async () => {
    const { at, begin } = house()
    await begin(first)
    expect(await hasEnded(first.id, at(first, leaseMs - 1))).toBe(false)
    expect(await hasEnded(first.id, at(first, leaseMs))).toBe(true)
    await begin(second, leaseMs)
    expect(await hasEnded(first.id, at(first, minute))).toBe(true)
    expect(await hasEnded(second.id, at(second, leaseMs))).toBe(false)
  })

  test('has ended a day after its start where it has a scope', async () => {
    const { at, begin } = house()
    const scoped = runOf(10, part)
    await begin(scoped)
    expect(await hasEnded(scoped.id, at(scoped, scopedRunMs - 1))).toBe(false)
    expect(await hasEnded(scoped.id, at(scoped, scopedRunMs))).toBe(true)
  })

  test('has ended where nobody knows it', async () => {
    const { at } = house()
    expect(await hasEnded(first.id, at(first))).toBe(true)
  })
})

describe('keeping a run', () => {
  test('renews its lease once half of it is over', async () => {
    const { store, at, begin } = house()
    await begin(first)
    await keepRun(first, at(first, leaseMs / 2 - 1))
    expect(await store.readLease()).toMatchObject({ until: '2026-11-10T03:00:00.000Z' })
    await keepRun(first, at(first, leaseMs / 2))
    expect(await store.readLease()).toMatchObject({ until: '2026-11-10T03:30:00.000Z' })
  })

  test.each<[string, Run, number]>([
    ['whose lease has run out', first, leaseMs],
    ['with a scope that began a day ago', runOf(10, part), scopedRunMs],
  ])('is refused to one %s', async (_, run, ms) => {
    const { store, at, begin } = house()
    await begin(run)
    const already = store.writes.length
    await expect(keepRun(run, at(run, ms))).rejects.toThrow(PostureError)
    expect(store.writes).toHaveLength(already)
  })

  test('is refused to one that has finished', async () => {
    for (const run of [first, runOf(10, part)]) {
      const { at, begin } = house()
      await begin(run)
      await endRun(run, at(run))
      await expect(keepRun(run, at(run, minute))).rejects.toThrow(`Run ${run.id} has ended`)
    }
  })
})
