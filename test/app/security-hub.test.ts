import { describe, expect, test } from '@jest/globals'
import { type ImportPorts, importRun } from '../../src/app/security-hub.ts'
import type { AsffFinding } from '../../src/core/asff.ts'
import { PostureError } from '../../src/core/errors.ts'
import { findingId } from '../../src/core/finding.ts'
import { startRun } from '../../src/core/run.ts'
import type { RunRecord, StoreEvent } from '../../src/core/store.ts'
import type { FindingEvent, FindingEventKind, StoredFinding } from '../../src/core/stored.ts'
import { reportOf } from './deliveries.ts'

const accountId = '222222222222'
const hub = { accountId: '111111111111', partition: 'aws', region: 'eu-west-1' }

const night = (day: number, over: Partial<RunRecord> = {}): RunRecord => {
  const run = startRun(new Date(Date.UTC(2026, 10, day, 2)), 'abcdef')
  const finishedAt = new Date(Date.UTC(2026, 10, day, 3)).toISOString()
  return { ...run, toolVersion: '0.0.0', accountCount: 1, isOrganization: true, finishedAt, ...over }
}
const first = night(1)
const second = night(2, { previousRunId: first.id })
const third = night(3, { previousRunId: second.id })

const stored = (name: string, over: Partial<StoredFinding> = {}): StoredFinding => ({
  id: findingId('c1', name),
  checkId: 'c1',
  revision: 1,
  state: 'open',
  verdict: 'fail',
  severity: 'high',
  accountId,
  region: 'eu-west-1',
  resource: { type: 'cluster', id: `arn:aws:eks:eu-west-1:${accountId}:cluster/${name}`, name, clusterName: name },
  title: 'Cluster does it',
  message: `${name} fails.`,
  evidence: [],
  controls: [],
  owner: null,
  nodes: null,
  causedBy: [],
  waiver: null,
  firstSeen: first.startedAt,
  changedIn: first.id,
  reopenCount: 0,
  ...over,
})

const event = (runId: string, kind: FindingEventKind, finding: StoredFinding): FindingEvent => {
  const { id, checkId, severity, region, resource, message, owner, causedBy, firstSeen } = finding
  return {
    ...{ runId, kind, findingId: id, checkId, severity, accountId, region },
    ...{ resource, message, owner, causedBy, firstSeen },
  }
}

const waiver = { owner: 'team-x', reason: 'frozen', ticket: 'OPS-1', expires: '2026-12-31' }

const regionsOf = (excluded: readonly string[]) =>
  ['eu-west-1', 'us-east-1'].map(region => ({
    ...{ region, status: excluded.includes(region) ? ('excluded' as const) : ('ok' as const) },
    ...{ detail: null, failures: [], estate: null, estateAsOf: null },
  }))

/** A store that holds these, and a Security Hub that keeps the younger of two imports, as AWS says of it. */
const world = (
  findings: readonly StoredFinding[],
  events: readonly StoreEvent[] = [],
  runs = [first, second, third],
  excluded: readonly string[] = [],
) => {
  const held = new Map<string, AsffFinding>()
  const store: ImportPorts['store'] = {
    readRun: async runId => runs.find(({ id }) => id === runId),
    latestRuns: async most => runs.toReversed().slice(0, most),
    eachAccount: async (runId, visit) => visit({ ...reportOf({ id: runId }, accountId), regions: regionsOf(excluded) }),
    eachEvent: async (runId, visit) => events.filter(one => one.runId === runId).forEach(visit),
    readArea: async (account, region) => ({
      findings: findings.filter(one => one.accountId === account && one.region === region),
      state: undefined,
    }),
    listFindings: async () => findings.filter(({ state }) => state === 'open' || state === 'waived'),
  }
  const importFindings: ImportPorts['importFindings'] = async imported => {
    for await (const finding of imported) {
      const before = held.get(finding.Id)
      if (!before || before.UpdatedAt < finding.UpdatedAt) held.set(finding.Id, finding)
    }
  }
  const states = () =>
    Object.fromEntries(
      [...held.values()].map(({ ProductFields, RecordState }) => [
        ProductFields['eks-node-posture/resourceName'],
        RecordState,
      ]),
    )
  return { ports: { store, importFindings, hub }, states, held: () => [...held.values()] }
}

