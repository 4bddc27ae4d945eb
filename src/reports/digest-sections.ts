import { dayOfTime, daysBetween } from '../core/days.ts'
import type { DigestInput } from '../core/digest-input.ts'
import { totalFails } from '../core/fail-counts.ts'
import type { FindingEvent, FindingEventKind, StoredFinding } from '../core/stored.ts'
import { severities } from '../core/verdict.ts'
import { accountName, bySeverityInWords, counted, thatFollow } from './words.ts'

/** How many rows of a section a person reads in a mail; the page has the others. */
const rowsOf: Readonly<Partial<Record<FindingEventKind, readonly [title: string, rows: number]>>> = {
  new: ['NEW', 10],
  reopened: ['BACK', 10],
  'waiver-expired': ['NO LONGER WAIVED', 10],
  'severity-changed': ['OF ANOTHER SEVERITY', 5],
  resolved: ['FIXED', 5],
}
/** How many rows of a kind a digest may ask for. */
export const mostRows = 10

/** What is new, back, no longer waived, of another severity and fixed, the worst first; and what is a baseline. */
export const eventSections = ({ events, accounts: { names } }: DigestInput): string[] => {
  const sections = Object.entries(rowsOf).map(([kind, [title, most]]) => {
    const name = kind as FindingEventKind
    const rows = events.rows[name].slice(0, most)
    const left = events.counts[name] - rows.length
    if (events.counts[name] === 0) return ''
    const caused = events.caused[name]
    const follow = caused > 0 ? `, and ${thatFollow(caused)}` : ''
    return section(
      `${title} ${events.counts[name]}${follow}`,
      rows.map(row => eventLine(row, names)),
      left,
    )
  })
  const { baseline, retired } = events.counts
  const seen = bySeverityInWords(events.baseline)
  return [
    ...sections,
    retired === 0
      ? ''
      : `RETIRED ${retired}\n  Their account is closed, their check is off or sharper, or their nodes are long gone: closed, and not counted as fixed.`,
    baseline === 0
      ? ''
      : `BASELINE ${baseline}\n  Seen where an account, a Region or a check was judged for the first time, so no news: ${seen}.`,
  ]
}

const eventLine = (event: FindingEvent, names: Readonly<Record<string, string>>) =>
  `${event.severity.padEnd(8)}  ${placeOf(event, names)}\n            ${event.message}`

/** Where something is, and who answers for it: `payments-prod (111122223333) eu-west-1, owner payments`. */
const placeOf = (
  { accountId, region, owner }: Pick<StoredFinding, 'accountId' | 'region' | 'owner'>,
  names: Readonly<Record<string, string>>,
) => `${accountName(names, accountId)} ${region}${owner === null ? '' : `, owner ${owner}`}`

/** What is past due, and what has stood the longest. */
export const ageSections = ({ run, policy, accounts, oldest, pastDue }: DigestInput): string[] => {
  const line = (finding: StoredFinding) =>
    `${finding.severity.padEnd(8)}  ${placeOf(finding, accounts.names)}\n            ${finding.message} Open since ${dayOfTime(finding.firstSeen)}, ${counted(daysBetween(finding.firstSeen, run.startedAt), 'day')}.`
  const due = totalFails(accounts.pastDue)
  const days = severities.flatMap(severity =>
    policy.dueDays[severity] === undefined ? [] : [`${severity} after ${counted(policy.dueDays[severity], 'day')}`],
  )
  const late =
    due === 0
      ? ''
      : section(`PAST DUE ${due} (${days.join(', ')}): ${bySeverityInWords(accounts.pastDue)}`, pastDue.map(line), 0)
  const old = oldest.filter(({ firstSeen }) => daysBetween(firstSeen, run.startedAt) > 0)
  return [late, old.length === 0 || due > 0 ? '' : section('OLDEST STILL OPEN', old.map(line), 0)]
}

const mostRanked = 5

/** Where most is open: by cluster, by organizational unit and by owner. */
export const rankingSections = ({ accounts }: DigestInput): string[] => {
  const { clusters, owners, totals, names } = accounts
  const worst = clusters.slice(0, mostRanked).map(({ accountId, region, name, fail, nodes }) => ({
    name: `${name}, ${accountName(names, accountId)} ${region}`,
    says: `${bySeverityInWords(fail)}${nodes > 0 ? ` · ${counted(nodes, 'node')}` : ''}`,
  }))
  const units = totals.units
    .filter(({ fail }) => totalFails(fail) > 0)
    .map(({ path, fail, al2Nodes }) => ({
      name: path === null ? 'not known' : path.join('/') || 'the root',
      says: `${bySeverityInWords(fail)}${al2Nodes > 0 ? ` · ${counted(al2Nodes, 'node')} on Amazon Linux 2` : ''}`,
    }))
  const named = owners.map(({ owner, fail }) => ({ name: owner ?? 'nobody named', says: bySeverityInWords(fail) }))
  return [
    ranking('WORST CLUSTERS', worst, worst.length),
    units.length > 1 ? ranking('BY ORGANIZATIONAL UNIT', units, mostRanked) : '',
    owners.some(({ owner }) => owner !== null) ? ranking('BY OWNER', named, mostRanked) : '',
  ]
}

const ranking = (title: string, rows: readonly { readonly name: string; readonly says: string }[], most: number) => {
  if (rows.length === 0) return ''
  const shown = rows.slice(0, most)
  const width = Math.max(...shown.map(({ name }) => name.length))
  return section(
    title,
    shown.map(({ name, says }) => `${name.padEnd(width)}  ${says}`),
    rows.length - shown.length,
  )
}

const section = (title: string, lines: readonly string[], left: number) =>
  [title, ...lines.map(line => `  ${line}`), ...(left > 0 ? [`  and ${left} more`] : [])].join('\n')
