import type { GoEntry, GoValue, ReadFailure, TextReading } from './node-config-value.ts'
import { deepestLevel } from './node-config-value.ts'
import type { YamlMapping, YamlNode } from './node-config-yaml-node.ts'
import { readYamlNodes } from './node-config-yaml-nodes.ts'
import { resolveScalar } from './node-config-yaml-resolve.ts'

interface Converter {
  readonly expanding: Set<YamlNode>
  steps: number
  aliasSteps: number
  aliasDepth: number
  /** Whether anything was seen that JSON cannot hold; a later key of the same name may have replaced it. */
  suspect: boolean
  readonly replacing: number[]
  failure: ReadFailure | undefined
}

/** A bound of ours on what aliases may unfold to: goyaml goes on to 400,000 steps. */
const mostAliasSteps = 10_000
const mostAliasedShare = 0.99
const nonFinite: ReadonlySet<string> = new Set(['NaN', 'Infinity'])
/** Stands for a key that JSON cannot hold. */
const noKey = '\0'

const fail = (converter: Converter, at: number, reason: ReadFailure['reason'] = 'syntax'): GoValue => {
  converter.failure ??= { reason, at }
  return { kind: 'null', at }
}

const countStep = (converter: Converter, at: number): void => {
  converter.steps += 1
  if (converter.aliasDepth > 0) converter.aliasSteps += 1
  const { steps, aliasSteps } = converter
  const mostlyAliases = aliasSteps > 100 && steps > 1000 && aliasSteps / steps > mostAliasedShare
  if (mostlyAliases || aliasSteps > mostAliasSteps) fail(converter, at, 'aliases')
}

const isMerge = (key: YamlNode): boolean =>
  key.kind === 'scalar' && key.value === '<<' && (key.implicit || key.tag === 'tag:yaml.org,2002:merge')

const keyOf = (converter: Converter, node: YamlNode, depth: number): string | undefined => {
  const key = convert(converter, node, depth)
  if (key.kind === 'text') return key.text
  if (key.kind === 'boolean') return String(key.value)
  if (key.kind === 'number' && !isUnsigned(key.literal)) return String(Number(key.literal))
  if (key.kind === 'object' || key.kind === 'list') fail(converter, node.at)
  return undefined
}

/** Go has these in a type of their own, which is no key. */
const isUnsigned = (literal: string): boolean => {
  if (!/^[0-9]{19,20}$/.test(literal)) return false
  const value = BigInt(literal)
  return value >= 2n ** 63n && value < 2n ** 64n
}

const targetOf = (node: YamlNode): YamlNode => (node.kind === 'alias' ? node.target : node)

const mergeInto = (converter: Converter, entries: Map<string, GoEntry>, node: YamlNode, depth: number): void => {
  if (node.kind === 'sequence') {
    for (const item of node.items.toReversed()) {
      if (targetOf(item).kind !== 'mapping') fail(converter, item.at)
      else mergeInto(converter, entries, item, depth)
    }
    return
  }
  const target = targetOf(node)
  if (target.kind !== 'mapping') {
    fail(converter, node.at)
    return
  }
  if (node.kind === 'alias') throughAlias(converter, node, () => fillMapping(converter, entries, target, depth))
  else fillMapping(converter, entries, target, depth)
}

const throughAlias = <T>(converter: Converter, alias: YamlNode, expand: () => T): T | undefined => {
  countStep(converter, alias.at)
  if (converter.expanding.has(alias)) {
    fail(converter, alias.at)
    return undefined
  }
  converter.expanding.add(alias)
  converter.aliasDepth += 1
  const value = expand()
  converter.aliasDepth -= 1
  converter.expanding.delete(alias)
  return value
}

const fillMapping = (converter: Converter, entries: Map<string, GoEntry>, node: YamlMapping, depth: number): void => {
  if (depth > deepestLevel) {
    fail(converter, node.at, 'deep')
    return
  }
  countStep(converter, node.at)
  const own = new Set<string>()
  for (const [keyNode, valueNode] of node.pairs) {
    if (converter.failure !== undefined) return
    if (isMerge(keyNode)) {
      mergeInto(converter, entries, valueNode, depth + 1)
      continue
    }
    const key = keyOf(converter, keyNode, depth + 1)
    const value = convert(converter, valueNode, depth + 1)
    if (key !== undefined) {
      if (own.has(key)) converter.replacing.push(keyNode.at)
      own.add(key)
      entries.set(key, { key, at: keyNode.at, value })
    } else {
      converter.suspect = true
      entries.set(noKey, { key: noKey, at: keyNode.at, value: { kind: 'number', at: keyNode.at, literal: 'NaN' } })
    }
  }
}

