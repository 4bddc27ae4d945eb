import { al2Ended } from '../core/dates.ts'
import { dayOfTime, daysBetween } from '../core/days.ts'
import type { DigestInput } from '../core/digest-input.ts'
import type { RunTotals } from '../core/store.ts'
import { upgradePaths } from '../core/upgrade-path.ts'
import { counted } from './words.ts'

/** How many points a line has: this night and as many before it. */
const mostPoints = 6

/** How long ago Amazon Linux 2 ended, how many nodes are still on it, and how that came down night by night. */
export const burnDownLine = ({ run, before, accounts: { totals } }: DigestInput): string => {
  const ended = daysBetween(al2Ended.date, run.startedAt)
  const when = ended >= 0 ? `${counted(ended, 'day')} after its end` : `${counted(-ended, 'day')} before its end`
  const points = [
    ...before
      .flatMap(one => (one.totals ? [{ day: dayOfTime(one.startedAt), nodes: one.totals.al2Nodes }] : []))
      .slice(0, mostPoints)
      .reverse(),
    { day: dayOfTime(run.startedAt), nodes: totals.al2Nodes },
  ]
  const [first] = points
  const course =
    first === undefined || points.length === 1
      ? `${totals.al2Nodes} of ${counted(totals.nodes, 'node')}`
      : `${points.map(({ nodes }) => nodes).join(' → ')} of ${counted(totals.nodes, 'node')} since ${first.day}`
  const stale =
    totals.staleRegions > 0 ? `; ${counted(totals.staleRegions, 'account-Region')} as last seen, not read tonight` : ''
  return `Amazon Linux 2, ${when}: on ${course}${pathsOf(totals)}${stale}. IMDSv1 answers on ${counted(totals.imdsV1Nodes, 'node')}.`
}

const pathsOf = ({ al2Groups }: RunTotals) => {
  const paths = [...upgradePaths, 'not known'] as const
  const groups = paths.flatMap(path => (al2Groups[path] ? [`${al2Groups[path]} ${path}`] : []))
  return groups.length > 0 ? `; node groups by path: ${groups.join(', ')}` : ''
}
