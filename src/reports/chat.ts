import { alerting } from '../core/alert.ts'
import type { DigestInput } from '../core/digest-input.ts'
import type { FindingEvent } from '../core/stored.ts'
import { type AlertInput, alertHeadline, words } from './alert.ts'
import { printable } from './printable.ts'
import { bounded, counted, cut } from './words.ts'

/** AWS prints no limits; users of it cut at these, and Slack shows 3,000 characters of a text. */
const titleLength = 250
const descriptionBytes = 3000
/** How many findings of each kind are named; the mail has the others. */
const mostRows = 5

/**
 * A night in short, as the custom notification of Amazon Q Developer in chat applications: what it does not recognise it
 * drops without a word. https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 * @param headline what moved. @param open what stands open.
 */
export const chatDigest = ({ run, events, policy }: DigestInput, headline: string, open: string): string => {
  const sections = alerting.flatMap(kind => {
    const rows = events.rows[kind]
    return rows.length === 0 ? [] : [listed(words[kind], events.counts[kind], rows)]
  })
  return notification({
    runId: run.id,
    eventType: 'digest',
    title: `EKS node posture: ${headline}`,
    lines: [plain(open), ...sections],
    reportUrl: policy.digest.reportUrl,
  })
}

/** An alert in short, in the thread of its night. */
export const chatAlert = (input: AlertInput): string => {
  const { run, alert, reportUrl } = printable(input)
  const total = alerting.reduce((sum, kind) => sum + alert.counts[kind], 0)
  return notification({
    runId: run.id,
    eventType: 'alert',
    title: `EKS node posture: ${alertHeadline(input)}`,
    lines: [listed('New, back or no longer waived', total, alert.rows)],
    reportUrl,
  })
}

const listed = (what: string, total: number, rows: readonly FindingEvent[]) => {
  const shown = rows.slice(0, mostRows)
  const left = total - shown.length
  const lines = shown.map(({ severity, region, accountId, message }) =>
    plain(`${severity} in ${accountId} ${region}: ${message}`),
  )
  return [
    `${what[0]?.toUpperCase()}${what.slice(1)}: ${total}`,
    ...lines.map(line => `• ${line}`),
    ...(left > 0 ? [`… and ${counted(left, 'finding')} more`] : []),
  ].join('\n')
}

const notification = ({
  runId,
  eventType,
  title,
  lines,
  reportUrl,
}: {
  readonly runId: string
  readonly eventType: 'digest' | 'alert'
  readonly title: string
  readonly lines: readonly string[]
  readonly reportUrl: string | undefined
}) => {
  const link = reportUrl === undefined ? '' : `Report: ${reportUrl}\n`
  const heading = cut(plain(title), titleLength)
  const room = descriptionBytes - new TextEncoder().encode(link).length - 200
  return JSON.stringify({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: heading,
      description: `${bounded(`${lines.join('\n\n')}\n`, room)}\n${link}Run ${runId}`,
    },
    metadata: { threadId: runId, summary: heading, eventType },
  })
}

/**
 * A text that no chat takes for markup, a mention or a link. Slack knows no backslash before a mark and Teams does, so each
 * mark is shown by its full-width twin; an underscore within a word is none.
 */
const plain = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .replaceAll('://', ':\u2060//')
    .replace(/www(?=\.)/gi, '$&\u2060')
    .replace(/[*~`[\]\\<>&@#|]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, twin)

const twin = (mark: string) => String.fromCharCode(mark.charCodeAt(0) + 0xfee0)
