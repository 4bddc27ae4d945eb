import { type Finding, findingId } from '../../src/core/finding.ts'
import type { Hub } from '../../src/core/ports.ts'
import type { ScanResult } from '../../src/core/result.ts'
import { result } from './result.ts'

/** The fixed result with everything that only an export tells: owners, nodes, causes, waivers, since when. */

export const hub: Hub = { accountId: '111111111111', partition: 'aws', region: 'eu-west-1' }

const web = 'arn:aws:eks:eu-west-1:222222222222:nodegroup/shop/web/0c5d0d3e'
export const causeId = findingId('node-group-off-amazon-linux-2', web)

const waiver = {
  owner: 'team-lab',
  reason: 'The lab ends with the year.',
  ticket: 'OPS-17',
  expires: '2026-12-31',
} as const

const dressed = (finding: Finding): Finding => ({
  ...finding,
  owner: finding.accountId === '222222222222' ? 'payments' : null,
  nodes: finding.resource.type === 'node-group' && finding.status === 'fail' ? 6 : null,
  causedBy: finding.resource.id === web && finding.id !== causeId ? [causeId] : [],
  waiver: finding.resource.name === 'lab' ? waiver : null,
})

const findings = result.findings.map(dressed)

export const exported: ScanResult = {
  ...result,
  undelivered: null,
  findings,
  firstSeen: Object.fromEntries(
    findings.map(({ id, severity }) => [
      id,
      severity === 'critical' ? '2026-11-20T02:00:00.000Z' : result.run.startedAt,
    ]),
  ),
}

const [anyFinding] = findings
if (!anyFinding) throw new Error('the fixture has findings')

/** A result of one finding, in which every text that an account can choose is this one. */
export const hostile = (text: string): ScanResult => ({
  ...exported,
  accountNames: { [anyFinding.accountId]: text },
  undelivered: text,
  coverage: [{ accountId: anyFinding.accountId, region: text, status: 'error', detail: text, failures: [] }],
  firstSeen: {},
  findings: (['fail', 'unknown'] as const).flatMap(status =>
    [null, { owner: text, reason: text, ticket: text, expires: '2026-12-31' }].map(by => ({
      ...anyFinding,
      status,
      resource: { ...anyFinding.resource, name: text, clusterName: text },
      message: text,
      evidence: [{ what: text, value: text, source: text }],
      owner: text,
      waiver: by,
    })),
  ),
})
