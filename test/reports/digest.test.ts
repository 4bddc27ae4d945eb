import { describe, expect, test } from '@jest/globals'
import type { DigestInput } from '../../src/core/digest-input.ts'
import { noFails } from '../../src/core/fail-counts.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import { startRun } from '../../src/core/run.ts'
import type { AccountReport, RunRecord, RunTotals, StoreEvent } from '../../src/core/store.ts'
import type { FindingEvent, StoredFinding } from '../../src/core/stored.ts'
import { tallyAccounts } from '../../src/core/tally-accounts.ts'
import { tallyEvents } from '../../src/core/tally-events.ts'
import { digest } from '../../src/reports/digest.ts'
import { mostRows } from '../../src/reports/digest-sections.ts'
import { expectGolden } from './golden.ts'

const run = startRun(new Date('2026-11-22T02:00:00.000Z'), '3fa91c')
const accountId = '111122223333'
const legacyId = '222233334444'
const region = 'eu-west-1'

const finding = (name: string, over: Partial<StoredFinding> = {}): StoredFinding => ({
  id: `id-${name}`,
  checkId: 'node-group-imdsv2-required',
  revision: 1,
  state: 'open',
  verdict: 'fail',
  severity: 'high',
  accountId,
  region,
  resource: { type: 'node-group', id: `arn:${name}`, name, clusterName: 'shop' },
  title: 'Node group requires IMDSv2',
  message: `Node group shop/${name} starts nodes that allow IMDSv1: HttpTokens is optional by the launch template.`,
  evidence: [],
  controls: [],
  owner: 'payments',
  nodes: 4,
  causedBy: [],
  waiver: null,
  firstSeen: '2026-10-01T02:00:00.000Z',
  changedIn: run.id,
  reopenCount: 0,
  ...over,
})

const event = (kind: FindingEvent['kind'], name: string, over: Partial<StoredFinding> = {}): FindingEvent => {
  const { id, checkId, severity, resource, message, owner, causedBy, firstSeen } = finding(name, over)
  const about = { findingId: id, checkId, severity, accountId, region, resource, message, owner, causedBy, firstSeen }
  return { runId: run.id, kind, ...about }
}

const standing = {
  fail: { ...noFails, critical: 1, high: 2 },
  caused: 1,
  unknown: 3,
  waived: 1,
  unconfirmed: 1,
  pastDue: { ...noFails, critical: 1 },
  oldest: '2026-10-01T02:00:00.000Z',
  owners: [{ owner: 'payments', fail: { ...noFails, critical: 1, high: 2 } }],
  clusters: [{ region, name: 'shop', fail: { ...noFails, critical: 1, high: 2 }, nodes: 8 }],
}
const payments: AccountReport = {
  runId: run.id,
  accountId,
  name: 'payments-prod',
  ouPath: ['Payments', 'Prod'],
  regions: [
    {
      ...{ region, status: 'ok', detail: null, failures: [] },
      estate: { nodes: 12, al2Nodes: 4, imdsV1Nodes: 8, al2Groups: { 'in-place': 1, 'blue-green': 2 } },
      estateAsOf: run.startedAt,
    },
    {
      ...{ region: 'us-east-1', status: 'excluded', detail: 'posture.yaml: scope.regions.include', failures: [] },
      ...{ estate: null, estateAsOf: null },
    },
  ],
  totals: {
    ...{ clusters: 1, nodeGroups: 3, launchTemplates: 0, pass: 5, unknown: 3 },
    fail: standing.fail,
    apiCalls: {},
  },
  standing,
  defaults: { regions: 1, byPolicy: 0, closable: 2 },
  waiversUsed: [0],
}
const legacy: AccountReport = {
  ...payments,
  accountId: legacyId,
  name: 'legacy-crm',
  ouPath: ['Legacy'],
  regions: ['eu-west-1', 'us-east-1'].map(name => ({
    region: name,
    status: 'no-role' as const,
    detail: 'the role does not exist',
    failures: [],
    estate: { nodes: 3, al2Nodes: 3, imdsV1Nodes: 0, al2Groups: { refresh: 1 } },
    estateAsOf: '2026-11-20T02:00:00.000Z',
  })),
  standing: { ...standing, fail: { ...noFails, medium: 1 }, pastDue: noFails, owners: [], clusters: [], caused: 0 },
  defaults: { regions: 0, byPolicy: 0, closable: 0 },
  waiversUsed: [],
}

