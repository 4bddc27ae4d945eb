import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { simulationClock } from '../../bench/simulation/clock.ts'
import { costOf } from '../../bench/simulation/cost.ts'
import { simulateNight } from '../../bench/simulation/night.ts'
import { organizations, troubled } from '../../bench/simulation/organizations.ts'
import { storeByAccount } from '../../bench/simulation/store.ts'
import { storeIn } from '../../src/aws/store.ts'
import type { Store } from '../../src/core/store.ts'
import { definitionIn } from '../packaged/machine.ts'
import { type Packaged, packageService } from '../packaged/package.ts'
import { stackOf } from '../packaged/stack.ts'
import { type Engine, newTable, startDynalite } from '../support/table.ts'

let packaged: Packaged
let engine: Engine

beforeAll(async () => {
  packaged = await packageService()
  engine = await startDynalite()
}, 180_000)

afterAll(async () => {
  await engine?.stop()
  await packaged?.remove()
})

const nightOf = (accounts: number, store: Store) => {
  const stack = stackOf(packaged)
  const { organization, deaths } = troubled({ ...organizations.wide, accounts })
  const machine = { definition: definitionIn(stack), arnOf: stack.arnOf }
  return simulateNight({ ...machine, organization, deaths, store, clock: simulationClock() })
}

describe('a simulated night', () => {
  test('gives each of its account-Regions one status, whatever goes wrong in it', async () => {
    const { reports, planned, entered, digests, handedOver, sandbox } = await nightOf(50, storeByAccount())
    expect([planned, reports.length, digests, handedOver]).toEqual([52, 52, 1, 0])
    for (const { regions } of reports) expect(new Set(regions.map(({ region }) => region)).size).toBe(17)
    const statuses = new Set(reports.flatMap(({ regions }) => regions.map(({ status }) => status)))
    expect(statuses).toEqual(new Set(['ok', 'no-role', 'account-inactive', 'region-denied']))
    expect(entered.get('ScanAgain')).toBe(1)
    expect(sandbox.counters.bucketViolations).toEqual({})
  })

  test('is the same on a real table, whose time is not counted', async () => {
    const inMemory = await nightOf(4, storeByAccount())
    const onDynalite = await nightOf(4, storeIn(engine.client, await newTable(engine)))
    expect(onDynalite.sandbox.counters).toEqual(inMemory.sandbox.counters)
    const byId = (one: typeof inMemory) => one.reports.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1))
    expect(byId(onDynalite)).toEqual(byId(inMemory))
    expect(Math.round(onDynalite.nightSeconds)).toBe(Math.round(inMemory.nightSeconds))
  })
})

describe('the clock of a simulation', () => {
  test('wakes whoever is due, the earliest first and of two the first that came', async () => {
    const { wait, nowMs } = simulationClock()
    const woken: string[] = []
    const sleep = async (ms: number, name: string) => {
      await wait(ms)
      woken.push(`${name} at ${nowMs()}`)
    }
    await Promise.all([sleep(30, 'c'), sleep(10, 'a'), sleep(20, 'b'), sleep(10, 'A')])
    expect(woken).toEqual(['a at 10', 'A at 10', 'b at 20', 'c at 30'])
  })

  test('stands still while something outside is asked', async () => {
    const { wait, outside, nowMs } = simulationClock()
    const later = wait(1_000)
    const seen = await outside(async () => {
      await new Promise(resolve => setImmediate(resolve))
      return nowMs()
    })
    expect(seen).toBe(0)
    await later
    expect(nowMs()).toBe(1_000)
  })
})

test('the cost of a night is its usage at list prices', () => {
  const usage = { scanSeconds: 35_000, cpuSeconds: 0, invocations: 10_000, transitions: 40_000 }
  const rest = { readUnits: 30_000, writeUnits: 22_000, filesRead: 0, filesWritten: 0 }
  const lines = Object.fromEntries(costOf({ ...usage, ...rest }).map(({ what, dollars }) => [what, dollars.toFixed(3)]))
  expect(lines).toMatchObject({ 'Lambda, time': '0.467', 'Step Functions': '1.000', 'DynamoDB, reads': '0.004' })
})
