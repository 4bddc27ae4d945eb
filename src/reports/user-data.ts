import { isWhollyRead, type UserDataFacts } from '../core/user-data.ts'
import { type Paint, plain } from './paint.ts'
import { printable } from './printable.ts'
import { counted } from './words.ts'

/** What user data says, for a person: what it is, a line for every problem and construct by line, and the counts. */
export const userDataTable = (read: UserDataFacts, paint: Paint = plain): string => {
  const facts = printable(read)
  const sections = [headline(facts, paint), rowsOf(facts, paint), footer(facts, paint)]
  return `${sections.filter(section => section !== '').join('\n\n')}\n`
}

/** As {@link userDataTable}, for a machine: the cluster that the user data names stays out of it. */
export const userDataJson = ({ encoding, format, bootstrap, parts, nodeConfig, constructs }: UserDataFacts): string => {
  const document = {
    encoding,
    format,
    bootstrap,
    parts: parts.map(({ contentType, kind }) => ({ contentType, kind })),
    nodeConfig: {
      status: nodeConfig.status,
      missing: nodeConfig.missing,
      problems: nodeConfig.problems.map(({ id, message, line }) => ({ id, message, line })),
    },
    constructs: constructs.map(({ id, line, breaks, advice }) => ({ id, line, breaks, advice })),
  }
  return `${JSON.stringify(printable(document), null, 2)}\n`
}

const headline = ({ encoding, format, bootstrap, parts, nodeConfig }: UserDataFacts, paint: Paint) => {
  const form = format === 'mime' ? `mime of ${counted(parts.length, 'part')}` : format
  // The outermost encoding is named first, and what it holds last.
  const wrapped = [form, ...encoding.toReversed()].join(' in ')
  const { status, missing } = nodeConfig
  const gaps = missing.length > 0 ? `, ${missing.join(', ')} missing` : ''
  return `${paint.bold(`User data: ${wrapped}`)} · bootstrap ${bootstrap} · NodeConfig ${status}${gaps}`
}

const rowsOf = ({ nodeConfig, constructs }: UserDataFacts, paint: Paint) => {
  const rows = [
    ...nodeConfig.problems.map(({ id, line, message }) => ({ id, line, text: message, colour: paint.red })),
    ...constructs.map(({ id, line, advice }) => ({ id, line, text: advice, colour: paint.yellow })),
  ].sort((a, b) => a.line - b.line)
  const lineWidth = Math.max(...rows.map(({ line }) => String(line).length))
  const idWidth = Math.max(...rows.map(({ id }) => id.length))
  return rows
    .map(
      ({ id, line, text, colour }) =>
        `line ${String(line).padStart(lineWidth)}  ${colour(id.padEnd(idWidth))}  ${text}`,
    )
    .join('\n')
}

const footer = (facts: UserDataFacts, paint: Paint) => {
  const unread = isWhollyRead(facts)
    ? ''
    : `\n${paint.dim('What stands elsewhere, as behind an include, was not read.')}`
  return `${summaryOf(facts, paint)}${unread}`
}

const summaryOf = ({ nodeConfig: { problems }, constructs }: UserDataFacts, paint: Paint) => {
  const found = [
    problems.length > 0 ? counted(problems.length, 'problem') : '',
    constructs.length > 0 ? `${counted(constructs.length, 'construct')} ${breaksIn(constructs.length)}` : '',
  ].filter(part => part !== '')
  if (found.length > 0) return paint.red(`✖ ${found.join(', ')}`)
  return paint.green('✔ Nothing found that breaks on Amazon Linux 2023.')
}

const breaksIn = (count: number) => `that ${count === 1 ? 'breaks' : 'break'} on Amazon Linux 2023`
