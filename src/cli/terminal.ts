import { styleText } from 'node:util'
import type { CliEnvironment } from '../config/environment.ts'
import { type Paint, plain } from '../reports/paint.ts'

/** A stream that the CLI writes to: a real one, or a test's. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** Where a command writes and what it may know of its surroundings. */
export interface Terminal {
  /** Data, and nothing else. */
  readonly stdout: Output
  /** Progress and advice. */
  readonly stderr: Output
  /** @throws {ConfigError} when a variable is invalid. */
  readonly environment: () => CliEnvironment
}

type Format = Parameters<typeof styleText>[0]

const colours: Paint = {
  bold: text => paint('bold', text),
  dim: text => paint('dim', text),
  red: text => paint('red', text),
  yellow: text => paint('yellow', text),
  green: text => paint('green', text),
}
// Whether to colour is decided by the stream that is written to, not by the process's own stdout.
const paint = (format: Format, text: string) => styleText(format, text, { validateStream: false })

/** Colours on a terminal, unless NO_COLOR is set. */
export const paintFor = (output: Output, { NO_COLOR }: CliEnvironment): Paint =>
  output.isTTY === true && NO_COLOR === undefined ? colours : plain

const widest = 120

/** Characters a line of a terminal, as far as lines read well; undefined for what is none. */
export const widthOf = (output: Output): number | undefined =>
  output.isTTY === true && 'columns' in output && Number(output.columns) > 0
    ? Math.min(Number(output.columns), widest)
    : undefined
