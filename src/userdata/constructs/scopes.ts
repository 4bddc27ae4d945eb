import type { Block } from '../shell-syntax.ts'
import type { Use } from '../shell-use.ts'
import type { Test } from './guards.ts'

/** How a command or a group leaves what it stands in: the script, or only a function or loop. */
export type Ending = 'script' | 'block' | undefined

/** A compound command: what its conditions tested for, which of its parts end the script. */
interface Compound {
  /** What holds in each part of it, for it is joined to a test. */
  readonly base: readonly string[]
  readonly isJoined: boolean
  /** The names that are settled where the conditions so far have failed. */
  readonly failed: Set<string>
  tests: readonly Test[]
  /** The names that are settled behind it, for a part has ended where they are not. */
  readonly behind: Set<string>
  ending: Ending
  hasElse: boolean
  allEnd: boolean
}

/** A part of a compound command, a function or a script inside, while its commands are followed. */
export interface Scope {
  readonly block: Block | undefined
  /** The command that runs the function or script whose outermost scope this is. */
  readonly caller: Use | undefined
  readonly compound: Compound | undefined
  readonly outer: Scope | undefined
  readonly isBranch: boolean
  /** The names that are settled in it. */
  readonly guards: Set<string>
  /** Those of them that are so wherever the script goes on, for it ends otherwise. */
  readonly settled: Set<string>
  /** The command that was followed last in it. */
  current: Use | undefined
  /** The command before it in its pipeline. */
  source: Use | undefined
  /** The tests by which `$?` was set. */
  status: readonly Test[]
  /** The tests of the commands joined by && and ||, and of all its commands. */
  chain: readonly Test[]
  tests: readonly Test[]
  ending: Ending
}

/** So many tests of one condition are kept, and names of one part; a hand-written one has less than five. */
const mostKept = 32
const mostGuards = 256

/** Some tests with some more, up to a bound. */
export const together = (some: readonly Test[], more: readonly Test[]): readonly Test[] =>
  more.length === 0 ? some : [...some, ...more.slice(0, mostKept - Math.min(mostKept, some.length))]

/** The names that the success of tests settles, or their failure. */
export const settledBy = (tests: readonly Test[], hasSucceeded: boolean): readonly string[] =>
  tests.flatMap(({ name, success }) => (success === (hasSucceeded ? 'absent' : 'present') ? [] : [name]))

/** The names that are settled for what is joined to tests. */
export const settledForJoined = (joined: Block['joined'], chain: readonly Test[]): readonly string[] =>
  joined === undefined ? [] : settledBy(chain, joined === 'and')

/** Adds a name, up to a bound. */
export const keep = (names: Set<string>, name: string): void => {
  if (names.size < mostKept) names.add(name)
}

const none: readonly never[] = []

