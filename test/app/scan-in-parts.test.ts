import { beforeEach, describe, expect, test } from '@jest/globals'
import { reconcileRun } from '../../src/app/reconcile.ts'
import { beginRun } from '../../src/app/runs.ts'
import { type Night, scanAccount } from '../../src/app/scan-account.ts'
import { type PartPorts, scanInParts } from '../../src/app/scan-in-parts.ts'
import { checks } from '../../src/checks/index.ts'
import { handoverKeyOf } from '../../src/core/bucket.ts'
import { Handover } from '../../src/core/handover.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { AccountReader, RegionRead } from '../../src/core/ports.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { accountsIn } from '../support/collect.ts'
import { memoryStore } from '../support/memory-store.ts'
import { enabled, openAccounts, readHealthy } from './fakes.ts'
import { bucketOf, runOf } from './memory.ts'

const target = build.target()
const run = runOf(22)
const names = ['a-b-1', 'a-b-2', 'a-b-3', 'a-b-4']
const hour = 60 * 60 * 1000

const night: Night = {
  policy: { ...defaultPolicy, limits: { ...defaultPolicy.limits, regions: 2 } },
  checks,
  scope: {},
  calendar: new Map(),
  hubRegions: async () => ['a-b-1'],
  regionsBefore: async () => [],
  today: '2026-11-22',
}
const memory = { run, checks, policy: defaultPolicy, previousRunId: undefined }

/** An account that is scanned call by call; each call is told how much time it has, and when that is up. */
const house = (over: Partial<AccountReader> = {}) => {
  const store = memoryStore()
  const { files, bucket } = bucketOf()
  const reader = { listRegions: async () => enabled(...names), ...over }
  const ports = { openAccount: openAccounts({ [target.accountId]: reader }), bucket, store }
  const now = (ms = 0) => new Date(Date.parse(run.startedAt) + ms)
  return {
    store,
    handover: () => Handover.parse(JSON.parse(files.get(handoverKeyOf(run.id, target.accountId)) ?? '')),
    begin: () => beginRun(run, { toolVersion: '1.0.0', isOrganization: true, policy: defaultPolicy }, { store, now }),
    call: (part: Partial<PartPorts['deadline']> & Partial<PartPorts> & { readonly lateMs?: number } = {}) => {
      const { remainingMs = () => 900_000, timeIsUp = new AbortController().signal, lateMs = 0, ...rest } = part
      const apiCalls = () => ({ 'eks:ListClusters': 1 })
      const deadline = { remainingMs, timeIsUp }
      return scanInParts({
        target,
        night,
        memory,
        ports: { ...ports, apiCalls, deadline, now: () => now(lateMs), ...rest },
      })
    },
    report: async () => (await accountsIn(store, run.id))[0],
  }
}
type House = ReturnType<typeof house>
const short = { remainingMs: () => 100_000 }
const statuses = async ({ report }: House) =>
  (await report())?.regions.map(({ region, status }) => `${region} ${status}`)

