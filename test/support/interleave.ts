import type { Call } from './memory-store.ts'

/**
 * Chooses one of `count` ways to go on from a state. Undefined where that state was met before on another way: whatever
 * follows from it has been seen.
 */
export type Choose = (count: number, state: string) => number | undefined

/**
 * Executes again and again until from every state that can be reached every way on was taken. Answers how many
 * executions there are, told apart by the order of their steps.
 */
export const explore = async (execute: (choose: Choose) => Promise<void>): Promise<number> => {
  const path: { readonly state: string; readonly of: number; taken: number }[] = []
  const ways = new Map<string, (string | undefined)[]>()
  for (;;) {
    let depth = 0
    await execute((count, state) => {
      const before = path[depth - 1]
      if (before) ways.get(before.state)?.splice(before.taken, 1, state)
      const known = path[depth]
      depth += 1
      if (known) return known.taken
      if (ways.has(state)) return undefined
      ways.set(state, Array.from({ length: count }))
      path.push({ state, of: count, taken: 0 })
      return 0
    })
    while (path.length > 0 && isSpent(path.at(-1))) path.pop()
    const last = path.at(-1)
    if (!last) return countPaths(ways)
    last.taken += 1
  }
}

const isSpent = (point: { readonly taken: number; readonly of: number } | undefined) =>
  point !== undefined && point.taken + 1 === point.of

/** A way that leads to no further choice is an execution. */
const countPaths = (ways: ReadonlyMap<string, readonly (string | undefined)[]>): number => {
  const counts = new Map<string, number>()
  const countFrom = (state: string | undefined): number => {
    if (state === undefined) return 1
    const known = counts.get(state) ?? (ways.get(state) ?? []).reduce((sum, next) => sum + countFrom(next), 0)
    counts.set(state, known)
    return known
  }
  const [first] = ways.keys()
  return countFrom(first)
}

/** A process that stands before its next call to the store, or is over. */
export interface Process {
  /** The call that it is about to make; undefined once it is over. */
  readonly next: () => Call['name'] | undefined
  /** Lets it make that call and go on to the one after it. */
  readonly advance: () => Promise<void>
  /** What its calls were answered: all that a process knows. */
  readonly answers: () => string
}

/** Starts a process whose work stops before every call that it hands to `step`. */
export const startProcess = async (
  work: (step: (call: Call) => Promise<unknown>) => Promise<void>,
): Promise<Process> => {
  let waiting: { readonly name: Call['name']; readonly go: () => void } | undefined
  let answers = ''
  let failure: unknown
  let arrive: () => void = () => {}
  const untilArrival = () =>
    new Promise<void>(resolve => {
      arrive = resolve
    })

  const step = async ({ name, make }: Call) => {
    await new Promise<void>(go => {
      waiting = { name, go }
      arrive()
    })
    const answer = await make()
    answers += `${name} ${JSON.stringify(answer)} `
    return answer
  }
  const arrived = untilArrival()
  work(step)
    .catch(error => {
      failure = error
    })
    .then(() => arrive())
  await arrived
  return {
    next: () => waiting?.name,
    advance: async () => {
      const arrivedAgain = untilArrival()
      const { go } = waiting ?? {}
      waiting = undefined
      go?.()
      await arrivedAgain
      if (failure) throw failure
    },
    answers: () => answers,
  }
}
