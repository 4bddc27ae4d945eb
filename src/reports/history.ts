import type { FindingEvent } from '../core/stored.ts'
import { fullName } from '../core/subjects.ts'
import { jsonText } from './json-text.ts'
import { printable } from './printable.ts'

/** What happened to one finding, the oldest first: a line an event, with the words of that night where they are others. */
export const history = (given: readonly FindingEvent[]): string => {
  const events = printable(given)
  const last = events.at(-1)
  if (!last) return 'Nothing.\n'
  const { checkId, resource, accountId, region, findingId, owner } = last
  const width = Math.max(...events.map(({ kind }) => kind.length))
  const lines = events.map(({ runId, kind, severity, message }, index) => {
    const isNewWord = message !== events[index - 1]?.message
    return `  ${runId.slice(0, 10)}  ${kind.padEnd(width)}  ${severity.padEnd(8)}  ${isNewWord ? message : ''}`.trimEnd()
  })
  return `${checkId}  ${fullName(resource)}  ${accountId} ${region}${owner === null ? '' : `  owner ${owner}`}
Finding ${findingId}, of ${resource.id}

${lines.join('\n')}
`
}

/** The same as a JSON list; a field without a value is null. */
export const historyJson = (events: readonly FindingEvent[]): string =>
  `${jsonText(
    events.map(({ runId, kind, severity, message, owner, causedBy, firstSeen }) => ({
      ...{ runId, kind, severity, message, owner, causedBy, firstSeen },
    })),
    2,
  )}\n`
