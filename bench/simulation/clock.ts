/** Time that passes only while everybody waits for it: no call takes longer because the machine is slow. */
export interface SimulationClock {
  /** Milliseconds since the simulation began. */
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Lets no time pass while something outside of the simulation is asked, such as a database that listens. */
  readonly outside: <T>(work: () => Promise<T>) => Promise<T>
}

interface Waiting {
  readonly dueMs: number
  /** Of two that are due at once the first goes first, so that every run is the same. */
  readonly order: number
  readonly go: () => void
}

/** A clock at zero. Whoever is due goes on once there is nothing else to do, the earliest first. */
export const simulationClock = (): SimulationClock => {
  const heap: Waiting[] = []
  let nowMs = 0
  let order = 0
  let held = 0
  let isScheduled = false

  const schedule = () => {
    if (isScheduled || held > 0 || heap.length === 0) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      if (held === 0) wakeTheFirst()
      schedule()
    })
  }
  const wakeTheFirst = () => {
    const first = takeFirst(heap)
    if (!first) return
    nowMs = first.dueMs
    first.go()
  }
  return {
    nowMs: () => nowMs,
    wait: ms =>
      new Promise(go => {
        order += 1
        put(heap, { dueMs: nowMs + Math.max(0, ms), order, go })
        schedule()
      }),
    outside: async work => {
      held += 1
      try {
        return await work()
      } finally {
        held -= 1
        schedule()
      }
    },
  }
}

const isBefore = (one: Waiting | undefined, other: Waiting | undefined) =>
  one !== undefined &&
  other !== undefined &&
  (one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order))

/** A binary heap: ten thousand children wait at once for their time to be up. */
const put = (heap: Waiting[], entry: Waiting) => {
  heap.push(entry)
  let at = heap.length - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(heap[at], heap[parent])) return
    swap(heap, at, parent)
    at = parent
  }
}

const takeFirst = (heap: Waiting[]): Waiting | undefined => {
  const last = heap.length - 1
  if (last < 0) return undefined
  swap(heap, 0, last)
  const first = heap.pop()
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const least = isBefore(heap[left + 1], heap[left]) ? left + 1 : left
    if (!isBefore(heap[least], heap[at])) return first
    swap(heap, at, least)
    at = least
  }
}

const swap = (heap: Waiting[], one: number, other: number) => {
  const [a, b] = [heap[one], heap[other]]
  if (!a || !b) return
  heap[one] = b
  heap[other] = a
}
