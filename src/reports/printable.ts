/** Everything that a terminal obeys instead of showing: C0 and C1 controls, and marks that reorder text. */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/**
 * A copy in which no text can move the cursor, colour a line or forge one: names, tags and reasons come from accounts
 * that are not ours. What a terminal would obey is shown as `\u001b`.
 */
export const printable = <T>(value: T): T => shown(value) as T

/** Piece by piece, for the findings of an organization as one text take as much memory again as all there is. */
const shown = (value: unknown): unknown => {
  if (typeof value === 'string') return escaped(value)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner)]))
}

const escaped = (text: string) => text.replace(obeyed, mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
