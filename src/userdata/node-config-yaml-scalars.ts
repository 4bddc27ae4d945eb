import {
  ahead,
  type Cursor,
  codes,
  column,
  isBlank,
  isBreak,
  isDocumentMarker,
  isGap,
  skipToBreak,
  takeBreak,
} from './node-config-yaml-cursor.ts'

interface Folding {
  blanks: string
  /** The first line break since the last character, and those after it. */
  firstBreak: string
  moreBreaks: string
}

const fold = ({ blanks, firstBreak, moreBreaks }: Folding): string => {
  if (firstBreak === '') return blanks
  if (firstBreak !== '\n') return firstBreak + moreBreaks
  return moreBreaks === '' ? ' ' : moreBreaks
}

const endsPlain = (cursor: Cursor, inFlow: boolean): boolean => {
  const code = ahead(cursor)
  if (code === codes.colon) return isGap(ahead(cursor, 1))
  if (!inFlow) return false
  return (
    code === codes.comma ||
    code === codes.question ||
    code === codes.openBracket ||
    code === codes.closeBracket ||
    code === codes.openBrace ||
    code === codes.closeBrace
  )
}

interface PlainScalar {
  readonly value: string
  /** Whether it ended at a line break: then a key may follow. */
  readonly broken: boolean
}

/** Takes an unquoted scalar as libyaml does; nothing where a tab stands in place of the indentation. */
export const takePlain = (cursor: Cursor, indent: number, inFlow: boolean): PlainScalar | undefined => {
  let value = ''
  let folding: Folding = { blanks: '', firstBreak: '', moreBreaks: '' }
  while (!isDocumentMarker(cursor) && ahead(cursor) !== codes.hash) {
    const from = cursor.at
    while (!isGap(ahead(cursor)) && !endsPlain(cursor, inFlow)) cursor.at += 1
    if (cursor.at > from) {
      value += fold(folding) + cursor.text.slice(from, cursor.at)
      folding = { blanks: '', firstBreak: '', moreBreaks: '' }
    }
    if (!isBlank(ahead(cursor)) && !isBreak(ahead(cursor))) break
    if (!takeGap(cursor, folding, indent + 1)) return undefined
    if (!inFlow && column(cursor) < indent + 1) break
  }
  return { value, broken: folding.firstBreak !== '' }
}

const takeGap = (cursor: Cursor, folding: Folding, leastColumn: number): boolean => {
  for (;;) {
    const code = ahead(cursor)
    if (isBlank(code)) {
      if (folding.firstBreak === '') folding.blanks += String.fromCharCode(code)
      else if (code === codes.tab && column(cursor) < leastColumn) return false
      cursor.at += 1
    } else if (isBreak(code)) {
      const lineBreak = takeBreak(cursor)
      if (folding.firstBreak === '') folding.firstBreak = lineBreak
      else folding.moreBreaks += lineBreak
    } else return true
  }
}

const simpleEscapes = new Map<string, string>([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])
const hexadecimalLengths = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])
const hexadecimal = /^[0-9a-fA-F]+$/

