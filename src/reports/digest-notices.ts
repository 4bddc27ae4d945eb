import { dayOfTime, daysBetween } from '../core/days.ts'
import type { DigestInput } from '../core/digest-input.ts'
import type { Policy } from '../core/policy.ts'
import { compareText } from '../core/text.ts'
import { isInForce } from '../core/waive.ts'
import { accountName, counted, coverageLine } from './words.ts'

const mostGaps = 10
/** How many days ahead a waiver's end is told. */
const noticeDays = 14
const mostWaivers = 20

/** How much was read, what was not, and why. */
export const coverageSection = ({ events: { counts }, accounts }: DigestInput): string => {
  const { covered, accountRegions, entered, missing, missingByStatus, names } = accounts
  const moved = [
    ...(counts['coverage-lost'] > 0 ? [`${counts['coverage-lost']} lost`] : []),
    ...(counts['coverage-regained'] > 0 ? [`${counts['coverage-regained']} back`] : []),
  ]
  const head = `Read: ${covered} of ${counted(accountRegions, 'account-Region')}, in ${entered} of ${counted(accounts.accounts, 'account')}${moved.length > 0 ? ` (${moved.join(', ')})` : ''}`
  if (missing.length === 0) return head
  const total = Object.values(missingByStatus).reduce((sum, count) => sum + count, 0)
  const shown = missing.toSorted((a, b) => compareText(a.status, b.status)).slice(0, mostGaps)
  const left = total - shown.reduce((sum, { regions }) => sum + regions.length, 0)
  const byStatus = Object.entries(missingByStatus)
    .sort(([a], [b]) => compareText(a, b))
    .map(([status, count]) => `${count} ${status}`)
  return [
    head,
    `NOT READ, OR IN PART: ${byStatus.join(', ')}`,
    ...shown.map(gap => `  ${gap.status}: ${coverageLine(gap, names)}`),
    ...(left > 0 ? [`  and ${counted(left, 'account-Region')} more`] : []),
  ].join('\n')
}

/** Waivers that end soon, that have ended, and that match nothing: each is somebody's to renew or to remove. */
export const waiverSection = (input: DigestInput): string => {
  const { run, policy, accounts } = input
  const today = dayOfTime(run.startedAt)
  const used = new Set(accounts.waiversUsed)
  const notWhole = new Set(accounts.notWhole)
  const lines = policy.waivers.flatMap((waiver, index) => {
    const { expires, account } = waiver
    if (!isInForce(waiver, today)) return [`${nameOf(waiver, input)}: ended ${expires}; it can be removed`]
    const days = daysBetween(today, expires)
    if (days < noticeDays)
      return [`${nameOf(waiver, input)}: ends ${expires}, ${days === 0 ? 'today' : `in ${counted(days, 'day')}`}`]
    if (used.has(index) || (account !== undefined && notWhole.has(account))) return []
    return [`${nameOf(waiver, input)}: matches nothing that was read tonight`]
  })
  if (lines.length === 0) return ''
  const shown = lines.slice(0, mostWaivers)
  const left = lines.length - shown.length
  return [
    `WAIVERS ${lines.length}`,
    ...shown.map(line => `  ${line}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ].join('\n')
}

/** What a waiver is about, and who answers for it. */
const nameOf = (waiver: Policy['waivers'][number], { accounts: { names } }: DigestInput) => {
  const { check, account, ou, region, cluster, resource, tag, owner, ticket } = waiver
  const places = [
    ...(account === undefined ? [] : [accountName(names, account)]),
    ...(ou === undefined ? [] : [ou]),
    ...(region === undefined ? [] : [region]),
    ...(cluster === undefined ? [] : [`cluster ${cluster}`]),
    ...(resource === undefined ? [] : [resource]),
    ...(tag === undefined ? [] : [`tag ${tag}`]),
  ]
  return `${check ?? 'every check'} in ${places.join(', ')}; owner ${owner}, ${ticket}`
}

/** How many accounts take their IMDS defaults from a declarative policy, and what it would close in the others. */
export const policyLine = ({ accounts: { byPolicy, withDefaults, closable } }: DigestInput): string => {
  if (withDefaults === 0) return ''
  const others = withDefaults - byPolicy
  const head = `EC2 declarative policy: in force in ${byPolicy} of ${counted(withDefaults, 'account')}`
  if (others === 0 || closable === 0) return `${head}.`
  return `${head}; attaching one that requires IMDSv2 to ${others === 1 ? 'the other' : `the other ${others}`} would close ${counted(closable, 'finding')}.`
}

/** What did not go as it should on nights before: runs that did not end, and messages that were not sent in time. */
export const deliverySection = ({ run, before }: DigestInput): string => {
  const last = before.findIndex(({ finishedAt }) => finishedAt !== undefined)
  const crashed = before.slice(0, last < 0 ? before.length : last)
  const late = before.filter(
    ({ digestFailure, digestSentAt, finishedAt }) =>
      digestFailure !== undefined && finishedAt !== undefined && (digestSentAt ?? run.startedAt) >= run.startedAt,
  )
  const reasons = Map.groupBy(late, ({ digestFailure }) => digestFailure)
  return [
    ...crashed.map(({ id }) => `The run ${id} did not end; what it found before is in this one.`),
    ...[...reasons].map(([reason, runs]) => {
      // Runs come the newest first.
      const more = runs.length > 1 ? ` and of ${counted(runs.length - 1, 'run')} before it` : ''
      return `Not everything of run ${runs[0]?.id}${more} could be sent that night: ${reason}`
    }),
  ].join('\n')
}
