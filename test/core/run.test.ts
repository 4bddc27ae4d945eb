import { expect, test } from '@jest/globals'
import { Run, RunId, startRun } from '../../src/core/run.ts'

const start = new Date('2026-11-22T02:00:00.000Z')

test('the id of a run is its start and six hex digits', () => {
  expect(startRun(start, '3fa91c7788', { accounts: ['111122223333'] })).toEqual({
    id: '2026-11-22T02:00:00.000Z-3fa91c',
    startedAt: '2026-11-22T02:00:00.000Z',
    scope: { accounts: ['111122223333'] },
  })
})

test('a run is what its own schema accepts', () => {
  expect(Run.parse(startRun(start, '3fa91c'))).toEqual(startRun(start, '3fa91c'))
})

test('ids sort as runs do, down to the millisecond', () => {
  const times = [
    '2026-11-22T02:00:00.000Z',
    '2026-11-22T02:00:00.001Z',
    '2026-11-22T10:00:00.000Z',
    '2027-01-01T00:00:00.000Z',
  ]
  const ids = times.map((time, index) => startRun(new Date(time), `${9 - index}`.repeat(6)).id)
  expect(ids.toSorted()).toEqual(ids)
})

test.each([
  '2026-11-22T02:00:00Z-3fa91c',
  '2026-11-22T02:00:00.000Z',
  '2026-11-22T02:00:00.000Z-3FA91C',
  '2026-11-22T02:00:00.000Z-3fa91',
  '',
])('"%s" is no run id', id => {
  expect(RunId.safeParse(id).success).toBe(false)
})