const takeEscape = (cursor: Cursor): string | undefined => {
  const letter = cursor.text.charAt(cursor.at + 1)
  const simple = simpleEscapes.get(letter)
  const length = hexadecimalLengths.get(letter)
  cursor.at += 2
  if (simple !== undefined) return simple
  if (length === undefined) return undefined
  const digits = cursor.text.slice(cursor.at, cursor.at + length)
  if (!hexadecimal.test(digits)) return undefined
  const code = Number.parseInt(digits, 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  cursor.at += length
  return String.fromCodePoint(code)
}

/** Takes a scalar in single or double quotes as libyaml does; nothing where it is broken or does not end. */
export const takeQuoted = (cursor: Cursor): string | undefined => {
  const quote = ahead(cursor)
  let value = ''
  cursor.at += 1
  for (;;) {
    if (isDocumentMarker(cursor)) return undefined
    const folding: Folding = { blanks: '', firstBreak: '', moreBreaks: '' }
    let escapedBreak = false
    let from = cursor.at
    for (;;) {
      const code = ahead(cursor)
      if (isGap(code)) break
      if (code === quote) {
        if (quote === codes.doubleQuote || ahead(cursor, 1) !== quote) {
          value += cursor.text.slice(from, cursor.at)
          cursor.at += 1
          return value
        }
        value += cursor.text.slice(from, cursor.at + 1)
        cursor.at += 2
        from = cursor.at
      } else if (code === codes.backslash && quote === codes.doubleQuote) {
        value += cursor.text.slice(from, cursor.at)
        if (isBreak(ahead(cursor, 1))) {
          cursor.at += 1
          takeBreak(cursor)
          escapedBreak = true
          from = cursor.at
          break
        }
        const escaped = takeEscape(cursor)
        if (escaped === undefined) return undefined
        value += escaped
        from = cursor.at
      } else cursor.at += 1
    }
    value += cursor.text.slice(from, cursor.at)
    if (ahead(cursor) === codes.end) return undefined
    value += takeQuotedGap(cursor, folding, escapedBreak)
  }
}

const takeQuotedGap = (cursor: Cursor, folding: Folding, escapedBreak: boolean): string => {
  for (;;) {
    const code = ahead(cursor)
    if (isBlank(code)) {
      if (folding.firstBreak === '' && !escapedBreak) folding.blanks += String.fromCharCode(code)
      cursor.at += 1
    } else if (isBreak(code)) {
      const lineBreak = takeBreak(cursor)
      if (folding.firstBreak === '' && !escapedBreak) folding.firstBreak = lineBreak
      else folding.moreBreaks += lineBreak
    } else return escapedBreak ? folding.moreBreaks : fold(folding)
  }
}

interface BlockHeader {
  readonly chomping: string
  readonly increment: number
}

const blockHeader =
  /[|>](?:([-+])([1-9])?|([1-9])([-+])?)?[ \t]*(?:#[^\n\r\u0085\u2028\u2029\0]*)?(?=[\n\r\u0085\u2028\u2029\0])/y

const takeBlockHeader = (cursor: Cursor): BlockHeader | undefined => {
  blockHeader.lastIndex = cursor.at
  const found = blockHeader.exec(cursor.text)
  if (found === null) return undefined
  cursor.at += found[0].length
  if (ahead(cursor) !== codes.end) takeBreak(cursor)
  return { chomping: found[1] ?? found[4] ?? '', increment: Number(found[2] ?? found[3] ?? 0) }
}

interface BlockBreaks {
  readonly breaks: string
  readonly indent: number
}

const takeBlockBreaks = (cursor: Cursor, indent: number, parentIndent: number): BlockBreaks | undefined => {
  let breaks = ''
  let widest = 0
  for (;;) {
    while ((indent === 0 || column(cursor) < indent) && ahead(cursor) === codes.space) cursor.at += 1
    widest = Math.max(widest, column(cursor))
    if ((indent === 0 || column(cursor) < indent) && ahead(cursor) === codes.tab) return undefined
    if (!isBreak(ahead(cursor))) break
    breaks += takeBreak(cursor)
  }
  return { breaks, indent: indent === 0 ? Math.max(widest, parentIndent + 1, 1) : indent }
}

/** Takes a scalar after `|` or `>` as libyaml does; nothing where its header or its indentation is broken. */
export const takeBlock = (cursor: Cursor, parentIndent: number): string | undefined => {
  const literal = ahead(cursor) === codes.pipe
  const header = takeBlockHeader(cursor)
  if (header === undefined) return undefined
  const declared = header.increment === 0 ? 0 : Math.max(parentIndent, 0) + header.increment
  let gap = takeBlockBreaks(cursor, declared, parentIndent)
  if (gap === undefined) return undefined
  const { indent } = gap
  let value = ''
  let lastBreak = ''
  let startedBlank = false
  while (column(cursor) === indent && ahead(cursor) !== codes.end) {
    const startsBlank = isBlank(ahead(cursor))
    const folds = !literal && !startedBlank && !startsBlank && lastBreak === '\n'
    if (!folds) value += lastBreak
    else if (gap.breaks === '') value += ' '
    value += gap.breaks
    startedBlank = startsBlank
    const from = cursor.at
    skipToBreak(cursor)
    value += cursor.text.slice(from, cursor.at)
    lastBreak = ahead(cursor) === codes.end ? '' : takeBreak(cursor)
    gap = takeBlockBreaks(cursor, indent, parentIndent)
    if (gap === undefined) return undefined
  }
  if (header.chomping === '-') return value
  return header.chomping === '+' ? value + lastBreak + gap.breaks : value + lastBreak
}
