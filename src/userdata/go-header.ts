export interface HeaderField {
  readonly name: string
  readonly value: string
  /** Where the field's first line begins in the text. */
  readonly at: number
}

export interface HeaderBlock {
  readonly fields: readonly HeaderField[]
  /** Where the body begins: after the empty line, or at the end of the text. */
  readonly next: number
  readonly endsWithText: boolean
  /** Where the line stands on which Go gives up, and whether there are only too many fields. */
  readonly failure?: { readonly at: number; readonly tooMany: boolean }
}

const partName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z ]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses control characters in a value
const control = /[\0-\x08\x0a-\x1f\x7f]/
const mostFields = 10_000

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t'

const trimBlank = (line: string): string => {
  let start = 0
  let end = line.length
  while (start < end && isBlank(line[start])) start++
  while (end > start && isBlank(line[end - 1])) end--
  return line.slice(start, end)
}

interface Line {
  readonly text: string
  readonly next: number
}

const lineAt = (text: string, at: number): Line => {
  const lineFeed = text.indexOf('\n', at)
  if (lineFeed < 0) return { text: text.slice(at), next: text.length }
  const end = lineFeed > at && text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed
  return { text: text.slice(at, end), next: lineFeed + 1 }
}

const withContinuations = (text: string, first: Line): Line => {
  if (!isBlank(text[first.next])) return { text: trimBlank(first.text), next: first.next }
  const pieces = [trimBlank(first.text)]
  let at = first.next
  while (isBlank(text[at])) {
    while (isBlank(text[at])) at++
    const line = at < text.length ? lineAt(text, at) : { text: '', next: at }
    pieces.push(trimBlank(line.text))
    at = line.next
  }
  return { text: pieces.join(' '), next: at }
}

const isPartField = (name: string, value: string): boolean => partName.test(name) && !control.test(value)

/**
 * Reads a header as Go does: with `net/mail` (`message`), which wants a colon in each field and no more, or with
 * `net/textproto` (`part`), which also wants the colon on the first line, a name of token characters and spaces, a value
 * without control characters and at most 10,000 fields. The size limit of 10 MiB is out of reach of a text of 96 KiB.
 */
export const readGoHeader = (text: string, start: number, kind: 'message' | 'part'): HeaderBlock => {
  const fields: HeaderField[] = []
  const failed = (at: number, tooMany = false): HeaderBlock => ({
    fields,
    next: at,
    endsWithText: false,
    failure: { at, tooMany },
  })
  if (isBlank(text[start])) return failed(start)
  for (let at = start; at < text.length; ) {
    const first = lineAt(text, at)
    if (first.text === '') return { fields, next: first.next, endsWithText: false }
    if (kind === 'part' && !first.text.includes(':')) return failed(at)
    const whole = withContinuations(text, first)
    const colon = whole.text.indexOf(':')
    if (colon < 0) return failed(at)
    const name = whole.text.slice(0, colon)
    const value = whole.text.slice(colon + 1)
    if (kind === 'part' && !isPartField(name, value)) return failed(at)
    if (kind === 'part' && fields.length >= mostFields) return failed(at, true)
    if (name !== '') fields.push({ name, value: trimStartBlank(value), at })
    at = whole.next
  }
  return { fields, next: text.length, endsWithText: true }
}

const trimStartBlank = (value: string): string => value.replace(/^[ \t]+/, '')

/** The first field of a name, in whatever case; Go does not find a name with a space before the colon. */
export const fieldOf = (fields: readonly HeaderField[], name: string): HeaderField | undefined =>
  fields.find(field => field.name.length === name.length && field.name.toLowerCase() === name)