const nightOf = (day: number, al2Nodes: number, over: Partial<RunRecord> = {}): RunRecord => {
  const earlier = startRun(new Date(Date.UTC(2026, 10, day, 2)), 'aaaaaa')
  const totals: RunTotals = {
    ...{ nodes: 15, al2Nodes, imdsV1Nodes: 9, al2Groups: {}, fail: noFails },
    ...{ caused: 0, unknown: 0, waived: 0, staleRegions: 0, units: [] },
  }
  const finishedAt = earlier.startedAt
  return { ...earlier, toolVersion: '0.1.0', accountCount: 2, isOrganization: true, finishedAt, totals, ...over }
}

const policy = {
  ...defaultPolicy,
  dueDays: { critical: 14 },
  waivers: [
    {
      ...{ check: 'node-group-off-amazon-linux-2', account: accountId, owner: 'payments' },
      ...{ reason: 'frozen', ticket: 'OPS-1', expires: '2026-12-01' },
    },
  ],
}

const night = ({
  events = [],
  accounts = [payments, legacy],
  ...over
}: Omit<Partial<DigestInput>, 'events' | 'accounts'> & {
  readonly events?: readonly StoreEvent[]
  readonly accounts?: readonly AccountReport[]
} = {}): DigestInput => {
  const happened = tallyEvents(mostRows)
  for (const one of events) happened.add(one)
  const seen = tallyAccounts(20)
  for (const one of accounts) seen.add(one)
  return {
    run: { ...run, toolVersion: '0.1.0', accountCount: 2, isOrganization: true },
    policy: defaultPolicy,
    events: happened.result(),
    accounts: seen.result(),
    oldest: [finding('api', { severity: 'critical' })],
    pastDue: [finding('api', { severity: 'critical' })],
    before: [nightOf(21, 8), nightOf(20, 11)],
    ...over,
  }
}
const textOf = (...given: Parameters<typeof night>) => digest(night(...given)).text

const lost: StoreEvent = { runId: run.id, kind: 'coverage-lost', accountId: legacyId, region, detail: null }

describe('the digest', () => {
  test('tells what is new, back and fixed, how old and whose it is, and what was not read', async () => {
    const events = [
      event('resolved', 'old'),
      event('new', 'web'),
      event('new', 'al2', { severity: 'critical', message: 'Node group shop/al2 runs Amazon Linux 2.', owner: null }),
      event('new', 'follower', { causedBy: ['id-web'] }),
      event('reopened', 'api'),
      event('waiver-expired', 'late'),
      event('severity-changed', 'cart', { severity: 'medium' }),
      event('unconfirmed', 'batch'),
      event('baseline', 'search'),
      lost,
    ]
    const reportUrl = 'https://posture.example/report'
    const { subject, text } = digest(night({ events, policy: { ...policy, digest: { ...policy.digest, reportUrl } } }))
    await expectGolden('digest.txt', `Subject: ${subject}\n\n${text}`)
  })

  test('is one line when nothing changed', async () => {
    const { subject, text, isQuiet } = digest(night())
    expect(subject).toBe('EKS node posture: Nothing changed; open: 1 critical, 2 high, 1 medium')
    expect(text.trimEnd().split('\n')).toHaveLength(1)
    expect(isQuiet).toBe(true)
    await expectGolden('digest-quiet.txt', `Subject: ${subject}\n\n${text}`)
  })

  test('counts a first night as a baseline and lists none of it as news', () => {
    const text = textOf({ events: [event('baseline', 'web'), event('baseline', 'api')], before: [] })
    expect(text).toMatch(/^2 first seen \(baseline\)\./)
    expect(text).not.toContain('NEW')
    expect(text).toContain('BASELINE 2\n')
    expect(text).toContain('Amazon Linux 2, 145 days after its end: on 10 of 18 nodes;')
  })

  test('counts what follows from others with them and not beside them', () => {
    const { text, subject } = digest(night({ events: [event('new', 'web'), event('new', 'two', { causedBy: ['x'] })] }))
    expect(subject).toContain('1 new;')
    expect(text).toContain('NEW 1, and 1 that follows from others')
    expect(text).not.toContain('shop/two')
    const alone = digest(night({ events: [event('new', 'two', { causedBy: ['x'] })] }))
    expect([alone.isQuiet, alone.subject]).toEqual([
      false,
      expect.stringContaining('1 changed that follow from others'),
    ])
  })

  test('is the same bytes whatever the order of the events', () => {
    const events = [event('new', 'web'), event('new', 'api'), event('resolved', 'old'), lost]
    expect(digest(night({ events: events.toReversed() }))).toEqual(digest(night({ events })))
  })

  test('has a subject under 100 characters without line breaks, whatever happened', () => {
    const kinds = ['new', 'reopened', 'resolved', 'severity-changed', 'retired', 'waived', 'unconfirmed'] as const
    const { subject } = digest(night({ events: kinds.map(kind => event(kind, 'web')) }))
    expect(subject.length).toBeLessThan(100)
    expect(subject).not.toMatch(/[\r\n]/)
  })

  test('lets no name of an account forge a line', () => {
    const forged = { ...payments, name: 'x\nNothing changed.' }
    expect(textOf({ accounts: [forged], events: [event('new', 'web')] })).toContain('x\\u000aNothing changed.')
  })

  test('names the first of a section and counts the others', () => {
    const many = Array.from({ length: 500 }, (_, index) => event('new', `group-${index}`))
    const text = textOf({ events: many })
    expect(text).toContain('NEW 500\n')
    expect(text).toContain('and 490 more')
  })

  test('stays under 200 KB and counts what it left out', () => {
    const long = 'x'.repeat(30_000)
    const events = Array.from({ length: 20 }, (_, index) => event('new', `group-${index}`, { message: long }))
    const text = textOf({ events })
    expect(new TextEncoder().encode(text).length).toBeLessThan(200_100)
    expect(text).toMatch(/more, left out to fit into a message\.\n$/)
  })
})

