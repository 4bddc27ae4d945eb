/** What a Content-Type says, as Go's `mime.ParseMediaType` gives it; `parameters` by lower-case name. */
interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

const goSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
const tokenCharacters = /[!#$%&'*+\-.^_`{|}~0-9A-Za-z]*/y
const typeAndSubtype = /^[!#$%&'*+\-.^_`{|}~0-9a-z]+(?:\/[!#$%&'*+\-.^_`{|}~0-9a-z]+)?$/
/** More make a header unreadable here, though not to Go: the bound is for hostile text. */
const mostParameters = 1000
const specialCharacters = '()<>@,;:\\"/[]?='

/** Go lower-cases two letters outside ASCII to ASCII ones; JavaScript makes two characters of the first. */
const goLowerCase = (text: string): string => text.replaceAll('\u0130', 'i').toLowerCase()

const skipSpace = (text: string, from: number): number => {
  let at = from
  while (at < text.length && goSpace.test(text.charAt(at))) at++
  return at
}

const goTrim = (text: string): string => {
  let end = text.length
  while (end > 0 && goSpace.test(text.charAt(end - 1))) end--
  return text.slice(skipSpace(text, 0), end)
}

interface Taken {
  readonly value: string
  readonly next: number
}

const takeToken = (text: string, from: number): Taken => {
  tokenCharacters.lastIndex = from
  const value = tokenCharacters.exec(text)?.[0] ?? ''
  return { value, next: from + value.length }
}

const takeQuoted = (text: string, from: number): Taken | undefined => {
  let value = ''
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') return { value, next: at + 1 }
    if (character === '\r' || character === '\n') return undefined
    const escaped = character === '\\' && at + 1 < text.length && specialCharacters.includes(text.charAt(at + 1))
    if (escaped) at++
    value += text.charAt(at)
  }
  return undefined
}

const takeValue = (text: string, from: number): Taken | undefined => {
  if (text[from] === '"') return takeQuoted(text, from)
  const token = takeToken(text, from)
  return token.value === '' ? undefined : token
}

const takeParameter = (text: string, from: number): (Taken & { readonly name: string }) | undefined => {
  if (text[from] !== ';') return undefined
  const name = takeToken(text, skipSpace(text, from + 1))
  if (name.value === '') return undefined
  const equals = skipSpace(text, name.next)
  if (text[equals] !== '=') return undefined
  const value = takeValue(text, skipSpace(text, equals + 1))
  return value && { name: name.value.toLowerCase(), ...value }
}

const takeParameters = (text: string): ReadonlyMap<string, string> | undefined => {
  const parameters = new Map<string, string>()
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const parameter = takeParameter(text, at)
    if (parameter === undefined) return goTrim(text.slice(at)) === ';' ? parameters : undefined
    const { name, value, next } = parameter
    if (parameters.size >= mostParameters) return undefined
    if (parameters.has(name) && parameters.get(name) !== value) return undefined
    parameters.set(name, value)
    at = skipSpace(text, next)
  }
  return parameters
}

const percentDecode = (text: string): string | undefined => {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  if (!text.includes('%')) return text
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (const [piece] of text.matchAll(/%[0-9A-Fa-f]{2}|[^%]+/g)) {
    if (piece.startsWith('%')) bytes.push(Number.parseInt(piece.slice(1), 16))
    else for (const byte of encoder.encode(piece)) bytes.push(byte)
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

const decodeExtended = (text: string): string | undefined => {
  const [, charset = '', value = ''] = /^([^']*)'[^']*'([\s\S]*)$/.exec(text) ?? []
  return ['us-ascii', 'utf-8'].includes(charset.toLowerCase()) ? percentDecode(value) : undefined
}

const stitch = (name: string, pieces: ReadonlyMap<string, string>): string | undefined => {
  const single = pieces.get(`${name}*`)
  if (single !== undefined) return decodeExtended(single)
  let whole: string | undefined
  for (let index = 0; ; index++) {
    const plain = pieces.get(`${name}*${index}`)
    const encoded = pieces.get(`${name}*${index}*`)
    if (plain !== undefined) whole = (whole ?? '') + plain
    else if (encoded === undefined) return whole
    else whole = (whole ?? '') + ((index === 0 ? decodeExtended(encoded) : percentDecode(encoded)) ?? '')
  }
}

const stitchAll = (pieces: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const whole = new Map([...pieces].filter(([name]) => !name.includes('*')))
  const names = new Set(
    [...pieces.keys()].filter(name => name.includes('*')).map(name => name.slice(0, name.indexOf('*'))),
  )
  for (const name of names) {
    const value = stitch(name, pieces)
    if (value !== undefined) whole.set(name, value)
  }
  return whole
}

/**
 * Reads a Content-Type value as strictly as Go's `mime.ParseMediaType`, which nodeadm uses; `undefined` where Go gives an
 * error: a type that is no token, a parameter that does not parse, the same parameter with two values.
 */
export const parseMediaType = (value: string): MediaType | undefined => {
  const semicolon = value.indexOf(';')
  const end = semicolon < 0 ? value.length : semicolon
  const type = goTrim(goLowerCase(value.slice(0, end)))
  if (!typeAndSubtype.test(type)) return undefined
  const parameters = takeParameters(value.slice(end))
  return parameters && { type, parameters: stitchAll(parameters) }
}
