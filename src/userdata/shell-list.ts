import {
  type Assignment,
  type Block,
  type Command,
  countRead,
  type Joined,
  type Reader,
  type Redirect,
  type Word,
} from './shell-syntax.ts'

/** A command that is being read. */
export interface Draft {
  readonly line: number
  readonly words: Word[]
  readonly assignments: Assignment[]
  readonly redirects: Redirect[]
}

/** What closes a compound command: one word for every loop. */
type Closing = 'if' | 'loop' | 'case' | '{' | '('

/** A compound command that is open. */
interface Compound {
  readonly closing: Closing
  readonly pipeline: number
  /** How the compound itself is joined, and whether `!` stands before it. */
  readonly joined: Joined
  readonly negated: boolean
  /** What it stands in. */
  readonly outer: Block | undefined
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
  readonly openCount: Map<Closing, number>
  conditionalCount: number
  draft: Draft | undefined
  joined: Joined
  negated: boolean
  block: Block | undefined
  /** How many functions stand around what is read. */
  functionDepth: number
  pipeline: number
  /** An operator has just been read after which the list goes on, also on the next line. */
  goesOn: boolean
  /** The next compound command is the body of the function of this name. */
  functionName: string | undefined
  closed: boolean
}

/** Whether the shell may pass over the command that is read next. */
export const isConditional = (list: List): boolean =>
  list.surroundingsConditional || list.joined !== undefined || list.conditionalCount > 0

/** What is read next is a pipeline of its own. */
export const nextPipeline = (list: List) => {
  list.pipeline = list.reader.shared.pipelines
  list.reader.shared.pipelines += 1
}

/** Ends the command that is being read. */
export const finish = (list: List) => {
  const { draft, joined, negated, block, pipeline } = list
  const within = block?.body?.functionName
  if (draft === undefined) return
  list.commands.push({ ...draft, conditional: isConditional(list), joined, negated, block, within, pipeline })
  list.draft = undefined
  countRead(list.reader)
}

/** The command that is being read, which starts at the line where none is. */
export const draftOf = (list: List, line: number): Draft => {
  list.draft ??= { line, words: [], assignments: [], redirects: [] }
  list.goesOn = false
  list.functionName = undefined
  return list.draft
}

/** `;`, `&` and a newline: the next command is a pipeline of its own, and runs whatever came of this one. */
export const separate = (list: List) => {
  finish(list)
  list.joined = undefined
  list.negated = false
  list.goesOn = false
  nextPipeline(list)
}

/** `&&` and `||`: the next pipeline runs only after success or failure of this one. */
export const join = (list: List, joined: Joined) => {
  list.joined = joined
  list.negated = false
  nextPipeline(list)
}

type Part = Pick<Block, 'opener' | 'part' | 'outer' | 'joined' | 'negated'>

const enter = (list: List, part: Part, previous: Block | undefined) => {
  const first = list.commands.length
  const body = part.outer?.body
  list.block = { ...part, previous, functionName: undefined, body, first, end: first }
}

const enterBody = (list: List, part: Part, functionName: string) => {
  const first = list.commands.length
  const block: { -readonly [Key in keyof Block]: Block[Key] } = {
    ...part,
    previous: undefined,
    functionName,
    body: undefined,
    first,
    end: first,
  }
  block.body = block
  list.block = block
  list.functionDepth += 1
}

const leave = (list: List) => {
  if (list.block !== undefined && list.compounds.length > 0) list.block.end = list.commands.length
}

/** A function inside so many others is read where it stands, as what may be passed over. */
const deepestFunction = 8

/** Opens a compound command. */
export const open = (list: List, opener: Block['opener'], part: Block['part']) => {
  const { pipeline, joined, negated, block: outer } = list
  const closing = opener === 'while' || opener === 'until' || opener === 'for' ? 'loop' : opener
  if (closing === '$(') return
  const isFollowed = (opener === '{' || opener === '(') && list.functionDepth < deepestFunction
  const functionName = isFollowed ? list.functionName : undefined
  const isOtherBody = list.functionName !== undefined && !isFollowed
  const conditional = opener === 'case' || isOtherBody || joined !== undefined
  countRead(list.reader)
  list.compounds.push({ closing, pipeline, joined, negated, outer, conditional, patterns: false })
  list.openCount.set(closing, (list.openCount.get(closing) ?? 0) + 1)
  if (conditional) list.conditionalCount += 1
  const inside = { opener, part, outer, joined, negated }
  if (functionName === undefined) enter(list, inside, undefined)
  else enterBody(list, inside, functionName)
  list.joined = undefined
  list.negated = false
  list.functionName = undefined
  list.goesOn = false
}

const closeLast = (list: List): Closing | undefined => {
  leave(list)
  const last = list.compounds.pop()
  if (last === undefined) return undefined
  list.openCount.set(last.closing, (list.openCount.get(last.closing) ?? 1) - 1)
  if (last.conditional) list.conditionalCount -= 1
  if (list.block?.functionName !== undefined) list.functionDepth -= 1
  list.joined = last.joined
  list.negated = last.negated
  list.block = last.outer
  list.pipeline = last.pipeline
  return last.closing
}

/** Closes the nearest open compound of the kind, with whatever was left open inside it; false when there is none. */
export const close = (list: List, closing: Closing): boolean => {
  finish(list)
  if ((list.openCount.get(closing) ?? 0) === 0) return false
  while (closeLast(list) !== closing);
  return true
}

/** Ends what is still open at the end of the list. */
export const closeAll = (list: List) => {
  finish(list)
  while (list.compounds.length > 0) closeLast(list)
}

const enterPart = (list: List, part: Block['part']) => {
  const { block } = list
  if (block === undefined || block.functionName !== undefined || list.compounds.length === 0) return
  leave(list)
  enter(list, { ...block, part }, block)
}

/** What `;;` does: the patterns of the next branch of the nearest case are read. */
export const reopenCase = (list: List) => {
  if ((list.openCount.get('case') ?? 0) === 0) return
  while (list.compounds.at(-1)?.closing !== 'case') closeLast(list)
  const last = list.compounds.at(-1)
  if (last === undefined) return
  last.patterns = true
  enterPart(list, 'body')
}

/** What `then`, `else` and `do` do: from here on, the shell may pass over what stands in the compound command. */
export const enterBranch = (list: List, part: Block['part']) => {
  finish(list)
  list.joined = undefined
  list.negated = false
  const last = list.compounds.at(-1)
  if (last === undefined) return
  enterPart(list, part)
  if (last.conditional) return
  last.conditional = true
  list.conditionalCount += 1
}
