import { checks } from '../../checks/index.ts'
import { ConfigError } from '../../core/errors.ts'
import { catalogueJson, catalogueTable, explainCheck } from '../../reports/catalogue.ts'
import type { ExitCode } from '../exit-code.ts'
import { paintFor, type Terminal } from '../terminal.ts'

/**
 * The catalogue of checks, or one check explained.
 * @throws {ConfigError} when there is no such check.
 */
export const showChecks = (id: string | undefined, format: 'table' | 'json', terminal: Terminal): ExitCode => {
  const chosen = id === undefined ? checks : checks.filter(check => check.id === id)
  const [first] = chosen
  if (!first) throw new ConfigError(`There is no check ${id}; the catalogue is: npx eks-node-posture checks.`)
  const paint = paintFor(terminal.stdout, terminal.environment())
  if (format === 'json') terminal.stdout.write(catalogueJson(chosen))
  else terminal.stdout.write(id === undefined ? catalogueTable(chosen, paint) : explainCheck(first, paint))
  return 0
}
