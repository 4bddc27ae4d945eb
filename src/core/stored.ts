import * as z from 'zod'
import { WaivedBy } from './finding.ts'
import { RunId } from './run.ts'
import { severities } from './verdict.ts'

/** What can happen to a finding. */
export const findingEvents = [
  'new',
  'baseline',
  'resolved',
  'retired',
  'reopened',
  'severity-changed',
  'unconfirmed',
  'confirmed',
  'waived',
  'waiver-expired',
] as const
export const FindingEventKind = z.enum(findingEvents)
export type FindingEventKind = z.infer<typeof FindingEventKind>

/** What can happen to the coverage of an account-Region. */
export const CoverageEventKind = z.enum(['coverage-lost', 'coverage-regained'])
export type CoverageEventKind = z.infer<typeof CoverageEventKind>

const Severity = z.enum(severities)
const Timestamp = z.iso.datetime()
const EvidenceRow = z.strictObject({ what: z.string(), value: z.string(), source: z.string() }).readonly()
const ControlRow = z
  .strictObject({ framework: z.string(), id: z.string(), mapping: z.enum(['aws', 'derived']) })
  .readonly()
const FindingResource = z
  .strictObject({
    type: z.enum(['account', 'cluster', 'node-group', 'launch-template', 'image']),
    id: z.string(),
    name: z.string(),
    clusterName: z.string().nullable(),
  })
  .readonly()

/** A finding as it outlives the night. */
export const StoredFinding = z
  .strictObject({
    id: z.string(),
    checkId: z.string(),
    /** The check's revision when it was last judged. */
    revision: z.int(),
    state: z.enum(['open', 'resolved', 'retired', 'waived']),
    verdict: z.enum(['fail', 'unknown']),
    severity: Severity,
    accountId: z.string(),
    region: z.string(),
    resource: FindingResource,
    title: z.string(),
    message: z.string(),
    evidence: z.array(EvidenceRow).readonly(),
    controls: z.array(ControlRow).readonly(),
    owner: z.string().nullable(),
    /** As of the run that wrote this: no change of it is written by itself. */
    nodes: z.int().min(0).nullable(),
    causedBy: z.array(z.string()).readonly(),
    /** What waived it when it was last judged. */
    waiver: WaivedBy.nullable(),
    /** When it was first seen to fail; of one that is only unknown, when that began. */
    firstSeen: Timestamp,
    /** The run that wrote this. */
    changedIn: RunId,
    /** The event that still has to be written: the run crashed, or is about to write it. */
    pending: FindingEventKind.optional(),
    /** Since when an open fail could not be confirmed. */
    unconfirmedSince: Timestamp.optional(),
    /** Since when a group that may come back has had no node, in lists that were read to their end night by night. */
    unseenSince: Timestamp.optional(),
    resolvedAt: Timestamp.optional(),
    reopenCount: z.int().min(0),
  })
  .readonly()
export type StoredFinding = z.infer<typeof StoredFinding>

/**
 * What is remembered of an account-Region as a whole (Region `global` for the account itself): which checks, in which
 * revision, have judged it completely, and whether it was covered.
 */
export const AreaState = z
  .strictObject({
    accountId: z.string(),
    region: z.string(),
    /** By check id the revision that judged the whole account-Region at least once. */
    judged: z.record(z.string(), z.int()).readonly(),
    covered: z.boolean(),
    changedIn: RunId,
    pending: CoverageEventKind.optional(),
  })
  .readonly()
export type AreaState = z.infer<typeof AreaState>

/** Something that happened to a finding in a run. Its key is run, finding and kind, so that writing it twice is one. */
export const FindingEvent = z
  .strictObject({
    runId: RunId,
    kind: FindingEventKind,
    findingId: z.string(),
    checkId: z.string(),
    severity: Severity,
    accountId: z.string(),
    region: z.string(),
    resource: FindingResource,
    message: z.string(),
    owner: z.string().nullable(),
    causedBy: z.array(z.string()).readonly(),
    firstSeen: Timestamp,
    /** What waives it, where that is what happened. */
    waiver: WaivedBy.optional(),
  })
  .readonly()
export type FindingEvent = z.infer<typeof FindingEvent>

/** Something that happened to the coverage of an account-Region in a run. */
export const CoverageEvent = z
  .strictObject({
    runId: RunId,
    kind: CoverageEventKind,
    accountId: z.string(),
    region: z.string(),
    detail: z.string().nullable(),
  })
  .readonly()
export type CoverageEvent = z.infer<typeof CoverageEvent>
