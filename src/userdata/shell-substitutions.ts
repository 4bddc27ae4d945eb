import { countRead, deepestSubstitution, lineOf, type Reader, startOf, type WordPiece } from './shell-syntax.ts'

/** The pieces of a word that is being read. */
export type Pieces = WordPiece[]

/** Adds text to the pieces, to the last one where that is text of the same kind. */
export const addText = (pieces: Pieces, text: string, quoted: boolean) => {
  const last = pieces.at(-1)
  if (last?.kind === 'text' && last.quoted === quoted) pieces[pieces.length - 1] = { ...last, text: last.text + text }
  else pieces.push({ kind: 'text', text, quoted })
}

/** The text from the position to where the pattern, which is sticky, stops; the position moves behind it. */
export const take = (reader: Reader, sticky: RegExp): string => {
  const start = reader.position
  sticky.lastIndex = start
  if (!sticky.test(reader.text)) return ''
  reader.position = sticky.lastIndex
  return reader.text.slice(start, reader.position)
}

/** The text up to the end, at which the position moves behind it; up to the end of the text when the end is -1. */
export const takeTo = (reader: Reader, end: number): string => {
  const found = reader.text.slice(reader.position, end === -1 ? undefined : end)
  reader.position = end === -1 ? reader.text.length : end + 1
  return found
}

/** The text up to the next mark without a backslash before it, behind which the position moves, or up to the end. */
export const takeToUnescaped = (reader: Reader, mark: string): string => {
  const start = reader.position
  for (;;) {
    const next = reader.text[reader.position]
    if (next === undefined || next === mark) break
    reader.position += next === '\\' ? 2 : 1
  }
  const found = reader.text.slice(start, reader.position)
  reader.position += 1
  return found
}

/** Moves behind the parenthesis that closes the one already open, or to the end; quotes do not count. */
const skipParentheses = (reader: Reader, open: number) => {
  const { text } = reader
  let { position } = reader
  for (let depth = open; depth > 0 && position < text.length; position += 1) {
    const next = text[position]
    if (next === '(') depth += 1
    else if (next === ')') depth -= 1
    else if (next === '\\') position += 1
  }
  reader.position = Math.min(position, text.length)
}

/**
 * Moves behind the `))` that closes the `((` at the position and says so; when that stands for two subshells, says false
 * and stays. One that nothing closes reaches to the end.
 */
export const skipArithmetic = (reader: Reader): boolean => {
  const start = reader.position
  reader.position += 2
  skipParentheses(reader, 1)
  if (reader.position >= reader.text.length || reader.text[reader.position] === ')') {
    reader.position = Math.min(reader.position + 1, reader.text.length)
    return true
  }
  reader.subshellsUpTo = reader.position
  reader.position = start
  return false
}

/** `$(…)`, `<(…)`; the position stands behind the opening parenthesis. */
export const readSubstitution = (reader: Reader): WordPiece => {
  if (reader.depth >= deepestSubstitution) {
    skipParentheses(reader, 1)
    return { kind: 'expansion' }
  }
  countRead(reader)
  reader.depth += 1
  const commands = reader.readCommands(reader, true)
  reader.depth -= 1
  return { kind: 'substitution', commands }
}

/** A reader for text that stands inside another reader's text, but not as it is written there. */
export const readerInside = (reader: Reader, text: string, line: number): Reader => ({
  ...reader,
  ...startOf(text, line),
  depth: reader.depth + 1,
  subshellsUpTo: 0,
  pendingHeredocs: [],
})

