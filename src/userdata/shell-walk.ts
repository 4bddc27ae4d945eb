import type { Block, Command } from './shell.ts'
import type { ScriptText } from './shell-inside.ts'
import type { Surroundings } from './shell-read-use.ts'
import { mostRead } from './shell-syntax.ts'
import type { Use } from './shell-use.ts'
import type { Values } from './shell-values.ts'

/** A function as it is defined. */
export interface Body {
  readonly commands: readonly Command[]
  readonly block: Block
  readonly conditional: boolean
  called: boolean
  running: boolean
}

/** What is known while a script is followed. */
export interface Walk {
  readonly values: Values
  readonly uses: Use[]
  /** The texts of the files that are there, by name. */
  readonly files: Map<string, ScriptText>
  /** What has been run: each script inside is read once. */
  readonly ran: Set<ScriptText>
  charactersLeft: number
  /** How many repetitions stand around what is read, and how much more may be repeated. */
  repetitions: number
  repeatedLeft: number
}

/** Where a list of commands is followed: in the script itself, in a function, in a script inside. */
export interface Frame extends Omit<Surroundings, 'place'> {
  /** Undefined in the script itself, whose commands are places of their own. */
  readonly inside: { readonly place: number | undefined } | undefined
  readonly depth: number
  readonly calls: number
  readonly loops: number
  /** The body that is run; undefined at the top of a script. */
  readonly body: Block | undefined
  readonly functions: Functions
}

/** The functions of one shell. */
export interface Functions {
  /** The bodies that a call of a name may run: more than one where a branch chooses. */
  readonly byName: Map<string, readonly Body[]>
  readonly all: Body[]
}

/** A shell without functions. */
export const noFunctions = (): Functions => ({ byName: new Map(), all: [] })

/** A function that is defined in more branches has the last of them. */
export const mostBodies = 8

/** Whether no more of a script is to be read, or no more of it to be repeated. */
export const isOver = ({ uses, repetitions, repeatedLeft }: Walk): boolean =>
  uses.length >= mostRead || (repetitions > 0 && repeatedLeft <= 0)

/** What a repeated command takes off: one, and one for every 64 characters. */
export const costOf = ({ words, writes }: Use): number => {
  let characters = 0
  for (const word of words) characters += word.length
  for (const { content } of writes) characters += content.length
  return 1 + Math.floor(characters / 64)
}

/** Does once more what has been read before. */
export const repeat = (walk: Walk, run: () => void) => {
  walk.repetitions += 1
  run()
  walk.repetitions -= 1
}
