import type { Assignment, Word } from './shell.ts'

/** Stands in a text for what the script computes; no shell word can hold it. */
export const unknown = '\0'

const longestValue = 16_384
const expansionBudget = 100_000

/** What a variable has become, with all that happened to the variables before. */
export interface Change {
  readonly name: string
  /** `unknown`, or with it, where it is computed; undefined where the script gave it nothing. */
  readonly value: string | undefined
  readonly exported: boolean
  readonly before: Change | undefined
}

/** The variables of a script as it runs, from first line to last. */
export interface Values {
  /** What a word stands for, with `unknown` in place of each thing that is computed. */
  readonly textOf: (word: Word) => string
  /** The words that the shell makes of words: several, or none, of a variable alone and without quotes. */
  readonly fieldsOf: (words: readonly Word[]) => readonly string[]
  readonly latest: () => Change | undefined
  readonly assign: (assignment: Assignment, conditional: boolean) => void
  /** The same of a text, which may hold `unknown`. */
  readonly assignText: (name: string, text: string, conditional: boolean) => void
  /** What a variable holds for certain. */
  readonly valueOf: (name: string) => string | undefined
  /** A program sets it. */
  readonly forget: (name: string) => void
  readonly export: (name: string) => void
  /** Undoes what `run` does to the variables, as at the end of a process. */
  readonly inProcess: (run: () => void) => void
  /** What `$1`, `$@` and their like stand for while `run` does its work: the arguments of a function. */
  readonly withArguments: (given: readonly string[] | undefined, run: () => void) => void
  /** They are computed from here on, as behind `shift` and `set`. */
  readonly forgetArguments: () => void
}

type Undo = readonly [name: string, replaced: Change | undefined]

/** Whether a word is `"$@"` or `$@` alone, which becomes a word for each argument. */
const isAllArguments = ({ pieces }: Word): boolean => {
  const [piece, ...rest] = pieces.filter(piece => piece.kind !== 'text' || piece.text !== '')
  return piece?.kind === 'variable' && piece.name === '@' && rest.length === 0
}

/**
 * Follows the variables that hold plain text. A variable that may hold one of several texts is unknown. Values are short,
 * and all expansions together bounded, for `A=$A$A` doubles with every line.
 */
export const values = (): Values => {
  const known = new Map<string, Change>()
  let latest: Change | undefined
  /** What the changes of the innermost process replaced. */
  let undo: Undo[] | undefined
  let budget = expansionBudget

  /** Of the function that runs; undefined where they are computed, as those of the script itself. */
  let parameters: readonly string[] | undefined
  let joined: string | undefined

  const parameter = (name: string): string | undefined => {
    if (parameters === undefined || !/^[0-9@*#]$/.test(name) || name === '0') return undefined
    if (name === '#') return `${parameters.length}`
    if (name !== '@' && name !== '*') return parameters[Number(name) - 1] ?? ''
    joined ??= parameters.join(' ')
    return joined
  }

  const expand = (name: string): string => {
    const value = known.get(name)?.value ?? parameter(name)
    budget -= value?.length ?? 0
    return value === undefined || budget < 0 ? unknown : value
  }

  const textOf = ({ pieces }: Word): string => {
    const [first] = pieces
    if (pieces.length === 1 && first?.kind === 'text') return first.text
    let text = ''
    for (const piece of pieces) {
      text += piece.kind === 'text' ? piece.text : piece.kind === 'variable' ? expand(piece.name) : unknown
    }
    return text
  }

  const fieldsOf = (words: readonly Word[]): readonly string[] => {
    const fields: string[] = []
    for (const word of words) {
      if (parameters !== undefined && isAllArguments(word) && budget > 0) {
        budget -= parameters.length
        for (const given of parameters) fields.push(given)
        continue
      }
      const text = textOf(word)
      const splits = word.pieces.length === 1 && word.pieces[0]?.kind === 'variable' && /^$|[ \t\n]/.test(text)
      if (!splits) fields.push(text)
      else for (const field of text.split(/[ \t\n]+/)) if (field !== '') fields.push(field)
    }
    return fields
  }

  const change = (name: string, value: string | undefined, exported: boolean) => {
    const replaced = known.get(name)
    latest = { name, value, exported, before: latest }
    known.set(name, latest)
    undo?.push([name, replaced])
  }

  const set = (name: string, value: string) => change(name, value, known.get(name)?.exported === true)

  const assignText = (name: string, text: string, conditional: boolean) => {
    const before = known.get(name)?.value
    const certain = text.length <= longestValue && !text.includes(unknown)
    const agrees = !conditional || before === undefined || before === text
    set(name, certain && agrees ? text : unknown)
  }

  const withArguments = (given: readonly string[] | undefined, run: () => void) => {
    const outer = [parameters, joined] as const
    parameters = given
    joined = undefined
    run()
    ;[parameters, joined] = outer
  }

  const inProcess = (run: () => void) => {
    const [outer, start] = [undo, latest]
    const replaced: Undo[] = []
    undo = replaced
    run()
    for (const [name, value] of replaced.reverse()) {
      if (value === undefined) known.delete(name)
      else known.set(name, value)
    }
    undo = outer
    latest = start
  }

  return {
    textOf,
    fieldsOf,
    latest: () => latest,
    assign: ({ name, value }, conditional) => assignText(name, textOf(value), conditional),
    assignText,
    valueOf: name => {
      const value = known.get(name)?.value
      return value?.includes(unknown) ? undefined : value
    },
    forget: name => set(name, unknown),
    export: name => change(name, known.get(name)?.value, true),
    inProcess,
    withArguments,
    forgetArguments: () => {
      parameters = undefined
    },
  }
}
