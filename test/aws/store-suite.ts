import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { storeIn } from '../../src/aws/store.ts'
import type { AccountReport, RunRecord, Store } from '../../src/core/store.ts'
import type { AreaState, CoverageEvent, FindingEvent, StoredFinding } from '../../src/core/stored.ts'
import { accountsIn, eventsIn } from '../support/collect.ts'
import { dump, type Engine, newTable } from '../support/table.ts'

/** A run of that night of November 2026. */
export const night = (day: number) => `2026-11-${day}T02:00:00.000Z-3fa91c`
const accountId = '111122223333'
const region = 'eu-west-1'

export const finding = (over: Partial<StoredFinding> = {}): StoredFinding => ({
  id: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  checkId: 'node-group-imdsv2-required',
  revision: 1,
  state: 'open',
  verdict: 'fail',
  severity: 'high',
  accountId,
  region,
  resource: {
    type: 'node-group',
    id: 'arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/Web',
    name: 'Web',
    clusterName: 'shop',
  },
  title: 'Node group requires IMDSv2',
  message: 'Node group Web allows IMDSv1.',
  evidence: [{ what: 'HttpTokens', value: 'optional', source: 'launch template lt-0a version 3' }],
  controls: [{ framework: 'CIS EKS', id: '5.4.1', mapping: 'derived' }],
  owner: 'web',
  nodes: 3,
  causedBy: ['9f8e7d6c5b4a39281706f5e4d3c2b1a0'],
  waiver: null,
  firstSeen: '2026-11-20T02:00:00.000Z',
  changedIn: night(20),
  reopenCount: 0,
  ...over,
})

export const area = (over: Partial<AreaState> = {}): AreaState => ({
  accountId,
  region,
  judged: { 'node-group-imdsv2-required': 1 },
  covered: true,
  changedIn: night(20),
  ...over,
})

export const findingEvent = (over: Partial<FindingEvent> = {}): FindingEvent => {
  const { id, checkId, severity, resource, message, owner, causedBy, firstSeen } = finding()
  const about = { findingId: id, checkId, severity, accountId, region, resource, message, owner, causedBy, firstSeen }
  return { runId: night(20), kind: 'new', ...about, ...over }
}

export const coverageEvent = (over: Partial<CoverageEvent> = {}): CoverageEvent => ({
  runId: night(20),
  kind: 'coverage-lost',
  accountId,
  region,
  detail: null,
  ...over,
})

export const report = (over: Partial<AccountReport> = {}): AccountReport => ({
  runId: night(20),
  accountId,
  name: 'payments-prod',
  ouPath: null,
  regions: [
    {
      region,
      status: 'partial',
      detail: 'eks:ListClusters: access denied',
      failures: [{ action: 'eks:ListClusters', class: 'denied', reason: 'access denied' }],
      estate: { nodes: 9, al2Nodes: 4, imdsV1Nodes: 2, al2Groups: { 'in-place': 1, 'not known': 1 } },
      estateAsOf: '2026-11-19T02:00:00.000Z',
    },
  ],
  totals: {
    clusters: 1,
    nodeGroups: 2,
    launchTemplates: 3,
    pass: 4,
    unknown: 5,
    fail: { critical: 0, high: 1, medium: 0, low: 0, info: 0 },
    apiCalls: { 'eks:ListClusters': 1 },
  },
  standing: {
    fail: { critical: 0, high: 1, medium: 0, low: 0, info: 0 },
    caused: 1,
    unknown: 5,
    waived: 0,
    unconfirmed: 1,
    pastDue: { critical: 0, high: 1, medium: 0, low: 0, info: 0 },
    oldest: '2026-11-01T02:00:00.000Z',
    owners: [{ owner: null, fail: { critical: 0, high: 1, medium: 0, low: 0, info: 0 } }],
    clusters: [{ region, name: 'shop', fail: { critical: 0, high: 1, medium: 0, low: 0, info: 0 }, nodes: 3 }],
  },
  defaults: { regions: 1, byPolicy: 0, closable: 1 },
  waiversUsed: [2],
  ...over,
})

