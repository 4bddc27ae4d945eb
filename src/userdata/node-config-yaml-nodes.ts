import { deepestLevel, type ReadFailure } from './node-config-value.ts'
import type { YamlMapping, YamlNode, YamlScalar, YamlSequence } from './node-config-yaml-node.ts'
import type { Token } from './node-config-yaml-scanner.ts'
import { scanTokens } from './node-config-yaml-tokens.ts'

/** The node of a text's first document; `endAt` is where the scan stopped. */
type YamlReading =
  | { readonly ok: true; readonly node: YamlNode; readonly endAt: number }
  | { readonly ok: false; readonly failure: ReadFailure }

interface Parser {
  readonly tokens: readonly Token[]
  readonly anchors: Map<string, YamlNode>
  readonly tagPrefixes: Map<string, string>
  readonly end: Token
  next: number
  failure: ReadFailure | undefined
}

type Place = 'block' | 'block-value' | 'flow'

const peek = (parser: Parser): Token => parser.tokens[parser.next] ?? parser.end
const typeAhead = (parser: Parser): Token['type'] => peek(parser).type

const accept = (parser: Parser, type: Token['type']): boolean => {
  if (typeAhead(parser) !== type) return false
  parser.next += 1
  return true
}

const empty = (at: number): YamlScalar => ({ kind: 'scalar', at, value: '', tag: '', implicit: true })

const fail = (parser: Parser, reason: ReadFailure['reason'] = 'syntax'): YamlNode => {
  const { at } = peek(parser)
  parser.failure ??= { reason, at }
  return empty(at)
}

interface Properties {
  readonly anchor: string
  readonly tag: string
}

const takeTag = (parser: Parser): string => {
  const { value: handle, suffix } = peek(parser)
  const prefix = handle === '' ? '' : parser.tagPrefixes.get(handle)
  if (prefix === undefined) fail(parser)
  parser.next += 1
  return `${prefix}${suffix}`
}

const takeAnchor = (parser: Parser): string => {
  const { value } = peek(parser)
  parser.next += 1
  return value
}

const takeProperties = (parser: Parser): Properties => {
  if (typeAhead(parser) === 'anchor') {
    const anchor = takeAnchor(parser)
    return { anchor, tag: typeAhead(parser) === 'tag' ? takeTag(parser) : '' }
  }
  if (typeAhead(parser) !== 'tag') return { anchor: '', tag: '' }
  const tag = takeTag(parser)
  return { anchor: typeAhead(parser) === 'anchor' ? takeAnchor(parser) : '', tag }
}

const parseScalar = (parser: Parser, tag: string): YamlScalar => {
  const { type, at, value } = peek(parser)
  parser.next += 1
  return { kind: 'scalar', at, value, tag, implicit: tag === '!' || (tag === '' && type === 'plain') }
}

const parseAlias = (parser: Parser): YamlNode => {
  const { at, value } = peek(parser)
  const target = parser.anchors.get(value)
  if (target === undefined) return fail(parser)
  parser.next += 1
  return { kind: 'alias', at, target }
}

const fillBlockSequence = (parser: Parser, items: YamlNode[], depth: number): void => {
  parser.next += 1
  while (parser.failure === undefined && !accept(parser, 'block-end')) {
    const { at } = peek(parser)
    if (!accept(parser, 'entry')) fail(parser)
    else if (typeAhead(parser) === 'entry' || typeAhead(parser) === 'block-end') items.push(empty(at))
    else items.push(parseNode(parser, 'block', depth))
  }
}

const fillIndentlessSequence = (parser: Parser, items: YamlNode[], depth: number): void => {
  while (parser.failure === undefined) {
    const { at } = peek(parser)
    if (!accept(parser, 'entry')) return
    if (typeAhead(parser) === 'entry' || endsBlockValue(parser)) items.push(empty(at))
    else items.push(parseNode(parser, 'block', depth))
  }
}

const endsBlockValue = (parser: Parser): boolean => {
  const type = typeAhead(parser)
  return type === 'key' || type === 'value' || type === 'block-end'
}

const parseBlockValue = (parser: Parser, at: number, depth: number): YamlNode =>
  endsBlockValue(parser) ? empty(at) : parseNode(parser, 'block-value', depth)

const fillBlockMapping = (parser: Parser, pairs: (readonly [YamlNode, YamlNode])[], depth: number): void => {
  parser.next += 1
  while (parser.failure === undefined && !accept(parser, 'block-end')) {
    const { at } = peek(parser)
    if (!accept(parser, 'key')) {
      fail(parser)
      return
    }
    const key = parseBlockValue(parser, at, depth)
    pairs.push([key, accept(parser, 'value') ? parseBlockValue(parser, at, depth) : empty(at)])
  }
}

const endsFlowValue = (parser: Parser, end: Token['type']): boolean =>
  typeAhead(parser) === 'flow-entry' || typeAhead(parser) === end

const parseFlowPair = (parser: Parser, end: Token['type'], depth: number): readonly [YamlNode, YamlNode] => {
  const { at } = peek(parser)
  const keyless = typeAhead(parser) === 'value' || endsFlowValue(parser, end)
  const key = keyless ? empty(at) : parseNode(parser, 'flow', depth)
  if (!accept(parser, 'value') || endsFlowValue(parser, end)) return [key, empty(at)]
  return [key, parseNode(parser, 'flow', depth)]
}

const parseFlowSequencePair = (parser: Parser, depth: number): YamlNode => {
  const { at } = peek(parser)
  if (typeAhead(parser) === 'value' || endsFlowValue(parser, 'flow-sequence-end')) {
    parser.next += 1
    return { kind: 'mapping', at, pairs: [[empty(at), parseFlowPairValue(parser, depth)]] }
  }
  return { kind: 'mapping', at, pairs: [parseFlowPair(parser, 'flow-sequence-end', depth)] }
}

