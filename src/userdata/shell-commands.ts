import { readPendingHeredocs } from './shell-heredocs.ts'
import {
  close,
  closeAll,
  draftOf,
  finish,
  isConditional,
  join,
  type List,
  nextPipeline,
  open,
  reopenCase,
  separate,
} from './shell-list.ts'
import { plainTextOf, reserved } from './shell-reserved.ts'
import { skipArithmetic, take } from './shell-substitutions.ts'
import {
  type Block,
  type Command,
  type Heredoc,
  lineOf,
  type Reader,
  type Redirect,
  type Word,
  type WordPiece,
} from './shell-syntax.ts'
import { readDelimiter, readPieces, readWord } from './shell-words.ts'

const declarations: ReadonlySet<string> = new Set(['export', 'declare', 'typeset', 'local', 'readonly'])

const blanks = /(?:[ \t]|\\\r?\n|\r(?=\n|$))+/y

const readNewline = (list: List) => {
  list.reader.position += 1
  readPendingHeredocs(list.reader)
  if (!list.goesOn) separate(list)
}

/** `&&` and `||` make what follows conditional, `|` makes it part of the same pipeline. */
const chain = (list: List, operator: string) => {
  finish(list)
  list.goesOn = true
  if (operator === '&&') join(list, 'and')
  if (operator === '||') join(list, 'or')
}

const readSemicolon = (list: List) => {
  const operator = take(list.reader, /;;&|;;|;&|;/y)
  separate(list)
  if (operator !== ';') reopenCase(list)
}

const readArithmetic = (list: List): boolean => {
  const { reader } = list
  if (reader.text[reader.position + 1] !== '(' || reader.position < reader.subshellsUpTo) return false
  const line = lineOf(reader)
  if (!skipArithmetic(reader)) return false
  draftOf(list, line).words.push({ pieces: [{ kind: 'text', text: '((', quoted: false }, { kind: 'expansion' }], line })
  return true
}

const readOpening = (list: List) => {
  const { draft, reader } = list
  if (draft === undefined && readArithmetic(list)) return
  const [name] = draft?.assignments.length === 0 && draft.words.length === 1 ? draft.words : []
  if (name !== undefined && take(reader, /\([ \t]*\)/y) !== '') {
    list.draft = undefined
    list.functionName = plainTextOf(name) ?? ''
    return
  }
  finish(list)
  reader.position += 1
  open(list, '(', 'body')
}

const readClosing = (list: List) => {
  list.reader.position += 1
  if (!close(list, '(') && list.enclosed) list.closed = true
}

const readRedirect = (list: List): boolean => {
  const { reader } = list
  const line = lineOf(reader)
  const written = take(reader, /(?:[0-9]+)?(?:<<<|<<-|<<|<>|<&|<(?!\()|>>|>\||>&|>(?!\())|&>>|&>/y)
  if (written === '') return false
  const operator = written.replace(/^(?:1(?=>)|0(?=<))/, '')
  const draft = draftOf(list, line)
  take(reader, blanks)
  if (/^[0-9]*<<-?$/.test(operator)) {
    const { delimiter, expands, line } = readDelimiter(reader)
    const redirect: Redirect & { heredoc?: Heredoc } = {
      operator,
      target: { pieces: [{ kind: 'text', text: delimiter, quoted: !expands }], line },
    }
    draft.redirects.push(redirect)
    reader.pendingHeredocs.push({
      delimiter,
      expands,
      stripsTabs: operator.endsWith('-'),
      receive: heredoc => {
        redirect.heredoc = heredoc
      },
    })
    return true
  }
  draft.redirects.push({ operator, target: readWord(reader) })
  return true
}

/** The elements of `name=(…)`; the position stands at the parenthesis. */
const readArray = (reader: Reader): readonly WordPiece[] => {
  const pieces: WordPiece[] = [{ kind: 'expansion' }]
  reader.position += 1
  for (;;) {
    take(reader, /(?:[ \t\r\n]|\\\r?\n)+/y)
    const next = reader.text[reader.position]
    if (next === '#') take(reader, /[^\n]+/y)
    else if (next === undefined || next === ')') break
    else {
      const before = reader.position
      for (const piece of readPieces(reader, [], false)) pieces.push(piece)
      if (reader.position === before) reader.position += 1
      pieces.push({ kind: 'text', text: ' ', quoted: false })
    }
  }
  reader.position += 1
  return pieces
}

const readAssignment = (list: List): boolean => {
  const { reader, draft } = list
  const declared = draft?.words[0]
  if (declared !== undefined && !declarations.has(plainTextOf(declared) ?? '')) return false
  const line = lineOf(reader)
  const start = take(reader, /[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\s]{0,64}\])?\+?=/y)
  if (start === '') return false
  const name = take({ ...reader, text: start, position: 0 }, /[A-Za-z0-9_]+/y)
  const before: WordPiece[] = []
  if (start.includes('[')) before.push({ kind: 'expansion' })
  if (start.endsWith('+=')) before.push({ kind: 'variable', name })
  const after = reader.text[reader.position] === '(' ? readArray(reader) : readPieces(reader, [], false)
  const value: Word = { pieces: before.length === 0 ? after : [...before, ...after], line }
  const { assignments, words } = draftOf(list, line)
  assignments.push({ name, value, line })
  if (words.length > 0) words.push({ pieces: [{ kind: 'text', text: start, quoted: false }, ...after], line })
  return true
}

