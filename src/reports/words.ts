import { type CoverageStatus, coverageStatuses } from '../core/coverage.ts'
import { type Severity, severities } from '../core/verdict.ts'

/** `1 account`, `2 accounts`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `1 that follows from others`, `2 that follow from others`. */
export const thatFollow = (count: number): string => `${count} that ${count === 1 ? 'follows' : 'follow'} from others`

/** `payments-prod (111122223333)`, or the id alone where the account has no other name. */
export const accountName = (names: Readonly<Record<string, string>>, accountId: string): string => {
  const name = names[accountId]
  return name === undefined || name === accountId ? accountId : `${name} (${accountId})`
}

/** `2 critical, 1 low`, the worst first and without what is none. */
export const bySeverityInWords = (counts: Readonly<Partial<Record<Severity, number>>>): string =>
  severities.flatMap(severity => (counts[severity] ? [`${counts[severity]} ${severity}`] : [])).join(', ')

/** A row of coverage as far as a report for people needs it. */
export interface CoverageRow {
  readonly accountId: string
  readonly region: string
  readonly status: CoverageStatus
  readonly detail: string | null
}

/** Some Regions of an account of which the same is said. */
export interface CoverageGroup extends Omit<CoverageRow, 'region'> {
  readonly regions: readonly string[]
}

/** What is to be said of how far an organization was read, in the order of the statuses. */
export const coverageGroups = (coverage: readonly CoverageRow[]): readonly CoverageGroup[] =>
  groupsOf(coverage.filter(({ status, detail }) => status !== 'ok' || detail !== null)).toSorted(
    (a, b) => coverageStatuses.indexOf(a.status) - coverageStatuses.indexOf(b.status),
  )

const groupsOf = (rows: readonly CoverageRow[]) =>
  [
    ...Map.groupBy(rows, ({ accountId, status, detail }) => JSON.stringify([accountId, status, detail])).values(),
  ].flatMap(group => {
    const [first] = group
    if (!first) return []
    const { accountId, status, detail } = first
    return [{ accountId, status, detail, regions: group.map(({ region }) => region) }]
  })

/** One line for every account and reason, with its Regions: `payments in eu-west-1, us-east-1: the account is SUSPENDED`. */
export const coverageLines = (
  rows: readonly CoverageRow[],
  names: Readonly<Record<string, string>>,
): readonly string[] => groupsOf(rows).map(group => coverageLine(group, names))

/** What is said of some Regions of an account. */
export const coverageLine = (
  { accountId, detail, regions }: Omit<CoverageGroup, 'status'>,
  names: Readonly<Record<string, string>>,
): string => `${accountName(names, accountId)} in ${regions.join(', ')}${detail ? `: ${detail}` : ''}`

/** Cut at a line where it is larger than that, so that a message says how much of it is missing. */
export const bounded = (text: string, maxBytes: number): string => {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= maxBytes) return text
  const kept = new TextDecoder().decode(bytes.slice(0, maxBytes))
  const whole = kept.slice(0, kept.lastIndexOf('\n'))
  const left = text.slice(whole.length).split('\n').length - 1
  return `${whole}\n… and ${counted(left, 'line')} more, left out to fit into a message.\n`
}

/** The text, or as much of its beginning as fits into so many UTF-16 units with a sign that something was left out. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text
  const kept = text.slice(0, most - 1)
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`
}