/** The scopes around the command that is followed. Linear in the commands: each scope is entered and left once a run. */
export const scopeStack = (onLeave: (scope: Scope, outer: Scope) => void) => {
  const active = new Map<string, number>()
  const open = new Map<Block, Scope>()
  const compounds = new Map<Block, Compound>()
  const scopeOf = new Map<Use, Scope>()
  const callers: Scope[] = []
  let branches = 0

  const guard = (scope: Scope, names: Iterable<string>) => {
    for (const name of names) {
      if (scope.guards.size >= mostGuards || scope.guards.has(name)) continue
      scope.guards.add(name)
      active.set(name, (active.get(name) ?? 0) + 1)
    }
  }

  const push = (outer: Scope | undefined, given: Pick<Scope, 'block' | 'caller' | 'compound' | 'isBranch'>): Scope => {
    const empty = { guards: new Set<string>(), settled: new Set<string>(), chain: none, tests: none }
    const scope: Scope = {
      ...given,
      ...empty,
      outer,
      current: undefined,
      source: undefined,
      status: none,
      ending: undefined,
    }
    if (scope.isBranch) branches += 1
    if (scope.block !== undefined) open.set(scope.block, scope)
    return scope
  }

  let top: Scope = push(undefined, { block: undefined, caller: undefined, compound: undefined, isBranch: false })
  callers.push(top)

  const drop = (scope: Scope) => {
    for (const name of scope.guards) active.set(name, (active.get(name) ?? 1) - 1)
    if (scope.isBranch) branches -= 1
    if (scope.block !== undefined) open.delete(scope.block)
    if (callers.at(-1) === scope) callers.pop()
  }

  const leavePart = ({ block, compound, tests, ending }: Scope) => {
    if (block === undefined || compound === undefined) return
    if (block.part === 'condition') {
      compound.tests = tests
      return
    }
    if (block.part === 'else') compound.hasElse = true
    if (ending === undefined) compound.allEnd = false
    else {
      compound.ending = compound.ending === 'block' ? 'block' : ending
      for (const name of settledBy(compound.tests, block.part === 'else')) keep(compound.behind, name)
    }
  }

  const leave = (scope: Scope, isPart: boolean) => {
    const { outer, block, compound } = scope
    if (outer === undefined) return
    drop(scope)
    leavePart(scope)
    top = outer
    if (isPart) return
    onLeave(scope, outer)
    if (block === undefined || compound === undefined) return
    if (block.opener === 'if' || block.opener === 'case') {
      outer.tests = together(outer.tests, compound.tests)
      guard(outer, compound.behind)
      if (compound.ending === 'script') for (const name of compound.behind) keep(outer.settled, name)
      if (block.opener === 'if' && compound.hasElse && compound.allEnd && !compound.isJoined)
        outer.ending = compound.ending
    }
  }

  /** The compound that a part belongs to, where one of its earlier parts has been followed. */
  const earlierParts = (block: Block): Compound | undefined => {
    for (let part = block.previous; part !== undefined; part = part.previous) {
      const found = compounds.get(part)
      if (found !== undefined) return found
    }
    return undefined
  }

  const compoundOf = (outer: Scope, block: Block): Compound => {
    const base = settledForJoined(block.joined, outer.chain)
    // The head of a case stands before it.
    const tests = block.opener === 'case' ? outer.chain : none
    const start = { base, tests, isJoined: block.joined !== undefined, ending: undefined, hasElse: false, allEnd: true }
    return { ...start, failed: new Set(), behind: new Set() }
  }

  const enter = (block: Block) => {
    const outer = top
    const isFirst = block.previous === undefined
    const compound = (isFirst ? undefined : earlierParts(block)) ?? compoundOf(outer, block)
    const before = isFirst ? outer.chain : none
    if (isFirst && block.joined === undefined && block.opener !== '$(') outer.chain = none
    compounds.set(block, compound)
    const isChoice = block.opener === 'case' || (block.opener === 'if' && (block.part !== 'condition' || !isFirst))
    if (block.part === 'condition') for (const name of settledBy(compound.tests, false)) keep(compound.failed, name)
    top = push(outer, { block, caller: outer.caller, compound, isBranch: isChoice || compound.isJoined })
    top.chain = before
    guard(top, compound.base)
    guard(top, compound.failed)
    if (block.part === 'then' || block.opener === 'case') guard(top, settledBy(compound.tests, true))
    if (block.part === 'else') guard(top, settledBy(compound.tests, false))
    if (block.part === 'body' && block.opener === 'while') guard(top, settledBy(compound.tests, true))
    if (block.part === 'body' && block.opener === 'until') guard(top, settledBy(compound.tests, false))
  }

  const leaveTo = (scope: Scope, next: Block | undefined) => {
    while (top !== scope && top.outer !== undefined) {
      const isPart = top.outer === scope && next !== undefined && earlierParts(next) === top.compound
      leave(top, isPart && top.compound !== undefined)
    }
  }

  const enterCaller = (caller: Use | undefined) => {
    if (callers.some(scope => scope.caller === caller)) {
      while (callers.at(-1)?.caller !== caller) leave(top, false)
      return
    }
    const around = caller && scopeOf.get(caller)
    if (around !== undefined) leaveTo(around, undefined)
    top = push(top, { block: undefined, caller, compound: undefined, isBranch: false })
    callers.push(top)
  }

  /** Goes to the scope of a command. */
  const goTo = (use: Use): Scope => {
    enterCaller(use.caller)
    const entered: Block[] = []
    let block = use.command.block
    while (block !== undefined && !open.has(block)) {
      entered.push(block)
      block = block.functionName === undefined ? block.outer : undefined
    }
    const around = (block && open.get(block)) ?? callers.at(-1)
    if (around !== undefined) leaveTo(around, entered.at(-1))
    for (const one of entered.reverse()) enter(one)
    scopeOf.set(use, top)
    return top
  }

  return { goTo, guard, isSettled: (name: string) => (active.get(name) ?? 0) > 0, inBranch: () => branches > 0 }
}
