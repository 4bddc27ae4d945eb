import type { PartKind } from '../core/user-data.ts'

/** A stretch of the decoded user data that one program reads as a whole. */
export interface Part {
  /** The media type as declared, in lower case and without parameters; `none` where nothing declares one. */
  readonly contentType: string
  readonly kind: PartKind
  readonly text: string
  /** The line of the decoded user data, from 1, at which the text starts. */
  readonly firstLine: number
}
