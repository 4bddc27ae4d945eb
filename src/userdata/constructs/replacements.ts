import type { Block, Command } from '../shell.ts'
import type { Use } from '../shell-use.ts'
import { isQuiet } from './bootstrap.ts'
import { isQuestion, unitsOf } from './programs.ts'

/** What follows in a list of commands: a command, or a compound command by the first work in it. */
interface Follower {
  readonly joined: Command['joined']
  readonly pipeline: number | undefined
  readonly use: Use
  /** What runs where it fails. */
  readonly behind: Use | undefined
}

// They tell of a failure, or end the node; none does what has failed.
const tellers = new Set(
  'aws cfn-signal halt init journalctl kill killall mail poweroff reboot sendmail shutdown systemd-cat tee wall'.split(
    ' ',
  ),
)

const isOtherWay = (use: Use): boolean =>
  !isQuiet(use) && !use.isFunction && !tellers.has(use.program) && !isQuestion(unitsOf(use).verb)

const behindFailure = (pipeline: number | undefined, follower: Follower | undefined): Use | undefined => {
  if (follower === undefined) return undefined
  const { joined, use, behind } = follower
  if (follower.pipeline === pipeline) return behind
  if (joined === 'or') return use
  return joined === 'and' ? behind : undefined
}

/** Whether a list of commands is that of the block around it, and not one of its own. */
const isPart = ({ opener, functionName }: Block): boolean => opener !== '$(' && functionName === undefined

/**
 * What each command has behind `||` to be run where it fails, which does some work and does not only tell or end:
 * `python --version || python3 --version`. Linear in the commands.
 */
export const replacements = (uses: readonly Use[]): ((use: Use) => Use | undefined) => {
  const next = new Map<unknown, Follower>()
  const found = new Map<Use, Use>()
  const entered = new Set<Block>()
  const ending = new Set(uses.filter(({ program }) => program === 'exit').map(({ caller }) => caller))
  const works = new Map<Use, Use>()

  /** A compound command stands before what followed it, with the first work in it. */
  const climb = (use: Use) => {
    for (let block = use.command.block; block !== undefined && isPart(block); block = block.outer) {
      const list = block.outer ?? use.caller
      const isNew = !entered.has(block)
      const after = next.get(list)
      if (isNew) {
        const behind = behindFailure(undefined, after)
        next.set(list, { joined: block.joined, pipeline: undefined, use, behind })
        entered.add(block)
      } else if (after !== undefined) {
        if (isOtherWay(use) || !isOtherWay(after.use)) next.set(list, { ...after, use })
        return
      }
    }
  }

  for (const use of uses.toReversed()) {
    const { block, pipeline, joined } = use.command
    const list = block ?? use.caller
    const behind = behindFailure(pipeline, next.get(list))
    next.set(list, { joined, pipeline, use, behind })
    const work = behind && (works.get(behind) ?? behind)
    if (work !== undefined && isOtherWay(work)) found.set(use, work)
    const { caller } = use
    if (caller?.isFunction === true && isOtherWay(use) && !ending.has(caller)) works.set(caller, use)
    climb(use)
  }
  return use => found.get(use)
}
