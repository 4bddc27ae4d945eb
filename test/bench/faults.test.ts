import { expect, test } from '@jest/globals'
import { playAll } from '../../bench/faults/all.ts'
import { tableOf } from '../../bench/faults/table.ts'

test('every fault strikes, comes to what is expected of it, and is healed by the next night', async () => {
  const rows = await playAll(1)
  expect(rows.filter(({ isGreen }) => !isGreen)).toEqual([])
  expect(rows.length).toBeGreaterThan(40)
  expect(tableOf(rows)).toMatch(/✔ \d+ faults\n$/)
}, 900_000)
