import type { Clock } from '../core/ports.ts'

/** A clock on which nobody really waits: when somebody does, its time is at once that at which the first may go on. */
export interface VirtualClock extends Clock {
  /** Lets time pass, as a call does. */
  readonly advance: (ms: number) => void
}

/** A clock at zero. */
export const virtualClock = (): VirtualClock => {
  const waiting: { readonly dueMs: number; readonly go: () => void }[] = []
  let nowMs = 0
  // What else there is to do comes first, so that whoever was about to wait as well stands in the row by then.
  const wakeTheFirst = () => {
    const first = waiting.shift()
    nowMs = Math.max(nowMs, first?.dueMs ?? nowMs)
    first?.go()
  }
  return {
    nowMs: () => nowMs,
    advance: ms => {
      nowMs += ms
    },
    wait: ms =>
      new Promise(go => {
        waiting.push({ dueMs: nowMs + ms, go })
        waiting.sort((one, other) => one.dueMs - other.dueMs)
        setImmediate(wakeTheFirst)
      }),
  }
}