/** The commands between two backquotes; the position stands behind the first. */
export const readBackquotes = (reader: Reader): WordPiece => {
  const line = lineOf(reader)
  const inside = takeToUnescaped(reader, '`')
  if (reader.depth >= deepestSubstitution) return { kind: 'expansion' }
  countRead(reader)
  if (reader.shared.left <= 0) return { kind: 'expansion' }
  const inner = readerInside(reader, inside.replace(/\\([\\$`])/g, '$1'), line)
  return { kind: 'substitution', commands: inner.readCommands(inner, false) }
}

/**
 * The inside of `${…}` that is more than a name; the position stands behind the name. Substitutions in it are kept,
 * since they run.
 */
const readBraces = (reader: Reader, pieces: Pieces, insideQuotes: boolean) => {
  pieces.push({ kind: 'expansion' })
  for (let open = 1; open > 0; ) {
    take(reader, /[^\\"'$`}]+/y)
    const next = reader.text[reader.position]
    if (next === undefined) return
    reader.position += next === '\\' ? 2 : 1
    if (next === '"') readQuotesInBraces(reader, pieces)
    if (next === "'" && !insideQuotes) takeTo(reader, reader.text.indexOf("'", reader.position))
    if (next === '}') open -= 1
    if (next === '`') pieces.push(readBackquotes(reader))
    if (next === '$' && reader.text[reader.position] === '{') {
      reader.position += 1
      open += 1
    }
    if (next === '$' && reader.text[reader.position] === '(') pieces.push(readParentheses(reader))
  }
}

/** Double quotes inside `${…}`, in which no brace closes it; the position stands behind the first. */
const readQuotesInBraces = (reader: Reader, pieces: Pieces) => {
  if (reader.depth >= deepestSubstitution) return
  const inside: Pieces = []
  reader.depth += 1
  readQuoted(reader, inside, '"')
  reader.depth -= 1
  for (const piece of inside) if (piece.kind === 'substitution') pieces.push(piece)
}

/** `$(…)` or `$((…))`; the position stands behind the dollar. */
const readParentheses = (reader: Reader): WordPiece => {
  const { subshellsUpTo } = reader
  if (reader.text[reader.position + 1] === '(' && skipArithmetic(reader)) return { kind: 'expansion' }
  reader.subshellsUpTo = subshellsUpTo
  reader.position += 1
  return readSubstitution(reader)
}

/** What a dollar begins; the position stands behind it. */
export const readDollar = (reader: Reader, pieces: Pieces, quoted: boolean) => {
  const name = take(reader, /[A-Za-z_][A-Za-z0-9_]*|[0-9?!$#@*-]/y)
  if (name !== '') {
    pieces.push({ kind: 'variable', name })
    return
  }
  const next = reader.text[reader.position]
  if (next === '(') {
    pieces.push(readParentheses(reader))
    return
  }
  if (next !== '{') {
    addText(pieces, '$', quoted)
    return
  }
  const braced = take(reader, /\{(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[?!$#@*-])\}/y)
  if (braced !== '') {
    pieces.push({ kind: 'variable', name: braced.slice(1, -1) })
    return
  }
  reader.position += 1
  readBraces(reader, pieces, quoted)
}

const escapeInQuotes = (reader: Reader, pieces: Pieces) => {
  const continuation = take(reader, /\\\r?\n/y)
  if (continuation !== '') return
  const next = reader.text[reader.position + 1] ?? ''
  addText(pieces, /[$`"\\]/.test(next) ? next : `\\${next}`, true)
  reader.position += 2
}

/** The inside of double quotes, or of a heredoc that expands, up to the end that ends it. */
export const readQuoted = (reader: Reader, pieces: Pieces, end: '"' | undefined) => {
  for (;;) {
    const plain = take(reader, end === undefined ? /[^\\$`]+/y : /[^\\$`"]+/y)
    if (plain !== '') addText(pieces, plain, true)
    const next = reader.text[reader.position]
    if (next === undefined) return
    if (next === '\\') {
      escapeInQuotes(reader, pieces)
      continue
    }
    reader.position += 1
    if (next === end) return
    if (next === '$') readDollar(reader, pieces, true)
    else pieces.push(readBackquotes(reader))
  }
}

/** The inside of double quotes; the position stands behind the first. */
export const readDoubleQuotes = (reader: Reader, pieces: Pieces) => {
  addText(pieces, '', true)
  readQuoted(reader, pieces, '"')
}
