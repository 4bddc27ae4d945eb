import { runsBootstrap } from '../bootstrap-sh.ts'
import type { Use } from '../shell-use.ts'
import { exportsVariables } from '../shell-uses.ts'
import { type Finding, finding } from './finding.ts'

/** Whether a command runs AL2's bootstrap.sh. */
export const callsBootstrap = (use: Use): boolean => runsBootstrap(use) === 'al2'

const variables = new Set(['KUBELET_EXTRA_ARGS', 'USE_MAX_PODS'])

/** The construct that the export of a variable of bootstrap.sh is; a variable that is not exported is the script's own. */
export const constructOfExport = (use: Use): Finding | undefined => {
  if (!exportsVariables(use)) return undefined
  const { words, command } = use
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

/**
 * The line of the first work after the last call of bootstrap.sh. Where the call itself may be passed over, work in another
 * branch is no work after it.
 * @param lines where bootstrap.sh is called without a test for AL2.
 */
export const lineAfterBootstrap = (uses: readonly Use[], lines: ReadonlySet<number>): number | undefined => {
  const outermost = uses.filter(use => use.place !== undefined && !use.captured)
  const pipelineAt = (place: number) => outermost[place]?.command.pipeline
  const call = uses.findLast(use => use.place !== undefined && callsBootstrap(use))
  if (call?.place === undefined || !lines.has(call.line)) return undefined
  const { place, conditional } = call
  return uses.find(
    use =>
      use.place !== undefined &&
      use.place > place &&
      pipelineAt(use.place) !== pipelineAt(place) &&
      !isQuiet(use) &&
      !(conditional && use.conditional),
  )?.line
}
