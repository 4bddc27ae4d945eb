import type { UserDataFormat } from '../core/user-data.ts'
import { explodeArchive } from './archive.ts'
import { decodeInner } from './decode.ts'
import { lineCounter } from './lines.ts'
import type { Part } from './part.ts'
import {
  kindByFirstLine,
  kindOfPart,
  looksLikeBottlerocket,
  looksLikeDocument,
  looksLikeNodeConfig,
  looksLikePowershell,
} from './part-kind.ts'
import { type Email, type EmailPart, readEmail } from './python-email.ts'

/** The user data as cloud-init reads it; for what it does not read, the parts its author meant. */
export interface CloudInitReading {
  readonly format: UserDataFormat
  readonly parts: readonly Part[]
}

const mimeWindow = 4096
const firstHeader = /^[ \t\r\n]*(?:mime-version|content-type)[ \t]*:/i

/**
 * The text without what stands before its first MIME header: empty lines emptied, the indentation of that header taken
 * from every line. Line numbers stay. Neither reader does this; it shows the parts that were meant.
 */
export const withoutLeadingSpace = (text: string): string => {
  if (!/^\s/.test(text) || !firstHeader.test(text.slice(0, mimeWindow))) return text
  const first = text.length - text.trimStart().length
  const indent = text.slice(text.lastIndexOf('\n', first) + 1, first)
  const body = text.slice(first)
  return indent === '' ? body : body.replaceAll(`\n${indent}`, '\n')
}

const isMime = (text: string, email: Email): boolean => {
  const type = email.headers.get('content-type')
  if (/^[ \t]*multipart\//i.test(type ?? '')) return true
  return (email.headers.has('mime-version') || type !== undefined) && /mime-version:/i.test(text.slice(0, mimeWindow))
}

const partsOf = (
  { contentType, effectiveType, text, at }: EmailPart,
  lineOf: (offset: number) => number,
): readonly Part[] => {
  const kind = kindOfPart(effectiveType, text)
  const firstLine = lineOf(at)
  if (kind === 'archive') return explodeArchive({ contentType, kind, text, firstLine })
  const inner = kind === 'nodeconfig' ? decodeInner(text).text : text
  return [{ contentType, kind, text: inner, firstLine }]
}

const readMime = (text: string): CloudInitReading | undefined => {
  const meant = withoutLeadingSpace(text)
  if (!/^(?:From |[!-9;-~]+:|[\t ])/.test(meant.slice(0, mimeWindow))) return undefined
  const email = readEmail(meant)
  if (!isMime(meant, email)) return undefined
  const lineOf = lineCounter(meant)
  const skipped = text.slice(0, text.length - text.trimStart().length).split('\n').length - 1
  const shift = meant === text ? 0 : skipped
  return { format: 'mime', parts: email.parts.flatMap(part => partsOf(part, offset => lineOf(offset) + shift)) }
}

const single = (format: UserDataFormat, kind: Part['kind'], text: string): CloudInitReading => ({
  format,
  parts: [{ contentType: 'none', kind, text, firstLine: 1 }],
})

const readByFirstLine = (text: string): CloudInitReading | undefined => {
  const kind = kindByFirstLine(text)
  if (kind === undefined) return undefined
  if (kind === 'include') return single('opaque', kind, text)
  if (kind === 'shell' || kind === 'boothook') return single('shell', kind, text)
  if (kind === 'archive') {
    return { format: 'cloud-config', parts: explodeArchive({ contentType: 'none', kind, text, firstLine: 1 }) }
  }
  return single('cloud-config', kind, text)
}

const readByContent = (text: string): CloudInitReading => {
  if (looksLikeNodeConfig(text)) return single('nodeconfig', 'nodeconfig', text)
  if (looksLikePowershell(text)) return single('powershell', 'powershell', text)
  if (looksLikeBottlerocket(text)) return single('bottlerocket', 'bottlerocket', text)
  if (looksLikeDocument(text)) return single('opaque', 'other', text)
  return single('shell', 'shell', text)
}

/**
 * Reads a decoded text as cloud-init does (`user_data.py`, `handlers/__init__.py`): as MIME where its header says so, else
 * by its first line. What cloud-init does not know is told by content: a NodeConfig, Bottlerocket's TOML, PowerShell,
 * other documents; any other text counts as a script without its first line. MIME that cloud-init passes over for want of
 * a MIME-Version or for space before the header is read as it was meant; `layoutProblems` tells of it.
 */
export const readAsCloudInit = (text: string): CloudInitReading => {
  if (text.trim() === '') return { format: 'empty', parts: [] }
  return readMime(text) ?? readByFirstLine(text) ?? readByContent(text)
}
