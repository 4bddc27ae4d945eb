import type { Command } from './shell.ts'
import type { Run } from './shell-program.ts'
import type { Change } from './shell-values.ts'

/** Text that a command puts into a file. */
export interface Write {
  readonly path: string
  /** As far as the script says it; empty where a program computes it. */
  readonly content: string
}

/** One command of a script, as it runs: the program, its words with the values of variables, and the files it writes. */
export interface Use {
  readonly command: Command
  readonly line: number
  /** The base name, or the path where it lies outside the folders of the system; `unknown` where it is computed, empty where there is none. */
  readonly program: string
  readonly words: readonly string[]
  /** What the program comes to, where a shell may stand for a script. */
  readonly run: Run
  /** What the command itself puts into the environment of the program. */
  readonly environment: ReadonlyMap<string, string>
  /** The variables as it found them, the latest first. */
  readonly variables: Change | undefined
  /** What its redirects point to, in their order. */
  readonly targets: readonly string[]
  readonly writes: readonly Write[]
  readonly conditional: boolean
  /** Whether `|| true` or `|| :` follows. */
  readonly mayFail: boolean
  /** Whether it stands in a substitution, where its output goes into a word. */
  readonly captured: boolean
  /** Whether the program is a function that the script has defined: what it does follows, with this as its `caller`. */
  readonly isFunction: boolean
  /** The command by which the function or the inner script is run that it stands in. */
  readonly caller: Use | undefined
  /** What it runs, by its whole path, as far as the script says where it stands: `/etc/eks/bootstrap.sh` for `./bootstrap.sh`. */
  readonly path: string | undefined
  /** The command in whose substitution it stands. */
  readonly outer: Use | undefined
  /** Which command of the script itself it is or stands in; undefined inside a script that the script runs, and in a function that it never calls. */
  readonly place: number | undefined
}
