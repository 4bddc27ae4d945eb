import { describe, expect, test } from '@jest/globals'
import type { RememberNight } from '../../src/app/remember.ts'
import { remember } from '../../src/app/remember.ts'
import { endRun } from '../../src/app/runs.ts'
import { globalRegion } from '../../src/app/scan-account.ts'
import type { CoverageStatus } from '../../src/core/coverage.ts'
import { PostureError } from '../../src/core/errors.ts'
import type { Finding } from '../../src/core/finding.ts'
import { AccountReport } from '../../src/core/store.ts'
import { AreaState, CoverageEvent, FindingEvent, StoredFinding } from '../../src/core/stored.ts'
import type { Target } from '../../src/core/target.ts'
import * as build from '../support/build.ts'
import { accountsIn } from '../support/collect.ts'
import { memoryStore } from '../support/memory-store.ts'
import {
  account,
  area,
  begin,
  check,
  cluster,
  during,
  eventsOf,
  failing,
  finding,
  judged,
  night,
  nightOf,
  region,
  runOf,
  statesOf,
  unlisted,
} from './memory.ts'

describe('a night without change', () => {
  test('writes neither finding nor event nor area', async () => {
    const store = memoryStore()
    const result = account([
      area({
        findings: [finding(), finding({ resource: cluster('pay'), status: 'unknown' })],
        judged: judged('shop', 'pay'),
      }),
    ])
    expect(await nightOf(store, runOf(1), result)).not.toEqual([])
    expect(await nightOf(store, runOf(2), result)).toEqual([])
    await nightOf(store, runOf(3), account([], 'no-role'))
    expect(await nightOf(store, runOf(4), account([], 'no-role'))).toEqual([])
  })

  test('that is repeated writes nothing either, and none that has ended', async () => {
    const store = memoryStore()
    await begin(runOf(1), store)
    const again = () => remember(account([failing('shop')]), night(runOf(1)), during(runOf(1), store))
    await again()
    const already = store.writes.length
    await again()
    expect(store.writes.slice(already).map(({ call }) => call)).toEqual(['putAccount'])
    await endRun(runOf(1), during(runOf(1), store))
    await expect(again()).rejects.toThrow(PostureError)
    expect(store.writes.slice(already + 1).map(({ call }) => call)).toEqual(['updateRun', 'releaseLease'])
  })
})

describe('a finding that is not there tonight', () => {
  test.each<[string, Parameters<typeof area>[0], Partial<RememberNight>, string]>([
    ['passes', {}, {}, 'resolved shop'],
    ['is gone from a complete list', { judged: judged('pay') }, {}, 'resolved shop'],
    ['is missing in a list that broke off', { judged: judged('pay'), listed: unlisted }, {}, 'unconfirmed shop'],
    ['was not judged by its check', { judged: [] }, {}, 'unconfirmed shop'],
    ['has a check that is off', { judged: [] }, { checks: [check('other')] }, 'retired shop'],
    [
      'passes a check of another revision',
      { judged: [{ checkId: 'c1', revision: 2, resourceIds: new Set([cluster().id]) }] },
      { checks: [check('c1', 2)] },
      'retired shop',
    ],
  ])('and %s', async (_, over, also, event) => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([failing('shop')]))
    await nightOf(store, runOf(2), account([area(over)]), also)
    expect(eventsOf(store, runOf(2))).toEqual([event])
  })

  test.each<[CoverageStatus, Target['state'], string[]]>([
    ['no-role', 'ACTIVE', ['coverage-lost eu-west-1', 'unconfirmed shop']],
    ['error', 'ACTIVE', ['coverage-lost eu-west-1', 'unconfirmed shop']],
    ['not-reached', 'ACTIVE', ['coverage-lost eu-west-1', 'unconfirmed shop']],
    ['region-denied', 'ACTIVE', ['coverage-lost eu-west-1', 'unconfirmed shop']],
    ['region-disabled', 'ACTIVE', ['unconfirmed shop']],
    ['account-inactive', 'SUSPENDED', ['unconfirmed shop']],
    ['account-inactive', 'PENDING_CLOSURE', ['retired shop']],
    ['account-inactive', 'CLOSED', ['retired shop']],
    ['excluded', 'ACTIVE', []],
  ])('because its Region is %s, the account %s', async (status, state, events) => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([failing('shop')]))
    await nightOf(store, runOf(2), account([], status, { target: build.target({ state }) }))
    expect(eventsOf(store, runOf(2))).toEqual(events)
    await nightOf(store, runOf(3), account([], status, { target: build.target({ state }) }))
    expect(eventsOf(store, runOf(3))).toEqual([])
  })
})

