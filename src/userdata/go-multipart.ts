import { fieldOf, type HeaderBlock, type HeaderField, readGoHeader } from './go-header.ts'
import { parseMediaType } from './mime-header.ts'
import type { MimeProblemId } from './mime-problems.ts'
import { decodeQuotedPrintable } from './quoted-printable.ts'

interface Failure {
  readonly id: MimeProblemId
  /** The offset in the text of the line to change. */
  readonly at: number
}

export interface GoPart {
  /** `none` where the part declares no type. */
  readonly contentType: string
  readonly text: string
  /** Where the body begins in the text. */
  readonly at: number
  /** Go fails on the body once something reads it. */
  readonly broken: boolean
}

interface GoMultipart {
  readonly parts: readonly GoPart[]
  readonly failure?: Failure
}

interface Source {
  readonly text: string
  readonly delimiter: string
  /** As the first delimiter ends, and CRLF before it. */
  newline: '\n' | '\r\n'
}

/** More are not read here, though Go has no such limit: the bound is for hostile text. */
const mostParts = 1000
/** Go reads delimiters through a buffer of this many bytes. */
const longestLine = 4096

const bytesIn = (line: string): number => {
  const surely = line.length
  return surely * 3 < longestLine || surely > longestLine ? surely : new TextEncoder().encode(line).length
}

const endsBody = (text: string, at: number): boolean => {
  const next = text[at]
  if (next === '-') return text[at + 1] === '-'
  return next === undefined || next === ' ' || next === '\t' || next === '\r' || next === '\n'
}

const bodyEnd = ({ text, delimiter, newline }: Source, start: number): number | undefined => {
  let from = start
  if (text.startsWith(delimiter, start)) {
    if (endsBody(text, start + delimiter.length)) return start
    from += delimiter.length
  }
  // A search for the whole delimiter could compare its every character at each place of a hostile text.
  const dashes = `${newline}--`
  for (let at = text.indexOf(dashes, from); at >= 0; at = text.indexOf(dashes, from)) {
    const matches = text.startsWith(delimiter, at + newline.length)
    from = at + newline.length + (matches ? delimiter.length : 1)
    if (matches && endsBody(text, from)) return at
  }
  return undefined
}

const isLine = (line: string, mark: string, newline: string): boolean =>
  line.startsWith(mark) &&
  line.endsWith(newline) &&
  /^[ \t]*$/.test(line.slice(mark.length, Math.max(mark.length, line.length - newline.length))) &&
  line.length >= mark.length + newline.length

const isDelimiter = (source: Source, line: string, isFirst: boolean): boolean => {
  if (isFirst && isLine(line, source.delimiter, '\n')) source.newline = '\n'
  return isLine(line, source.delimiter, source.newline)
}

const isFinal = ({ delimiter, newline }: Source, line: string): boolean =>
  isLine(line, `${delimiter}--`, newline) || isLine(line, `${delimiter}--`, '')

const isAnyDelimiter = (line: string, delimiter: string): boolean =>
  ['\n', '\r\n', ''].some(end => isLine(line, delimiter, end) || isLine(line, `${delimiter}--`, end))

/** Finds a delimiter that ends its line, or the line before it, with LF alone: hidden from Go where the first ended with CRLF. */
export const hiddenDelimiter = (text: string, delimiter: string): number | undefined => {
  let usesCrlf = false
  for (let at = text.startsWith('--') ? 0 : text.indexOf('\n--') + 1; at > 0 || text.startsWith('--'); ) {
    const lineFeed = text.indexOf('\n', at)
    const line = text.slice(at, lineFeed < 0 ? text.length : lineFeed + 1)
    if (line.startsWith(delimiter) && isAnyDelimiter(line, delimiter)) {
      const endsLf = line.endsWith('\n') && !line.endsWith('\r\n')
      if (!usesCrlf && endsLf) return undefined
      if (usesCrlf && (endsLf || text[at - 2] !== '\r')) return at
      usesCrlf = true
    }
    const next = text.indexOf('\n--', Math.max(at, lineFeed))
    if (next < 0 || lineFeed < 0) return undefined
    at = next + 1
  }
  return undefined
}

const strayLine = ({ delimiter }: Source, line: string, at: number): Failure => {
  if (isAnyDelimiter(line, delimiter)) return { id: 'mime-mixed-line-endings', at }
  if (!line.startsWith(delimiter)) return { id: 'mime-mixed-line-endings', at }
  return {
    id: line.startsWith(`${delimiter}--`) ? 'mime-text-after-closing-delimiter' : 'mime-text-after-delimiter',
    at,
  }
}

