const msPerDay = 24 * 60 * 60 * 1000

/** Whole days from one time or day to a later one, both UTC: `2026-11-22` or `2026-11-22T02:00:00.000Z`. */
export const daysBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to) - Date.parse(from)) / msPerDay)

/** The day of a time, UTC. */
export const dayOfTime = (time: string): string => time.slice(0, 10)