describe('an account that fits into one call', () => {
  test('is remembered and reported as the command line would, and hands nothing over', async () => {
    const one = house()
    await one.begin()
    const part = await one.call()
    expect(part.remaining).toEqual([])
    expect(part.coverage.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok'])
    const { judgement } = await scanAccount(
      target,
      night,
      openAccounts({ [target.accountId]: { listRegions: async () => enabled(...names) } }),
    )
    expect(
      one.store
        .findings()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(judgement.findings.map(({ id }) => id).sort())
    expect((await one.report())?.totals).toMatchObject({
      pass: judgement.verdicts.pass,
      apiCalls: { 'eks:ListClusters': 1 },
    })
    expect(() => one.handover()).toThrow()
  })
})

describe('an account that takes several calls', () => {
  const inTwo = async (over: Partial<AccountReader> = {}) => {
    const two = house(over)
    await two.begin()
    expect((await two.call(short)).remaining).toEqual(['a-b-3', 'a-b-4'])
    return two
  }

  test('has the findings of the Regions that are done remembered at once, and no report', async () => {
    const two = await inTwo()
    expect(new Set(two.store.areas().map(({ region }) => region))).toEqual(new Set(['a-b-1', 'a-b-2']))
    expect(await two.report()).toBeUndefined()
    expect((await reconcileRun(run.id, { store: two.store, bucket: withManifest() })).missingCount).toBe(1)
  })

  test('has one report in the end, with every Region and the sum of all calls', async () => {
    const two = await inTwo()
    expect((await two.call(short)).remaining).toEqual([])
    expect(await statuses(two)).toEqual(names.map(name => `${name} ok`))
    expect(two.store.writes.filter(({ call }) => call === 'putAccount')).toHaveLength(1)
    const one = house()
    await one.begin()
    await one.call()
    expect(await two.report()).toEqual({
      ...(await one.report()),
      totals: { ...(await one.report())?.totals, apiCalls: { 'eks:ListClusters': 2 } },
    })
  })

  test('is judged as a whole, by the defaults of Regions that earlier calls have read', async () => {
    const imdsDefaults = (region: string) => known(region === 'a-b-1' ? {} : ({ httpTokens: 'required' } as const))
    const readRegion = async (region: string): Promise<RegionRead> => ({
      status: 'read',
      inventory: build.inventory({ region, imdsDefaults: imdsDefaults(region) }),
    })
    const two = await inTwo({ readRegion })
    await two.call()
    const [finding] = two.store.findings().filter(({ checkId }) => checkId === 'account-imdsv2-default-required')
    expect(finding?.message).toContain('by default in a-b-1:')
    expect(finding?.evidence.map(({ source }) => source)).toEqual(names.map(name => `account default in ${name}`))
  })

  test('goes by what is in the bucket, whatever the call before could tell of it', async () => {
    const read: string[] = []
    const readRegion = (region: string) => {
      read.push(region)
      return readHealthy(region, target.accountId)
    }
    const two = await inTwo({ readRegion })
    // Killed after it had handed over, so that it is called again as if it had never been.
    await two.call(short)
    expect(read).toEqual(names)
  })

  test('that is closed to later calls keeps what is done, and says why the rest is not', async () => {
    const two = await inTwo()
    await two.call({ openAccount: async () => ({ status: 'no-role', reason: 'the role is gone' }) })
    expect(await statuses(two)).toEqual(['a-b-1 ok', 'a-b-2 ok', 'a-b-3 no-role', 'a-b-4 no-role'])
  })

  test('is not scanned any further twelve hours into the night', async () => {
    const two = await inTwo()
    // Whoever is still at work renews the lease.
    await two.store.takeLease({ runId: run.id, until: '2026-11-23T02:00:00.000Z' }, run.startedAt)
    await two.call({ lateMs: 13 * hour })
    expect(await statuses(two)).toEqual(['a-b-1 ok', 'a-b-2 ok', 'a-b-3 not-reached', 'a-b-4 not-reached'])
  })
})

describe('a Region that takes longer than one call', () => {
  let calls: AbortController[]
  beforeEach(() => {
    calls = []
  })
  /** The time of every call is up as soon as it begins to read the Region that never ends. */
  const endless = () => {
    const readRegion = (region: string): Promise<RegionRead> => {
      if (region !== 'a-b-2') return readHealthy(region, target.accountId)
      setImmediate(() => calls.at(-1)?.abort())
      return new Promise(() => {})
    }
    return house({ readRegion })
  }
  const callOf = ({ call }: House) => {
    const controller = new AbortController()
    calls.push(controller)
    return call({ timeIsUp: controller.signal })
  }

  test('is given up, counted, and begun again by the next', async () => {
    const slow = endless()
    await slow.begin()
    const { remaining } = await callOf(slow)
    expect(remaining).toContain('a-b-2')
    expect(slow.handover().givenUp).toEqual({ 'a-b-2': 1 })
  })

  test('ends as not reached when two calls were too short for it, and the account has its report', async () => {
    const slow = endless()
    await slow.begin()
    let remaining: readonly string[] = names
    while (remaining.length > 0) {
      expect(calls.length).toBeLessThan(names.length)
      remaining = (await callOf(slow)).remaining
    }
    expect(await statuses(slow)).toEqual(['a-b-1 ok', 'a-b-2 not-reached', 'a-b-3 ok', 'a-b-4 ok'])
    const rows = (await slow.report())?.regions
    expect(rows?.[1]?.detail).toBe('2 calls of the scan function were each too short for the Region')
  })
})

test('a run that has ended is refused before the account is opened', async () => {
  const one = house()
  const openAccount = async (): Promise<never> => {
    throw new Error('opened')
  }
  await expect(one.call({ openAccount })).rejects.toThrow(`Run ${run.id} has ended`)
})

/** A bucket in which the one account is planned. */
const withManifest = () => {
  const { bucket } = bucketOf()
  return { ...bucket, readFile: async () => `${JSON.stringify({ runId: run.id, target })}\n` }
}
