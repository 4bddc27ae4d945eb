import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Shape } from '../../bench/organizations.ts'
import { simulationClock } from '../../bench/simulation/clock.ts'
import { costOf } from '../../bench/simulation/cost.ts'
import { coverageProblems } from '../../bench/simulation/coverage.ts'
import { simulateNight } from '../../bench/simulation/night.ts'
import { organizations, troubled } from '../../bench/simulation/organizations.ts'
import { storeByAccount } from '../../bench/simulation/store.ts'
import { storeIn } from '../../src/aws/store.ts'
import type { CoverageStatus } from '../../src/core/coverage.ts'
import type { Store } from '../../src/core/store.ts'
import { accountsOf } from '../../src/sandbox/walk.ts'
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

const nightOf = (accounts: number, store: Store, shape: Shape = organizations.wide, nightsBefore = 0) => {
  const stack = stackOf(packaged)
  const { organization, deaths } = troubled({ ...shape, accounts })
  const machine = { definition: definitionIn(stack), arnOf: stack.arnOf }
  return simulateNight({ ...machine, organization, deaths, store, clock: simulationClock(), nightsBefore })
}

describe('a simulated night', () => {
  test('gives each of its account-Regions one status, whatever goes wrong in it', async () => {
    const { reports, planned, entered, digests, handedOver, sandbox } = await nightOf(50, storeByAccount())
    expect([planned, reports.length, digests, handedOver]).toEqual([52, 52, 1, 0])
    const { organization } = troubled({ ...organizations.wide, accounts: 50 })
    expect(coverageProblems(reports, organization)).toEqual([])
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

test('calls of a heavy account wait for their share on the clock of the simulation', async () => {
  const { longest, waitedSeconds, throttled, sandbox, reports } = await nightOf(
    2,
    storeByAccount(),
    organizations.heavy,
  )
  expect(waitedSeconds).toBeGreaterThan(longest.seconds)
  // More calls of EKS than go at once, the rest of them at five a second.
  const { calls, bucketViolations } = sandbox.counters
  const ofEks = Object.entries(calls).flatMap(([action, count]) => (action.startsWith('eks:') ? count : []))
  const ofEksEach = ofEks.reduce((sum, count) => sum + count, 0) / 2
  expect(longest.seconds).toBeGreaterThan((ofEksEach - 25) / 5 - 1)
  expect(longest.seconds).toBeLessThan(60)
  expect([throttled, bucketViolations]).toEqual([0, {}])
  expect(reports.flatMap(({ regions }) => regions.map(({ status }) => status))).toEqual(['ok', 'ok', 'ok', 'ok'])
})

test('a night after one, on which nothing changed, writes no finding', async () => {
  const store = storeByAccount()
  const first = await nightOf(6, store)
  const second = await nightOf(6, store, organizations.wide, 1)
  expect(first.findingsWritten).toBeGreaterThan(0)
  expect([second.findingsWritten, second.reports.length, second.digests]).toEqual([0, 8, 1])
  expect(second.usage.writeUnits).toBeLessThan(first.usage.writeUnits)
})

describe('the coverage of a night', () => {
  const { organization } = troubled({ ...organizations.wide, accounts: 2 })
  const { management, hub } = organization.organization
  const members = accountsOf(organization).map(({ accountId }) => accountId)
  const rowsOf = (regions: readonly string[]) => regions.map(region => ({ region, status: 'ok' as CoverageStatus }))
  const night = [management, hub, ...members].map(accountId => ({ accountId, regions: rowsOf(organization.regions) }))
  const [first, ...others] = night
  const changed = (regions: ReturnType<typeof rowsOf>) =>
    coverageProblems([{ accountId: first?.accountId ?? '', regions }, ...others], organization)

  test('is in order where each account-Region has a status', () => {
    expect(coverageProblems(night, organization)).toEqual([])
  })

  test('is not where an account has no report, or two', () => {
    expect(coverageProblems(others, organization)).toEqual([
      '3 reports of 4 accounts',
      '17 of 68 account-Regions have no row',
    ])
    expect(coverageProblems([...night, ...others.slice(0, 1)], organization)).toEqual([
      '5 reports of 4 accounts',
      '17 rows are of an account-Region that has one or is none',
    ])
  })

  test('is not where one Region stands for another, though they are as many', () => {
    const [one = '', two = '', ...more] = organization.regions
    expect(changed(rowsOf([one, one, ...more]))).toEqual([
      '1 of 68 account-Regions have no row',
      '1 rows are of an account-Region that has one or is none',
    ])
    expect(changed(rowsOf([one, two, ...more.slice(1), 'mars-east-1']))).toHaveLength(2)
  })

  test('is not where a row has no status that there is', () => {
    const rows = rowsOf(organization.regions).with(3, {
      region: organization.regions[3] ?? '',
      status: 'fine' as never,
    })
    expect(changed(rows)).toEqual(['1 rows have no status that there is'])
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