export const run = (day: number, over: Partial<RunRecord> = {}): RunRecord => ({
  id: night(day),
  startedAt: `2026-11-${day}T02:00:00.000Z`,
  scope: {},
  toolVersion: '0.1.0',
  accountCount: 3,
  isOrganization: true,
  ...over,
})

/** What any store does, whatever it is made of. */
export const contractSuite = (newStore: () => Promise<Store>): void => {
  let store: Store
  beforeEach(async () => {
    store = await newStore()
  })

  const stored = async (id = finding().id) =>
    (await store.readArea(accountId, region)).findings.find(found => found.id === id)
  const storedArea = async () => (await store.readArea(accountId, region)).state

  describe('an area', () => {
    test('that nobody wrote is empty', async () => {
      expect(await store.readArea(accountId, region)).toEqual({ findings: [], state: undefined })
    })

    test('holds its own findings and state, and none of another whose name begins alike', async () => {
      const account = finding({
        id: 'a'.repeat(32),
        resource: { type: 'account', id: 'arn:aws:organizations::1:account/o/1', name: 'Payments', clusterName: null },
        pending: 'new',
        unconfirmedSince: '2026-11-21T02:00:00.000Z',
        resolvedAt: '2026-11-22T02:00:00.000Z',
      })
      await store.putFinding(finding(), undefined)
      await store.putFinding(account, undefined)
      await store.putFinding(finding({ region: 'eu-west-10' }), undefined)
      await store.putFinding(finding({ accountId: '222233334444' }), undefined)
      await store.putArea(area({ pending: 'coverage-lost' }), undefined)
      await store.putArea(area({ region: 'eu-west-10' }), undefined)

      const { findings, state } = await store.readArea(accountId, region)
      expect([...findings].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([finding(), account])
      expect(state).toEqual(area({ pending: 'coverage-lost' }))
    })
  })

  describe('a finding is written', () => {
    test('when there is none and none was read', async () => {
      expect(await store.putFinding(finding(), undefined)).toBe(true)
      expect(await stored()).toEqual(finding())
    })

    test('not when none was read and there is one by now', async () => {
      await store.putFinding(finding(), undefined)
      expect(await store.putFinding(finding({ changedIn: night(21), title: 'late' }), undefined)).toBe(false)
      expect(await stored()).toEqual(finding())
    })

    test('not when one was read and it is gone by now', async () => {
      expect(await store.putFinding(finding({ changedIn: night(21) }), finding())).toBe(false)
      expect(await stored()).toBeUndefined()
    })

    test('when it is as it was read', async () => {
      await store.putFinding(finding(), undefined)
      expect(await store.putFinding(finding({ changedIn: night(21) }), finding())).toBe(true)
      expect(await stored()).toEqual(finding({ changedIn: night(21) }))
    })

    test('again by the same run', async () => {
      await store.putFinding(finding(), undefined)
      expect(await store.putFinding(finding({ title: 'again' }), finding())).toBe(true)
      expect(await stored()).toEqual(finding({ title: 'again' }))
    })

    test('not when somebody else wrote since it was read', async () => {
      await store.putFinding(finding(), undefined)
      await store.putFinding(finding({ changedIn: night(21) }), finding())
      expect(await store.putFinding(finding({ changedIn: night(22) }), finding())).toBe(false)
      expect(await stored()).toEqual(finding({ changedIn: night(21) }))
    })

    test('not over what a later run wrote, even when that was read', async () => {
      const later = finding({ changedIn: night(22) })
      await store.putFinding(later, undefined)
      expect(await store.putFinding(finding({ changedIn: night(21) }), later)).toBe(false)
      expect(await stored()).toEqual(later)
    })

    test('whole: what it no longer says is gone', async () => {
      const before = finding({
        pending: 'new',
        unconfirmedSince: '2026-11-20T02:00:00.000Z',
        resolvedAt: '2026-11-20T02:00:00.000Z',
      })
      await store.putFinding(before, undefined)
      await store.putFinding(finding({ changedIn: night(21), pending: undefined }), before)
      const after = await stored()
      expect(after).toEqual(finding({ changedIn: night(21) }))
      for (const field of ['unconfirmedSince', 'resolvedAt']) expect(after).not.toHaveProperty(field)
    })

    test('by one of many that all read the same', async () => {
      await store.putFinding(finding(), undefined)
      const answers = await Promise.all(
        [21, 22, 23, 24, 25].map(day => store.putFinding(finding({ changedIn: night(day) }), finding())),
      )
      expect(answers.filter(isWritten => isWritten)).toHaveLength(1)
    })
  })

  describe('settling a finding', () => {
    const pending = finding({ pending: 'reopened', unconfirmedSince: '2026-11-20T02:00:00.000Z' })
    beforeEach(() => store.putFinding(pending, undefined))

    test('removes what is pending and nothing else', async () => {
      await store.settleFinding(pending)
      const { pending: _, ...settled } = pending
      const after = await stored()
      expect(after).toEqual(settled)
      expect(after).not.toHaveProperty('pending')
    })

    test('may be repeated', async () => {
      await store.settleFinding(pending)
      await store.settleFinding(pending)
      expect(await stored()).toEqual({ ...pending, pending: undefined })
    })

    test.each<[string, Partial<StoredFinding>]>([
      ['another run wrote it', { changedIn: night(19) }],
      ['something else is pending', { pending: 'new' }],
      ['nothing is pending in what was read', { pending: undefined }],
    ])('does nothing where %s', async (_, over) => {
      await store.settleFinding({ ...pending, ...over })
      expect(await stored()).toEqual(pending)
    })

    test('creates nothing', async () => {
      await store.settleFinding({ ...pending, id: 'b'.repeat(32) })
      expect((await store.readArea(accountId, region)).findings).toHaveLength(1)
    })
  })

  describe('dropping a finding', () => {
    const unknown = finding({ verdict: 'unknown' })
    beforeEach(() => store.putFinding(unknown, undefined))

    test('deletes it', async () => {
      expect(await store.dropFinding(unknown)).toBe(true)
      expect(await stored()).toBeUndefined()
    })

    test.each(['fail', 'unknown'] as const)('does nothing when somebody wrote since, that it is %s', async verdict => {
      const since = finding({ changedIn: night(21), verdict })
      await store.putFinding(since, unknown)
      expect(await store.dropFinding(unknown)).toBe(false)
      expect(await stored()).toEqual(since)
    })

    test('says when there is none', async () => {
      await store.dropFinding(unknown)
      expect(await store.dropFinding(unknown)).toBe(false)
    })
  })

  describe("an area's state", () => {
    test('is written when it is as it was read, and by no earlier run', async () => {
      expect(await store.putArea(area(), area())).toBe(false)
      expect(await store.putArea(area(), undefined)).toBe(true)
      expect(await store.putArea(area({ changedIn: night(21) }), undefined)).toBe(false)
      expect(await store.putArea(area({ changedIn: night(22) }), area({ changedIn: night(19) }))).toBe(false)
      expect(await store.putArea(area({ changedIn: night(19) }), area())).toBe(false)
      expect(await storedArea()).toEqual(area())
      const next = area({ changedIn: night(21), covered: false, judged: {}, pending: 'coverage-lost' })
      expect(await store.putArea(next, area())).toBe(true)
      expect(await storedArea()).toEqual(next)
      expect(await store.putArea(area({ changedIn: night(21) }), next)).toBe(true)
      expect(await storedArea()).not.toHaveProperty('pending')
    })

    test('is settled like a finding', async () => {
      const pending = area({ pending: 'coverage-lost' })
      await store.putArea(pending, undefined)
      await store.settleArea({ ...pending, changedIn: night(19) })
      await store.settleArea({ ...pending, pending: 'coverage-regained' })
      await store.settleArea({ ...pending, pending: undefined })
      expect(await storedArea()).toEqual(pending)
      await store.settleArea(pending)
      expect(await storedArea()).toEqual(area())
      expect(await storedArea()).not.toHaveProperty('pending')
    })
  })

  describe('events', () => {
    test('are one by run, thing and kind, and the first one stays', async () => {
      await store.putEvent(findingEvent())
      await store.putEvent(findingEvent({ message: 'told again' }))
      await store.putEvent(coverageEvent())
      await store.putEvent(coverageEvent({ detail: 'told again' }))
      const events = await eventsIn(store, night(20))
      expect(events).toHaveLength(2)
      expect(events).toEqual(expect.arrayContaining([findingEvent(), coverageEvent()]))
    })

    test('of a finding are its history, of all runs and of no other finding', async () => {
      const waiver = { owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: '2026-11-20' }
      const history = [findingEvent({ runId: night(19), kind: 'waived', waiver }), findingEvent({ kind: 'resolved' })]
      for (const event of history) await store.putEvent(event)
      await store.putEvent(findingEvent({ findingId: 'b'.repeat(32) }))
      await store.putEvent(coverageEvent())
      expect(await store.historyOf({ findingId: finding().id })).toEqual(history)
      expect(await store.historyOf({ findingId: 'c'.repeat(32) })).toEqual([])
    })

    test('are told apart by each part of their key', async () => {
      await store.putEvent(findingEvent())
      await store.putEvent(coverageEvent())
      expect(await store.hasEvent(findingEvent())).toBe(true)
      expect(await store.hasEvent(findingEvent({ kind: 'reopened' }))).toBe(false)
      expect(await store.hasEvent(findingEvent({ runId: night(21) }))).toBe(false)
      expect(await store.hasEvent(findingEvent({ findingId: 'b'.repeat(32) }))).toBe(false)
      expect(await store.hasEvent(coverageEvent())).toBe(true)
      expect(await store.hasEvent(coverageEvent({ kind: 'coverage-regained' }))).toBe(false)
      expect(await store.hasEvent(coverageEvent({ region: 'eu-west-10' }))).toBe(false)
    })

    test('of a run are all of its own and no other', async () => {
      const mine = Array.from({ length: 40 }, (_, n) => findingEvent({ findingId: `${n}`.padStart(32, '0') }))
      for (const event of mine) await store.putEvent(event)
      await store.putEvent(findingEvent({ runId: night(21) }))
      const events = (await eventsIn(store, night(20))) as readonly FindingEvent[]
      expect(events.map(({ findingId }) => findingId).sort()).toEqual(mine.map(({ findingId }) => findingId))
      expect(await eventsIn(store, night(19))).toEqual([])
    })
  })

  test('the report of an account in a run is the last one written', async () => {
    await store.startRun(run(20))
    await store.putAccount(report({ name: 'first' }))
    await store.putAccount(report())
    await store.putAccount(report({ accountId: '222233334444', ouPath: ['Payments', 'Prod'], regions: [] }))
    await store.putAccount(report({ runId: night(21) }))
    const reports = await accountsIn(store, night(20))
    expect(reports).toEqual([
      report(),
      report({ accountId: '222233334444', ouPath: ['Payments', 'Prod'], regions: [] }),
    ])
    expect(await store.readAccount(night(21), accountId)).toEqual(report({ runId: night(21) }))
    expect(await store.readAccount(night(21), '222233334444')).toBeUndefined()
  })

  describe('the messages of a run', () => {
    const at = (minute: number) => `2026-11-20T02:${minute}:00.000Z`

    test('are claimed by one, until the claim runs out or is given back', async () => {
      await store.startRun(run(20))
      const answers = await Promise.all([1, 2, 3].map(() => store.claimMessages(night(20), at(20), at(15))))
      expect(answers.filter(isClaimed => isClaimed)).toHaveLength(1)
      expect(await store.claimMessages(night(20), at(21), at(19))).toBe(false)
      expect(await store.claimMessages(night(20), at(25), at(20))).toBe(true)
      await store.updateRun(night(20), { claimedUntil: at(21), digestFailure: 'the topic is gone' })
      expect(await store.claimMessages(night(20), at(30), at(22))).toBe(true)
    })

    test('are not claimed once they were sent, nor of a run that is not there', async () => {
      await store.startRun(run(20))
      await store.updateRun(night(20), { digestSentAt: at(16) })
      expect(await store.claimMessages(night(20), at(30), at(17))).toBe(false)
      expect(await store.claimMessages(night(21), at(30), at(17))).toBe(false)
    })

    test('are noted part by part, and its texts by name', async () => {
      await store.putTold(night(20), accountId)
      await store.putTold(night(20), accountId)
      await store.putTold(night(21), '222233334444')
      expect(await store.toldOf(night(20))).toEqual(new Set([accountId]))
      expect(await store.toldOf(night(19))).toEqual(new Set())
      await store.putText(night(20), 'policy', 'first')
      await store.putText(night(20), 'policy', '{}')
      await store.putText(night(20), 'digest', 'Nothing changed.')
      expect(await store.readText(night(20), 'policy')).toBe('{}')
      expect(await store.readText(night(20), 'digest')).toBe('Nothing changed.')
      expect(await store.readText(night(21), 'digest')).toBeUndefined()
    })
  })

  describe('runs', () => {
    test('start once', async () => {
      await store.startRun(run(20))
      await store.startRun(run(20, { toolVersion: '9.9.9' }))
      expect(await store.readRun(night(20))).toEqual(run(20))
      expect(await store.readRun(night(21))).toBeUndefined()
    })

    test('are told what they came to', async () => {
      await store.startRun(run(20, { scope: { accounts: [accountId], regions: undefined } }))
      await store.updateRun(night(20), { finishedAt: '2026-11-20T02:10:00.000Z', accountCount: 4 })
      await store.updateRun(night(20), { digestFailure: 'no topic' })
      await store.updateRun(night(20), {})
      expect(await store.readRun(night(20))).toEqual(
        run(20, {
          scope: { accounts: [accountId] },
          accountCount: 4,
          finishedAt: '2026-11-20T02:10:00.000Z',
          digestFailure: 'no topic',
        }),
      )
    })

    test('that are not there are not made by telling them', async () => {
      await store.updateRun(night(20), { finishedAt: '2026-11-20T02:10:00.000Z' })
      expect(await store.readRun(night(20))).toBeUndefined()
      expect(await store.latestRuns(5)).toEqual([])
    })

    test('are listed newest first, and no more than asked for', async () => {
      for (const day of [21, 20, 23, 22]) await store.startRun(run(day))
      await store.updateRun(night(22), { finishedAt: '2026-11-22T02:10:00.000Z' })
      expect(await store.latestRuns(2)).toEqual([run(23), run(22, { finishedAt: '2026-11-22T02:10:00.000Z' })])
      expect(await store.latestRuns(9)).toHaveLength(4)
    })
  })

  describe('the lease', () => {
    const mine = { runId: night(20), until: '2026-11-20T03:00:00.000Z' }
    const yours = { runId: night(21), until: '2026-11-20T03:30:00.000Z' }

    test('is taken, renewed and released', async () => {
      expect(await store.readLease()).toBeUndefined()
      expect(await store.takeLease(mine, '2026-11-20T02:00:00.000Z')).toBeUndefined()
      expect(await store.readLease()).toEqual(mine)
      const renewed = { ...mine, until: '2026-11-20T04:00:00.000Z' }
      expect(await store.takeLease(renewed, '2026-11-20T02:30:00.000Z')).toBeUndefined()
      expect(await store.readLease()).toEqual(renewed)
      await store.releaseLease(mine.runId)
      expect(await store.readLease()).toBeUndefined()
    })

    test('of another is told to who wants it, and stays', async () => {
      await store.takeLease(mine, '2026-11-20T02:00:00.000Z')
      expect(await store.takeLease(yours, '2026-11-20T02:59:59.999Z')).toEqual(mine)
      expect(await store.readLease()).toEqual(mine)
    })

    test('that ran out is taken over', async () => {
      await store.takeLease(mine, '2026-11-20T02:00:00.000Z')
      expect(await store.takeLease(yours, mine.until)).toBeUndefined()
      expect(await store.readLease()).toEqual(yours)
    })

    test('is not released by another, and release may be repeated', async () => {
      await store.takeLease(mine, '2026-11-20T02:00:00.000Z')
      await store.releaseLease(yours.runId)
      expect(await store.readLease()).toEqual(mine)
      await store.releaseLease(mine.runId)
      await store.releaseLease(mine.runId)
      expect(await store.readLease()).toBeUndefined()
    })

    test('goes to one of many', async () => {
      const answers = await Promise.all(
        [20, 21, 22, 23].map(day => store.takeLease({ ...mine, runId: night(day) }, '2026-11-20T02:00:00.000Z')),
      )
      const holder = await store.readLease()
      expect(answers.filter(answer => answer === undefined)).toHaveLength(1)
      expect(answers.filter(answer => answer !== undefined)).toEqual([holder, holder, holder])
    })
  })

  describe('the list of findings', () => {
    test('has those that fail, are unknown or are waived, of every area, each the worst first', async () => {
      const open = [
        finding({ severity: 'info' }),
        finding({ severity: 'critical', region: 'us-east-1' }),
        finding({ severity: 'medium', accountId: '222233334444', verdict: 'unknown', pending: 'unconfirmed' }),
      ]
      for (const each of open) await store.putFinding(each, undefined)
      const closed = (['resolved', 'retired'] as const).map((state, n) => finding({ id: `${n}`, state }))
      const waiver = { owner: 'web', reason: 'frozen', ticket: 'OPS-1', expires: '2027-03-31' }
      const waived = finding({ id: 'c'.repeat(32), state: 'waived', waiver })
      for (const each of [...closed, waived]) await store.putFinding(each, undefined)
      expect(await store.listFindings()).toEqual([open[1], open[0], open[2], waived])
    })

    test('tells the oldest open fails of a severity, and no more than asked for', async () => {
      const days = [25, 12, 31, 17].map(day =>
        finding({ id: `${day}`.padStart(32, '0'), firstSeen: `2026-10-${day}T02:00:00.000Z` }),
      )
      const others = [
        finding({ id: 'a'.repeat(32), severity: 'low', firstSeen: '2026-01-01T02:00:00.000Z' }),
        finding({ id: 'b'.repeat(32), verdict: 'unknown', firstSeen: '2026-01-01T02:00:00.000Z' }),
        finding({ id: 'c'.repeat(32), state: 'waived', firstSeen: '2026-01-01T02:00:00.000Z' }),
      ]
      for (const each of [...days, ...others]) await store.putFinding(each, undefined)
      expect(await store.oldestFails('high', 3)).toEqual([days[1], days[3], days[0]])
      expect(await store.oldestFails('critical', 3)).toEqual([])
    })

    test('follow what becomes of a finding', async () => {
      const resolved = finding({ state: 'resolved', changedIn: night(21) })
      const reopened = finding({ severity: 'critical', changedIn: night(22), pending: 'reopened' })
      const { pending, ...settled } = reopened
      await store.putFinding(finding(), undefined)
      await store.putFinding(resolved, finding())
      expect(await store.listFindings()).toEqual([])
      await store.putFinding(reopened, resolved)
      expect(await store.listFindings()).toEqual([reopened])
      await store.settleFinding(reopened)
      expect(await store.listFindings()).toEqual([settled])
      const unknown = finding({ verdict: 'unknown', changedIn: night(23) })
      await store.putFinding(unknown, settled)
      await store.dropFinding(unknown)
      expect(await store.listFindings()).toEqual([])
    })
  })
}

/** One item of each kind, through every way that writes. */
export const writeOneOfEach = async (store: Store): Promise<void> => {
  const pending = finding({ pending: 'new' })
  await store.putFinding(pending, undefined)
  await store.settleFinding(pending)
  await store.putFinding(finding({ id: 'c'.repeat(32), state: 'waived', severity: 'low' }), undefined)
  await store.putArea(area(), undefined)
  await store.putEvent(findingEvent())
  await store.putEvent(coverageEvent())
  await store.putAccount(report())
  await store.startRun(run(20))
  await store.updateRun(night(20), { finishedAt: '2026-11-20T02:10:00.000Z' })
  await store.putText(night(20), 'policy', '{}')
  await store.putTold(night(20), accountId)
  await store.takeLease({ runId: night(20), until: '2026-11-20T03:00:00.000Z' }, '2026-11-20T02:00:00.000Z')
}

/** What the store in a table does beside that, on any engine. */
export const tableSuite = (engine: () => Engine): void => {
  let store: Store
  let tableName: string
  beforeEach(async () => {
    tableName = await newTable(engine())
    store = storeIn(engine().client, tableName)
  })

  contractSuite(async () => store)

  test('the keys of the items', async () => {
    await writeOneOfEach(store)
    const items = await dump(engine(), tableName)
    expect(items.map(({ pk, sk, list, place }) => [pk, sk, list, place])).toEqual([
      ['AR#111122223333#eu-west-1', 'AREA', undefined, undefined],
      [
        'AR#111122223333#eu-west-1',
        'F#0a1b2c3d4e5f60718293a4b5c6d7e8f9',
        'FINDINGS#open#fail#high',
        '2026-11-20T02:00:00.000Z#0a1b2c3d4e5f60718293a4b5c6d7e8f9',
      ],
      [
        'AR#111122223333#eu-west-1',
        'F#cccccccccccccccccccccccccccccccc',
        'FINDINGS#waived#fail#low',
        '2026-11-20T02:00:00.000Z#cccccccccccccccccccccccccccccccc',
      ],
      ['LEASE', 'LEASE', undefined, undefined],
      [`RUN#${night(20)}`, 'ACC#111122223333', undefined, undefined],
      [`RUN#${night(20)}`, 'META', 'RUNS', night(20)],
      [`RUN#${night(20)}`, 'TEXT#policy', undefined, undefined],
      [`RUN#${night(20)}`, 'TOLD#111122223333', undefined, undefined],
      [
        `RUN#${night(20)}#4`,
        'E#0a1b2c3d4e5f60718293a4b5c6d7e8f9#new',
        'HISTORY#0a1b2c3d4e5f60718293a4b5c6d7e8f9',
        `${night(20)}#new`,
      ],
      [
        `RUN#${night(20)}#e`,
        'E#111122223333#eu-west-1#coverage-lost',
        'HISTORY#111122223333#eu-west-1',
        `${night(20)}#coverage-lost`,
      ],
    ])
    for (const item of items) expect(item).toMatchObject({ schemaVersion: 2 })
  })

  test('the index holds findings that are open or waived, events and runs, whole, and nothing else', async () => {
    await writeOneOfEach(store)
    const items = await dump(engine(), tableName)
    expect(await dump(engine(), tableName, 'lists')).toEqual(items.filter(({ list }) => list !== undefined))
  })

  test('a list longer than a page of one megabyte is read to its end', async () => {
    const evidence = [{ what: 'UserData', value: 'x'.repeat(150_000), source: 'launch template' }]
    const many = Array.from({ length: 18 }, (_, n) => finding({ id: `${n}`.padStart(32, '0'), evidence }))
    await Promise.all(many.map(each => store.putFinding(each, undefined)))
    await store.putArea(area(), undefined)
    const { findings, state } = await store.readArea(accountId, region)
    expect(findings).toEqual(many)
    expect(state).toEqual(area())
    expect(await store.listFindings()).toEqual(many)
    expect(await store.oldestFails('high', 99)).toEqual(many)

    const reports = many.map(({ id }) => report({ accountId: id, name: 'x'.repeat(150_000) }))
    await Promise.all(reports.map(each => store.putAccount(each)))
    expect(await accountsIn(store, night(20))).toEqual(reports)

    const days = Array.from({ length: 18 }, (_, n) => run(n + 10, { toolVersion: 'x'.repeat(150_000) }))
    await Promise.all(days.map(each => store.startRun(each)))
    expect(await store.latestRuns(20)).toEqual(days.reverse())
  })

  test('a finding that fails is not dropped, though its run is the same', async () => {
    await store.putFinding(finding(), undefined)
    expect(await store.dropFinding(finding({ verdict: 'unknown' }))).toBe(false)
    expect((await store.readArea(accountId, region)).findings).toEqual([finding()])
  })

  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    readArea: () => store.readArea(accountId, region),
    eachEvent: () => eventsIn(store, night(20)),
    historyOf: () => store.historyOf({ findingId: finding().id }),
    readAccount: () => store.readAccount(night(20), accountId),
    eachAccount: () => accountsIn(store, night(20)),
    readText: () => store.readText(night(20), 'policy'),
    oldestFails: () => store.oldestFails('high', 1),
    readRun: () => store.readRun(night(20)),
    latestRuns: () => store.latestRuns(1),
    readLease: () => store.readLease(),
    takeLease: () =>
      store.takeLease({ runId: night(21), until: '2026-11-21T03:00:00.000Z' }, '2026-11-20T02:00:00.000Z'),
    listFindings: () => store.listFindings(),
  }

  const rewriteAll = async (change: (item: Readonly<Record<string, unknown>>) => object) => {
    for (const item of await dump(engine(), tableName)) {
      await engine().client.send(new PutCommand({ TableName: tableName, Item: { ...item, ...change(item) } }))
    }
  }

  test.each(Object.keys(reads))('%s refuses what a newer program wrote', async name => {
    await writeOneOfEach(store)
    await rewriteAll(() => ({ schemaVersion: 3, invented: 'later' }))
    await expect(reads[name]?.()).rejects.toThrow(
      /^.+ in table store-\d+ was written by a newer eks-node-posture \(schema 3, this one knows 2\); update this one\.$/,
    )
  })

  test.each(Object.keys(reads))('%s refuses what an older program wrote, whose index is another one', async name => {
    await writeOneOfEach(store)
    await rewriteAll(() => ({ schemaVersion: 1 }))
    await expect(reads[name]?.()).rejects.toThrow(
      /^.+ in table store-\d+ was written by an older eks-node-posture \(schema 1, this one writes 2\): delete the store/,
    )
  })

  test('an item that somebody bent is refused, and named', async () => {
    await store.putFinding(finding(), undefined)
    await rewriteAll(() => ({ revision: 'two' }))
    await expect(store.readArea(accountId, region)).rejects.toThrow(
      /^Finding 0a1b2c3d4e5f60718293a4b5c6d7e8f9 in table store-\d+ is not as eks-node-posture writes it \(revision: /,
    )
  })

  test('a table that is not there is one sentence, whatever is asked', async () => {
    const nowhere = storeIn(engine().client, 'no-such-table')
    const sentence =
      'There is no DynamoDB table no-such-table in eu-west-1: deploy the stack there, or name the table that it made.'
    await expect(nowhere.readArea(accountId, region)).rejects.toThrow(sentence)
    await expect(nowhere.putFinding(finding(), undefined)).rejects.toThrow(sentence)
    await expect(nowhere.settleFinding(finding({ pending: 'new' }))).rejects.toThrow(sentence)
    await expect(nowhere.hasEvent(findingEvent())).rejects.toThrow(sentence)
    await expect(nowhere.listFindings()).rejects.toThrow(sentence)
  })
}
