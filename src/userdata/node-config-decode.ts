import { decodeGoBase64 } from './go-base64.ts'
import type { Note } from './node-config-notes.ts'
import { nodeConfigShape, type Shape } from './node-config-schema.ts'
import type { GoObject, GoValue } from './node-config-value.ts'

/** A text of the document, with where it starts. */
export interface Placed {
  readonly text: string
  readonly at: number
}

/** What one NodeConfig says of what nodeadm checks and merges. */
export interface NodeConfigDraft {
  hasCluster: boolean
  name: Placed | undefined
  apiServerEndpoint: Placed | undefined
  certificateAuthority: Uint8Array | undefined
  cidr: Placed | undefined
  enableOutpost: boolean | undefined
  id: Placed | undefined
  containerdConfig: Placed | undefined
}

/** What a decoder tells while it walks a document, for the warnings. */
export interface DecodeWatcher {
  readonly unknown: (path: string, at: number) => void
  readonly known: (path: string, value: GoValue) => void
}

export type Decoded =
  | { readonly ok: true; readonly draft: NodeConfigDraft }
  | { readonly ok: false; readonly problem: Note }

interface Decoder {
  readonly draft: NodeConfigDraft
  readonly watcher: DecodeWatcher
  problem: Note | undefined
}

const apiVersions: ReadonlySet<string> = new Set(['node.eks.aws/v1alpha1', 'node.eks.aws/__internal'])

const wrongKind = (at: number): Note => ({
  id: 'node-config-wrong-kind',
  message:
    'nodeadm rejects this document, for it is no NodeConfig of node.eks.aws/v1alpha1. Set apiVersion to node.eks.aws/v1alpha1 and kind to NodeConfig, both as text.',
  at,
})

const identify = (root: GoValue): Note | undefined => {
  if (root.kind !== 'object') return wrongKind(root.at)
  const found = new Map<string, string>()
  for (const { key, at, value } of root.entries) {
    const field = key.toLowerCase()
    if (field !== 'apiversion' && field !== 'kind') continue
    if (value.kind === 'text') found.set(field, value.text)
    else if (value.kind !== 'null') return wrongKind(at)
  }
  const isNodeConfig = apiVersions.has(found.get('apiversion') ?? '') && found.get('kind') === 'NodeConfig'
  return isNodeConfig ? undefined : wrongKind(root.at)
}

const nouns: Record<Shape['type'], string> = {
  text: 'a text, in quotes if it looks like a number or a boolean',
  boolean: 'true or false',
  integer: 'a whole number',
  bytes: 'base64 text on one line, or in lines without indentation or spaces',
  time: 'a time such as 2026-01-31T00:00:00Z',
  any: 'any value',
  list: 'a list',
  map: 'a mapping',
  struct: 'a mapping',
}

const refuse = (decoder: Decoder, path: string, shape: Shape, at: number): void => {
  const place = path === '' ? 'A value' : path
  const id = shape.type === 'bytes' ? 'node-config-certificate' : 'node-config-wrong-type'
  decoder.problem ??= { id, message: `nodeadm rejects this NodeConfig: ${place} must be ${nouns[shape.type]}.`, at }
}

const wholeNumber = /^-?[0-9]{1,20}$/
const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[-+](?:[01]\d|2[0-3]):[0-5]\d)$/

const isInt64 = (literal: string): boolean =>
  wholeNumber.test(literal) && BigInt(literal) >= -(2n ** 63n) && BigInt(literal) < 2n ** 63n

const byteOf = (value: GoValue): number | undefined => {
  if (value.kind === 'null') return 0
  const byte = value.kind === 'number' && wholeNumber.test(value.literal) ? Number(value.literal) : Number.NaN
  return byte >= 0 && byte <= 255 && !Object.is(byte, -0) ? byte : undefined
}

/** Go takes base64 text for bytes, and also a list of numbers. */
const bytesOf = (value: GoValue): Uint8Array | undefined => {
  if (value.kind === 'text') return decodeGoBase64(value.text)
  if (value.kind !== 'list') return undefined
  const bytes = value.items.map(byteOf)
  return bytes.every(byte => byte !== undefined) ? Uint8Array.from(bytes) : undefined
}

