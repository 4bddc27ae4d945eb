import { base64Bytes, isGzip } from './decode.ts'
import { gunzip } from './gunzip.ts'
import { parseMediaType } from './mime-header.ts'
import { decodeQuotedPrintable } from './quoted-printable.ts'

/** A part that is no multipart, as Python's `email` finds it; offsets are of the whole text. */
export interface EmailPart {
  /** `none` where nothing declares one; `text/plain` where the declared one is no type. */
  readonly contentType: string
  /** The type by which cloud-init goes on: another than declared where gzip was undone, or could not be. */
  readonly effectiveType: string
  readonly text: string
  readonly at: number
}

export interface Email {
  readonly headers: ReadonlyMap<string, string>
  readonly parts: readonly EmailPart[]
}

const deepestMultipart = 8
/** Parts after these are left out; the most that EC2's 16 KB can hold in earnest are a few hundred. */
const mostParts = 1000
const headerOrContinuation = /^(?:From |[!-9;-~]*:|[\t ])/
const wholeLine = /[^\r\n]*(?:\r\n|\r|\n)?/y
const trailingLineBreak = /(?:\r\n|\r|\n)$/
const gzipTypes: ReadonlySet<string> = new Set(
  ['gzip', 'gzip-compressed', 'gzipped', 'x-compress', 'x-compressed', 'x-gunzip', 'x-gzip', 'x-gzip-compressed'].map(
    name => `application/${name}`,
  ),
)

interface Cursor {
  readonly text: string
  at: number
  readonly boundaries: string[]
  readonly parts: EmailPart[]
  /** How many parts were begun, the empty ones too. */
  begun: number
}

const lineAt = (text: string, at: number): string => {
  wholeLine.lastIndex = at
  return wholeLine.exec(text)?.[0] ?? ''
}

const delimiterKind = (line: string, boundary: string): 'next' | 'end' | undefined => {
  if (!line.startsWith('--') || !line.startsWith(boundary, 2)) return undefined
  const match = /^(--)?[ \t]*(?:\r\n|\r|\n)?$/.exec(line.slice(2 + boundary.length))
  return match ? (match[1] ? 'end' : 'next') : undefined
}

/** The next line, not taken; empty at the end of the text and before a delimiter of any multipart around. */
const peekLine = ({ text, at, boundaries }: Cursor): string => {
  const line = lineAt(text, at)
  const ends = line.startsWith('--') && boundaries.some(boundary => delimiterKind(line, boundary))
  return ends ? '' : line
}

const readHeaders = (cursor: Cursor): ReadonlyMap<string, string> => {
  const values = new Map<string, string[]>()
  let current: string[] | undefined
  for (let line = peekLine(cursor); line !== ''; line = peekLine(cursor)) {
    if (!headerOrContinuation.test(line)) {
      if (/^[\r\n]/.test(line)) cursor.at += line.length
      break
    }
    cursor.at += line.length
    if (line.startsWith(' ') || line.startsWith('\t')) {
      current?.push(line)
      continue
    }
    const colon = line.indexOf(':')
    current = undefined
    if (line.startsWith('From ') || colon <= 0) continue
    current = [line.slice(colon + 1).replace(/^[ \t]+/, '')]
    const name = line.slice(0, colon).toLowerCase()
    if (!values.has(name)) values.set(name, current)
  }
  return new Map([...values].map(([name, lines]) => [name, lines.join('').replace(/[\r\n]+$/, '')]))
}

const contentTypeOf = (headers: ReadonlyMap<string, string>): string => {
  const value = headers.get('content-type')
  if (value === undefined) return 'none'
  const type = (value.split(';', 1)[0] ?? '').trim().toLowerCase()
  return type.split('/').length === 2 ? type : 'text/plain'
}

/** The parameters of a header, split at the semicolons outside quotes. */
const splitParameters = (value: string): readonly string[] => {
  const pieces: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '"' && value[at - 1] !== '\\') quoted = !quoted
    if (value[at] !== ';' || quoted) continue
    pieces.push(value.slice(start, at))
    start = at + 1
  }
  return [...pieces, value.slice(start)]
}

const unquote = (value: string): string => {
  if (value.length < 2) return value
  if (value.startsWith('"') && value.endsWith('"')) {
    return value.slice(1, -1).replaceAll('\\\\', '\\').replaceAll('\\"', '"')
  }
  return value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : value
}

