import * as z from 'zod'

/** What a run was asked to look at. Whatever is outside is `excluded`: never lost, closed or resolved. */
export const Scope = z
  .strictObject({
    accounts: z.array(z.string()).readonly().optional(),
    regions: z.array(z.string()).readonly().optional(),
    checks: z.array(z.string()).readonly().optional(),
  })
  .readonly()
export type Scope = z.infer<typeof Scope>

/** UTC start in milliseconds plus six hex digits, so that ids sort as runs do. */
export const RunId = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z-[0-9a-f]{6}$/)

export const Run = z.strictObject({ id: RunId, startedAt: z.iso.datetime(), scope: Scope }).readonly()
export type Run = z.infer<typeof Run>

/** When a run of this id started, UTC. */
export const startOf = (runId: string): string => runId.slice(0, '2026-11-22T02:00:00.000Z'.length)

/** The day of a run, UTC: `2026-11-22`. */
export const dayOf = ({ startedAt }: Pick<Run, 'startedAt'>): string => startedAt.slice(0, 10)

/**
 * A run that starts now.
 * @param entropy any hex digits; the first six tell runs of the same millisecond apart. In Lambda they come from the
 * execution's name, so that a retried plan makes the same run.
 */
export const startRun = (startedAt: Date, entropy: string, scope: Scope = {}): Run => {
  const time = startedAt.toISOString()
  return { id: `${time}-${entropy.slice(0, 6)}`, startedAt: time, scope }
}
