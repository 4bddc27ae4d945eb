import * as z from 'zod'
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
  /** Who answers for it, as posture.yaml says: by the resource's tag, then its account, then its OU; null where nobody is named. */
  readonly owner: string | null
  /** How many nodes run in a node group or a cluster; null of anything else, and where they were not all read. */
  readonly nodes: number | null
  /** The ids of the findings that this one follows from: to mend those is to mend it. Each weighs as much as it, or more. */
  readonly causedBy: readonly string[]
  /** Why it does not count for a while, as posture.yaml says; null where it does. */
  readonly waiver: WaivedBy | null
}

/** What a finding is waived by. */
export const WaivedBy = z
  .strictObject({
    owner: z.string(),
    reason: z.string(),
    ticket: z.string(),
    /** The last day on which it holds, UTC. */
    expires: z.string(),
  })
  .readonly()
export type WaivedBy = z.infer<typeof WaivedBy>

/** Whether a finding is a fail that counts: no waiver holds for it. */
export const isOpenFail = ({ status, waiver }: Pick<Finding, 'status' | 'waiver'>): boolean =>
  status === 'fail' && waiver === null

/** Whether a finding counts by itself in a headline: one that follows from others is counted with them. */
export const isCause = ({ causedBy }: Pick<Finding, 'causedBy'>): boolean => causedBy.length === 0

/** The first 32 hex digits of SHA-256 over check id, newline, resource id: stable for ever. */
export const findingId = (checkId: string, resourceId: string): string =>
  sha256Hex(`${checkId}\n${resourceId}`).slice(0, 32)

/** The finding that a verdict makes, by itself and nobody's yet; undefined where there is nothing to tell. */
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
    owner: null,
    nodes: null,
    causedBy: [],
    waiver: null,
  }
}

/** Sorts findings by account, Region, severity (the worst first), check and resource. */
type Placed = Pick<Finding, 'accountId' | 'region' | 'severity' | 'checkId' | 'resource'>
export const byPlace = (a: Placed, b: Placed): number =>
  compareText(a.accountId, b.accountId) ||
  compareText(a.region, b.region) ||
  bySeverity(a.severity, b.severity) ||
  compareText(a.checkId, b.checkId) ||
  compareText(a.resource.id, b.resource.id)
