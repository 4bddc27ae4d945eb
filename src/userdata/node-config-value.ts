/** A value as Go's encoding/json sees it, with the offset of its first character in the text. */
export type GoValue = GoObject | GoList | GoText | GoNumber | GoBoolean | GoNull

export interface GoEntry {
  readonly key: string
  readonly at: number
  readonly value: GoValue
}
export interface GoObject {
  readonly kind: 'object'
  readonly at: number
  readonly entries: readonly GoEntry[]
}
interface GoList {
  readonly kind: 'list'
  readonly at: number
  readonly items: readonly GoValue[]
}
interface GoText {
  readonly kind: 'text'
  readonly at: number
  readonly text: string
}
interface GoNumber {
  readonly kind: 'number'
  readonly at: number
  /** The number as a JSON literal: a 64-bit integer keeps its digits. */
  readonly literal: string
}
interface GoBoolean {
  readonly kind: 'boolean'
  readonly at: number
  readonly value: boolean
}
interface GoNull {
  readonly kind: 'null'
  readonly at: number
}

/** Why a text has no value: `deep` and `aliases` are bounds of ours, `syntax` is the parser's refusal. */
export interface ReadFailure {
  readonly reason: 'syntax' | 'deep' | 'aliases'
  readonly at: number
}

/** A text's first document; `endAt` is where the reading stopped, `replacing` where a key takes the place of an equal one. */
export type TextReading =
  | { readonly ok: true; readonly value: GoValue; readonly endAt: number; readonly replacing: readonly number[] }
  | { readonly ok: false; readonly failure: ReadFailure }

/** How many levels of objects and lists are followed; a NodeConfig of any use has fewer than ten. */
export const deepestLevel = 100
