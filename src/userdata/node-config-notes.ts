/** A problem of a NodeConfig before its line is known: where in the text it stands. */
export interface Note {
  readonly id: string
  readonly message: string
  readonly at: number
}

/** More problems than this help nobody, and hostile text can have one on every line. */
export const mostProblems = 50

const expansion = /\$\(|\$\{|\$[A-Za-z_]|`/

/** Whether a text counts on a shell, or a template, to put something in its place; nodeadm does neither. */
export const hasExpansion = (text: string): boolean => expansion.test(text)
