import type { ScanResult } from '../core/result.ts'
import { summarise } from '../core/result.ts'
import { jsonText } from './json-text.ts'

/**
 * The whole result as one JSON object: the same bytes for the same inventory, policy and run. A field without a value
 * is null, never absent.
 */
export const json = (result: ScanResult): string => {
  const { run, finishedAt, toolVersion, undelivered, coverage, findings, firstSeen, apiCalls } = result
  const document = {
    schemaVersion: 1,
    run: { id: run.id, startedAt: run.startedAt, finishedAt, toolVersion, undelivered },
    summary: summarise(result),
    coverage: coverage.map(({ accountId, region, status, detail }) => ({ accountId, region, status, detail })),
    findings: findings.map(finding => ({
      id: finding.id,
      checkId: finding.checkId,
      status: finding.status,
      severity: finding.severity,
      accountId: finding.accountId,
      region: finding.region,
      resource: finding.resource,
      title: finding.title,
      message: finding.message,
      evidence: finding.evidence,
      firstSeen: firstSeen[finding.id] ?? null,
      controls: finding.controls,
      owner: finding.owner,
      nodes: finding.nodes,
      causedBy: finding.causedBy,
      waiver: finding.waiver,
    })),
    apiCalls,
  }
  return `${jsonText(document, 2)}\n`
}