const parseFlowPairValue = (parser: Parser, depth: number): YamlNode => {
  const { at } = peek(parser)
  if (!accept(parser, 'value') || endsFlowValue(parser, 'flow-sequence-end')) return empty(at)
  return parseNode(parser, 'flow', depth)
}

const fillFlowSequence = (parser: Parser, items: YamlNode[], depth: number): void => {
  parser.next += 1
  for (let first = true; parser.failure === undefined; first = false) {
    if (accept(parser, 'flow-sequence-end')) return
    if (!first && !accept(parser, 'flow-entry')) fail(parser)
    else if (accept(parser, 'key')) items.push(parseFlowSequencePair(parser, depth + 1))
    else if (typeAhead(parser) !== 'flow-sequence-end') items.push(parseNode(parser, 'flow', depth))
  }
}

const fillFlowMapping = (parser: Parser, pairs: (readonly [YamlNode, YamlNode])[], depth: number): void => {
  parser.next += 1
  for (let first = true; parser.failure === undefined; first = false) {
    if (accept(parser, 'flow-mapping-end')) return
    if (!first && !accept(parser, 'flow-entry')) fail(parser)
    else if (accept(parser, 'key')) pairs.push(parseFlowPair(parser, 'flow-mapping-end', depth))
    else if (typeAhead(parser) !== 'flow-mapping-end') {
      const key = parseNode(parser, 'flow', depth)
      pairs.push([key, empty(key.at)])
    }
  }
}

const parseCollection = (parser: Parser, place: Place, anchor: string, depth: number): YamlNode | undefined => {
  const { type, at } = peek(parser)
  const inBlock = place !== 'flow'
  const sequence = (fill: (parser: Parser, items: YamlNode[], depth: number) => void): YamlNode => {
    const node: YamlSequence = { kind: 'sequence', at, items: [] }
    if (anchor !== '') parser.anchors.set(anchor, node)
    fill(parser, node.items, depth + 1)
    return node
  }
  const mapping = (fill: typeof fillBlockMapping): YamlNode => {
    const node: YamlMapping = { kind: 'mapping', at, pairs: [] }
    if (anchor !== '') parser.anchors.set(anchor, node)
    fill(parser, node.pairs, depth + 1)
    return node
  }
  if (type === 'entry' && place === 'block-value') return sequence(fillIndentlessSequence)
  if (type === 'flow-sequence') return sequence(fillFlowSequence)
  if (type === 'flow-mapping') return mapping(fillFlowMapping)
  if (type === 'block-sequence' && inBlock) return sequence(fillBlockSequence)
  return type === 'block-mapping' && inBlock ? mapping(fillBlockMapping) : undefined
}

const parseNode = (parser: Parser, place: Place, depth: number): YamlNode => {
  if (depth > deepestLevel) return fail(parser, 'deep')
  if (typeAhead(parser) === 'alias') return parseAlias(parser)
  const { at } = peek(parser)
  const { anchor, tag } = takeProperties(parser)
  const { type } = peek(parser)
  if (type !== 'plain' && type !== 'text') {
    const collection = parseCollection(parser, place, anchor, depth)
    if (collection !== undefined) return collection
    if (anchor === '' && tag === '') return fail(parser)
  }
  const isText = type === 'plain' || type === 'text'
  const node: YamlNode = isText ? parseScalar(parser, tag) : { ...empty(at), tag, implicit: tag === '' }
  if (anchor !== '') parser.anchors.set(anchor, node)
  return node
}

const takeDirectives = (parser: Parser): boolean => {
  let versions = 0
  const { tagPrefixes } = parser
  while (typeAhead(parser) === 'version-directive' || typeAhead(parser) === 'tag-directive') {
    const { type, value, suffix } = peek(parser)
    if (type === 'version-directive') {
      versions += 1
      if (versions > 1 || value !== '1.1') fail(parser)
    } else if (tagPrefixes.has(value)) fail(parser)
    else tagPrefixes.set(value, suffix)
    parser.next += 1
  }
  if (!tagPrefixes.has('!')) tagPrefixes.set('!', '!')
  if (!tagPrefixes.has('!!')) tagPrefixes.set('!!', 'tag:yaml.org,2002:')
  return parser.next > 0
}

const endsDocument = (type: Token['type']): boolean =>
  type === 'document-start' || type === 'document-end' || type === 'stream-end' || type.endsWith('-directive')

const parseDocument = (parser: Parser): YamlNode => {
  const { at, type } = peek(parser)
  if (type === 'stream-end') return empty(at)
  const directed = takeDirectives(parser)
  const started = accept(parser, 'document-start')
  if (directed && !started) return fail(parser)
  if (started && endsDocument(typeAhead(parser))) return empty(at)
  return parseNode(parser, 'block', 0)
}

/**
 * Reads the first document of a YAML text as goyaml does. What follows the document, or its one flow collection, is not
 * looked at beyond the next token.
 */
export const readYamlNodes = (text: string): YamlReading => {
  const { tokens, failure, openKey, endAt } = scanTokens(text)
  const end: Token = { type: 'stream-end', at: endAt, value: '', suffix: '' }
  const parser: Parser = { tokens, anchors: new Map(), tagPrefixes: new Map(), end, next: 0, failure: undefined }
  const node = parseDocument(parser)
  const failureAfterwards = parser.next < Math.min(tokens.length, openKey)
  const found = failureAfterwards ? parser.failure : (failure ?? parser.failure)
  return found === undefined ? { ok: true, node, endAt } : { ok: false, failure: found }
}
