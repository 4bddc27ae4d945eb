import { sha256Hex } from './sha256.ts'
import { compareText } from './text.ts'

/**
 * Some of the items, spread over their groups: a round takes one of each group. The same seed takes the same ones, on
 * every machine and whatever their order.
 * @param count how many to take at most, at least 0.
 * @param idOf what tells one item from the others.
 */
export const sampleOver = <T>(
  items: readonly T[],
  count: number,
  seed: string,
  idOf: (item: T) => string,
  groupOf: (item: T) => string,
): readonly T[] => {
  const drawn = (key: string) => sha256Hex(`${seed}\n${key}`)
  const shuffled = items.toSorted((a, b) => compareText(drawn(idOf(a)), drawn(idOf(b))))
  const groups = [...Map.groupBy(shuffled, groupOf)]
    .toSorted(([a], [b]) => compareText(drawn(a), drawn(b)))
    .map(([, members]) => members)
  const rounds = Math.max(0, ...groups.map(members => members.length))
  const inTurn = Array.from({ length: rounds }, (_, round) =>
    groups.flatMap(members => members.slice(round, round + 1)),
  )
  return inTurn.flat().slice(0, count)
}