describe('a run in Security Hub', () => {
  // Security Hub deletes what is not updated for 90 days.
  test('leaves every open fail active, also one in which nothing changed or that could not be confirmed', async () => {
    const findings = [stored('new'), stored('old', { unconfirmedSince: second.startedAt })]
    const { ports, states, held } = world(findings)
    await expect(importRun(second.id, ports)).resolves.toEqual({ active: 2, archived: 0 })
    expect(states()).toEqual({ new: 'ACTIVE', old: 'ACTIVE' })
    expect(held().map(({ UpdatedAt }) => UpdatedAt)).toEqual([second.finishedAt, second.finishedAt])
    await importRun(third.id, ports)
    expect(held().map(({ UpdatedAt }) => UpdatedAt)).toEqual([third.finishedAt, third.finishedAt])
  })

  test('tells of no open fail where posture.yaml does not look, nor of an account that the run does not know', async () => {
    const findings = [
      stored('seen'),
      stored('excluded', { region: 'us-east-1' }),
      stored('stranger', { accountId: '999999999999' }),
    ]
    const { ports, states } = world(findings, [], undefined, ['us-east-1'])
    await expect(importRun(second.id, ports)).resolves.toEqual({ active: 1, archived: 0 })
    expect(states()).toEqual({ seen: 'ACTIVE' })
  })

  test('archives what it resolved, retired or waived, and says which', async () => {
    const findings = [
      stored('fixed', { state: 'resolved' }),
      stored('closed', { state: 'retired', accountId, region: 'us-east-1' }),
      stored('frozen', { state: 'waived', waiver }),
      stored('open'),
    ]
    const [fixed, closed, frozen] = findings as [StoredFinding, StoredFinding, StoredFinding]
    const { ports, held } = world(findings, [
      event(second.id, 'resolved', fixed),
      event(second.id, 'retired', closed),
      event(second.id, 'waived', frozen),
      { runId: second.id, kind: 'coverage-lost', accountId, region: 'eu-west-1', detail: null },
    ])
    await expect(importRun(second.id, ports)).resolves.toEqual({ active: 1, archived: 3 })
    const told = held().map(({ RecordState, ProductFields }) => [
      RecordState,
      ProductFields['eks-node-posture/state'],
      ProductFields['eks-node-posture/waiver/ticket'],
    ])
    expect(told).toEqual([
      ['ARCHIVED', 'resolved', undefined],
      ['ARCHIVED', 'waived', 'OPS-1'],
      ['ARCHIVED', 'retired', undefined],
      ['ACTIVE', 'open', undefined],
    ])
  })

  test('knows nothing of what is only unknown, nor of what other nights closed', async () => {
    const long = stored('long', { state: 'resolved' })
    const { ports, states } = world(
      [stored('unclear', { verdict: 'unknown' }), long],
      [event(first.id, 'resolved', long)],
    )
    await importRun(second.id, ports)
    expect(states()).toEqual({})
  })

  // A scan of one account has no digest, and nobody imports it by itself.
  test('archives also what scoped runs closed since the night before', async () => {
    const scoped = night(2, { id: '2026-11-02T12:00:00.000Z-abcdef', scope: { accounts: [accountId] } })
    const fixed = stored('fixed', { state: 'resolved' })
    const { ports, states } = world([fixed], [event(scoped.id, 'resolved', fixed)], [first, second, scoped, third])
    await importRun(second.id, ports)
    expect(states()).toEqual({})
    await importRun(third.id, ports)
    expect(states()).toEqual({ fixed: 'ARCHIVED' })
  })

  test('may be imported twice, and an old one late, and changes nothing', async () => {
    const again = stored('again', { changedIn: third.id })
    const fixed = stored('fixed', { state: 'resolved', changedIn: third.id })
    const { ports, held } = world(
      [again, fixed],
      [event(second.id, 'resolved', again), event(third.id, 'reopened', again), event(third.id, 'resolved', fixed)],
    )
    await importRun(third.id, ports)
    const once = held()
    await importRun(third.id, ports)
    await importRun(second.id, ports)
    expect(held()).toEqual(once)
    expect(once.map(({ RecordState }) => RecordState)).toEqual(['ARCHIVED', 'ACTIVE'])
  })

  test('that nobody knows cannot be imported', async () => {
    const { ports } = world([])
    await expect(importRun(night(9).id, ports)).rejects.toThrow(PostureError)
  })
})
