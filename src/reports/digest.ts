import { dayOfTime, daysBetween } from '../core/days.ts'
import type { Digest, DigestInput } from '../core/digest-input.ts'
import { totalFails } from '../core/fail-counts.ts'
import type { StoreEvent } from '../core/store.ts'
import { chatDigest } from './chat.ts'
import { burnDownLine } from './digest-burn-down.ts'
import { coverageSection, deliverySection, policyLine, waiverSection } from './digest-notices.ts'
import { ageSections, eventSections, rankingSections } from './digest-sections.ts'
import { printable } from './printable.ts'
import { bounded, bySeverityInWords, counted } from './words.ts'

/** A message larger than this is cut, with what was left out counted; SNS takes 262,144 bytes with everything. */
const maxBytes = 200_000

/** The headline of a night in which nothing happened to any finding or coverage. */
export const nothingChanged = 'Nothing changed'

/** The one message of a night: what is new, back and fixed, what is open and how old, and what was not read. */
export const digest = (given: DigestInput): Digest => {
  const input = printable(given)
  const headline = headlineOf(input)
  const sections = headline === nothingChanged ? quietSections(input) : sectionsOf(headline, input)
  return {
    subject: subjectOf(headline, input),
    text: bounded(`${sections.filter(section => section !== '').join('\n\n')}\n`, maxBytes),
    // A waiver that ends and a message that was lost break the silence.
    chat: chatDigest(input, headline, openLine(input)),
    isQuiet: headline === nothingChanged && waiverSection(input) === '' && deliverySection(input) === '',
  }
}

const sectionsOf = (headline: string, input: DigestInput) => [
  `${headline}.\n${openLine(input)}\n${burnDownLine(input)}`,
  ...eventSections(input),
  ...ageSections(input),
  ...rankingSections(input),
  coverageSection(input),
  waiverSection(input),
  policyLine(input),
  deliverySection(input),
  ending(input),
]

/** A night without change is one line; what somebody has to do something about stands below it. */
const quietSections = (input: DigestInput) => {
  const { run, before, accounts, policy } = input
  const [last] = before.filter(({ finishedAt }) => finishedAt !== undefined)
  const since = last ? ` since ${dayOfTime(last.startedAt)}` : ''
  const read = `${accounts.covered} of ${counted(accounts.accountRegions, 'account-Region')} read`
  const url = policy.digest.reportUrl === undefined ? '' : ` · ${policy.digest.reportUrl}`
  return [
    `${nothingChanged}${since}. ${openLine(input)} · ${read} · run ${run.id}${url}`,
    waiverSection(input),
    deliverySection(input),
  ]
}

const parts: readonly (readonly [StoreEvent['kind'], string])[] = [
  ['new', 'new'],
  ['reopened', 'back'],
  ['waiver-expired', 'no longer waived'],
  ['resolved', 'fixed'],
  ['severity-changed', 'of another severity'],
  ['retired', 'retired'],
  ['waived', 'waived'],
  ['unconfirmed', 'not confirmed'],
  ['confirmed', 'confirmed again'],
  ['baseline', 'first seen (baseline)'],
  ['coverage-lost', 'lost from coverage'],
  ['coverage-regained', 'back in coverage'],
]

const headlineOf = ({ events: { counts, caused } }: DigestInput) => {
  const moved = parts.flatMap(([kind, what]) => (counts[kind] > 0 ? [`${counts[kind]} ${what}`] : []))
  // What follows from others can move alone, where its cause is not judged on this night.
  if (moved.length > 0) return moved.join(', ')
  const following = Object.values(caused).reduce((sum, count) => sum + count, 0)
  return following > 0 ? `${following} changed that follow from others` : nothingChanged
}

const subjectLength = 99

const subjectOf = (headline: string, { accounts: { totals } }: DigestInput) => {
  const open = bySeverityInWords(totals.fail)
  const subject = `EKS node posture: ${headline}; ${open ? `open: ${open}` : 'nothing open'}`
  return subject.length <= subjectLength ? subject : `${subject.slice(0, subjectLength - 1)}…`
}

const openLine = ({ run, accounts: { totals, unconfirmed, pastDue, oldest } }: DigestInput) =>
  [
    `Open: ${bySeverityInWords(totals.fail) || 'nothing'}`,
    ...(totals.caused > 0 && totalFails(totals.fail) > 0
      ? [`${totals.caused} more ${totals.caused === 1 ? 'follows' : 'follow'} from these`]
      : []),
    ...(totals.unknown > 0 ? [`${totals.unknown} unknown`] : []),
    ...(totals.waived > 0 ? [`${totals.waived} waived`] : []),
    ...(unconfirmed > 0 ? [`${unconfirmed} not confirmed tonight`] : []),
    ...(totalFails(pastDue) > 0 ? [`${totalFails(pastDue)} past due`] : []),
    ...(oldest
      ? [`the oldest since ${dayOfTime(oldest)} (${counted(daysBetween(oldest, run.startedAt), 'day')})`]
      : []),
  ].join(' · ')

const ending = ({ run, policy }: DigestInput) =>
  `Run ${run.id}${policy.digest.reportUrl === undefined ? '' : `\nReport: ${policy.digest.reportUrl}`}`
