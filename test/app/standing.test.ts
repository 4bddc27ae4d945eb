import { describe, expect, test } from '@jest/globals'
import { accountReport, type Reporting } from '../../src/app/account-report.ts'
import type { CoverageStatus } from '../../src/core/coverage.ts'
import { noFails } from '../../src/core/fail-counts.ts'
import { isPastDue, standingOf } from '../../src/core/standing.ts'
import type { AccountReport } from '../../src/core/store.ts'
import type { StoredFinding } from '../../src/core/stored.ts'
import { stored } from '../core/nights.ts'
import { account, accountId, area, finding, region, runOf } from './memory.ts'

const policy = { dueDays: { critical: 0, high: 5 } }
const at = '2026-11-22T02:00:00.000Z'
const standing = (...findings: StoredFinding[]) => standingOf(findings, policy, at)
const group = (name: string, over: Partial<StoredFinding> = {}) =>
  stored({ ...over, resource: { type: 'node-group', id: `arn:${name}`, name, clusterName: 'shop' } })

describe('what stands open in an account', () => {
  test('is nothing where nothing is', () => {
    expect(standing()).toEqual({
      ...{ fail: noFails, caused: 0, unknown: 0, waived: 0, unconfirmed: 0, pastDue: noFails, oldest: null },
      ...{ owners: [], clusters: [] },
    })
  })

  test('counts each state by itself, and what is closed not at all', () => {
    const waiver = { owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: '2027-01-01' }
    const all = standing(
      stored(),
      stored({ severity: 'critical', unconfirmedSince: at }),
      stored({ causedBy: ['f'.repeat(32)], unconfirmedSince: at }),
      stored({ verdict: 'unknown' }),
      stored({ state: 'waived', waiver }),
      stored({ state: 'resolved' }),
      stored({ state: 'retired' }),
    )
    expect(all).toMatchObject({ caused: 1, unknown: 1, waived: 1, unconfirmed: 2 })
    expect(all.fail).toEqual({ ...noFails, critical: 1, high: 1 })
  })

  test('is as old as the oldest fail that counts by itself', () => {
    const [older, oldest] = ['2026-11-02T02:00:00.000Z', '2026-11-01T02:00:00.000Z']
    expect(standing(stored(), stored({ firstSeen: older })).oldest).toBe(older)
    const others = [stored({ causedBy: ['f'] }), stored({ verdict: 'unknown' }), stored({ state: 'waived' })]
    expect(standing(stored({ firstSeen: older }), ...others.map(one => ({ ...one, firstSeen: oldest }))).oldest).toBe(
      older,
    )
  })

  test('goes to those who answer for it, the most and the worst first, and nobody is one of them', () => {
    const owned = standing(
      stored({ owner: 'bob' }),
      stored({ owner: 'ada' }),
      stored({ owner: 'ada' }),
      stored({ owner: null, severity: 'critical' }),
    )
    expect(owned.owners.map(({ owner, fail }) => [owner, fail.critical, fail.high])).toEqual([
      [null, 1, 0],
      ['ada', 0, 2],
      ['bob', 0, 1],
    ])
  })

  test('names the clusters by their fails, with each group and its nodes once, as last told', () => {
    const { clusters } = standing(
      group('web', { nodes: 9, changedIn: runOf(1).id }),
      group('web', { nodes: 3, changedIn: runOf(2).id, checkId: 'c2' }),
      group('api', { nodes: null }),
      group('api', { nodes: 2, changedIn: runOf(3).id, region: 'us-east-1', severity: 'critical' }),
      stored({ resource: { type: 'cluster', id: 'arn:shop', name: 'shop', clusterName: 'shop' }, nodes: 40 }),
      stored({ resource: { type: 'account', id: 'arn:account', name: 'payments', clusterName: null } }),
    )
    expect(clusters.map(({ region: where, name, nodes }) => [where, name, nodes])).toEqual([
      ['us-east-1', 'shop', 2],
      ['eu-west-1', 'shop', 3],
    ])
  })

  test('fits into an item: of clusters ten, of owners fifty', () => {
    const many = Array.from({ length: 80 }, (_, number) => {
      const name = `cluster-${number}`
      return stored({ owner: `owner-${number}`, resource: { type: 'cluster', id: name, name, clusterName: name } })
    })
    const { clusters, owners, fail } = standing(...many)
    expect([clusters.length, owners.length, fail.high]).toEqual([10, 50, 80])
  })
})

