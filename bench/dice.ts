/** Numbers that only the seed decides. */
export interface Dice {
  /** Whether something is so that is so for this share of all. */
  readonly isOneOf: (share: number) => boolean
  readonly pick: <T>(items: readonly T[]) => T
}

/** The same for the same seed, everywhere: Mulberry32, which is small. */
export const diceOf = (seed: number): Dice => {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    isOneOf: share => next() < share,
    pick: items => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new RangeError('there is nothing to pick from')
      return item
    },
  }
}
