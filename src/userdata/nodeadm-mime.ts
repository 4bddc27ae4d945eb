import type { UserDataProblem } from '../core/user-data.ts'
import { decodeInner } from './decode.ts'
import { fieldOf, readGoHeader } from './go-header.ts'
import { type GoPart, readGoMultipart } from './go-multipart.ts'
import { lineCounter } from './lines.ts'
import { parseMediaType } from './mime-header.ts'
import { mimeProblem } from './mime-problems.ts'
import type { Part } from './part.ts'
import { kindOfPart, looksLikeNodeConfig, nodeConfigType } from './part-kind.ts'

/** The user data as nodeadm reads it. */
export type NodeadmReading =
  /** No multipart: the whole text is one document. */
  | { readonly kind: 'document'; readonly part: Part }
  /** Every part in order; nodeadm uses those of exactly `application/node.eks.aws`. */
  | { readonly kind: 'multipart'; readonly parts: readonly Part[] }
  /** nodeadm gives up: the parts before that, and why. */
  | { readonly kind: 'broken'; readonly parts: readonly Part[]; readonly problem: UserDataProblem }

const document = (text: string): NodeadmReading => ({
  kind: 'document',
  part: { contentType: 'none', kind: looksLikeNodeConfig(text) ? 'nodeconfig' : 'other', text, firstLine: 1 },
})

/** Where the multipart body of a text begins and its boundary; `undefined` where nodeadm sees no multipart. */
export const multipartOf = (text: string): { readonly start: number; readonly boundary: string } | undefined => {
  const header = readGoHeader(text, 0, 'message')
  if (header.failure || (header.endsWithText && header.fields.length === 0)) return undefined
  const type = parseMediaType(fieldOf(header.fields, 'content-type')?.value ?? '')
  if (!type?.type.startsWith('multipart/')) return undefined
  return { start: header.next, boundary: type.parameters.get('boundary') ?? '' }
}

const partOf = ({ contentType, text, at }: GoPart, lineOf: (offset: number) => number): Part => ({
  contentType,
  kind: kindOfPart(contentType, text),
  text,
  firstLine: lineOf(at),
})

/**
 * Reads a decoded text as nodeadm does (`internal/configprovider/mime.go`: Go's `net/mail`, `mime` and `mime/multipart`).
 * The text of a NodeConfig part has its own base64 and gzip undone. Nothing is thrown; what makes nodeadm give up is the
 * `problem` of a `broken` reading.
 */
export const readAsNodeadm = (text: string): NodeadmReading => {
  const multipart = multipartOf(text)
  if (!multipart) return document(text)
  const lineOf = lineCounter(text)
  const { parts: read, failure } = readGoMultipart(text, multipart.start, multipart.boundary)
  const parts: Part[] = []
  for (const part of read) {
    const found = partOf(part, lineOf)
    if (found.contentType !== nodeConfigType) {
      parts.push(found)
      continue
    }
    const inner = decodeInner(found.text)
    const id = part.broken ? 'mime-bad-quoted-printable' : 'node-config-undecodable'
    if (part.broken || inner.opaque) return { kind: 'broken', parts, problem: mimeProblem(id, found.firstLine) }
    parts.push({ ...found, text: inner.text })
  }
  if (failure) return { kind: 'broken', parts, problem: mimeProblem(failure.id, lineOf(failure.at)) }
  return { kind: 'multipart', parts }
}
