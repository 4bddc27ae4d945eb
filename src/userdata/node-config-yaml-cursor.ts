/** Where a scan of YAML text stands. The text ends in NUL characters, so that looking ahead needs no bound. */
export interface Cursor {
  readonly text: string
  at: number
  line: number
  lineStart: number
}

/** The characters that YAML gives a meaning, by code. */
export const codes = {
  end: 0,
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  exclamation: 33,
  doubleQuote: 34,
  hash: 35,
  percent: 37,
  ampersand: 38,
  singleQuote: 39,
  asterisk: 42,
  plus: 43,
  comma: 44,
  dash: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  less: 60,
  greater: 62,
  question: 63,
  at: 64,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  backtick: 96,
  openBrace: 123,
  pipe: 124,
  closeBrace: 125,
  nextLine: 0x85,
  lineSeparator: 0x2028,
  paragraphSeparator: 0x2029,
  byteOrderMark: 0xfeff,
} as const

/** Whether a character ends a line in YAML 1.1. */
export const isBreak = (code: number): boolean =>
  code === codes.lineFeed ||
  code === codes.carriageReturn ||
  code === codes.nextLine ||
  code === codes.lineSeparator ||
  code === codes.paragraphSeparator

/** Whether a character is a space or a tab. */
export const isBlank = (code: number): boolean => code === codes.space || code === codes.tab

/** Whether a character is white space, or the end of the text. */
export const isGap = (code: number): boolean => isBlank(code) || code === codes.end || isBreak(code)

/** The code of the character that stands so many places ahead. */
export const ahead = (cursor: Cursor, places = 0): number => cursor.text.charCodeAt(cursor.at + places)

/** How many characters stand before the cursor on its line. */
export const column = (cursor: Cursor): number => cursor.at - cursor.lineStart

/** Steps over one line break, of two characters where it is CR LF, and gives the text libyaml keeps of it. */
export const takeBreak = (cursor: Cursor): string => {
  const code = ahead(cursor)
  cursor.at += code === codes.carriageReturn && ahead(cursor, 1) === codes.lineFeed ? 2 : 1
  cursor.line += 1
  cursor.lineStart = cursor.at
  return code === codes.lineSeparator || code === codes.paragraphSeparator ? String.fromCharCode(code) : '\n'
}

/** Steps over what is left of a line, up to its break. */
export const skipToBreak = (cursor: Cursor): void => {
  while (!isBreak(ahead(cursor)) && ahead(cursor) !== codes.end) cursor.at += 1
}

/** Whether `---` or `...` stands here as a marker of documents: at the start of a line, with white space after it. */
export const isDocumentMarker = (cursor: Cursor): boolean => {
  const code = ahead(cursor)
  if (code !== codes.dash && code !== codes.dot) return false
  if (column(cursor) !== 0) return false
  return ahead(cursor, 1) === code && ahead(cursor, 2) === code && isGap(ahead(cursor, 3))
}
