import { isCovered, isIntended } from '../core/coverage.ts'
import type { AccountReport, RunRecord, StoreEvent } from '../core/store.ts'
import type { FindingEvent, StoredFinding } from '../core/stored.ts'
import { compareText } from '../core/text.ts'
import { bySeverity, type Severity } from '../core/verdict.ts'
import { printable } from './printable.ts'
import { accountName, bySeverityInWords, type CoverageRow, counted, coverageLines } from './words.ts'

/** What a digest is made of: a run, what happened in it, how far it came, and what is open after it. */
export interface DigestInput {
  readonly run: RunRecord
  readonly events: readonly StoreEvent[]
  readonly accounts: readonly AccountReport[]
  /** Open findings, fails and unknowns. */
  readonly open: readonly StoredFinding[]
}

/** A message of one night: the subject stays under 100 characters and has no line break, as SNS asks. */
export interface Digest {
  readonly subject: string
  readonly text: string
}

/** A message larger than this is cut, with what was left out counted; SNS takes 262,144 bytes with everything. */
const maxBytes = 200_000
const perSection = 200

/** The headline of a night in which nothing happened to any finding or coverage. */
export const nothingChanged = 'Nothing changed'

/** The one message of a night: what is new, back and fixed, what is open, and what was not read. */
export const digest = (input: DigestInput): Digest => {
  const { run, events, accounts, open } = printable(input)
  const names = Object.fromEntries(accounts.map(({ accountId, name }) => [accountId, name]))
  const happened = (kind: StoreEvent['kind']) => events.filter(event => event.kind === kind)
  const found = (kind: FindingEvent['kind']) => happened(kind).filter(event => 'findingId' in event)
  const headline = headlineOf(kind => happened(kind).length)
  const fails = open.filter(({ state, verdict }) => state === 'open' && verdict === 'fail')
  const sections = [
    `${headline}.`,
    openLine(open),
    ...eventSection('NEW', found('new'), names),
    ...eventSection('BACK', found('reopened'), names),
    ...eventSection('WORSE OR BETTER', found('severity-changed'), names),
    ...eventSection('FIXED', found('resolved'), names),
    ...baselineSection(found('baseline')),
    ...coverageSection(accounts, names, happened('coverage-lost').length, happened('coverage-regained').length),
    `Run ${run.id}`,
  ]
  return { subject: subjectOf(headline, fails), text: bounded(`${sections.join('\n\n')}\n`) }
}

const headlineOf = (count: (kind: StoreEvent['kind']) => number) => {
  const parts = [
    [count('new'), 'new'],
    [count('reopened'), 'back'],
    [count('resolved'), 'fixed'],
    [count('severity-changed'), 'of another severity'],
    [count('retired'), 'retired'],
    [count('waived'), 'waived'],
    [count('waiver-expired'), 'no longer waived'],
    [count('unconfirmed'), 'not confirmed'],
    [count('confirmed'), 'confirmed again'],
    [count('baseline'), 'first seen (baseline)'],
    [count('coverage-lost'), 'lost from coverage'],
    [count('coverage-regained'), 'back in coverage'],
  ] as const
  const moved = parts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : []))
  return moved.length > 0 ? moved.join(', ') : nothingChanged
}

const subjectLength = 99

const subjectOf = (headline: string, fails: readonly StoredFinding[]) => {
  const open = bySeverityInWords(countBySeverity(fails))
  const subject = `EKS node posture: ${headline}; ${open ? `open: ${open}` : 'nothing open'}`
  return subject.length <= subjectLength ? subject : `${subject.slice(0, subjectLength - 1)}…`
}

const openLine = (open: readonly StoredFinding[]) => {
  const fails = open.filter(({ verdict }) => verdict === 'fail')
  const unknown = open.length - fails.length
  const unconfirmed = fails.filter(({ unconfirmedSince }) => unconfirmedSince !== undefined).length
  const [oldest] = fails.map(({ firstSeen }) => firstSeen).sort(compareText)
  return [
    `Open: ${bySeverityInWords(countBySeverity(fails)) || 'nothing'}`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(unconfirmed > 0 ? [`${unconfirmed} not confirmed tonight`] : []),
    ...(oldest ? [`the oldest since ${oldest.slice(0, 10)}`] : []),
  ].join(' · ')
}

const countBySeverity = (findings: readonly { readonly severity: Severity }[]) => {
  const counts: Partial<Record<Severity, number>> = {}
  for (const { severity } of findings) counts[severity] = (counts[severity] ?? 0) + 1
  return counts
}

const eventSection = (title: string, events: readonly FindingEvent[], names: Readonly<Record<string, string>>) => {
  if (events.length === 0) return []
  const sorted = [...events].sort(
    (a, b) =>
      bySeverity(a.severity, b.severity) ||
      compareText(a.accountId, b.accountId) ||
      compareText(a.region, b.region) ||
      compareText(a.checkId, b.checkId) ||
      compareText(a.resource.id, b.resource.id),
  )
  const lines = sorted
    .slice(0, perSection)
    .map(
      ({ severity, accountId, region, message }) =>
        `  ${severity.padEnd(8)}  ${accountName(names, accountId)} ${region}\n            ${message}`,
    )
  const left = sorted.length - lines.length
  return [`${title} ${events.length}\n${lines.join('\n')}${left > 0 ? `\n  and ${left} more` : ''}`]
}

const baselineSection = (events: readonly FindingEvent[]) =>
  events.length === 0
    ? []
    : [
        `BASELINE ${events.length}\n  Seen where an account, a Region or a check was judged for the first time, so no news: ${bySeverityInWords(countBySeverity(events))}.`,
      ]

const coverageSection = (
  accounts: readonly AccountReport[],
  names: Readonly<Record<string, string>>,
  lost: number,
  regained: number,
) => {
  const rows: CoverageRow[] = accounts.flatMap(({ accountId, regions }) => regions.map(row => ({ accountId, ...row })))
  const covered = rows.filter(({ status }) => isCovered(status))
  const entered = new Set(covered.map(({ accountId }) => accountId)).size
  const missing = rows.filter(({ status }) => status !== 'ok' && !isIntended(status))
  const moved = [...(lost > 0 ? [`${lost} lost`] : []), ...(regained > 0 ? [`${regained} back`] : [])]
  const head = `Read: ${covered.length} of ${counted(rows.length, 'account-Region')}, in ${entered} of ${counted(accounts.length, 'account')}${moved.length > 0 ? ` (${moved.join(', ')})` : ''}`
  if (missing.length === 0) return [head]
  const byStatus = [...Map.groupBy(missing, ({ status }) => status)].sort(([a], [b]) => compareText(a, b))
  const lines = byStatus.flatMap(([status, group]) => coverageLines(group, names).map(line => `  ${status}: ${line}`))
  const shown = lines.slice(0, perSection)
  const left = lines.length - shown.length
  return [head, `NOT READ, OR IN PART\n${shown.join('\n')}${left > 0 ? `\n  and ${left} more` : ''}`]
}

/** Cut at a line, so that the message says how much of it is missing. */
const bounded = (text: string) => {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= maxBytes) return text
  const kept = new TextDecoder().decode(bytes.slice(0, maxBytes))
  const whole = kept.slice(0, kept.lastIndexOf('\n'))
  const left = text.slice(whole.length).split('\n').length - 1
  return `${whole}\n… and ${counted(left, 'line')} more, left out to fit into a message.\n`
}
