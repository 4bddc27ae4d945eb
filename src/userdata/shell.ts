import { readCommands } from './shell-commands.ts'
import { type Command, mostRead, type Reader, startOf, type Word } from './shell-syntax.ts'

export type { Assignment, Block, Command, Heredoc, Redirect, Word, WordPiece } from './shell-syntax.ts'

/**
 * The commands of a shell script, in the order of its text. Takes any text: what no shell would accept is read as far as
 * it makes sense, nothing throws, and what stands behind the
 * first 20,480 commands is left out. `firstLine` is the line that the text starts at; lines of the answer count on from it.
 */
export const readShell = (text: string, firstLine: number): readonly Command[] => {
  const reader: Reader = {
    ...startOf(text, firstLine),
    depth: 0,
    conditional: false,
    surroundings: { joined: undefined, negated: false, block: undefined, functionDepth: 0 },
    subshellsUpTo: 0,
    shared: { pipelines: 0, left: mostRead },
    pendingHeredocs: [],
    readCommands,
  }
  return readCommands(reader, false)
}

/** The lists of commands that stand directly inside one. A declaration's words and assignments share their pieces. */
const listsInside = ({ words, assignments, redirects }: Command): readonly (readonly Command[])[] => {
  const lists = new Set<readonly Command[]>()
  const look = (word: Word) => {
    for (const piece of word.pieces) if (piece.kind === 'substitution') lists.add(piece.commands)
  }
  for (const { value } of assignments) look(value)
  for (const word of words) look(word)
  for (const { target, heredoc } of redirects) {
    look(target)
    if (heredoc !== undefined) lists.add(heredoc.commands)
  }
  return [...lists]
}

/** Every command with those of its substitutions and heredocs, each one before those inside it. */
export const everyCommand = function* (commands: readonly Command[]): Iterable<Command> {
  const waiting = [commands.values()]
  for (let list = waiting.at(-1); list !== undefined; list = waiting.at(-1)) {
    const { value: command, done } = list.next()
    if (done) {
      waiting.pop()
      continue
    }
    yield command
    for (const inside of listsInside(command).toReversed()) waiting.push(inside.values())
  }
}

/** What a word says for certain: its text, with whatever is computed left out. */
export const textOf = (word: Word): string =>
  word.pieces.map(piece => (piece.kind === 'text' ? piece.text : '')).join('')
