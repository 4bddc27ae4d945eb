import { deepestLevel, type ReadFailure } from './node-config-value.ts'
import {
  ahead,
  codes,
  column,
  isBlank,
  isBreak,
  isDocumentMarker,
  isGap,
  skipToBreak,
  takeBreak,
} from './node-config-yaml-cursor.ts'
import { takeAnchor, takeDirective, takeTag } from './node-config-yaml-names.ts'
import { takeBlock, takePlain, takeQuoted } from './node-config-yaml-scalars.ts'
import {
  add,
  dropKey,
  fail,
  inFlow,
  isStale,
  rollIndent,
  type Scanner,
  saveKey,
  type Token,
  unrollIndent,
} from './node-config-yaml-scanner.ts'

/** The tokens of a text's first document, up to the marker that ends it; `failure` is where the text is no YAML. */
interface TokenScan {
  readonly tokens: readonly Token[]
  readonly failure: ReadFailure | undefined
  /** The first token that was still taken for the start of a key when the scan ended; infinity if none was. */
  readonly openKey: number
  readonly endAt: number
}

const lookAhead = '\0\0\0\0'

const skipToToken = (scanner: Scanner) => {
  for (;;) {
    const tabsAllowed = inFlow(scanner) || !scanner.keyAllowed
    while (ahead(scanner) === codes.space || (tabsAllowed && ahead(scanner) === codes.tab)) scanner.at += 1
    if (ahead(scanner) === codes.hash) skipToBreak(scanner)
    if (!isBreak(ahead(scanner))) return
    takeBreak(scanner)
    if (!inFlow(scanner)) scanner.keyAllowed = true
  }
}

const takeStreamEnd = (scanner: Scanner) => {
  unrollIndent(scanner, -1)
  dropKey(scanner)
  add(scanner, 'stream-end', scanner.at)
  scanner.done = true
}

const takeDocumentMarker = (scanner: Scanner) => {
  const ends = ahead(scanner) === codes.dot
  unrollIndent(scanner, -1)
  dropKey(scanner)
  scanner.keyAllowed = false
  scanner.done = ends || scanner.contentSeen
  scanner.contentSeen = true
  add(scanner, ends ? 'document-end' : 'document-start', scanner.at)
  if (ends || !scanner.done) scanner.at += 3
}

const openFlow = (scanner: Scanner) => {
  saveKey(scanner)
  scanner.keys.push(undefined)
  if (scanner.keys.length > deepestLevel) return fail(scanner, 'deep')
  scanner.keyAllowed = true
  add(scanner, ahead(scanner) === codes.openBracket ? 'flow-sequence' : 'flow-mapping', scanner.at)
  scanner.at += 1
}

const closeFlow = (scanner: Scanner) => {
  dropKey(scanner)
  if (inFlow(scanner)) scanner.keys.pop()
  scanner.keyAllowed = false
  add(scanner, ahead(scanner) === codes.closeBracket ? 'flow-sequence-end' : 'flow-mapping-end', scanner.at)
  scanner.at += 1
}

const takeFlowEntry = (scanner: Scanner) => {
  dropKey(scanner)
  scanner.keyAllowed = true
  add(scanner, 'flow-entry', scanner.at)
  scanner.at += 1
}

const takeEntry = (scanner: Scanner) => {
  if (!inFlow(scanner) && !scanner.keyAllowed) return fail(scanner)
  rollIndent(scanner, column(scanner), 'block-sequence', scanner.tokens.length, scanner.at)
  dropKey(scanner)
  scanner.keyAllowed = true
  add(scanner, 'entry', scanner.at)
  scanner.at += 1
}

const takeKey = (scanner: Scanner) => {
  if (!inFlow(scanner) && !scanner.keyAllowed) return fail(scanner)
  rollIndent(scanner, column(scanner), 'block-mapping', scanner.tokens.length, scanner.at)
  dropKey(scanner)
  scanner.keyAllowed = !inFlow(scanner)
  add(scanner, 'key', scanner.at)
  scanner.at += 1
}