const readWordOrReserved = (list: List) => {
  const { reader, draft } = list
  if (readAssignment(list)) return
  const before = reader.position
  const word = readWord(reader)
  if (reader.position === before) {
    reader.position += 1
    return
  }
  const reservedWord = draft === undefined ? reserved.get(plainTextOf(word) ?? '') : undefined
  if (reservedWord !== undefined) reservedWord(list, word)
  else if (word.pieces.length > 0) draftOf(list, word.line).words.push(word)
}

/** One step through the patterns of a case, up to the parenthesis behind them. */
const readPattern = (list: List) => {
  const { reader } = list
  const last = list.compounds.at(-1)
  const next = reader.text[reader.position]
  const before = reader.position
  const word = readWord(reader)
  if (reader.position === before) reader.position += 1
  if (plainTextOf(word) === 'esac') close(list, 'case')
  else if (next === ')' && last !== undefined) {
    last.patterns = false
    separate(list)
  }
}

const readOperator = (list: List, next: string): boolean => {
  if (next === ';') readSemicolon(list)
  else if (next === '(') readOpening(list)
  else if (next === ')') readClosing(list)
  else if (next === '|') chain(list, take(list.reader, /\|\||\|&|\|/y))
  else if (next === '&' && take(list.reader, /&&/y) !== '') chain(list, '&&')
  else if (/[0-9<>&]/.test(next) && readRedirect(list)) return true
  else if (next === '&') {
    list.reader.position += 1
    separate(list)
  } else return false
  return true
}

const step = (list: List) => {
  const { reader } = list
  reader.conditional = isConditional(list)
  reader.surroundings = list
  take(reader, blanks)
  const next = reader.text[reader.position]
  if (next === undefined) return
  if (next === '\n') readNewline(list)
  else if (next === '#') take(reader, /[^\n]+/y)
  else if (list.compounds.at(-1)?.patterns === true) readPattern(list)
  else if (!readOperator(list, next)) readWordOrReserved(list)
}

const blockInside = ({ joined, negated, block: outer }: Reader['surroundings']): Block => {
  const body = outer?.body
  return {
    opener: '$(',
    part: 'body',
    previous: undefined,
    outer,
    joined,
    negated,
    functionName: undefined,
    body,
    first: 0,
    end: 0,
  }
}

/**
 * The commands from the reader's position on, without those inside substitutions: to the end of the text or, when
 * `enclosed`, to an unmatched closing parenthesis, behind which it leaves the position.
 */
export const readCommands = (reader: Reader, enclosed: boolean): readonly Command[] => {
  const { conditional, surroundings } = reader
  const block = reader.depth === 0 ? undefined : blockInside(surroundings)
  const list: List = {
    reader,
    enclosed,
    surroundingsConditional: conditional,
    commands: [],
    compounds: [],
    openCount: new Map(),
    conditionalCount: 0,
    draft: undefined,
    joined: undefined,
    negated: false,
    block,
    functionDepth: surroundings.functionDepth,
    pipeline: 0,
    goesOn: false,
    functionName: undefined,
    closed: false,
  }
  nextPipeline(list)
  while (!list.closed && reader.position < reader.text.length) step(list)
  closeAll(list)
  if (block !== undefined) block.end = list.commands.length
  reader.conditional = conditional
  reader.surroundings = surroundings
  return list.commands
}
