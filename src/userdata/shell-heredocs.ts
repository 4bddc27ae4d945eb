import { type Pieces, readerInside, readQuoted } from './shell-substitutions.ts'
import {
  type Command,
  deepestSubstitution,
  type Heredoc,
  lineOf,
  type PendingHeredoc,
  type Reader,
  type WordPiece,
} from './shell-syntax.ts'

const commandsOf = (pieces: readonly WordPiece[]): readonly Command[] =>
  pieces.flatMap(piece => (piece.kind === 'substitution' ? piece.commands : []))

const commandsInHeredoc = (reader: Reader, text: string, line: number): readonly Command[] => {
  if (reader.depth >= deepestSubstitution) return []
  const inner = readerInside(reader, text, line)
  const pieces: Pieces = []
  readQuoted(inner, pieces, undefined)
  return commandsOf(pieces)
}

const afterNewline = (text: string, position: number): number => {
  const newline = text.indexOf('\n', position)
  return newline === -1 ? text.length : newline + 1
}

const longestDelimiter = 64

/** Where the line with the delimiter starts, and where to read on; the end of the text where there is none. */
const findDelimiter = (reader: Reader, { delimiter, stripsTabs }: PendingHeredoc) => {
  const { text, position } = reader
  const none = { start: text.length, end: text.length }
  if (delimiter.length > longestDelimiter) return none
  for (let from = position; from <= text.length; from += 1) {
    from = text.indexOf(delimiter, from)
    if (from === -1) return none
    let start = from
    while (stripsTabs && start > position && text[start - 1] === '\t') start -= 1
    if (start > position && text[start - 1] !== '\n') continue
    const behind = from + delimiter.length
    if (/^(?:\r?\n|\r?$)/.test(text.slice(behind, behind + 2))) return { start, end: afterNewline(text, behind) }
    if (reader.depth > 0 && text[behind] === ')') return { start, end: behind }
  }
  return none
}

const readHeredoc = (reader: Reader, pending: PendingHeredoc): Heredoc => {
  const firstLine = lineOf(reader)
  const { start, end } = findDelimiter(reader, pending)
  const body = reader.text.slice(reader.position, start)
  const text = pending.stripsTabs ? body.replace(/^\t+/gm, '') : body
  reader.position = end
  const { expands } = pending
  return { text, firstLine, expands, commands: expands ? commandsInHeredoc(reader, text, firstLine) : [] }
}

/** Reads the heredocs whose operators stood on the line that ends at the position. */
export const readPendingHeredocs = (reader: Reader) => {
  for (const pending of reader.pendingHeredocs.splice(0)) pending.receive(readHeredoc(reader, pending))
}
