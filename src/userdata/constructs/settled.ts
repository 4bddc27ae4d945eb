import type { Command, Word } from '../shell.ts'
import type { Use } from '../shell-use.ts'
import {
  anything,
  asksVariables,
  isFilter,
  listsNames,
  opposite,
  readsRelease,
  releaseVariables,
  type Test,
  testsByOutput,
  testsOf,
  testsOfAnswer,
  testsOfFilter,
  testsOfStatus,
} from './guards.ts'
import { type Ending, keep, type Scope, scopeStack, settledBy, settledForJoined, together } from './scopes.ts'

const declaring = new Set(['', 'export', 'declare', 'typeset', 'local', 'readonly'])
const endings: ReadonlyMap<string, Ending> = new Map([
  ['exit', 'script'],
  ['return', 'block'],
  ['continue', 'block'],
  ['break', 'block'],
])

const none: readonly Test[] = []

/** What the script has tested for where a command stands. */
export interface Settled {
  /** Goes on to a command; those before it have been gone to and learnt. */
  readonly goTo: (use: Use) => void
  /** Takes in what the command tests for that was gone to. */
  readonly learn: () => void
  /** Whether a test covers the command, in whose own branch or behind whose early exit it stands, of any of the names. */
  readonly covers: (names: readonly string[]) => boolean
  /** Whether the command stands in a branch of if or case, or is joined to another. */
  readonly inBranch: () => boolean
  /** Whether the command is what a loop waits for: `until systemctl is-active docker`. */
  readonly isAwaited: () => boolean
}

/**
 * Follows the tests of a script. A test covers its own branch: the then of one that asks whether something is there, the else
 * of one that asks whether it is not, what is joined by `&&` or `||`, and what follows where the script ends otherwise. One
 * of the distribution covers every branch of its own. Variables carry what they were set by.
 */
export const settledTests = (): Settled => {
  const carried = new Map<string, readonly Test[]>()
  const { goTo, guard, isSettled, inBranch } = scopeStack((scope, outer) => leave(scope, outer))
  let scope: Scope | undefined
  let use: Use | undefined

  // An expansion such as `${VERSION_ID%%.*}` does not say its name: behind a look at the release it may be of that.
  const carriedBy = ({ pieces }: Word): readonly Test[] =>
    pieces.flatMap(piece => {
      if (piece.kind === 'variable') return carried.get(piece.name) ?? none
      return piece.kind === 'expansion' ? (carried.get(releaseVariables[0]) ?? none) : none
    })

  const asksStatus = ({ words }: Command) =>
    words.some(({ pieces }) => pieces.some(piece => piece.kind === 'variable' && piece.name === '?'))

  const carry = (name: string, tests: readonly Test[]) => {
    if (tests.length > 0) carried.set(name, together(carried.get(name) ?? none, tests))
  }

  const testsIn = (asking: Use, { source, status }: Scope): readonly Test[] => {
    const own = asking.captured ? testsByOutput(asking) : testsOf(asking)
    if (source !== undefined && isFilter(asking)) {
      if (listsNames(source)) return together(own, testsOfFilter(asking))
      return together(own, testsByOutput(source))
    }
    if (!asksVariables(asking)) return own
    const { words, redirects } = asking.command
    const variables = [...words, ...redirects.map(({ target }) => target)].flatMap(carriedBy)
    const answers = variables.length === 0 ? own : together(own, testsOfAnswer(asking, variables))
    return asksStatus(asking.command) ? together(answers, testsOfStatus(asking, status)) : answers
  }

  const addTests = (where: Scope, found: readonly Test[], isNegated: boolean) => {
    if (found.length === 0) return
    const tests = isNegated ? found.map(opposite) : found
    where.chain = together(where.chain, tests)
    where.tests = together(where.tests, tests)
  }

  /** What a command does whose success or output is that of others: the commands of its substitution, or a function. */
  const deliver = (where: Scope, tests: readonly Test[], isOutput: boolean) => {
    const { current } = where
    if (current === undefined || tests.length === 0) return
    const { program, command } = current
    if (isOutput && declaring.has(program)) for (const { name } of command.assignments) carry(name, tests)
    const asked = isOutput ? testsOfAnswer(current, tests) : tests
    if (!isOutput || asksVariables(current) || declaring.has(program)) addTests(where, asked, command.negated)
  }

  const end = (where: Scope, joined: Command['joined'], ending: Ending) => {
    if (ending === undefined) return
    if (joined === undefined) {
      where.ending ??= ending
      return
    }
    const names = settledBy(where.chain, joined === 'or')
    guard(where, names)
    if (ending === 'script') for (const name of names) keep(where.settled, name)
  }

  const leave = (left: Scope, outer: Scope) => {
    const { block, caller, tests, settled } = left
    if (block === undefined) {
      const sameShell = caller !== undefined && (caller.isFunction || caller.run.sourced)
      deliver(outer, tests, false)
      if (!sameShell) return
      guard(outer, settled)
      for (const name of settled) keep(outer.settled, name)
      end(outer, caller.command.joined, left.ending === 'script' ? 'script' : undefined)
      return
    }
    if (block.opener === '$(') deliver(outer, tests, true)
    if (block.opener === '(' || block.opener === '{') addTests(outer, tests, block.negated)
    if (block.opener !== '{' && block.opener !== 'for') return
    guard(outer, settled)
    for (const name of settled) keep(outer.settled, name)
    if (block.opener === '{') end(outer, block.joined, left.ending)
  }

  const learnVariables = (where: Scope, { program, command }: Use) => {
    if (!declaring.has(program)) return
    const here = [...(inBranch() ? where.guards : []), ...settledForJoined(command.joined, where.chain)]
    const around = here.map(name => ({ name, success: 'either' }) as const)
    for (const { name, value } of command.assignments) carry(name, together(carriedBy(value), around))
  }

  const startChain = (where: Scope, { command }: Use) => {
    const isSamePipeline = command.pipeline === where.current?.command.pipeline
    where.source = isSamePipeline ? where.current : undefined
    if (command.joined !== undefined || isSamePipeline) return
    where.status = where.chain
    where.chain = none
  }

  return {
    goTo: next => {
      use = next
      scope = goTo(next)
      startChain(scope, next)
      scope.current = next
    },
    learn: () => {
      if (use === undefined || scope === undefined) return
      if (readsRelease(use)) for (const name of releaseVariables) carry(name, [{ name: anything, success: 'either' }])
      learnVariables(scope, use)
      addTests(scope, testsIn(use, scope), use.command.negated)
      end(scope, use.command.joined, endings.get(use.program))
    },
    covers: names => {
      if (isSettled(anything) || names.some(isSettled)) return true
      const joined = settledForJoined(use?.command.joined, scope?.chain ?? none)
      return joined.some(name => name === anything || names.includes(name))
    },
    inBranch: () => inBranch() || use?.command.joined !== undefined,
    isAwaited: () => {
      const { block } = scope ?? {}
      if (block?.part !== 'condition' || block.opener === 'if') return false
      return (block.opener === 'until') !== (use?.command.negated === true)
    },
  }
}