test.each<[StoredFinding['severity'], string, boolean]>([
  ['high', '2026-11-16T02:00:00.000Z', true],
  ['high', '2026-11-17T02:00:00.000Z', false],
  ['critical', '2026-11-21T02:00:00.000Z', true],
  ['critical', at, false],
  // posture.yaml says nothing of it.
  ['low', '2020-01-01T00:00:00.000Z', false],
])('a %s fail since %s is past due: %s', (severity, firstSeen, isLate) => {
  expect(isPastDue({ severity, firstSeen }, policy, at)).toBe(isLate)
  expect(standing(stored({ severity, firstSeen })).pastDue[severity]).toBe(isLate ? 1 : 0)
})

describe('the report of an account', () => {
  const estate = { nodes: 4, al2Nodes: 2, imdsV1Nodes: 1, al2Groups: { roll: 1 } } as const
  const before = { ...estate, nodes: 9 }
  const since = '2026-11-19T02:00:00.000Z'
  const previous = (status: CoverageStatus = 'ok') =>
    ({
      regions: [{ region, status, detail: null, failures: [], estate: before, estateAsOf: since }],
    }) as unknown as AccountReport
  const reporting: Reporting = {
    ...{ runId: runOf(22).id, at, standing: standing(), previous: previous(), apiCalls: { 'eks:ListClusters': 1 } },
  }
  const estateOf = (result: ReturnType<typeof account>, over: Partial<Reporting> = {}) => {
    const [row] = accountReport(result, { ...reporting, ...over }).regions
    return [row?.estate, row?.estateAsOf]
  }
  /** A Region that was read; whether all of its nodes were listed is told by its outcome. */
  const read = (hasAllNodes = true) => {
    const result = account([area()])
    return { ...result, outcomes: result.outcomes.map(outcome => ({ ...outcome, estate, hasAllNodes })) }
  }

  test('has the estate of a Region that was read, as of the run', () => {
    expect(estateOf(read())).toEqual([estate, at])
    expect(estateOf(read(), { previous: undefined })).toEqual([estate, at])
  })

  test.each(['no-role', 'error', 'not-reached', 'region-denied', 'region-disabled', 'excluded'] as const)(
    'keeps the estate of a Region that is %s, and since when',
    status => {
      expect(estateOf(account([], status))).toEqual([before, since])
      expect(estateOf(account([], status), { previous: undefined })).toEqual([null, null])
    },
  )

  test('keeps it where not all nodes could be listed, for fewer would look like progress', () => {
    expect(estateOf(read(false))).toEqual([before, since])
    expect(estateOf(read(false), { previous: undefined })).toEqual([estate, at])
  })

  test('drops the estate of an account that is not active, and remembers that it was read', () => {
    expect(estateOf(account([], 'account-inactive'))).toEqual([null, since])
  })

  // 2,200 of them do not fit into an item of DynamoDB, and then the whole scan would end without a result.
  test('keeps of thousands of failures the first of each action', () => {
    const denied = (action: string, resource: string) => ({
      ...{
        action,
        resource,
        class: 'denied' as const,
        reason: `access denied: nobody allows ${action} on ${resource}`,
      },
    })
    const names = Array.from({ length: 3000 }, (_, number) => `cluster-${number >> 5}/group-${number}`)
    const failures = names.flatMap(name => [denied('eks:DescribeNodegroup', name), denied('eks:ListInsights', name)])
    const coverage = [
      { accountId, region, status: 'partial' as const, detail: 'eks:DescribeNodegroup (3000): …', failures },
    ]
    const told = accountReport(account([], 'partial', { coverage }), reporting)
    expect(told.regions[0]?.failures).toEqual(failures.slice(0, 2))
    expect(told.regions[0]?.detail).toBe('eks:DescribeNodegroup (3000): …')
  })

  test('counts the fails that count, and tells waivers by their place', () => {
    const waiver = { owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: '2027-01-01' }
    const findings = [finding(), finding({ causedBy: ['f'] }), finding({ waiver }), finding({ status: 'unknown' })]
    const { judgement, ...result } = account([area({ findings })])
    const told = accountReport({ ...result, judgement: { ...judgement, waiversUsed: new Set([10, 2]) } }, reporting)
    expect(told.totals.fail).toEqual({ ...noFails, high: 1 })
    expect(told.waiversUsed).toEqual([2, 10])
    expect(told.totals.apiCalls).toEqual({ 'eks:ListClusters': 1 })
  })
})
