import { expect, test } from '@jest/globals'
import { coverageStatuses, type RegionCoverage } from '../../src/core/coverage.ts'
import type { Finding } from '../../src/core/finding.ts'
import { type ScanResult, summarise } from '../../src/core/result.ts'
import type { Severity } from '../../src/core/verdict.ts'

const row = (accountId: string, region: string, status: RegionCoverage['status']): RegionCoverage => ({
  accountId,
  region,
  status,
  detail: null,
  failures: [],
})
const finding = (status: Finding['status'], severity: Severity, over: Partial<Finding> = {}) =>
  ({ status, severity, causedBy: [], waiver: null, ...over }) as unknown as Finding

const result = (over: Partial<ScanResult> = {}): ScanResult => ({
  run: { id: '2026-11-22T02:00:00.000Z-3fa91c', startedAt: '2026-11-22T02:00:00.000Z', scope: {} },
  finishedAt: '2026-11-22T02:10:00.000Z',
  toolVersion: '0.1.0',
  undelivered: null,
  accountNames: {},
  firstSeen: {},
  coverage: [],
  findings: [],
  verdicts: { pass: 0, fail: 0, unknown: 0, skip: 0 },
  looked: { clusters: 3, nodeGroups: 5, launchTemplates: 7 },
  apiCalls: {},
  ...over,
})

test('accounts and Regions count where they were read, wholly or in part', () => {
  const coverage = [
    ...coverageStatuses.map((status, index) => row(`${index}`, 'eu-west-1', status)),
    row('8', 'us-east-1', 'ok'),
    row('8', 'us-west-2', 'error'),
  ]
  expect(summarise(result({ coverage }))).toMatchObject({ accounts: 2, regions: 3 })
})

test('fails count by severity, every severity named, and unknowns are no fails', () => {
  const findings = [
    finding('fail', 'high'),
    finding('fail', 'high'),
    finding('fail', 'info'),
    finding('unknown', 'critical'),
  ]
  expect(summarise(result({ findings, verdicts: { pass: 4, fail: 3, unknown: 1, skip: 9 } }))).toEqual({
    accounts: 0,
    regions: 0,
    clusters: 3,
    nodeGroups: 5,
    launchTemplates: 7,
    fail: { critical: 0, high: 2, medium: 0, low: 0, info: 1 },
    caused: 0,
    waived: 0,
    unknown: 1,
    pass: 4,
  })
})
