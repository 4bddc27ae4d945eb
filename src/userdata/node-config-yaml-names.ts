import { ahead, type Cursor, codes, isBreak, takeBreak } from './node-config-yaml-cursor.ts'
import { add, dropKey, fail, type Scanner, saveKey, unrollIndent } from './node-config-yaml-scanner.ts'

const versionDirective = /%YAML[ \t]+([0-9]{1,2})\.([0-9]{1,2})(?=[ \t\n\r\u0085\u2028\u2029\0#])/y
const tagDirective =
  /%TAG[ \t]+(!(?:[\w-]*!)?)[ \t]+((?:[\w;/?:@&=+$,.!~*'()[\]-]|%[0-9a-fA-F]{2})+)(?=[ \t\n\r\u0085\u2028\u2029\0])/y
const directiveEnd = /[ \t]*(?:#[^\n\r\u0085\u2028\u2029\0]*)?(?=[\n\r\u0085\u2028\u2029\0])/y

const take = (cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined => {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text) ?? undefined
  if (found !== undefined) cursor.at += found[0].length
  return found
}

/** Takes a `%YAML` or `%TAG` line; libyaml refuses any other. */
export const takeDirective = (scanner: Scanner) => {
  const { at } = scanner
  unrollIndent(scanner, -1)
  dropKey(scanner)
  scanner.keyAllowed = false
  const version = take(scanner, versionDirective)
  const tag = version === undefined ? take(scanner, tagDirective) : undefined
  if (version !== undefined) add(scanner, 'version-directive', at, `${Number(version[1])}.${Number(version[2])}`)
  else if (tag !== undefined) add(scanner, 'tag-directive', at, tag[1], tag[2])
  else return fail(scanner)
  if (take(scanner, directiveEnd) === undefined) return fail(scanner)
  if (isBreak(ahead(scanner))) takeBreak(scanner)
}

const anchorName = /[&*]([\w-]+)(?=[ \t\n\r\u0085\u2028\u2029\0?:,\]}%@`])/y
const verbatimTag = /!<((?:[\w;/?:@&=+$,.!~*'()[\]-]|%[0-9a-fA-F]{2})+)>(?=[ \t\n\r\u0085\u2028\u2029\0])/y
const handledTag = /(![\w-]*!)((?:[\w;/?:@&=+$,.!~*'()[\]-]|%[0-9a-fA-F]{2})+)(?=[ \t\n\r\u0085\u2028\u2029\0])/y
const plainTag = /!(?![\w-]*!)((?:[\w;/?:@&=+$,.!~*'()[\]-]|%[0-9a-fA-F]{2})*)(?=[ \t\n\r\u0085\u2028\u2029\0])/y

/** Takes `&name` or `*name`. */
export const takeAnchor = (scanner: Scanner) => {
  const { at } = scanner
  const type = ahead(scanner) === codes.ampersand ? 'anchor' : 'alias'
  saveKey(scanner)
  scanner.keyAllowed = false
  const name = take(scanner, anchorName)?.[1]
  if (name === undefined) return fail(scanner)
  add(scanner, type, at, name)
}

/** Takes a tag: `!`, `!name`, `!!name`, `!handle!name` or `!<name>`. */
export const takeTag = (scanner: Scanner) => {
  const { at } = scanner
  saveKey(scanner)
  scanner.keyAllowed = false
  const verbatim = take(scanner, verbatimTag)
  if (verbatim !== undefined) return add(scanner, 'tag', at, '', verbatim[1])
  const handled = take(scanner, handledTag)
  if (handled !== undefined) return add(scanner, 'tag', at, handled[1], handled[2])
  const plain = take(scanner, plainTag)
  if (plain === undefined) return fail(scanner)
  if (plain[1] === '') add(scanner, 'tag', at, '', '!')
  else add(scanner, 'tag', at, '!', plain[1])
}
