export type WordPiece =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'variable'; readonly name: string }
  /** Something that is computed, and that this reader does not follow: `${x:-y}`, `$((…))`, an array. */
  | { readonly kind: 'expansion' }
  | { readonly kind: 'substitution'; readonly commands: readonly Command[] }

export interface Word {
  readonly pieces: readonly WordPiece[]
  readonly line: number
}

/** `A+=b` reads as `A=$A` followed by `b`; the value of an array begins with an expansion. */
export interface Assignment {
  readonly name: string
  readonly value: Word
  readonly line: number
}

export interface Heredoc {
  readonly text: string
  readonly firstLine: number
  readonly expands: boolean
  /** The commands of the substitutions in the text, where it expands. */
  readonly commands: readonly Command[]
}

export interface Redirect {
  /** As written, with the number of the descriptor unless it is the usual one: `>`, `2>`, `<<-`, `&>>`. */
  readonly operator: string
  readonly target: Word
  readonly heredoc?: Heredoc
}

export interface Command {
  readonly line: number
  /**
   * The name of the command first; empty for a bare assignment and for the redirects of a compound command. The heads
   * of `for` and `case`, `[[ … ]]` and `((…))` are one command each, named so.
   */
  readonly words: readonly Word[]
  readonly assignments: readonly Assignment[]
  readonly redirects: readonly Redirect[]
  /** Whether the shell may pass over it: in a branch, loop, case or function, or behind `&&` or `||`. */
  readonly conditional: boolean
  /** Commands of the same number are one pipeline, in order. */
  readonly pipeline: number
}

export interface PendingHeredoc {
  readonly delimiter: string
  readonly expands: boolean
  readonly stripsTabs: boolean
  readonly receive: (heredoc: Heredoc) => void
}

/** Where a reading stands. All that read one text share it, so that no character is read twice. */
export interface Reader {
  readonly text: string
  /** How many substitutions stand around this text. */
  depth: number
  position: number
  line: number
  /** Where the line ends. */
  nextNewline: number
  conditional: boolean
  /** Up to here, `((` has been seen to open subshells and no arithmetic. */
  subshellsUpTo: number
  /** How many pipelines have been counted, and how much more may be read, in this text and those around it. */
  readonly shared: { pipelines: number; left: number }
  readonly pendingHeredocs: PendingHeredoc[]
  /** Reads commands to the end of the text or, when `enclosed`, up to an unmatched `)`, which it takes. */
  readonly readCommands: (reader: Reader, enclosed: boolean) => readonly Command[]
}

/** A substitution or heredoc inside so many others is taken for an expansion, unread. */
export const deepestSubstitution = 32

const newlineFrom = (text: string, position: number): number => {
  const newline = text.indexOf('\n', position)
  return newline === -1 ? Number.POSITIVE_INFINITY : newline
}

/** A reader at the start of a text whose first line has the number. */
export const startOf = (text: string, line: number): Pick<Reader, 'text' | 'position' | 'line' | 'nextNewline'> => ({
  text,
  position: 0,
  line,
  nextNewline: newlineFrom(text, 0),
})

/** So many commands, compounds and substitutions are read of one script: the 16 KB that EC2 takes hold 8,192 commands. */
export const mostRead = 20_480

/** Counts one more thing that is read; at the last one the rest of the text is passed over. */
export const countRead = (reader: Reader) => {
  reader.shared.left -= 1
  if (reader.shared.left <= 0) reader.position = reader.text.length
}

/** The line of the reader's position; positions are asked for in rising order. */
export const lineOf = (reader: Reader): number => {
  while (reader.nextNewline < reader.position) {
    reader.line += 1
    reader.nextNewline = newlineFrom(reader.text, reader.nextNewline + 1)
  }
  return reader.line
}
