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

/** How a command is joined to the one before it in its list: by `&&`, by `||`, or not at all. */
export type Joined = 'and' | 'or' | undefined

/** A part of a compound command, or the inside of a substitution or heredoc. */
export interface Block {
  readonly opener: 'if' | 'while' | 'until' | 'for' | 'case' | '{' | '(' | '$('
  /** The condition of if, while and until; then and else; a body or one branch of a case otherwise. An elif is a condition. */
  readonly part: 'condition' | 'then' | 'else' | 'body'
  /** The part of the same compound command before it: the condition of a then, the then of an else. */
  readonly previous: Block | undefined
  /** What it stands in. */
  readonly outer: Block | undefined
  /** How the compound command, or the one that the substitution belongs to, is joined to the command before. */
  readonly joined: Joined
  /** Whether `!` stands before the compound command. */
  readonly negated: boolean
  /** Of the body of a function: its name. */
  readonly functionName: string | undefined
  /** The innermost body of a function that it is or stands in. */
  readonly body: Block | undefined
  /** The commands of the list from `first` up to before `end` stand in it. */
  readonly first: number
  end: number
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
  /** Whether the shell may pass over it: in a branch, loop or case, or behind `&&` or `||`. */
  readonly conditional: boolean
  /** How its pipeline is joined to the one before. */
  readonly joined: Joined
  /** Whether `!` stands before its pipeline. */
  readonly negated: boolean
  /** The innermost part of a compound command that it stands in. */
  readonly block: Block | undefined
  /** The function in whose body it stands, and where it runs only when that is called. */
  readonly within: string | undefined
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
  /** The part that the command stands in which is read, and how that command is joined: see `Command`. */
  surroundings: Pick<Command, 'joined' | 'negated' | 'block'> & { readonly functionDepth: number }
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
