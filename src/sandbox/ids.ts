import { createHash } from 'node:crypto'

const secondsOfDay = 86_400

/** Hexadecimal digits that depend on `parts` alone, so that an id that nobody wrote is the same in every run. */
export const hexOf = (length: number, ...parts: readonly (string | number)[]) =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, length)

/** A number in [0, 1) that depends on `parts` alone. */
export const fractionOf = (...parts: readonly (string | number)[]) => Number.parseInt(hexOf(12, ...parts), 16) / 2 ** 48

/** The shape of a UUID version 4. */
export const uuidOf = (...parts: readonly (string | number)[]) => {
  const hex = hexOf(32, ...parts)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** A moment between 30 and 600 days before `now`, in whole seconds. */
export const pastOf = (now: Date, ...parts: readonly (string | number)[]) => {
  const days = 30 + 570 * fractionOf(...parts)
  return new Date((Math.floor(now.getTime() / 1000) - Math.floor(days * secondsOfDay)) * 1000)
}

/** As {@link pastOf}, in the seconds since 1970 that JSON protocols send. */
export const pastSecondsOf = (now: Date, ...parts: readonly (string | number)[]) =>
  pastOf(now, ...parts).getTime() / 1000

/** A moment in the seconds since 1970 that JSON protocols send. */
export const secondsOf = (date: Date | undefined) => (date === undefined ? undefined : date.getTime() / 1000)
