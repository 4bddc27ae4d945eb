import type { Block } from '../shell.ts'
import type { Use } from '../shell-use.ts'
import { callsBootstrap } from './bootstrap.ts'
import { type Finding, finding } from './finding.ts'
import { unitsOf } from './programs.ts'

const ofNode = /^\/(var\/lib\/kubelet|etc\/kubernetes)(\/|$)/
const portOfKubelet = /^(https?:\/\/)?(localhost|127\.0\.0\.1|\[::1\]):102(48|50|55)\b/
// They print, or make ready and clear away what need not be there.
const indifferent = new Set('echo printf logger mkdir rm'.split(' '))
const beforehand = new Set(['enable', 'disable', 'mask', 'unmask'])
const containerTools = new Set(['ctr', 'nerdctl'])

const baseName = (program: string) => program.slice(program.lastIndexOf('/') + 1)

const asksKubelet = (use: Use): boolean => {
  const { verb, units } = unitsOf(use)
  if (units.includes('kubelet')) return !beforehand.has(verb)
  return use.program === 'journalctl' && use.words.some(word => /^(-u|--unit=)?kubelet(\.service)?$/.test(word))
}

/** Whether a command works on the node as it is once the kubelet runs: its pods, its place in the cluster, the kubelet's state. */
const needsNode = (use: Use): boolean => {
  const { words, targets, writes } = use
  const program = baseName(use.program)
  if (program === 'kubectl' || program === 'crictl') return true
  if (containerTools.has(program)) return words.some(word => /(^|=)k8s\.io$/.test(word))
  if (asksKubelet(use)) return true
  if (targets.some(path => ofNode.test(path)) || writes.some(({ path }) => ofNode.test(path))) return true
  return !indifferent.has(program) && words.some(word => ofNode.test(word) || portOfKubelet.test(word))
}

const signalsSuccess = ({ program, words }: Use): boolean => {
  if (baseName(program) === 'cfn-signal') return !/(^| )(-s|--success)[ =]?false\b/.test(words.slice(0, 20).join(' '))
  return program === 'aws' && words.includes('signal-resource') && !words.includes('FAILURE')
}

/** So many compound commands around a command are looked at. */
const deepest = 16

type Place = Pick<Block, 'joined' | 'negated'> & { readonly block: Block | undefined; readonly caller: Use | undefined }

/** A command, the compound commands around it, the call of the function that it stands in, and so on outwards. */
const placesOf = function* ({ command, caller }: Use): Iterable<Place & { readonly part: Block | undefined }> {
  const start = { command, caller }
  let [current, count]: [Pick<Use, 'command' | 'caller'> | undefined, number] = [start, 0]
  while (current !== undefined) {
    const { joined, negated, block: around } = current.command
    yield { joined, negated, block: around, caller: current.caller, part: undefined }
    for (let part = around; part !== undefined && part !== part.body; part = part.outer) {
      count += 1
      if (count > deepest) return
      yield { joined: part.joined, negated: part.negated, block: part.outer, caller: current.caller, part }
    }
    current = current.caller
  }
}

/** Whether a part of a compound command runs only after its condition has failed; of one that is negated, after success. */
const follows = (part: Block, condition: Block, negated: boolean): boolean => {
  const isThen = part.previous === condition
  if (part.opener === 'until') return isThen !== negated
  if (isThen) return negated
  return part.part === 'else' && part.previous?.previous === condition && !negated
}

const isSameList = (one: Place, other: Place) => one.block === other.block && one.caller === other.caller

/**
 * Says of each command after a call, in order, whether the script comes to it only after the call has failed: behind `||`, or
 * in the branch of an `if` for that.
 */
const failureAfter = (call: Use): ((use: Use) => boolean) => {
  const levels = [...placesOf(call)]
  let open = levels.map(() => true)
  return use => {
    const places = [...placesOf(use)]
    const failed = levels.map((level, at) => {
      const { block: condition } = level
      if (condition !== undefined && condition.part === 'condition') {
        if (places.some(({ part }) => part !== undefined && follows(part, condition, level.negated))) return true
      }
      if (!open[at]) return false
      const next = places.find(place => isSameList(place, level))
      return next?.joined === (level.negated ? 'and' : 'or')
    })
    open = open.map((isOpen, at) => {
      const level = levels[at]
      const next = level && places.find(place => isSameList(place, level))
      return isOpen && next?.joined !== undefined
    })
    return failed.includes(true)
  }
}

const isSameBranch = (call: Use, use: Use): boolean =>
  call.command.block === use.command.block && call.caller === use.caller && use.command.joined === undefined

/** Whether it is part of the call itself: of its pipeline or its words. */
const belongsTo = (call: Use, use: Use): boolean =>
  use.outer === call || (use.caller === call.caller && use.command.pipeline === call.command.pipeline)

/**
 * The first work after the last call of bootstrap.sh that needs the node to run, and the first signal that it does, each with
 * its line. Where the call itself may be passed over, work in another branch is no work after it, and neither is what
 * is done when the call has failed.
 * @param lines where bootstrap.sh is called without a test for AL2.
 */
export const constructsAfterBootstrap = (
  uses: readonly Use[],
  lines: ReadonlySet<number>,
): readonly (Finding & { readonly line: number })[] => {
  const start = uses.findLastIndex(use => use.place !== undefined && callsBootstrap(use))
  const call = uses[start]
  if (call === undefined || !lines.has(call.line)) return []
  const hasFailed = failureAfter(call)
  const after = uses.slice(start + 1).filter(use => {
    if (use.place === undefined || belongsTo(call, use)) return false
    if (hasFailed(use)) return false
    return !(call.conditional && use.conditional) || isSameBranch(call, use)
  })
  const work = after.find(needsNode)
  const signal = after.find(signalsSuccess)
  return [
    ...(work === undefined ? [] : [{ ...finding('after-bootstrap'), line: work.line }]),
    ...(signal === undefined ? [] : [{ ...finding('signal-after-bootstrap'), line: signal.line }]),
  ]
}
