import { runsBootstrap } from '../bootstrap-sh.ts'
import type { Use } from '../shell-use.ts'
import { exportsVariables } from '../shell-uses.ts'
import { type Finding, finding } from './finding.ts'

/** Whether a command runs AL2's bootstrap.sh. */
export const callsBootstrap = (use: Use): boolean => runsBootstrap(use) === 'al2'

const variables = new Set(['KUBELET_EXTRA_ARGS', 'USE_MAX_PODS'])

const ofLogins = /^\/etc\/(profile$|profile\.d\/|environment$|bashrc$)/
const setInFile = /^[ \t]*(?:export[ \t]+|declare[ \t]+-x[ \t]+)?(?:KUBELET_EXTRA_ARGS|USE_MAX_PODS)=/m

/** Whether a file is one that shells read as they start, and sets a variable of bootstrap.sh, which such a file reached on AL2. */
export const setsVariablesAtLogin = (path: string, content: string): boolean =>
  ofLogins.test(path) && setInFile.test(content)

/**
 * The construct that the export of a variable of bootstrap.sh is, or a file that sets it for every shell; a variable that is not
 * exported is the script's own.
 */
export const constructOfExport = (use: Use): Finding | undefined => {
  const { words, command, writes } = use
  if (writes.some(({ path, content }) => setsVariablesAtLogin(path, content))) {
    return finding('kubelet-extra-args-variable')
  }
  if (!exportsVariables(use)) return undefined
  const exported =
    command.assignments.some(({ name }) => variables.has(name)) || words.some(word => variables.has(word))
  return exported ? finding('kubelet-extra-args-variable') : undefined
}

// What tells or ends, and does no work that would need a node.
const quiet = new Set(
  ': [ [[ (( case date declare echo exec exit export false for local logger printf readonly return select set shift sleep test trap true typeset unset wait'.split(
    ' ',
  ),
)

/** Whether a command leaves the node as it is: it prints, tests, sets or ends. */
export const isQuiet = ({ program }: Use): boolean => program === '' || quiet.has(program)
