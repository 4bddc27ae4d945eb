import type { ScanResult } from '../core/result.ts'
import { summarise } from '../core/result.ts'

/**
 * The whole result as one JSON object: the same bytes for the same inventory, policy and run. A field without a value
 * is null, never absent.
 */
export const json = (result: ScanResult): string => {
  const { run, finishedAt, toolVersion, coverage, findings, firstSeen, apiCalls } = result
  const document = {
    schemaVersion: 1,
    run: { id: run.id, startedAt: run.startedAt, finishedAt, toolVersion },
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
    })),
    apiCalls,
  }
  return jsonText(document)
}

/** JSON for a file or a terminal. */
export const jsonText = (document: unknown): string =>
  `${JSON.stringify(document, null, 2).replace(obeyed, escapeSequence)}\n`

// JSON leaves these as they are, and some terminals obey them: https://www.rfc-editor.org/rfc/rfc8259#section-7
const obeyed = /[\u007f-\u009f]/g
const escapeSequence = (mark: string) => `\\u00${mark.charCodeAt(0).toString(16)}`
