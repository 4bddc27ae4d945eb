import { type Alert, alerting } from '../core/alert.ts'
import { dayOfTime } from '../core/days.ts'
import type { Message } from '../core/ports.ts'
import type { AccountReport, RunRecord } from '../core/store.ts'
import { printable } from './printable.ts'
import { accountName, bounded, counted } from './words.ts'

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

const words = { new: 'new', reopened: 'back', 'waiver-expired': 'no longer waived' } as const

/** The message to whoever listens to one account: what is new, back or no longer waived in it. */
export const alertMessage = (input: AlertInput): Message => {
  const { run, alert, account, reportUrl } = printable(input)
  const { accountId, rows, counts, maxSeverity } = alert
  const name = accountName({ [accountId]: account?.name ?? accountId }, accountId)
  const moved = alerting.flatMap(kind => (counts[kind] > 0 ? [`${counts[kind]} ${words[kind]}`] : [])).join(', ')
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
  const subject = `EKS node posture: ${moved} in ${name}, worst ${maxSeverity}`
  return {
    subject: subject.length <= subjectLength ? subject : `${subject.slice(0, subjectLength - 1)}…`,
    text: bounded(`${text}\n`, maxBytes),
    attributes: attributesOf(input),
  }
}

/** What subscriptions filter by. The path has a slash before and behind each unit, so that a prefix means a subtree. */
const attributesOf = ({ run, alert, account }: AlertInput) => ({
  kind: 'alert',
  accountId: alert.accountId,
  ouPath: account?.ouPath ? `/${account.ouPath.map(name => `${name}/`).join('')}` : 'not known',
  maxSeverity: alert.maxSeverity,
  checkIds: alert.checkIds,
  runId: run.id,
})
