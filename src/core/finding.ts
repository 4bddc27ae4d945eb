import type { Check, Control } from './check.ts'
import { type Policy, severityFor } from './policy.ts'
import { sha256Hex } from './sha256.ts'
import type { Resource } from './subjects.ts'
import { compareText } from './text.ts'
import { bySeverity, type Evidence, type Severity, type Verdict } from './verdict.ts'

/** Something a person should know of: a fail, or that it could not be told. Its `id` is the same every night. */
export interface Finding {
  readonly id: string
  readonly checkId: string
  readonly status: 'fail' | 'unknown'
  readonly severity: Severity
  readonly accountId: string
  readonly region: string
  readonly resource: Pick<Resource, 'type' | 'id' | 'name' | 'clusterName'>
  readonly title: string
  readonly message: string
  readonly evidence: readonly Evidence[]
  readonly controls: readonly Control[]
}

/** The first 32 hex digits of SHA-256 over check id, newline, resource id: stable for ever. */
export const findingId = (checkId: string, resourceId: string): string =>
  sha256Hex(`${checkId}\n${resourceId}`).slice(0, 32)

/** The finding that a verdict makes, or undefined where there is nothing to tell. */
export const findingOf = (check: Check, resource: Resource, verdict: Verdict, policy: Policy): Finding | undefined => {
  if (verdict.status !== 'fail' && verdict.status !== 'unknown') return undefined
  const own = verdict.status === 'fail' ? verdict.severity : undefined
  const { type, id, name, clusterName, accountId, region } = resource
  return {
    id: findingId(check.id, id),
    checkId: check.id,
    status: verdict.status,
    severity: severityFor(policy, check.id) ?? own ?? check.severity,
    accountId,
    region,
    resource: { type, id, name, clusterName },
    title: check.title,
    message: verdict.message,
    evidence: verdict.evidence,
    controls: check.controls,
  }
}

/** Sorts findings by account, Region, severity (the worst first), check and resource. */
export const byPlace = (a: Finding, b: Finding): number =>
  compareText(a.accountId, b.accountId) ||
  compareText(a.region, b.region) ||
  bySeverity(a.severity, b.severity) ||
  compareText(a.checkId, b.checkId) ||
  compareText(a.resource.id, b.resource.id)
