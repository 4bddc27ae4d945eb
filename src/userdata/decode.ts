import type { UserDataProblem } from '../core/user-data.ts'
import { gunzip, unfoldedLimit } from './gunzip.ts'

type Encoding = 'base64' | 'gzip'

export interface Decoded {
  /** What was unfolded, outermost first. */
  readonly encoding: readonly Encoding[]
  /** The decoded text with its line ends as they are; empty where the bytes are no text. */
  readonly text: string
  /** The text cannot be told: a hash stands in its place, or the bytes are no text. */
  readonly opaque: boolean
  readonly problems: readonly UserDataProblem[]
}

const ec2Limit = 16 * 1024
/** From this length on, text of base64 letters alone is base64 whatever it decodes to: no script and no word is like it. */
const surelyBase64 = 64
const textSample = 64 * 1024

const messages = {
  'user-data-over-16-kb':
    'The user data is longer than 16,384 bytes, which EC2 refuses at launch: compress it with gzip or move the script to Amazon S3.',
  'user-data-too-large':
    'The user data is more than 96 KiB of text and is not read: EC2 takes 16,384 bytes, so look at what fills it.',
  'user-data-gzip-broken':
    'The user data is gzip that is cut short, damaged or followed by other bytes: nodeadm fails on it and cloud-init passes it over. Compress the text again.',
  'user-data-base64-twice':
    'The user data is base64 inside base64, of which nodeadm and cloud-init undo one layer only: encode it once.',
  'user-data-hash':
    'A 40-digit hash stands in place of the user data, as Terraform and Pulumi store it: read the launch template itself to judge the text.',
  'user-data-utf-16':
    'The user data is UTF-16, which cloud-init does not read, nor nodeadm in a MIME text: save it as UTF-8 without a byte order mark.',
  'user-data-byte-order-mark':
    'The user data begins with a byte order mark, which hides its first line from cloud-init and the kernel, and from nodeadm in a MIME text: save it as UTF-8 without one.',
  'user-data-not-utf-8':
    'The user data is not valid UTF-8: cloud-init fails on such MIME text and nodeadm on such YAML. Save it as UTF-8.',
  'user-data-nul-bytes':
    'The user data holds NUL bytes, which YAML refuses and a shell drops: fetch binary files when the node starts instead.',
  'user-data-not-text': 'The user data is no text that nodeadm or cloud-init could read: check what was put into it.',
} as const

const problem = (id: keyof typeof messages): UserDataProblem => ({ id, message: messages[id], line: 1 })

const isLineEnd = (byte: number): boolean => byte === 10 || byte === 13

const isBase64Letter = (byte: number): boolean =>
  (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || (byte >= 47 && byte <= 57) || byte === 43

/** The letters of the whole as Go's standard base64 takes them: line ends ignored, padded; nothing if any byte is another. */
const base64Letters = (bytes: Uint8Array): string | undefined => {
  const letters = new Uint8Array(bytes.length)
  let length = 0
  let padding = 0
  for (const byte of bytes) {
    if (isLineEnd(byte)) continue
    if (byte === 61) padding++
    else if (padding > 0 || !isBase64Letter(byte)) return undefined
    letters[length++] = byte
  }
  if (length === 0 || length % 4 !== 0 || padding > 2) return undefined
  return new TextDecoder().decode(letters.subarray(0, length))
}

/** The bytes that base64 letters stand for; every other character is passed over and missing padding added, as Python does. */
export const base64Bytes = (text: string): Uint8Array => {
  const letters = text.replace(/[^A-Za-z0-9+/]/g, '')
  const usable = letters.length % 4 === 1 ? letters.slice(0, -1) : letters
  const characters = atob(usable)
  const bytes = new Uint8Array(characters.length)
  for (let at = 0; at < characters.length; at++) bytes[at] = characters.charCodeAt(at)
  return bytes
}

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, at) => bytes[at] === byte)

/** Whether bytes begin as gzip does. */
export const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x1f, 0x8b)

const isUtf16 = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0xff, 0xfe) ||
  startsWith(bytes, 0xfe, 0xff) ||
  (bytes.length >= 4 &&
    ((bytes[0] !== 0 && bytes[1] === 0 && bytes[2] !== 0 && bytes[3] === 0) ||
      (bytes[0] === 0 && bytes[1] !== 0 && bytes[2] === 0 && bytes[3] !== 0)))

