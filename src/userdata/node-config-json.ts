import { deepestLevel, type GoEntry, type GoValue, type ReadFailure, type TextReading } from './node-config-value.ts'

interface Reader {
  readonly text: string
  at: number
  failure: ReadFailure | undefined
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const blankPattern = /[ \t\r\n]*/y
const stringPattern = /"[^"\\\p{Cc}]*(?:(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[\u007f-\u009f])[^"\\\p{Cc}]*)*"/uy
const loneSurrogates = /\p{Surrogate}/gu

const fail = (reader: Reader, reason: ReadFailure['reason'] = 'syntax'): GoValue => {
  reader.failure ??= { reason, at: reader.at }
  return { kind: 'null', at: reader.at }
}

const take = (reader: Reader, pattern: RegExp): string | undefined => {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found === undefined) return undefined
  reader.at += found.length
  return found
}

const skipBlanks = (reader: Reader): void => {
  take(reader, blankPattern)
}

const takeCharacter = (reader: Reader, character: string): boolean => {
  if (reader.text[reader.at] !== character) return false
  reader.at += 1
  return true
}

const readString = (reader: Reader): string | undefined => {
  const literal = take(reader, stringPattern)
  if (literal === undefined) return undefined
  return String(JSON.parse(literal)).replace(loneSurrogates, '\ufffd')
}

const readList = (reader: Reader, depth: number): GoValue => {
  const at = reader.at
  const items: GoValue[] = []
  reader.at += 1
  skipBlanks(reader)
  if (takeCharacter(reader, ']')) return { kind: 'list', at, items }
  for (;;) {
    items.push(readValue(reader, depth + 1))
    if (reader.failure !== undefined || takeCharacter(reader, ']')) return { kind: 'list', at, items }
    if (!takeCharacter(reader, ',')) return fail(reader)
  }
}

const readObject = (reader: Reader, depth: number): GoValue => {
  const at = reader.at
  const entries: GoEntry[] = []
  reader.at += 1
  skipBlanks(reader)
  if (takeCharacter(reader, '}')) return { kind: 'object', at, entries }
  for (;;) {
    skipBlanks(reader)
    const keyAt = reader.at
    const key = readString(reader)
    skipBlanks(reader)
    if (key === undefined || !takeCharacter(reader, ':')) return fail(reader)
    entries.push({ key, at: keyAt, value: readValue(reader, depth + 1) })
    if (reader.failure !== undefined || takeCharacter(reader, '}')) return { kind: 'object', at, entries }
    if (!takeCharacter(reader, ',')) return fail(reader)
  }
}

const readWord = (reader: Reader): GoValue => {
  const at = reader.at
  const rest = (word: string): boolean => reader.text.startsWith(word, at)
  const advance = (length: number, value: GoValue): GoValue => {
    reader.at += length
    return value
  }
  if (rest('true')) return advance(4, { kind: 'boolean', at, value: true })
  if (rest('false')) return advance(5, { kind: 'boolean', at, value: false })
  if (rest('null')) return advance(4, { kind: 'null', at })
  const literal = take(reader, numberPattern)
  return literal === undefined ? fail(reader) : { kind: 'number', at, literal }
}

const readBareValue = (reader: Reader, depth: number): GoValue => {
  const first = reader.text[reader.at]
  if (first === '{') return readObject(reader, depth)
  if (first === '[') return readList(reader, depth)
  if (first !== '"') return readWord(reader)
  const at = reader.at
  const text = readString(reader)
  return text === undefined ? fail(reader) : { kind: 'text', at, text }
}

const readValue = (reader: Reader, depth: number): GoValue => {
  if (depth > deepestLevel) return fail(reader, 'deep')
  skipBlanks(reader)
  const value = readBareValue(reader, depth)
  skipBlanks(reader)
  return value
}

/**
 * Reads a text as Go's encoding/json does, keeping doubled keys in their order, for each of them takes effect.
 * A text with anything after its value has none.
 */
export const readGoJson = (text: string): TextReading => {
  const reader: Reader = { text, at: 0, failure: undefined }
  const value = readValue(reader, 0)
  if (reader.failure === undefined && reader.at < text.length) fail(reader)
  if (reader.failure !== undefined) return { ok: false, failure: reader.failure }
  return { ok: true, value, endAt: reader.at, replacing: [] }
}
