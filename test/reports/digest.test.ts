import { describe, expect, test } from '@jest/globals'
import { startRun } from '../../src/core/run.ts'
import type { AccountReport, StoreEvent } from '../../src/core/store.ts'
import type { FindingEvent, StoredFinding } from '../../src/core/stored.ts'
import { type DigestInput, digest } from '../../src/reports/digest.ts'
import { expectGolden } from './golden.ts'

const run = startRun(new Date('2026-11-22T02:00:00.000Z'), '3fa91c')
const accountId = '111122223333'
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
  firstSeen: '2026-11-01T02:00:00.000Z',
  changedIn: run.id,
  reopenCount: 0,
  ...over,
})

const event = (kind: FindingEvent['kind'], name: string, over: Partial<StoredFinding> = {}): FindingEvent => {
  const { id, checkId, severity, resource, message, firstSeen } = finding(name, over)
  return { runId: run.id, kind, findingId: id, checkId, severity, accountId, region, resource, message, firstSeen }
}

const totals = {
  clusters: 1,
  nodeGroups: 3,
  launchTemplates: 0,
  pass: 5,
  unknown: 0,
  fail: { critical: 0, high: 2, medium: 0, low: 0, info: 0 },
  apiCalls: {},
}
const payments: AccountReport = {
  runId: run.id,
  accountId,
  name: 'payments-prod',
  ouPath: ['Payments'],
  regions: [
    { region: 'eu-west-1', status: 'ok', detail: null, failures: [] },
    { region: 'us-east-1', status: 'excluded', detail: 'posture.yaml: scope.regions.include', failures: [] },
  ],
  totals,
}
const legacy: AccountReport = {
  ...payments,
  accountId: '222233334444',
  name: 'legacy-crm',
  regions: ['eu-west-1', 'us-east-1'].map(name => ({
    region: name,
    status: 'no-role' as const,
    detail: 'the role does not exist',
    failures: [],
  })),
}

const night = (over: Partial<DigestInput> = {}): DigestInput => ({
  run: { ...run, toolVersion: '0.1.0', accountCount: 2 },
  events: [],
  accounts: [payments, legacy],
  open: [finding('web'), finding('api', { unconfirmedSince: '2026-11-21T02:00:00.000Z' })],
  ...over,
})

const lost: StoreEvent = { runId: run.id, kind: 'coverage-lost', accountId: '222233334444', region, detail: null }

describe('the digest', () => {
  test('tells what is new, back, worse and fixed, what is open, and what was not read', async () => {
    const events = [
      event('resolved', 'old'),
      event('new', 'web'),
      event('new', 'al2', { severity: 'critical', message: 'Node group shop/al2 runs Amazon Linux 2.' }),
      event('reopened', 'api'),
      event('severity-changed', 'cart', { severity: 'medium' }),
      event('unconfirmed', 'batch'),
      lost,
    ]
    const { subject, text } = digest(night({ events }))
    await expectGolden('digest.txt', `Subject: ${subject}\n\n${text}`)
  })

  test('says in its headline when nothing changed', async () => {
    const { subject, text } = digest(night())
    expect(subject).toBe('EKS node posture: Nothing changed; open: 2 high')
    expect(text.split('\n')[0]).toBe('Nothing changed.')
    await expectGolden('digest-quiet.txt', `Subject: ${subject}\n\n${text}`)
  })

  test('counts a first night as a baseline and lists none of it as news', () => {
    const { text } = digest(night({ events: [event('baseline', 'web'), event('baseline', 'api')] }))
    expect(text).toMatch(/^2 first seen \(baseline\)\./)
    expect(text).not.toContain('NEW')
    expect(text).toContain('BASELINE 2\n')
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
    const { text } = digest(night({ accounts: [forged], events: [event('new', 'web')] }))
    expect(text).toContain('x\\u000aNothing changed.')
  })

  test('stays under 200 KB and counts what it left out', () => {
    const long = 'x'.repeat(2_000)
    const events = Array.from({ length: 500 }, (_, index) => event('new', `group-${index}`, { message: long }))
    const { text } = digest(night({ events }))
    expect(new TextEncoder().encode(text).length).toBeLessThan(200_100)
    expect(text).toMatch(/more, left out to fit into a message\.\n$/)
  })
})
