import { deepestLevel, type ReadFailure } from './node-config-value.ts'
import { type Cursor, column } from './node-config-yaml-cursor.ts'

/** What the tokens of YAML are called. */
type TokenType =
  | 'alias'
  | 'anchor'
  | 'block-end'
  | 'block-mapping'
  | 'block-sequence'
  | 'document-end'
  | 'document-start'
  | 'entry'
  | 'flow-entry'
  | 'flow-mapping'
  | 'flow-mapping-end'
  | 'flow-sequence'
  | 'flow-sequence-end'
  | 'key'
  | 'plain'
  | 'stream-end'
  | 'tag'
  | 'tag-directive'
  | 'text'
  | 'value'
  | 'version-directive'

/** A token, by where it starts. */
export interface Token {
  readonly type: TokenType
  readonly at: number
  /** The scalar, the name of an anchor or alias, or the handle of a tag. */
  readonly value: string
  /** What follows the handle of a tag, or the prefix of a tag directive. */
  readonly suffix: string
}

/** A place at which a key may turn out to have started, once a colon follows on its line. */
interface SimpleKey {
  readonly at: number
  readonly line: number
  readonly column: number
  readonly required: boolean
  readonly token: number
}

/** Where a scan of tokens stands. */
export interface Scanner extends Cursor {
  readonly tokens: Token[]
  readonly indents: number[]
  /** One place for a key on each level of flow collections. */
  readonly keys: (SimpleKey | undefined)[]
  indent: number
  keyAllowed: boolean
  contentSeen: boolean
  done: boolean
  failure: ReadFailure | undefined
}

const longestSimpleKey = 1024

/** Ends the scan here, for the first reason given. */
export const fail = (scanner: Scanner, reason: ReadFailure['reason'] = 'syntax') => {
  scanner.failure ??= { reason, at: scanner.at }
  scanner.done = true
}

/** Adds a token at the end. */
export const add = (scanner: Scanner, type: TokenType, at: number, value = '', suffix = '') => {
  scanner.tokens.push({ type, at, value, suffix })
}

/** Whether the scan stands inside brackets or braces, where indentation means nothing. */
export const inFlow = (scanner: Scanner): boolean => scanner.keys.length > 1

/** Gives up the place for a key on this level; an error where only a key could stand. */
export const dropKey = (scanner: Scanner) => {
  if (scanner.keys.at(-1)?.required) fail(scanner)
  else scanner.keys[scanner.keys.length - 1] = undefined
}

/** Keeps this place, for a key may start here. */
export const saveKey = (scanner: Scanner) => {
  if (!scanner.keyAllowed) return
  dropKey(scanner)
  if (scanner.failure !== undefined) return
  scanner.keys[scanner.keys.length - 1] = {
    at: scanner.at,
    line: scanner.line,
    column: column(scanner),
    required: !inFlow(scanner) && scanner.indent === column(scanner),
    token: scanner.tokens.length,
  }
}

/** Starts a block collection, before the token given, where the column is deeper than the last. */
export const rollIndent = (scanner: Scanner, to: number, type: TokenType, token: number, at: number) => {
  if (inFlow(scanner) || scanner.indent >= to) return
  scanner.indents.push(scanner.indent)
  scanner.indent = to
  if (scanner.indents.length > deepestLevel) fail(scanner, 'deep')
  scanner.tokens.splice(token, 0, { type, at, value: '', suffix: '' })
}

/** Ends the block collections that are deeper than the column. */
export const unrollIndent = (scanner: Scanner, to: number) => {
  if (inFlow(scanner)) return
  while (scanner.indent > to) {
    add(scanner, 'block-end', scanner.at)
    scanner.indent = scanner.indents.pop() ?? -1
  }
}

/** Whether a colon comes too late for this key: on a later line, or too far on. */
export const isStale = (scanner: Scanner, key: SimpleKey): boolean =>
  key.line < scanner.line || key.at + longestSimpleKey < scanner.at