const isNodeConfigKey = (name: string): boolean => /^(?:apiversion|kind)$/i.test(name)

const mimeField = /^(?:content-|mime-|x-|launch-index|merge-|number-)/i

const headerFailure = ({ text, delimiter }: Source, { fields }: HeaderBlock, at: number, tooMany: boolean): Failure => {
  if (tooMany) return { id: 'mime-too-many-headers', at }
  const body = fields.find(({ name }) => !mimeField.test(name))
  if (body) return { id: isNodeConfigKey(body.name) ? 'node-config-in-header' : 'mime-missing-blank-line', at: body.at }
  const isNextPart = text.startsWith(delimiter, at) && endsBody(text, at + delimiter.length)
  if (isNextPart && fields.length === 0) return { id: 'mime-empty-part', at }
  const isFieldToPython = /^(?:[ \t]|[!-9;-~]*:)/.test(text.slice(at, at + longestLine))
  return { id: isFieldToPython ? 'mime-bad-header' : 'mime-missing-blank-line', at }
}

const endFailure = ({ text, delimiter }: Source, partsRead: number): Failure => {
  const hidden = hiddenDelimiter(text, delimiter)
  if (hidden !== undefined) return { id: 'mime-mixed-line-endings', at: hidden }
  if (partsRead === 0) return { id: 'mime-boundary-not-found', at: 0 }
  return { id: 'mime-missing-closing-delimiter', at: Math.max(0, text.trimEnd().length - 1) }
}

const isQuotedPrintable = (fields: readonly HeaderField[]): boolean =>
  fieldOf(fields, 'content-transfer-encoding')?.value.toLowerCase() === 'quoted-printable'

interface Step {
  readonly part?: GoPart
  readonly failure?: Failure
  readonly next: number
}

const readPart = (source: Source, header: HeaderBlock): Step => {
  const { text } = source
  const end = bodyEnd(source, header.next)
  const declared = fieldOf(header.fields, 'content-type')
  const type = declared && declared.value !== '' ? parseMediaType(declared.value) : undefined
  if (declared && declared.value !== '' && !type) {
    return { failure: { id: 'mime-bad-content-type', at: declared.at }, next: text.length }
  }
  if (end === undefined) return { next: text.length }
  const raw = text.slice(header.next, end)
  const decoded = isQuotedPrintable(header.fields) ? decodeQuotedPrintable(raw) : { text: raw, broken: false }
  return { part: { contentType: type?.type ?? 'none', at: header.next, ...decoded }, next: end }
}

const isTooLong = (text: string, at: number, end: number | undefined): boolean =>
  end === undefined ? bytesIn(text.slice(at)) >= longestLine : bytesIn(text.slice(at, end)) > longestLine

/**
 * Splits a body into parts as Go's `mime/multipart.Reader` does: the newline is that of the first delimiter, nothing may
 * stand on a delimiter's line but blanks, a delimiter as the very last line ends the text, a missing one breaks it.
 */
export const readGoMultipart = (text: string, start: number, boundary: string): GoMultipart => {
  if (boundary === '') return { parts: [], failure: { id: 'mime-no-boundary', at: 0 } }
  const source: Source = { text, delimiter: `--${boundary}`, newline: '\r\n' }
  const parts: GoPart[] = []
  const failed = (failure: Failure): GoMultipart => ({ parts, failure })
  let partsRead = 0
  let expectsPart = false
  for (let at = start; ; ) {
    const lineFeed = text.indexOf('\n', at)
    const next = lineFeed < 0 ? undefined : lineFeed + 1
    if (isTooLong(text, at, next)) return failed({ id: 'mime-line-too-long', at })
    const line = text.slice(at, next)
    if (next === undefined) return isFinal(source, line) ? { parts } : failed(endFailure(source, partsRead))
    if (isDelimiter(source, line, partsRead === 0)) {
      partsRead++
      if (partsRead > mostParts) return failed({ id: 'mime-too-many-parts', at })
      expectsPart = false
      const header = readGoHeader(text, next, 'part')
      if (header.failure) return failed(headerFailure(source, header, header.failure.at, header.failure.tooMany))
      if (header.endsWithText) return { parts }
      const step = readPart(source, header)
      if (step.failure) return failed(step.failure)
      if (step.part) parts.push(step.part)
      at = step.next
      continue
    }
    if (isFinal(source, line)) return { parts }
    const mayStandHere = partsRead === 0 || (!expectsPart && line === source.newline)
    if (!mayStandHere) return failed(strayLine(source, line, at))
    expectsPart = partsRead > 0
    at = next
  }
}
