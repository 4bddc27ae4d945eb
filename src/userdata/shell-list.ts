import { type Assignment, type Command, countRead, type Reader, type Redirect, type Word } from './shell-syntax.ts'

/** A command that is being read. */
export interface Draft {
  readonly line: number
  readonly words: Word[]
  readonly assignments: Assignment[]
  readonly redirects: Redirect[]
}

type Opener = 'if' | 'loop' | 'case' | '{' | '('

/** A compound command that is open. */
interface Compound {
  readonly opener: Opener
  readonly pipeline: number
  /** Whether the compound itself stood behind `&&` or `||`. */
  readonly chained: boolean
  /** Whether what is read inside it now may be passed over. */
  conditional: boolean
  /** Of a case: the patterns of a branch come next. */
  patterns: boolean
}

/** The reading of one list of commands: a script, or the inside of one substitution. */
export interface List {
  readonly reader: Reader
  /** Whether an unmatched `)` ends it. */
  readonly enclosed: boolean
  readonly surroundingsConditional: boolean
  readonly commands: Command[]
  readonly compounds: Compound[]
  readonly openCount: Map<Opener, number>
  conditionalCount: number
  draft: Draft | undefined
  chained: boolean
  pipeline: number
  /** An operator has just been read after which the list goes on, also on the next line. */
  goesOn: boolean
  /** The next compound command is the body of a function. */
  functionBody: boolean
  closed: boolean
}

/** Whether the shell may pass over the command that is read next. */
export const isConditional = (list: List): boolean =>
  list.surroundingsConditional || list.chained || list.conditionalCount > 0

/** What is read next is a pipeline of its own. */
export const nextPipeline = (list: List) => {
  list.pipeline = list.reader.shared.pipelines
  list.reader.shared.pipelines += 1
}

/** Ends the command that is being read. */
export const finish = (list: List) => {
  if (list.draft === undefined) return
  list.commands.push({ ...list.draft, conditional: isConditional(list), pipeline: list.pipeline })
  list.draft = undefined
  countRead(list.reader)
}

/** The command that is being read, which starts at the line where none is. */
export const draftOf = (list: List, line: number): Draft => {
  list.draft ??= { line, words: [], assignments: [], redirects: [] }
  list.goesOn = false
  list.functionBody = false
  return list.draft
}

/** `;`, `&` and a newline: the next command is a pipeline of its own, and runs whatever came of this one. */
export const separate = (list: List) => {
  finish(list)
  list.chained = false
  list.goesOn = false
  nextPipeline(list)
}

/** Opens a compound command. */
export const open = (list: List, opener: Opener, conditional: boolean) => {
  const { pipeline, chained, functionBody } = list
  const certain = !conditional && !functionBody && !chained
  countRead(list.reader)
  list.compounds.push({ opener, pipeline, chained, conditional: !certain, patterns: false })
  list.openCount.set(opener, (list.openCount.get(opener) ?? 0) + 1)
  if (!certain) list.conditionalCount += 1
  list.chained = false
  list.functionBody = false
  list.goesOn = false
}

const closeLast = (list: List): Opener | undefined => {
  const last = list.compounds.pop()
  if (last === undefined) return undefined
  list.openCount.set(last.opener, (list.openCount.get(last.opener) ?? 1) - 1)
  if (last.conditional) list.conditionalCount -= 1
  list.chained = last.chained
  list.pipeline = last.pipeline
  return last.opener
}

/** Closes the nearest open compound of the kind, with whatever was left open inside it; false when there is none. */
export const close = (list: List, opener: Opener): boolean => {
  finish(list)
  if ((list.openCount.get(opener) ?? 0) === 0) return false
  while (closeLast(list) !== opener);
  return true
}

/** What `;;` does: the patterns of the next branch of the nearest case are read. */
export const reopenCase = (list: List) => {
  if ((list.openCount.get('case') ?? 0) === 0) return
  while (list.compounds.at(-1)?.opener !== 'case') closeLast(list)
  const last = list.compounds.at(-1)
  if (last !== undefined) last.patterns = true
}

/** What `then`, `else` and `do` do: from here on, the shell may pass over what stands in the compound command. */
export const enterBranch = (list: List) => {
  finish(list)
  list.chained = false
  const last = list.compounds.at(-1)
  if (last === undefined || last.conditional) return
  last.conditional = true
  list.conditionalCount += 1
}