const convertMapping = (converter: Converter, node: YamlMapping, depth: number): GoValue => {
  const entries = new Map<string, GoEntry>()
  fillMapping(converter, entries, node, depth)
  return { kind: 'object', at: node.at, entries: [...entries.values()] }
}

const convertList = (converter: Converter, at: number, nodes: readonly YamlNode[], depth: number): GoValue => {
  const items: GoValue[] = []
  countStep(converter, at)
  for (const node of nodes) {
    if (converter.failure !== undefined) break
    items.push(convert(converter, node, depth + 1))
  }
  return { kind: 'list', at, items }
}

const convert = (converter: Converter, node: YamlNode, depth: number): GoValue => {
  if (depth > deepestLevel) return fail(converter, node.at, 'deep')
  if (node.kind === 'alias') {
    const { at, target } = node
    return throughAlias(converter, node, () => convert(converter, target, depth + 1)) ?? { kind: 'null', at }
  }
  if (node.kind === 'mapping') return convertMapping(converter, node, depth)
  if (node.kind === 'sequence') return convertList(converter, node.at, node.items, depth)
  countStep(converter, node.at)
  const value = resolveScalar(node)
  if (value !== 'refused' && value.kind === 'number' && nonFinite.has(value.literal)) converter.suspect = true
  return value === 'refused' ? fail(converter, node.at) : value
}

/** Where something stands that JSON cannot hold: NaN, an infinity, or a key that is null or unsigned. */
const refusedAt = (value: GoValue): number | undefined => {
  if (value.kind === 'number') return Number.isFinite(Number(value.literal)) ? undefined : value.at
  const inner =
    value.kind === 'object' ? value.entries.map(entry => entry.value) : value.kind === 'list' ? value.items : []
  for (const item of inner) {
    const at = refusedAt(item)
    if (at !== undefined) return at
  }
  return undefined
}

const compareKeys = (one: GoEntry, other: GoEntry): number => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)

const isForbidden = (code: number): boolean => {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d
  if (code < 0x7f) return false
  return (code < 0xa0 && code !== 0x85) || code > 0xfffd
}

/** goyaml reads its text in pieces of this many bytes, and looks at no character of a later one. */
const pieceLength = 512

/** Where the first character stands that YAML 1.1 forbids, in the pieces up to the end of the document. */
const forbiddenAt = (text: string, endAt: number): number | undefined => {
  const end = Math.min(text.length, Math.ceil(endAt / pieceLength) * pieceLength)
  for (let at = 0; at < end; at += 1) if (isForbidden(text.charCodeAt(at))) return at
  return undefined
}

/**
 * Reads the first document of a YAML text as `sigs.k8s.io/yaml` turns it into JSON: goyaml v2 types, the last of doubled
 * keys, merge keys where they stand, keys as text, and the keys of the document itself in order.
 */
export const readGoYaml = (text: string): TextReading => {
  const reading = readYamlNodes(text)
  if (!reading.ok) return reading
  const forbidden = forbiddenAt(text, reading.endAt)
  if (forbidden !== undefined) return { ok: false, failure: { reason: 'syntax', at: forbidden } }
  const converter: Converter = {
    expanding: new Set(),
    steps: 0,
    aliasSteps: 0,
    aliasDepth: 0,
    suspect: false,
    replacing: [],
    failure: undefined,
  }
  const value = convert(converter, reading.node, 0)
  if (converter.failure !== undefined) return { ok: false, failure: converter.failure }
  const refused = converter.suspect ? refusedAt(value) : undefined
  if (refused !== undefined) return { ok: false, failure: { reason: 'syntax', at: refused } }
  const sorted = value.kind === 'object' ? { ...value, entries: value.entries.toSorted(compareKeys) } : value
  return { ok: true, value: sorted, endAt: reading.endAt, replacing: converter.replacing }
}
