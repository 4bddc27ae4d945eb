/** The first items of a sorted list that is never held whole, and how many there were in all. */
export interface FirstOf<T> {
  readonly items: readonly T[]
  readonly count: number
  add(item: T): void
}

/** Collects the first `most` items by `compare`, in constant memory. */
export const firstOf = <T>(most: number, compare: (a: T, b: T) => number): FirstOf<T> => {
  const items: T[] = []
  let count = 0
  return {
    items,
    get count() {
      return count
    },
    add: item => {
      count += 1
      const last = items.at(-1)
      if (items.length === most && last !== undefined && compare(item, last) >= 0) return
      const at = items.findIndex(other => compare(item, other) < 0)
      items.splice(at < 0 ? items.length : at, 0, item)
      if (items.length > most) items.pop()
    },
  }
}
