import * as z from 'zod'
import type { Evidence, Verdict } from './verdict.ts'

export const FailureClass = z.enum(['denied', 'denied-by-scp', 'throttled', 'unsupported', 'broken', 'not-asked'])
export type FailureClass = z.infer<typeof FailureClass>

/** A read that AWS refused or that broke. `action` is the IAM action, `resource` what was asked about. */
export const Failure = z
  .strictObject({ action: z.string(), resource: z.string().optional(), class: FailureClass, reason: z.string() })
  .readonly()
export type Failure = z.infer<typeof Failure>

/** What was listed: complete when `failures` is empty. A failed read is data, never an empty list. */
export interface Collected<T> {
  readonly items: readonly T[]
  readonly failures: readonly Failure[]
}

/** The schema of a {@link Collected} list. */
export const collected = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item).readonly(), failures: z.array(Failure).readonly() }).readonly()

/** One thing that was read, or why it was not. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly action: string; readonly reason: string }

/** The schema of a {@link Read}. */
export const read = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }).readonly(),
    z.strictObject({ ok: z.literal(false), action: z.string(), reason: z.string() }).readonly(),
  ])

export type NotRead = Extract<Read<unknown>, { ok: false }>

/** A read that succeeded. */
export const known = <T>(value: T): Read<T> => ({ ok: true, value })

/** A read that failed: `action` is the IAM action that would have told, or the question where no action tells. */
export const notRead = (action: string, reason: string): NotRead => ({ ok: false, action, reason })

/** A failure as the cause of what could not be told; undefined where nothing failed. */
export const causedBy = (failure: Failure | undefined): NotRead | undefined =>
  failure && notRead(failure.action, failure.reason)

/** The value of a read, or undefined where it failed. */
export const readValue = <T>(read: Read<T>): T | undefined => (read.ok ? read.value : undefined)

/**
 * `unknown` because something could not be read or is told nowhere. The first row of its evidence is the cause, by which reports fold
 * many unknowns into one line.
 */
export const unknownBecause = (
  cause: NotRead,
  message: string,
  evidence: readonly Evidence[] = [],
): Extract<Verdict, { status: 'unknown' }> => ({
  status: 'unknown',
  message,
  evidence: [{ what: cause.action, value: 'not known', source: cause.reason }, ...evidence],
})
