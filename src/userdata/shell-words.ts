import {
  addText,
  type Pieces,
  readBackquotes,
  readDollar,
  readDoubleQuotes,
  readSubstitution,
  take,
  takeTo,
  takeToUnescaped,
} from './shell-substitutions.ts'
import { lineOf, type Reader, type Word, type WordPiece } from './shell-syntax.ts'

const simpleEscapes = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['e', '\x1b'],
  ['E', '\x1b'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
])

const character = (code: number): string => (code > 0x10ffff ? '' : String.fromCodePoint(code))

const unescaped = (text: string): string =>
  text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|([\s\S]))/g,
    (_, two?: string, four?: string, eight?: string, octal?: string, other = '') => {
      const hexadecimal = two ?? four ?? eight
      if (hexadecimal !== undefined) return character(Number.parseInt(hexadecimal, 16))
      if (octal !== undefined) return character(Number.parseInt(octal, 8))
      return simpleEscapes.get(other) ?? (/[\\'"?]/.test(other) ? other : `\\${other}`)
    },
  )

/** What starts with a character that means something in a word; false, and nothing read, when the word ends before it. */
const readSpecial = (reader: Reader, pieces: Pieces, literal: boolean): boolean => {
  const next = reader.text[reader.position]
  const after = reader.text[reader.position + 1]
  if ((next === '<' || next === '>') && after === '(' && !literal) {
    reader.position += 2
    pieces.push(readSubstitution(reader))
    return true
  }
  if (next === undefined || !/[\\"'`$\r]/.test(next)) return false
  if (next === '\r' && (after === '\n' || after === undefined)) return false
  if (next === '\\') {
    if (take(reader, /\\\r?\n/y) === '') {
      if (after !== undefined) addText(pieces, after, true)
      reader.position += 2
    }
    return true
  }
  reader.position += 1
  if (next === '\r') addText(pieces, next, false)
  if (next === '"') readDoubleQuotes(reader, pieces)
  if (next === "'") addText(pieces, takeTo(reader, reader.text.indexOf("'", reader.position)), true)
  if (next === '`') pieces.push(readBackquotes(reader))
  if (next === '$') readAfterDollar(reader, pieces)
  return true
}

const readAfterDollar = (reader: Reader, pieces: Pieces) => {
  const next = reader.text[reader.position]
  if (next === "'" || next === '"') reader.position += 1
  if (next === "'") addText(pieces, unescaped(takeToUnescaped(reader, "'")), true)
  else if (next === '"') readDoubleQuotes(reader, pieces)
  else readDollar(reader, pieces, false)
}

/**
 * Reads the word at the position onto pieces that may stand before it. `literal`: operators are text, as in `[[ … ]]`.
 */
export const readPieces = (reader: Reader, before: readonly WordPiece[], literal: boolean): readonly WordPiece[] => {
  const pieces = [...before]
  for (;;) {
    const plain = take(reader, literal ? /[^ \t\r\n\\"'`$]+/y : /[^ \t\r\n\\"'`$;&|()<>]+/y)
    if (plain !== '') addText(pieces, plain, false)
    if (!readSpecial(reader, pieces, literal)) return pieces
  }
}

/** The word at the position, which is empty where none stands there. */
export const readWord = (reader: Reader, literal = false): Word => {
  const line = lineOf(reader)
  return { pieces: readPieces(reader, [], literal), line }
}

/** The word that ends a heredoc, as its lines are compared with, and whether it stood without quotes. */
export const readDelimiter = (reader: Reader): { delimiter: string; expands: boolean; line: number } => {
  const line = lineOf(reader)
  let delimiter = ''
  let expands = true
  for (;;) {
    delimiter += take(reader, /[^ \t\r\n\\"';&|()<>]+/y)
    const next = reader.text[reader.position]
    if (next === undefined || !/[\\"']/.test(next)) return { delimiter, expands, line }
    expands = false
    reader.position += 1
    if (next === '\\') {
      delimiter += reader.text[reader.position] ?? ''
      reader.position += 1
    } else delimiter += takeTo(reader, reader.text.indexOf(next, reader.position))
  }
}
