import type { CoverageStatus } from '../core/coverage.ts'
import { type Severity, severities } from '../core/verdict.ts'

/** `1 account`, `2 accounts`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

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

/** One line for every account and reason, with its Regions: `payments in eu-west-1, us-east-1: the account is SUSPENDED`. */
export const coverageLines = (
  rows: readonly CoverageRow[],
  names: Readonly<Record<string, string>>,
): readonly string[] =>
  [...Map.groupBy(rows, ({ accountId, detail }) => JSON.stringify([accountId, detail])).values()].map(group => {
    const [{ accountId = '', detail = null } = {}] = group
    const regions = group.map(({ region }) => region).join(', ')
    return `${accountName(names, accountId)} in ${regions}${detail ? `: ${detail}` : ''}`
  })