/** An account of which an account-level finding is known. */
const ofAccount = async () => {
  const store = memoryStore()
  const resource = { type: 'account', id: 'arn:account', name: 'payments', clusterName: null } as const
  const global = area({
    region: globalRegion,
    findings: [finding({ region: globalRegion, resource })],
    judged: [{ checkId: 'c1', revision: 1, resourceIds: new Set([resource.id]) }],
  })
  await nightOf(store, runOf(1), account([area(), global]))
  expect(statesOf(store)).toEqual({ payments: 'open fail' })
  return { store, global }
}

describe('a run with a scope', () => {
  const firstNight = async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), account([failing('shop')]))
    return store
  }

  test('leaves findings of other checks as they are, also where their check is off', async () => {
    const store = await firstNight()
    const scoped = runOf(2, { checks: ['c2'] })
    const result = account([area({ judged: [{ checkId: 'c2', revision: 1, resourceIds: new Set() }] })])
    await nightOf(store, scoped, result, { checks: [check('c2')] })
    expect(eventsOf(store, scoped)).toEqual([])
    expect(statesOf(store)).toEqual({ shop: 'open fail' })
    expect(store.areas()).toMatchObject([{ judged: { c1: 1, c2: 1 } }])
  })

  test('closes and opens what is in scope', async () => {
    const store = await firstNight()
    const scoped = runOf(2, { checks: ['c1'] })
    await nightOf(store, scoped, account([area()]))
    expect(eventsOf(store, scoped)).toEqual(['resolved shop'])
  })

  test('of Regions leaves account-level findings as they are, for it does not judge the account', async () => {
    const { store, global } = await ofAccount()
    const scoped = runOf(2, { regions: [region] })
    expect(await nightOf(store, scoped, account([area()]))).toEqual([])
    await nightOf(store, runOf(3), account([area()]))
    expect(eventsOf(store, runOf(3))).toEqual(['unconfirmed payments'])
    await nightOf(store, runOf(4), account([area(), { ...global, findings: [] }]))
    expect(eventsOf(store, runOf(4))).toEqual(['resolved payments'])
  })

  test('without an account leaves its account-level findings as they are', async () => {
    const { store } = await ofAccount()
    const scoped = runOf(2, { accounts: ['999999999999'] })
    expect(await nightOf(store, scoped, account([], 'excluded'))).toEqual([])
  })
})

test('a fail that is waived is remembered as such, and is open again on the night on which it is not', async () => {
  const store = memoryStore()
  const waiver = { owner: 'shop', reason: 'frozen', ticket: 'OPS-1', expires: '2026-11-01' }
  const nightWith = (found: Finding) => account([area({ findings: [found], judged: judged('shop') })])
  await nightOf(store, runOf(1), nightWith(finding({ waiver })))
  expect(eventsOf(store, runOf(1))).toEqual(['waived shop'])
  expect(store.findings()).toMatchObject([{ state: 'waived', waiver }])
  await nightOf(store, runOf(2), nightWith(finding()))
  expect(eventsOf(store, runOf(2))).toEqual(['waiver-expired shop'])
  expect(store.findings()).toMatchObject([{ state: 'open', waiver: null }])
})

test('what is written is what the store may hold', async () => {
  const store = memoryStore()
  await nightOf(store, runOf(1), account([failing('shop')]))
  await nightOf(store, runOf(2), account([], 'no-role'))
  const [report] = await accountsIn(store, runOf(1).id)
  expect(AccountReport.parse(report)).toEqual(report)
  expect(report).toMatchObject({ name: 'payments', totals: { clusters: 1, fail: { critical: 0, high: 1 } } })
  for (const one of store.findings()) expect(StoredFinding.parse(one)).toEqual(one)
  for (const one of store.areas()) expect(AreaState.parse(one)).toEqual(one)
  for (const one of store.events()) expect(('findingId' in one ? FindingEvent : CoverageEvent).parse(one)).toEqual(one)
})
