import type { Command, Heredoc } from './shell.ts'
import type { Use, Write } from './shell-use.ts'

const writing = /^(&?>>?|>\|)$/
const editors = new Set(['sed', 'perl', 'awk', 'patch', 'ed', 'ex'])
const copiers = new Set(['cp', 'mv', 'install', 'ln', 'rsync', 'aws'])
const downloads = /^(-[a-zA-Z]*[oO]|--output|--output-document)$/
const onlyPrints = /^(-[nE]*n[nE]*|--quiet|--silent)$/

/** The heredoc that a command reads. */
export const heredocOf = ({ redirects }: Command): Heredoc | undefined =>
  redirects.find(({ heredoc }) => heredoc !== undefined)?.heredoc

/** What a command puts out, as far as the script says it: the words of echo and printf, or a heredoc that it passes on. */
export const saidBy = (use: Pick<Use, 'program' | 'words' | 'command'> | undefined): string => {
  if (use === undefined) return ''
  if (use.program === 'echo' || use.program === 'printf') return use.words.join(' ')
  return heredocOf(use.command)?.text ?? ''
}

/**
 * The files that a command writes or changes: by redirection, or as an argument of tee, cp, sed, curl and the like.
 * @param said what the command itself puts out, or the one before it in the pipeline.
 */
export const writesOf = (
  command: Command,
  program: string,
  words: readonly string[],
  targets: readonly string[],
  said: string,
): readonly Write[] => {
  const written: Write[] = []
  for (const [at, path] of targets.entries()) {
    if (writing.test(command.redirects[at]?.operator ?? '')) written.push({ path, content: said })
  }
  const paths = argumentsWritten(program, words)
  if (paths.length === 0) return written
  const content = program === 'tee' ? said : words.join(' ')
  for (const path of paths) written.push({ path, content })
  return written
}

const argumentsWritten = (program: string, words: readonly string[]): readonly string[] => {
  const operands = () => words.filter(word => word.startsWith('/'))
  if (program === 'tee') return words.filter(word => !word.startsWith('-'))
  if (editors.has(program)) return words.some(word => onlyPrints.test(word)) ? [] : operands()
  if (program === 'curl' || program === 'wget') return words.filter((_, at) => downloads.test(words[at - 1] ?? ''))
  if (program === 'dd') return words.flatMap(word => (word.startsWith('of=') ? [word.slice('of='.length)] : []))
  return copiers.has(program) ? copiedTo(words.filter(word => !word.startsWith('-'))) : []
}

/** The target of a copy, also as the folder that it may be. */
const copiedTo = (operands: readonly string[]): readonly string[] => {
  const target = operands.at(-1)
  const source = operands.at(-2)
  if (target === undefined || source === undefined) return []
  const folder = target.endsWith('/') ? target : `${target}/`
  return [target, folder + source.slice(source.lastIndexOf('/') + 1)]
}
