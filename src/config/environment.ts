import * as z from 'zod'
import { ConfigError } from '../core/errors.ts'

const given = z
  .string()
  .optional()
  .transform(value => (value === '' ? undefined : value))

/** What the command line takes from the environment; AWS credentials and Region are the SDK's to read. */
const CliEnvironment = z.object({
  /** Sent with every AssumeRole; a secret, so it is no flag that a process list would show. */
  EXTERNAL_ID: given.pipe(
    z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'expected 2 to 1,224 letters, digits or any of +=,.@:/-')
      .optional(),
  ),
  /** Any value: no colour. https://no-color.org */
  NO_COLOR: given,
})
export type CliEnvironment = z.output<typeof CliEnvironment>

/**
 * Parses the environment, the only place that reads it.
 * @throws {ConfigError} naming the variable and what is expected; never its value.
 */
export const readEnvironment = (variables: NodeJS.ProcessEnv = process.env): CliEnvironment => {
  const parsed = CliEnvironment.safeParse(variables)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `environment variable ${path.join('.')}: ${message}`)
  throw new ConfigError(problems.join('\n'))
}
