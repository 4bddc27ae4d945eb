import * as z from 'zod'
import { RegionCoverage } from './coverage.ts'
import { Estate } from './estate.ts'
import { ImdsDefaults } from './inventory.ts'
import { Failure, read } from './read.ts'
import { RunId } from './run.ts'
import { Standing, Totals } from './store.ts'

/** What remains of a Region once its findings are remembered: what the account's report and its own checks need of it. */
export const RegionOutcome = z
  .strictObject({
    coverage: RegionCoverage,
    defaults: read(ImdsDefaults),
    /** What was found of IMDSv1 in it: something allows it, something may, or nothing does that was judged. */
    imdsV1: z.enum(['allowed', 'not known', 'not seen']),
    /** Open fails that an account default of `required` would close. */
    closable: z.int().min(0),
    /** What its node groups come to; null where it was not read. */
    estate: Estate.nullable(),
    /** Whether all of its nodes were listed, so that the estate is whole. */
    hasAllNodes: z.boolean(),
  })
  .readonly()
export type RegionOutcome = z.infer<typeof RegionOutcome>

/**
 * What one call of the scan function leaves to the next, where an account takes longer than a function may. It holds no
 * finding: those of the Regions that are done are in the store.
 */
export const Handover = z
  .strictObject({
    runId: RunId,
    accountId: z.string(),
    /** Every Region of the account, as it was listed by the first call. */
    regions: z.array(z.strictObject({ name: z.string(), enabled: z.boolean() }).readonly()).readonly(),
    /** Why there may be more Regions than these. */
    failures: z.array(Failure).readonly(),
    done: z.array(RegionOutcome).readonly(),
    /** By Region how many calls had all of their time for it and did not end it. */
    givenUp: z.record(z.string(), z.int().min(1)).readonly(),
    /** Of the Regions that are done. */
    totals: Totals,
    standing: Standing,
    waiversUsed: z.array(z.int().min(0)).readonly(),
  })
  .readonly()
export type Handover = z.infer<typeof Handover>

/** Numbers by name, or groups of them. */
interface Counts {
  readonly [name: string]: number | Counts
}

/** The sum of totals, name by name. */
export const addTotals = (all: readonly Totals[]): Totals => Totals.parse(all.reduce<Counts>(addCounts, {}))

const addCounts = (sum: Counts, more: Counts): Counts => {
  const next: Record<string, number | Counts> = { ...sum }
  for (const [name, value] of Object.entries(more)) {
    const before = next[name]
    next[name] =
      typeof value === 'number'
        ? value + (typeof before === 'number' ? before : 0)
        : addCounts(typeof before === 'object' ? before : {}, value)
  }
  return next
}
