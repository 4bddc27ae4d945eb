import { type Alert, alerting } from '../core/alert.ts'
import { dayOfTime } from '../core/days.ts'
import type { Message } from '../core/ports.ts'
import type { AccountReport, RunRecord } from '../core/store.ts'
import { printable } from './printable.ts'
import { accountName, bounded, counted, cut } from './words.ts'

/** What an alert is written from. */
export interface AlertInput {
  readonly run: Pick<RunRecord, 'id' | 'startedAt'>
  readonly alert: Alert
  /** The report of its account. */
  readonly account: Pick<AccountReport, 'name' | 'ouPath'> | undefined
  readonly reportUrl?: string | undefined
}

const maxBytes = 200_000
const subjectLength = 99

/** What happened, as people say it. */
export const words = { new: 'new', reopened: 'back', 'waiver-expired': 'no longer waived' } as const

/** The message to whoever listens to one account: what is new, back or no longer waived in it. */
export const alertMessage = (input: AlertInput): Message => {
  const { run, alert, account, reportUrl } = printable(input)
  const { rows, counts } = alert
  const name = nameOf(input)
  const moved = movedIn(alert)
  const unit = account?.ouPath?.length ? `, ${account.ouPath.join('/')}` : ''
  const left = alerting.reduce((sum, kind) => sum + counts[kind], 0) - rows.length
  const lines = rows.map(
    ({ severity, kind, region, owner, message, checkId, findingId }) =>
      `  ${severity.padEnd(8)}  ${kind in words ? words[kind as keyof typeof words] : kind}, ${region}${owner === null ? '' : `, owner ${owner}`}\n            ${message}\n            ${checkId}, finding ${findingId}`,
  )
  const text = [
    `${moved} in ${name}${unit}, on ${dayOfTime(run.startedAt)}.`,
    [...lines, ...(left > 0 ? [`  and ${counted(left, 'finding')} more`] : [])].join('\n'),
    `Run ${run.id}${reportUrl === undefined ? '' : `\nReport: ${reportUrl}`}`,
  ].join('\n\n')
  const subject = `EKS node posture: ${alertHeadline(input)}`
  return {
    subject: cut(subject, subjectLength),
    text: bounded(`${text}\n`, maxBytes),
    attributes: attributesOf(input),
  }
}

/** `3 new in shop (222222222222), worst critical`. */
export const alertHeadline = (input: AlertInput): string =>
  `${movedIn(input.alert)} in ${nameOf(input)}, worst ${input.alert.maxSeverity}`

const movedIn = ({ counts }: Alert) =>
  alerting.flatMap(kind => (counts[kind] > 0 ? [`${counts[kind]} ${words[kind]}`] : [])).join(', ')

const nameOf = (input: AlertInput) => {
  const { alert, account } = printable(input)
  return accountName({ [alert.accountId]: account?.name ?? alert.accountId }, alert.accountId)
}

/**
 * What subscriptions filter by. The path has a slash before and behind each unit, so that a prefix means a subtree: a slash
 * in a name is none there.
 */
const attributesOf = ({ run, alert, account }: AlertInput) => ({
  kind: 'alert',
  accountId: alert.accountId,
  ouPath: account?.ouPath
    ? `/${account.ouPath.map(name => `${name.replace(/[/\p{Cc}]/gu, '-')}/`).join('')}`
    : 'not known',
  maxSeverity: alert.maxSeverity,
  checkIds: alert.checkIds,
  runId: run.id,
})