describe('waivers in the digest', () => {
  const on = (expires: string, over: object = {}) =>
    textOf({ policy: { ...policy, waivers: [{ ...policy.waivers[0], ...over, expires } as never] } })

  test.each([
    ['2026-11-22', 'ends 2026-11-22, today'],
    ['2026-12-05', 'ends 2026-12-05, in 13 days'],
    ['2026-11-21', 'ended 2026-11-21; it can be removed'],
  ])('that end on %s: %s', (expires, says) => {
    expect(on(expires)).toContain(
      `WAIVERS 1\n  node-group-off-amazon-linux-2 in payments-prod (111122223333); owner payments, OPS-1: ${says}`,
    )
  })

  test('that last longer are not told, unless they match nothing', () => {
    expect(on('2027-03-31')).not.toContain('WAIVERS')
    const waivers = [{ ...policy.waivers[0], expires: '2027-03-31' } as never]
    const unused = textOf({ policy: { ...policy, waivers }, accounts: [{ ...payments, waiversUsed: [] }] })
    expect(unused).toContain('matches nothing that was read tonight')
  })

  test('are not said to match nothing in an account that was not read', () => {
    expect(on('2027-03-31', { account: legacyId })).not.toContain('WAIVERS')
  })

  test('break the silence of a night without change', () => {
    const waivers = [{ ...policy.waivers[0], expires: '2026-11-30' } as never]
    expect(digest(night({ policy: { ...policy, waivers } })).isQuiet).toBe(false)
  })
})

describe('what went wrong on a night before', () => {
  test('a run that did not end is told by the next one', () => {
    const { finishedAt, ...crashed } = nightOf(21, 0)
    const { text, isQuiet } = digest(night({ before: [crashed, nightOf(20, 11)] }))
    expect(text).toContain(`The run ${crashed.id} did not end`)
    expect(isQuiet).toBe(false)
  })

  test.each<[string, Partial<RunRecord>, boolean]>([
    ['was not sent', {}, true],
    ['was sent with this one', { digestSentAt: '2026-11-22T02:10:00.000Z' }, true],
    ['was sent on its own night after all', { digestSentAt: '2026-11-21T03:00:00.000Z' }, false],
  ])('a digest that %s', (_, over, isTold) => {
    const failed = nightOf(21, 8, { digestFailure: 'sns:Publish: the topic is gone.', ...over })
    expect(textOf({ before: [failed] }).includes('sns:Publish: the topic is gone.')).toBe(isTold)
  })
})
