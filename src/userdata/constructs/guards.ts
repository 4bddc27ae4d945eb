import type { Use } from '../shell-use.ts'
import { isQuestion, unitsOf } from './programs.ts'

/** A test that concerns every construct: one of the distribution, or of nodeadm. */
export const anything = '*'

/** A program, package, path or unit that a command asks for, and whether its success says that it is there. */
export interface Test {
  readonly name: string
  readonly success: 'present' | 'absent' | 'either'
}

const searches = new Set(['which', 'type', 'hash', 'whereis', 'pgrep', 'pidof'])
const listers = new Set(['ls', 'stat'])
const brackets = new Set(['[', '[[', 'test'])
const filters = new Set(['grep', 'egrep', 'fgrep', 'awk', 'sed', 'cut', 'tr', 'head', 'tail', 'sort'])
const passers = new Set(['echo', 'printf', 'true', 'false', 'case', ...brackets, ...filters])
const releases =
  /^\/(etc\/(os-release|system-release(-cpe)?|redhat-release|amazon-linux-release|image-id)|usr\/lib\/os-release)$/
const distribution = /Amazon Linux|amzn|AL2023|al2023/
const packageQueries = new Set(['-q', '-qa', '--query', 'list'])
const packageTools = new Set(['rpm', 'yum', 'dnf'])
const listing = new Set(['list-units', 'list-unit-files'])
const controlGroups = /^\/sys\/fs\/cgroup(\/|\/cgroup\.controllers)?$/
const fileOperator = /^-[a-zA-Z]$/
const folder = /^.*\//
const programFolder = /^\/(usr\/)?(local\/)?s?bin\//

/** The variables that the release files of a distribution set. */
export const releaseVariables = [
  'VERSION_ID',
  ...['ID', 'ID_LIKE', 'NAME', 'VERSION', 'VARIANT', 'VARIANT_ID', 'PRETTY_NAME', 'PLATFORM_ID', 'CPE_NAME'],
] as const

const either = (name: string): Test => ({ name, success: 'either' })
const ofDistribution: readonly Test[] = [either(anything)]
const none: readonly Test[] = []

/** A test the other way round. */
export const opposite = ({ name, success }: Test): Test => {
  if (success === 'either') return { name, success }
  return { name, success: success === 'present' ? 'absent' : 'present' }
}

const bare = (name: string) => (!name.startsWith('/') || programFolder.test(name) ? name.replace(folder, '') : name)

// A script that asks for nodeadm was written with AL2023 in mind.
const present = (name: string): Test =>
  bare(name) === 'nodeadm' ? either(anything) : { name: bare(name), success: 'present' }

const names = (words: readonly string[]) => words.filter(word => !word.startsWith('-'))

/**
 * What a command tests for, by the names that findings give them: `command -v docker`, `[ -f path ]`, `rpm -q name`,
 * `systemctl is-active unit`, or the distribution.
 */
export const testsOf = (use: Use): readonly Test[] => {
  const { program, words } = use
  if (words.length === 0) return none
  if (words.some(word => controlGroups.test(word))) return [either('/sys/fs/cgroup')]
  if (brackets.has(program) || program === 'case') {
    return words.some(word => distribution.test(word) || releases.test(word)) ? ofDistribution : testsOfBrackets(words)
  }
  if (filters.has(program) && readsRelease(use)) return ofDistribution
  if (program === 'command' && /^-[vV]$/.test(words[0] ?? '')) return words.slice(1).map(present)
  if (listers.has(program)) return words.filter(word => word.startsWith('/')).map(present)
  if (searches.has(program)) return names(words).map(present)
  if (packageTools.has(program)) return packageQueries.has(words[0] ?? '') ? names(words).map(present) : none
  const { verb, units } = unitsOf(use)
  return isQuestion(verb) ? units.map(present) : none
}

const testsOfBrackets = (words: readonly string[]): readonly Test[] =>
  words.flatMap((word, at) => {
    if (!word.startsWith('/')) return []
    const test = present(word)
    if (!fileOperator.test(words[at - 1] ?? '')) return [either(test.name)]
    return [words[at - 2] === '!' ? opposite(test) : test]
  })

/** Whether a command reads a release file of the distribution, as `. /etc/os-release` does. */
export const readsRelease = ({ words, targets }: Pick<Use, 'words' | 'targets'>): boolean =>
  words.some(word => releases.test(word)) || targets.some(path => releases.test(path))

/** What the output of a command tells about, where a substitution or a filter reads it. */
export const testsByOutput = (use: Use): readonly Test[] => {
  const { program, words } = use
  const asksKernel = program === 'uname' && words.some(word => /^-[a-z]*[arv]|^--kernel-|^--all$/.test(word))
  const asksMacro = program === 'rpm' && words.some(word => /^(-E|--eval)$/.test(word))
  return asksKernel || asksMacro || readsRelease(use) ? ofDistribution : testsOf(use)
}

/** Whether a command lists packages or units, among which a filter behind it looks for one. */
export const listsNames = (use: Use): boolean =>
  packageTools.has(use.program)
    ? packageQueries.has(use.words[0] ?? '')
    : listing.has(unitsOf(use).verb) || use.program === 'ps'

/** Whether a command looks into what the one before it in the pipeline puts out. */
export const isFilter = ({ program }: Use): boolean => filters.has(program)

/** What a filter looks for in a list of packages or units. */
export const testsOfFilter = ({ words }: Use): readonly Test[] =>
  names(words).map(word => present(word.replace(/^[\^"']+|[$"']+$|\\b|\.service$/g, '')))

/** Whether the answer of a command may depend on the variables in its words. */
export const asksVariables = ({ program, command }: Use): boolean => {
  if (passers.has(program)) return true
  const first = command.words[0]?.pieces[0]
  return first?.kind === 'variable' || (first?.kind === 'text' && first.text === '((')
}

/** The tests that a test of their answer is: `[ -z "$(command -v docker)" ]` succeeds where there is none. */
export const testsOfAnswer = ({ program, words }: Use, tests: readonly Test[]): readonly Test[] => {
  if (!brackets.has(program)) return tests.map(({ name }) => either(name))
  const isNegated = words[0] === '!'
  const isEmpty = words.includes('-z') || (words.includes('!=') && words.includes('active'))
  if (!isEmpty && !words.includes('-n')) return tests.map(({ name }) => either(name))
  return isEmpty === isNegated ? tests : tests.map(opposite)
}

/** The same of `$?`: `[ $? -ne 0 ]` succeeds where the test before it has failed. */
export const testsOfStatus = ({ words }: Use, tests: readonly Test[]): readonly Test[] => {
  const isNegated = words[0] === '!'
  if (words.some(word => /^(-eq|==?)$/.test(word)) && words.includes('0'))
    return isNegated ? tests.map(opposite) : tests
  if (words.some(word => /^(-ne|-gt|!=)$/.test(word)) && words.includes('0'))
    return isNegated ? tests : tests.map(opposite)
  return tests.map(({ name }) => either(name))
}