const takeValue = (scanner: Scanner) => {
  const key = scanner.keys.at(-1)
  const stale = key !== undefined && isStale(scanner, key)
  if (stale && key.required) return fail(scanner)
  if (key !== undefined && !stale) {
    scanner.tokens.splice(key.token, 0, { type: 'key', at: key.at, value: '', suffix: '' })
    rollIndent(scanner, key.column, 'block-mapping', key.token, key.at)
    scanner.keys[scanner.keys.length - 1] = undefined
    scanner.keyAllowed = false
  } else {
    if (!inFlow(scanner) && !scanner.keyAllowed) return fail(scanner)
    rollIndent(scanner, column(scanner), 'block-mapping', scanner.tokens.length, scanner.at)
    scanner.keyAllowed = !inFlow(scanner)
  }
  add(scanner, 'value', scanner.at)
  scanner.at += 1
}

const takeBlockScalar = (scanner: Scanner) => {
  const { at } = scanner
  dropKey(scanner)
  scanner.keyAllowed = true
  const value = takeBlock(scanner, scanner.indent)
  if (value === undefined) return fail(scanner)
  add(scanner, 'text', at, value)
}

const takeQuotedScalar = (scanner: Scanner) => {
  const { at } = scanner
  saveKey(scanner)
  scanner.keyAllowed = false
  const value = takeQuoted(scanner)
  if (value === undefined) return fail(scanner)
  add(scanner, 'text', at, value)
}

const takePlainScalar = (scanner: Scanner) => {
  const { at } = scanner
  saveKey(scanner)
  scanner.keyAllowed = false
  const plain = takePlain(scanner, scanner.indent, inFlow(scanner))
  if (plain === undefined) return fail(scanner)
  if (plain.broken) scanner.keyAllowed = true
  add(scanner, 'plain', at, plain.value)
}

const takers = new Map<number, (scanner: Scanner) => void>([
  [codes.openBracket, openFlow],
  [codes.openBrace, openFlow],
  [codes.closeBracket, closeFlow],
  [codes.closeBrace, closeFlow],
  [codes.comma, takeFlowEntry],
  [codes.asterisk, takeAnchor],
  [codes.ampersand, takeAnchor],
  [codes.exclamation, takeTag],
  [codes.singleQuote, takeQuotedScalar],
  [codes.doubleQuote, takeQuotedScalar],
  [codes.percent, fail],
  [codes.at, fail],
  [codes.backtick, fail],
  [codes.tab, fail],
])

const takeToken = (scanner: Scanner) => {
  const code = ahead(scanner)
  if (code === codes.end) return takeStreamEnd(scanner)
  if (code === codes.percent && column(scanner) === 0) return takeDirective(scanner)
  if (isDocumentMarker(scanner)) return takeDocumentMarker(scanner)
  scanner.contentSeen = true
  const taker = takers.get(code)
  if (taker !== undefined) return taker(scanner)
  const beforeGap = isGap(ahead(scanner, 1))
  if (code === codes.dash && beforeGap) return takeEntry(scanner)
  if (code === codes.question && (inFlow(scanner) || beforeGap)) return takeKey(scanner)
  if (code === codes.colon && (inFlow(scanner) || beforeGap)) return takeValue(scanner)
  if (code === codes.pipe || code === codes.greater) return inFlow(scanner) ? fail(scanner) : takeBlockScalar(scanner)
  if (isBlank(code)) return fail(scanner)
  return takePlainScalar(scanner)
}

/** Splits the first document of a YAML text into tokens as libyaml does (YAML 1.1), in one pass. */
export const scanTokens = (text: string): TokenScan => {
  const scanner: Scanner = {
    text: text + lookAhead,
    at: text.charCodeAt(0) === codes.byteOrderMark ? 1 : 0,
    line: 0,
    lineStart: text.charCodeAt(0) === codes.byteOrderMark ? 1 : 0,
    tokens: [],
    indents: [],
    keys: [undefined],
    indent: -1,
    keyAllowed: true,
    contentSeen: false,
    done: false,
    failure: undefined,
  }
  while (!scanner.done) {
    skipToToken(scanner)
    unrollIndent(scanner, column(scanner))
    takeToken(scanner)
  }
  const open = scanner.keys.find(key => key?.required || (key && !isStale(scanner, key)))
  return {
    tokens: scanner.tokens,
    failure: scanner.failure,
    openKey: open?.token ?? Number.POSITIVE_INFINITY,
    endAt: Math.min(scanner.at, text.length),
  }
}
