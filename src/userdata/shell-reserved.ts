import { close, draftOf, enterBranch, finish, type List, open } from './shell-list.ts'
import { skipArithmetic, take } from './shell-substitutions.ts'
import { lineOf, type Word } from './shell-syntax.ts'
import { readWord } from './shell-words.ts'

/** The text of a word without quotes and without anything computed, which alone can be a reserved word. */
export const plainTextOf = ({ pieces }: Word): string | undefined => {
  const [piece, ...rest] = pieces
  return piece?.kind === 'text' && !piece.quoted && rest.length === 0 ? piece.text : undefined
}

/** Ends the words of `for x in …` and `case … in`, which are kept as a command. */
const readHead = (list: List, word: Word, ending?: string) => {
  const draft = draftOf(list, word.line)
  draft.words.push(word)
  for (;;) {
    take(list.reader, /(?:[ \t]|\\\r?\n|\r(?=\n))+/y)
    const before = list.reader.position
    const next = list.reader.text[before]
    if (next === '(' && list.reader.text[before + 1] === '(' && skipArithmetic(list.reader)) continue
    const part = readWord(list.reader)
    if (list.reader.position === before) break
    draft.words.push(part)
    if (ending !== undefined && plainTextOf(part) === ending) break
  }
  finish(list)
}

const testEnd = /\]\](?=[ \t\r\n;&|()<>]|$)/y

/** `[[ … ]]`, whose operators are no operators of the shell; it ends with its line unless `&&` or `||` stands there. */
const readTest = (list: List, word: Word) => {
  const { reader } = list
  const { words } = draftOf(list, word.line)
  words.push(word)
  for (let last = '&&'; ; ) {
    take(reader, /(?:&&|\|\|)$/.test(last) ? /(?:[ \t\r\n]|\\\r?\n)+/y : /(?:[ \t]|\\\r?\n|\r(?=\n))+/y)
    const { position } = reader
    const line = lineOf(reader)
    const end = take(reader, testEnd)
    if (end !== '') {
      words.push({ pieces: [{ kind: 'text', text: end, quoted: false }], line })
      return
    }
    const part = readWord(reader, true)
    if (reader.position === position) return
    words.push(part)
    last = plainTextOf(part) ?? ''
  }
}

const startCase = (list: List, word: Word) => {
  readHead(list, word, 'in')
  open(list, 'case', 'body')
  const last = list.compounds.at(-1)
  if (last !== undefined) last.patterns = true
}

const startLoop = (list: List, word: Word) => {
  readHead(list, word)
  open(list, 'for', 'body')
}

/** `function name`, with or without parentheses. */
const startFunction = (list: List) => {
  take(list.reader, /[ \t]+/y)
  const name = readWord(list.reader)
  take(list.reader, /[ \t]*\([ \t]*\)/y)
  list.functionName = plainTextOf(name) ?? ''
}

/** What a reserved word does, once it has been read where a command may start. */
export const reserved: ReadonlyMap<string, (list: List, word: Word) => void> = new Map([
  ['if', list => open(list, 'if', 'condition')],
  ['then', list => enterBranch(list, 'then')],
  ['elif', list => enterBranch(list, 'condition')],
  ['else', list => enterBranch(list, 'else')],
  ['fi', list => close(list, 'if')],
  ['while', list => open(list, 'while', 'condition')],
  ['until', list => open(list, 'until', 'condition')],
  ['for', startLoop],
  ['select', startLoop],
  ['do', list => enterBranch(list, 'body')],
  ['done', list => close(list, 'loop')],
  ['case', startCase],
  ['esac', list => close(list, 'case')],
  ['{', list => open(list, '{', 'body')],
  ['}', list => close(list, '{')],
  ['function', startFunction],
  [
    '!',
    list => {
      list.negated = !list.negated
    },
  ],
  ['coproc', () => {}],
  ['[[', readTest],
])
