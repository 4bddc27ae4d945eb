import { decodeGoBase64 } from './go-base64.ts'
import type { GoValue } from './node-config-value.ts'
import type { YamlScalar } from './node-config-yaml-node.ts'

/** A scalar's value, or that nodeadm refuses it, for it does not fit its tag. */
type Resolution = GoValue | 'refused'

const words = new Map<string, boolean | null | number>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(word => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(word => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map(word => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map(word => [word, Number.NaN] as const),
  ...['', '+', '-'].flatMap(sign =>
    ['.inf', '.Inf', '.INF'].map(word => [sign + word, Number.POSITIVE_INFINITY] as const),
  ),
])

const leastInteger = -(2n ** 63n)
const greatestInteger = 2n ** 64n - 1n
const numberStart = /^[-+0-9]/
const decimal = /^[-+]?[1-9][0-9]*$/
const octal = /^[-+]?0[oO]?[0-7]+$/
const based = /^[-+]?0(?:[xX][0-9a-fA-F]+|[bB][01]+)$/
/** goyaml hands on what follows `0b`, so that a sign may stand there. */
const signedBinary = /^0b[-+][01]{1,63}$/
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const dottedFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ]\d{1,2}:\d{1,2}:\d{1,2})/
/** No integer of 64 bits has more digits than this, in base 2. */
const longestInteger = 70

const integerOf = (plain: string): bigint | undefined => {
  if (plain.length > longestInteger) return undefined
  const negative = plain.startsWith('-')
  const digits = plain.replace(/^[-+]/, '')
  const value = magnitudeOf(plain, digits)
  if (value === undefined) return undefined
  const signed = negative ? -value : value
  if (signed > 2n ** 63n - 1n && /^[-+]/.test(plain)) return undefined
  return signed >= leastInteger && signed <= greatestInteger ? signed : undefined
}

const magnitudeOf = (plain: string, digits: string): bigint | undefined => {
  if (digits === '0' || decimal.test(plain)) return BigInt(digits)
  if (octal.test(plain)) return BigInt(`0o${digits.replace(/^0[oO]?/, '')}`)
  if (signedBinary.test(plain)) return BigInt(`0b${plain.slice(3)}`)
  return based.test(plain) ? BigInt(digits.toLowerCase()) : undefined
}

const literalOf = (value: number): string => {
  if (Object.is(value, -0)) return '-0'
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(BigInt(value)) : String(value)
}

type Type = 'text' | 'boolean' | 'null' | 'integer' | 'float' | 'timestamp'

interface Typed {
  readonly type: Type
  readonly value: Resolution
}

const floatOf = (at: number, text: string): Typed | undefined => {
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  return { type: 'float', value: { kind: 'number', at, literal: literalOf(value) } }
}

const numberOf = (at: number, text: string): Typed | undefined => {
  if (text.startsWith('.')) return dottedFloat.test(text) ? floatOf(at, text) : undefined
  if (!numberStart.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  const integer = integerOf(plain)
  if (integer !== undefined) return { type: 'integer', value: { kind: 'number', at, literal: String(integer) } }
  return float.test(plain) ? floatOf(at, plain) : undefined
}

const wordOf = (at: number, text: string): Typed | undefined => {
  const word = words.get(text)
  if (word === undefined) return undefined
  if (word === null) return { type: 'null', value: { kind: 'null', at } }
  if (typeof word === 'number') return { type: 'float', value: { kind: 'number', at, literal: String(word) } }
  return { type: 'boolean', value: { kind: 'boolean', at, value: word } }
}

const typed = ({ at, value: text }: YamlScalar): Typed => {
  const known = wordOf(at, text) ?? numberOf(at, text)
  if (known !== undefined) return known
  return { type: timestamp.test(text) ? 'timestamp' : 'text', value: { kind: 'text', at, text } }
}

const typesOfTags = new Map<string, Type>([
  ['bool', 'boolean'],
  ['int', 'integer'],
  ['float', 'float'],
  ['null', 'null'],
  ['timestamp', 'timestamp'],
])
const standardTag = 'tag:yaml.org,2002:'

const resolveBinary = (at: number, value: string): Resolution => {
  const bytes = decodeGoBase64(value)
  return bytes === undefined
    ? 'refused'
    : { kind: 'text', at, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) }
}

/**
 * Gives a scalar the type that goyaml v2 gives it: YAML 1.1 with `yes` and `on` as booleans, octal by a leading zero, no
 * numbers to base 60, timestamps left as text (go.yaml.in/yaml/v2, resolve.go).
 */
export const resolveScalar = (scalar: YamlScalar): Resolution => {
  const { at, value, tag, implicit } = scalar
  const text: GoValue = { kind: 'text', at, text: value }
  if (tag === '') return implicit ? typed(scalar).value : text
  if (!tag.startsWith(standardTag)) return text
  const name = tag.slice(standardTag.length)
  if (name === 'binary') return resolveBinary(at, value)
  const wanted = typesOfTags.get(name)
  if (wanted === undefined) return text
  const found = typed(scalar)
  const fits = found.type === wanted || (wanted === 'float' && found.type === 'integer')
  return fits ? found.value : 'refused'
}