/** The boundary as Python reads it: quotes are not needed, whatever it is made of. */
const laxBoundary = (contentType: string): string | undefined => {
  for (const piece of splitParameters(contentType).slice(1)) {
    const equals = piece.indexOf('=')
    if (equals < 0 || piece.slice(0, equals).trim().toLowerCase() !== 'boundary') continue
    return unquote(unquote(piece.slice(equals + 1).trim())).trimEnd()
  }
  return parseMediaType(contentType)?.parameters.get('boundary')
}

interface Body {
  readonly effectiveType: string
  readonly text: string
}

const utf8Text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

const bodyOf = (bytes: Uint8Array, contentType: string): Body => {
  if (!isGzip(bytes)) return { effectiveType: contentType, text: utf8Text(bytes) }
  const inner = gzipTypes.has(contentType) ? gunzip(bytes) : undefined
  if (inner?.status !== 'ok') return { effectiveType: 'application/octet-stream', text: '' }
  return { effectiveType: 'text/plain', text: utf8Text(inner.bytes) }
}

const transferDecoded = (raw: string, headers: ReadonlyMap<string, string>, contentType: string): Body => {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase()
  if (encoding === 'base64') return bodyOf(base64Bytes(raw), contentType)
  const decoded = encoding === 'quoted-printable' ? decodeQuotedPrintable(raw) : undefined
  return { effectiveType: contentType, text: decoded?.broken === false ? decoded.text : raw }
}

/** Moves to the next line that is a delimiter of `boundaries`, or to the end of the text. */
const skipToDelimiter = (cursor: Cursor, boundaries: readonly string[]): void => {
  const { text } = cursor
  const start = cursor.at
  const from = boundaries.length === 0 ? text.length : start
  for (let at = text.indexOf('--', from); at >= 0; at = text.indexOf('--', at + 1)) {
    const startsLine = at === start || text[at - 1] === '\n' || text[at - 1] === '\r'
    if (!startsLine) continue
    const line = lineAt(text, at)
    cursor.at = at
    if (boundaries.some(boundary => delimiterKind(line, boundary))) return
  }
  cursor.at = text.length
}

const readLeaf = (cursor: Cursor, headers: ReadonlyMap<string, string>): void => {
  const at = cursor.at
  skipToDelimiter(cursor, cursor.boundaries)
  const whole = cursor.text.slice(at, cursor.at)
  const raw = cursor.boundaries.length > 0 ? whole.replace(trailingLineBreak, '') : whole
  if (headers.size === 0 && raw === '' && cursor.boundaries.length > 0) return
  const contentType = contentTypeOf(headers)
  cursor.parts.push({ contentType, at, ...transferDecoded(raw, headers, contentType) })
}

const skipDelimiters = (cursor: Cursor, boundary: string): void => {
  for (
    let line = lineAt(cursor.text, cursor.at);
    delimiterKind(line, boundary);
    line = lineAt(cursor.text, cursor.at)
  ) {
    cursor.at += line.length
  }
}

const readMultipart = (cursor: Cursor, boundary: string): void => {
  skipToDelimiter(cursor, [...cursor.boundaries, boundary])
  while (delimiterKind(peekLine(cursor), boundary) === 'next' && cursor.begun < mostParts) {
    cursor.begun++
    skipDelimiters(cursor, boundary)
    cursor.boundaries.push(boundary)
    readEntity(cursor)
    cursor.boundaries.pop()
  }
  // What follows the closing delimiter belongs to nobody.
  skipToDelimiter(cursor, cursor.boundaries)
}

const readEntity = (cursor: Cursor): ReadonlyMap<string, string> => {
  const headers = readHeaders(cursor)
  const contentType = contentTypeOf(headers)
  const isMultipart = contentType.startsWith('multipart/') && cursor.boundaries.length < deepestMultipart
  const boundary = isMultipart ? laxBoundary(headers.get('content-type') ?? '') : undefined
  if (boundary === undefined) readLeaf(cursor, headers)
  else readMultipart(cursor, boundary)
  return headers
}

/**
 * Reads a MIME text as Python's `email` package does, which cloud-init uses: a header ends at the first line that is none,
 * boundaries need no quotes, a missing closing delimiter is accepted. Multiparts inside each other come flattened, to a
 * depth of 8, at most 1,000; transfer encodings are undone, and gzip under a type that names it (cloud-init, `user_data.py`).
 */
export const readEmail = (text: string): Email => {
  const cursor: Cursor = { text, at: 0, boundaries: [], parts: [], begun: 0 }
  const headers = readEntity(cursor)
  return { headers, parts: cursor.parts.filter(part => !part.contentType.startsWith('multipart/')) }
}