const strictText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const isOddCharacter = (code: number): boolean =>
  code === 0xfffd || code === 0x7f || (code < 0x20 && !(code >= 8 && code <= 13) && code !== 0x1b)

const oddShare = (text: string): number => {
  const length = Math.min(text.length, textSample)
  let odd = 0
  for (let at = 0; at < length; at++) if (isOddCharacter(text.charCodeAt(at))) odd++
  return length === 0 ? 0 : odd / length
}

const isPrintable = (bytes: Uint8Array): boolean => {
  const text = strictText(bytes)
  return text !== undefined && oddShare(text) === 0
}

const unfoldBase64 = (bytes: Uint8Array): Uint8Array | undefined => {
  const letters = base64Letters(bytes)
  if (letters === undefined) return undefined
  const inner = base64Bytes(letters)
  const meant = letters.length >= surelyBase64 || isGzip(inner) || isUtf16(inner) || isPrintable(inner)
  return meant ? inner : undefined
}

const opaque = (encoding: readonly Encoding[], ...problems: readonly UserDataProblem[]): Decoded => ({
  encoding,
  text: '',
  opaque: true,
  problems,
})

const asText = (encoding: readonly Encoding[], bytes: Uint8Array): Decoded => {
  if (bytes.length > unfoldedLimit) return opaque(encoding, problem('user-data-too-large'))
  if (isUtf16(bytes)) return opaque(encoding, problem('user-data-utf-16'))
  const strict = strictText(bytes)
  const text = strict ?? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if (oddShare(text) > 0.1) return opaque(encoding, problem('user-data-not-text'))
  const problems = [
    ...(text.startsWith('\uFEFF') ? [problem('user-data-byte-order-mark')] : []),
    ...(strict === undefined ? [problem('user-data-not-utf-8')] : []),
    ...(text.includes('\0') ? [problem('user-data-nul-bytes')] : []),
  ]
  return { encoding, text, opaque: false, problems }
}

const unfoldGzip = (encoding: readonly Encoding[], bytes: Uint8Array): Decoded => {
  if (!isGzip(bytes)) return asText(encoding, bytes)
  const inner = gunzip(bytes)
  const layers: readonly Encoding[] = [...encoding, 'gzip']
  if (inner.status === 'ok') return asText(layers, inner.bytes)
  return opaque(layers, problem(inner.status === 'broken' ? 'user-data-gzip-broken' : 'user-data-too-large'))
}

const isHash = (bytes: Uint8Array): boolean =>
  bytes.length <= 64 && /^\s*[0-9a-f]{40}\s*$/i.test(new TextDecoder().decode(bytes))

const withProblem = (decoded: Decoded, first: UserDataProblem): Decoded => ({
  ...decoded,
  problems: [first, ...decoded.problems],
})

/**
 * Reads the bytes of user data as text, as a node gets them: one layer of base64, then gzip. Base64 is the whole blob in
 * the standard alphabet, line ends ignored (nodeadm, `encoding.go`; cloud-init, `maybe_b64decode`). nodeadm would take a
 * word such as `true` for base64 too; here it stays text unless it decodes to text, gzip or UTF-16, or is 64 letters or
 * longer.
 */
export const decode = (bytes: Uint8Array): Decoded => {
  if (isHash(bytes)) return opaque([], problem('user-data-hash'))
  const unfolded = bytes.length <= 2 * unfoldedLimit ? unfoldBase64(bytes) : undefined
  const inner = unfolded ?? bytes
  const encoding: readonly Encoding[] = unfolded ? ['base64'] : []
  if (isHash(inner)) return opaque(encoding, problem('user-data-hash'))
  const isTwice = unfolded !== undefined && unfoldBase64(unfolded) !== undefined
  const decoded = isTwice ? opaque(encoding, problem('user-data-base64-twice')) : unfoldGzip(encoding, inner)
  return inner.length > ec2Limit ? withProblem(decoded, problem('user-data-over-16-kb')) : decoded
}

/**
 * Reads the body of a NodeConfig part as nodeadm does (`mime.go`): one layer of base64, then gzip, within the same bound.
 * Text that is neither comes back as it is.
 */
export const decodeInner = (text: string): Decoded => {
  const inner = unfoldBase64(new TextEncoder().encode(text))
  return inner === undefined ? { encoding: [], text, opaque: false, problems: [] } : unfoldGzip(['base64'], inner)
}
