import { beforeAll, describe, expect, test } from '@jest/globals'
import { historyOf, type ReportFilter, type ReportOrder, reportFrom, reportOrders } from '../../src/app/report.ts'
import { PostureError } from '../../src/core/errors.ts'
import { isOpenFail } from '../../src/core/finding.ts'
import type { Policy } from '../../src/core/policy.ts'
import type { ScanResult } from '../../src/core/result.ts'
import type { Severity } from '../../src/core/verdict.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { type Day, days, playDay, runOf, weekPolicy } from '../support/week.ts'
import { account, failing, finding, runOf as nightly, nightOf } from './memory.ts'

let store: MemoryStore
/** What was reported when each day was the newest. */
const then = new Map<Day, ScanResult>()
beforeAll(async () => {
  store = memoryStore()
  for (const day of days) {
    await playDay(day, store)
    then.set(day, await reportFrom(store, undefined))
  }
}, 120_000)

const reportOf = (day: Day) => {
  const report = then.get(day)
  if (!report) throw new Error(`nothing was reported on day ${day}`)
  return report
}

/** What of a report does not hang on words that only the newest night has: the fails, and the rest of it. */
const essence = ({ findings, firstSeen, verdicts, ...rest }: ScanResult) => ({
  ...rest,
  fails: findings
    .filter(({ status }) => status === 'fail')
    .map(({ evidence, nodes, ...found }) => ({ ...found, firstSeen: firstSeen[found.id] })),
  fail: verdicts.fail,
})

describe('a report of an earlier run', () => {
  test.each(days)('of day %i is what was reported then', async day => {
    expect(essence(await reportFrom(store, runOf(day).id))).toEqual(essence(reportOf(day)))
  })

  test('shows what was waived as waived, by what it was waived', async () => {
    const waived = (await reportFrom(store, runOf(4).id)).findings.filter(({ waiver }) => waiver !== null)
    expect(waived).toMatchObject([
      { resource: { name: 'legacy' }, waiver: { ticket: 'SHOP-7', expires: '2026-11-19' } },
    ])
    const [back] = (await reportFrom(store, runOf(5).id)).findings.filter(({ id }) => id === waived[0]?.id)
    expect(back && isOpenFail(back)).toBe(true)
  })

  test('of a run that nobody knows is an error, and so is any while none has ended', async () => {
    await expect(reportFrom(store, '2026-01-01T00:00:00.000Z-000000')).rejects.toThrow(PostureError)
    await expect(reportFrom(memoryStore(), undefined)).rejects.toThrow('The store holds no run that ended')
  })
})

describe('a report that is narrowed', () => {
  const found = async (filter: ReportFilter, day: Day = 2) => (await reportFrom(store, runOf(day).id, filter)).findings

  test.each<[string, ReportFilter, (one: ScanResult['findings'][number]) => boolean]>([
    [
      'to a check',
      { checkId: 'node-group-off-amazon-linux-2' },
      one => one.checkId === 'node-group-off-amazon-linux-2',
    ],
    ['to an account', { accountId: '222222222222' }, one => one.accountId === '222222222222'],
    ['to a Region', { region: 'eu-west-1' }, one => one.region === 'eu-west-1'],
    ['to a cluster', { cluster: 'la*' }, one => one.resource.clusterName === 'lake'],
    ['to an owner', { owner: 'storefront' }, one => one.owner === 'storefront'],
    ['to a severity and worse', { severity: 'high' }, one => ['critical', 'high'].includes(one.severity)],
  ])('%s has those and no other', async (_, filter, matches) => {
    const all = await found({}, 1)
    const some = await found(filter, 1)
    expect(some).toEqual(all.filter(matches))
    expect(some.length).toBeGreaterThan(0)
    expect(some.length).toBeLessThan(all.length)
  })

  test('counts what it shows, and no account beside the one that it is narrowed to', async () => {
    const { findings, verdicts, coverage } = await reportFrom(store, runOf(1).id, { accountId: '333333333333' })
    expect(verdicts.fail).toBe(findings.filter(({ status }) => status === 'fail').length)
    expect(new Set(coverage.map(({ accountId }) => accountId))).toEqual(new Set(['333333333333']))
  })

  test('to what does not exist is empty', async () => {
    expect(await found({ cluster: 'no-such-cluster' })).toEqual([])
  })
})

// Its findings stand as they were, for nobody looked; they are open again on the night that looks.
describe('an account that posture.yaml excludes from one night to the next', () => {
  const isOfData = ({ accountId }: { readonly accountId: string }) => accountId === '333333333333'
  const withoutData: Policy = {
    ...weekPolicy,
    scope: { ...weekPolicy.scope, accounts: { exclude: ['333333333333'] } },
  }

  test('is told of by neither report nor digest, but in the coverage', async () => {
    const kept = memoryStore()
    const before = await playDay(4, kept)
    expect(before.preview).toContain('data (333333333333)')
    expect((await reportFrom(kept, undefined)).findings.filter(isOfData)).not.toEqual([])

    const { preview } = await playDay(5, kept, withoutData)
    expect(preview).toContain('OLDEST STILL OPEN')
    expect(preview).not.toContain('data (333333333333)')
    const { findings, coverage } = await reportFrom(kept, undefined)
    expect(findings.filter(isOfData)).toEqual([])
    expect(coverage.filter(isOfData).map(({ status }) => status)).toEqual(['excluded', 'excluded'])
    expect(
      kept
        .findings()
        .filter(isOfData)
        .map(({ state }) => state),
    ).toContain('open')
  })
})

describe('a report that is sorted', () => {
  const cases: Readonly<Record<ReportOrder, readonly string[]>> = {
    severity: ['critical', 'high'],
    age: ['critical', 'high'],
    nodes: ['high', 'critical'],
    owner: ['high', 'critical'],
  }
  test.each(reportOrders)('by %s', async order => {
    const kept = memoryStore()
    const plain = failing('shop')
    const [one] = plain.findings
    const older = finding({ ...one, severity: 'critical', nodes: 1, owner: null })
    const newer = finding({ checkId: 'c2', severity: 'high', nodes: 7, owner: 'ada' })
    await nightOf(kept, nightly(1), account([{ ...plain, findings: [older] }]))
    await nightOf(kept, nightly(2), account([{ ...plain, findings: [older, newer] }]))
    const { findings } = await reportFrom(kept, undefined, { sort: order })
    expect(findings.map(({ severity }): Severity => severity)).toEqual(cases[order])
  })
})

describe('the history of a finding', () => {
  test('is told from the oldest event to the newest', async () => {
    const spark = store.findings().find(({ resource, checkId }) => resource.name === 'spark' && /off-am/.test(checkId))
    const history = await historyOf(store, spark?.id ?? '')
    expect(history.map(({ kind, runId }) => `${runId.slice(0, 10)} ${kind}`)).toEqual([
      '2026-11-16 baseline',
      '2026-11-17 resolved',
      '2026-11-19 reopened',
      '2026-11-22 retired',
    ])
  })

  test('of what nobody knows is an error', async () => {
    await expect(historyOf(store, 'f'.repeat(32))).rejects.toThrow('The store knows nothing of a finding ffff')
  })
})
