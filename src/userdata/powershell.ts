import type { NamedCluster } from '../core/user-data.ts'
import { certificateSha256 } from './certificate.ts'

/** What a PowerShell part does to bring a Windows node into its cluster. */
export interface PowerShellFacts {
  readonly callsBootstrap: boolean
  readonly cluster: NamedCluster
}

/**
 * Reads the call of Start-EKSBootstrap.ps1 in a PowerShell part: comments and the insides of strings are no calls.
 * @returns whether there is one, by the script's name or its `-EKSClusterName`, and the arguments that stand in it as
 * plain text. One that is computed, or that two calls give differently, is absent.
 * https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-windows-ami.html
 */
export const readPowerShell = (text: string): PowerShellFacts => {
  const { callsBootstrap, given } = callIn(text)
  const name = onlyOne(given.get('-eksclustername'))
  const endpoint = onlyOne(given.get('-apiserverendpoint'))
  const caSha256 = certificateSha256(onlyOne(given.get('-base64clusterca')))
  return {
    callsBootstrap,
    cluster: {
      ...(name === undefined ? {} : { name }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(caSha256 === undefined ? {} : { caSha256 }),
    },
  }
}

const scriptName = 'start-eksbootstrap'
const clusterName = '-eksclustername'
const parameters: readonly string[] = [clusterName, '-apiserverendpoint', '-base64clusterca']

/** The values that one parameter was given; undefined stands for one that is computed. */
type Given = Set<string | undefined>

const callIn = (text: string) => {
  const given = new Map<string, Given>()
  let callsBootstrap = false
  let awaiting: string | undefined
  for (let token = tokenAt(text, 0); token.start < text.length; token = tokenAt(text, token.end)) {
    if (token.kind === 'nothing') continue
    if (awaiting !== undefined) give(given, awaiting, meaningOf(text, token))
    awaiting = undefined
    if (token.kind === 'mark') continue
    callsBootstrap ||= namesScript(text, token)
    if (token.kind !== 'word' || text[token.start] !== '-') continue
    const [parameter = '', value] = splitOnce(text.slice(token.start, token.end), ':')
    const name = parameter.toLowerCase()
    if (!parameters.includes(name)) continue
    callsBootstrap ||= name === clusterName
    if (value) give(given, name, plainWord(value))
    else awaiting = name
  }
  return { callsBootstrap, given }
}

const give = (given: Map<string, Given>, parameter: string, value: string | undefined) => {
  given.set(parameter, (given.get(parameter) ?? new Set()).add(value))
}

const onlyOne = (values: Given = new Set()): string | undefined => (values.size === 1 ? [...values][0] : undefined)

/** A path that ends in the script, or a command line with it; a sentence that mentions it is none. */
const namesScript = (text: string, { start, end }: Token) => {
  if (end - start < scriptName.length) return false
  const source = text.slice(start, end).toLowerCase()
  const at = source.indexOf(scriptName)
  return at >= 0 && (at === 0 || '\\/"\''.includes(source[at - 1] ?? ''))
}

const splitOnce = (text: string, mark: string): readonly string[] => {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** A stretch of PowerShell; of a string, with its quotes. */
interface Token {
  readonly kind: 'nothing' | 'word' | 'string' | 'mark'
  readonly start: number
  readonly end: number
}

const space = /[^\S\n]+/y
const word = /[^\s;|&(){},'"`]+/y
const marks = /[\n;|&(){},]+/y
const continuation = /`\r?\n/y
const hereString = /@(['"])[^\S\n]*\n/y

const tokenAt = (text: string, start: number): Token => {
  switch (text[start]) {
    case "'":
    case '"':
      return { kind: 'string', start, end: endOfString(text, start) }
    case '#':
      return { kind: 'nothing', start, end: before(text, '\n', start) }
    case '<':
      return text[start + 1] === '#'
        ? { kind: 'nothing', start, end: after(text, '#>', start + 2) }
        : wordAt(text, start)
    case '@':
      return hereStringAt(text, start) ?? wordAt(text, start)
    case '`':
      return { kind: 'nothing', start, end: endOf(continuation, text, start) ?? start + 1 }
    default:
      return wordAt(text, start)
  }
}

const wordAt = (text: string, start: number): Token => {
  const afterWord = endOf(word, text, start)
  if (afterWord !== undefined) return { kind: 'word', start, end: afterWord }
  const afterSpace = endOf(space, text, start)
  if (afterSpace !== undefined) return { kind: 'nothing', start, end: afterSpace }
  return { kind: 'mark', start, end: endOf(marks, text, start) ?? start + 1 }
}

const hereStringAt = (text: string, start: number): Token | undefined => {
  const first = endOf(hereString, text, start)
  // The newline that opens a here-string may be the one that its end stands after.
  return first === undefined ? undefined : { kind: 'mark', start, end: after(text, `\n${text[start + 1]}@`, first - 1) }
}

const endOfString = (text: string, start: number): number => {
  const quote = text[start]
  let at = start + 1
  while (at < text.length && (text[at] !== quote || text[at + 1] === quote)) {
    at += text[at] === quote || (quote === '"' && text[at] === '`') ? 2 : 1
  }
  return Math.min(at + 1, text.length)
}

/** What a word or a string means, where that stands in the text. */
const meaningOf = (text: string, { kind, start, end }: Token): string | undefined => {
  if (!isOver(text, end)) return undefined
  const source = text.slice(start, end)
  return kind === 'string' ? plainString(source) : plainWord(source)
}

const plainString = (source: string): string | undefined => {
  const quote = source[0] ?? ''
  const inner = source.slice(1, -1)
  if (inner === '' || !source.endsWith(quote) || (quote === '"' && /[$`]/.test(inner))) return undefined
  return inner.replaceAll(quote + quote, quote)
}

/** Whether nothing is joined to what ends here, as in `'a'.Trim()` or `a"$b"`. */
const isOver = (text: string, at: number) => at >= text.length || /[\s;|&)}]/.test(text[at] ?? '')

/** A bare word that means itself: no variable, no switch, no redirection. */
const plainWord = (source: string): string | undefined => (/^[A-Za-z0-9][\w.:/+=-]*$/.test(source) ? source : undefined)

const endOf = (pattern: RegExp, text: string, at: number): number | undefined => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

const before = (text: string, mark: string, at: number) => {
  const found = text.indexOf(mark, at)
  return found < 0 ? text.length : found
}

const after = (text: string, mark: string, at: number) => Math.min(before(text, mark, at) + mark.length, text.length)
