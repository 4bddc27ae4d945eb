import type { ConstructId } from './catalogue.ts'

/** A construct that a command may be, and the programs, packages and paths whose test or installation makes it harmless. */
export interface Finding {
  readonly id: ConstructId
  readonly unless: readonly string[]
}

/** The finding of an id, and the names whose test or installation makes it harmless. */
export const finding = (id: ConstructId, ...unless: readonly string[]): Finding => ({ id, unless })
