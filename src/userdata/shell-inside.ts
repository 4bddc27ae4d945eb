import type { Heredoc } from './shell.ts'
import type { Use } from './shell-use.ts'
import { unknown, type Values } from './shell-values.ts'
import { heredocOf, saidBy } from './shell-writes.ts'

/** A script that another one holds. Where a shell `expands` it while it writes it, it writes a dollar for `\\$`. */
export type ScriptText = Pick<Heredoc, 'text' | 'firstLine' | 'expands'>

/** What a command reads from a heredoc, or the one before it passes on from one. */
export const heredocInto = ({ command }: Use, before: Use | undefined): Heredoc | undefined =>
  heredocOf(command) ?? (before && heredocOf(before.command))

/** What a command reads that is no heredoc: a here-string, or what echo or printf before it say. */
const inputOf = ({ command, targets, line }: Use, before: Use | undefined): ScriptText | undefined => {
  const hereString = command.redirects.findIndex(({ operator }) => operator === '<<<')
  const text = hereString !== -1 ? targets[hereString] : before && saidBy(before).replace(/^(?:-[neE]+ )+/, '')
  if (text === undefined || text === '') return undefined
  return { text: text.replaceAll('\\n', '\n'), firstLine: before?.line ?? line, expands: false }
}

/**
 * The script that a command runs, where its text is at hand: a file, its input, or its argument.
 * @param before the command before it in the pipeline.
 * @param files the texts of the files that are there, by `nameOfScript`.
 */
export const scriptInside = (
  use: Use,
  before: Use | undefined,
  files: ReadonlyMap<string, ScriptText>,
  values: Values,
): ScriptText | undefined => {
  const { run, program, command } = use
  const { file, text } = run
  if (text === '' || text === unknown) return undefined
  if (text !== undefined) {
    const line = command.words.find(word => values.textOf(word) === text)?.line ?? command.line
    return { text, firstLine: line, expands: false }
  }
  if (file === undefined) return heredocInto(use, before) ?? inputOf(use, before)
  const script = files.get(nameOfScript(file))
  // A shell that is given a file reads it whatever its first line says.
  return script !== undefined && (file !== program || isShellScript(script.text)) ? script : undefined
}

/** The text of a script as it runs. */
export const textOfScript = ({ text, expands }: ScriptText): string =>
  expands ? text.replace(/\\([$`\\])/g, '$1') : text

/** The name by which a script is called that lies in the folder of the shell or where it looks for programs. */
export const nameOfScript = (path: string): string => path.replace(/^(?:\.\/|\/(?:usr\/)?(?:local\/)?s?bin\/)/, '')

/** Whether the first line leaves a text to a shell. */
export const isShellScript = (text: string): boolean =>
  !text.startsWith('#!') || /^#![^\n]*[/ \t](ba|da|k|z)?sh\b/.test(text.slice(0, 256))
