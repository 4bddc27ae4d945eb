import * as z from 'zod'
import { RunId, Scope } from './run.ts'
import { Target } from './target.ts'

/*
 * What travels through the state machine: ids, keys and counts. No list of accounts, no secret and no finding does;
 * those are in the bucket, in the functions' environment and in the store.
 */

/** What the execution tells of itself; from its start and name the id of the run is made. */
export const PlanRequest = z
  .strictObject({ startedAt: z.iso.datetime(), execution: z.string().min(1), scope: Scope.optional() })
  .readonly()
export type PlanRequest = z.infer<typeof PlanRequest>

/** Where the scans of a run are written down, one {@link ScanRequest} a line, and how many may go at once. */
export const PlanReply = z
  .strictObject({
    runId: RunId,
    bucket: z.string(),
    manifestKey: z.string(),
    /** Accounts scanned at once, at least 1. */
    concurrency: z.int().min(1),
    accountCount: z.int().min(0),
  })
  .readonly()
export type PlanReply = z.infer<typeof PlanReply>

/** Why an account is not asked, when that is known before anything is read. */
export const Unasked = z
  .strictObject({ status: z.enum(['excluded', 'account-inactive', 'error']), detail: z.string() })
  .readonly()
export type Unasked = z.infer<typeof Unasked>

const scan = { runId: RunId, target: Target, unasked: Unasked.optional() }
const remaining = z.array(z.string()).readonly()

/** One account of a run: a line of the manifest, and what the child execution of the account is given. */
export const ScanRequest = z.strictObject({ ...scan, remaining: remaining.optional() }).readonly()
export type ScanRequest = z.infer<typeof ScanRequest>

/**
 * The next request where Regions remain, and the end of the account where none do. `remaining` tells the machine to go on;
 * what is done stands in the bucket (core/handover.ts).
 */
export const ScanReply = z.strictObject({ ...scan, remaining }).readonly()
export type ScanReply = z.infer<typeof ScanReply>

/** Asks what of a run is still missing. */
export const ReconcileRequest = z.strictObject({ runId: RunId }).readonly()
export type ReconcileRequest = z.infer<typeof ReconcileRequest>

/** The accounts that were planned and have no report, again one {@link ScanRequest} a line; no file where there are none. */
export const ReconcileReply = z
  .strictObject({ runId: RunId, bucket: z.string(), manifestKey: z.string(), missingCount: z.int().min(0) })
  .readonly()
export type ReconcileReply = z.infer<typeof ReconcileReply>

export const DigestRequest = z.strictObject({ runId: RunId }).readonly()
export type DigestRequest = z.infer<typeof DigestRequest>
