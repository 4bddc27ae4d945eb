import * as z from 'zod'
import { type Severity, severities } from './verdict.ts'

/** How many findings fail, by severity, every severity named. */
export const FailCounts = z.record(z.enum(severities), z.int().min(0)).readonly()
export type FailCounts = z.infer<typeof FailCounts>

export const noFails: FailCounts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }

/** How many of these there are of each severity. */
export const countFails = (findings: Iterable<{ readonly severity: Severity }>): FailCounts => {
  const counts = { ...noFails }
  for (const { severity } of findings) counts[severity] += 1
  return counts
}

export const addFails = (all: readonly FailCounts[]): FailCounts => {
  const sum = { ...noFails }
  for (const counts of all) for (const severity of severities) sum[severity] += counts[severity]
  return sum
}

/** How many fails there are in all. */
export const totalFails = (counts: FailCounts): number =>
  severities.reduce((sum, severity) => sum + counts[severity], 0)

/** Compares counts by the worst severity in which they differ, the most first. */
export const byWorst = (a: FailCounts, b: FailCounts): number => {
  const severity = severities.find(one => a[one] !== b[one])
  return severity === undefined ? 0 : b[severity] - a[severity]
}