const decodeStruct = (
  decoder: Decoder,
  value: GoObject,
  shape: Extract<Shape, { type: 'struct' }>,
  path: string,
): void => {
  for (const entry of value.entries) {
    const inner = path === '' ? entry.key : `${path}.${entry.key}`
    const field = shape.fields.get(entry.key)
    if (field !== undefined) decodeValue(decoder, entry.value, field, inner)
    else if (shape.closed && !isIdentity(inner)) decoder.watcher.unknown(inner, entry.at)
  }
}

const isIdentity = (path: string): boolean => path.toLowerCase() === 'apiversion' || path.toLowerCase() === 'kind'

const fits = (value: GoValue, shape: Shape): boolean => {
  switch (shape.type) {
    case 'text':
      return value.kind === 'text'
    case 'boolean':
      return value.kind === 'boolean'
    case 'integer':
      return value.kind === 'number' && isInt64(value.literal)
    case 'bytes':
      return bytesOf(value) !== undefined
    case 'time':
      return value.kind === 'text' && rfc3339.test(value.text)
    case 'list':
      return value.kind === 'list'
    case 'map':
    case 'struct':
      return value.kind === 'object'
    default:
      return true
  }
}

const decodeValue = (decoder: Decoder, value: GoValue, shape: Shape, path: string) => {
  if (value.kind !== 'null' && !fits(value, shape)) return refuse(decoder, path, shape, value.at)
  keep(decoder.draft, path, value)
  decoder.watcher.known(path, value)
  if (shape.type === 'struct' && value.kind === 'object') decodeStruct(decoder, value, shape, path)
  if (shape.type === 'map' && value.kind === 'object') {
    // A path is said in messages, and only the keys of nodeadm's own fields are known to be no secret.
    for (const entry of value.entries) decodeValue(decoder, entry.value, shape.of, `${path}.*`)
  }
  if (shape.type === 'list' && value.kind === 'list') {
    for (const item of value.items) decodeValue(decoder, item, shape.of, path)
  }
}

/** Null leaves a text as it was, and takes a pointer or a slice away (k8s.io's sigs.k8s.io/json, decode.go). */
const keep = (draft: NodeConfigDraft, path: string, value: GoValue): void => {
  const text = value.kind === 'text' ? { text: value.text, at: value.at } : undefined
  if (path === 'spec.cluster') draft.hasCluster ||= value.kind === 'object'
  else if (path === 'spec.cluster.name') draft.name = text ?? draft.name
  else if (path === 'spec.cluster.apiServerEndpoint') draft.apiServerEndpoint = text ?? draft.apiServerEndpoint
  else if (path === 'spec.cluster.cidr') draft.cidr = text ?? draft.cidr
  else if (path === 'spec.cluster.id') draft.id = text ?? draft.id
  else if (path === 'spec.cluster.certificateAuthority') draft.certificateAuthority = bytesOf(value)
  else if (path === 'spec.cluster.enableOutpost')
    draft.enableOutpost = value.kind === 'boolean' ? value.value : undefined
  else if (path === 'spec.containerd.config') draft.containerdConfig = text ?? draft.containerdConfig
}

/**
 * Decodes a document into nodeadm's v1alpha1 types as its universal decoder does (nodeadm/internal/api/bridge/decode.go):
 * apiVersion and kind in any case, every other key in its own, unknown keys dropped, and any wrong type an error.
 */
export const decodeNodeConfig = (root: GoValue, watcher: DecodeWatcher): Decoded => {
  const wrong = identify(root)
  if (wrong !== undefined) return { ok: false, problem: wrong }
  const draft: NodeConfigDraft = {
    hasCluster: false,
    name: undefined,
    apiServerEndpoint: undefined,
    certificateAuthority: undefined,
    cidr: undefined,
    enableOutpost: undefined,
    id: undefined,
    containerdConfig: undefined,
  }
  const decoder: Decoder = { draft, watcher, problem: undefined }
  decodeValue(decoder, root, nodeConfigShape, '')
  return decoder.problem === undefined ? { ok: true, draft } : { ok: false, problem: decoder.problem }
}
