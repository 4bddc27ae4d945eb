import { type Policy, policySchema } from '../core/policy.ts'
import { readYaml } from './yaml.ts'

/**
 * Reads posture.yaml.
 * @param checkIds the checks that exist.
 * @param today the day of the run, UTC: no waiver may expire more than a year after it.
 * @throws {ConfigError} every problem with file and line; nothing of the file is applied then.
 */
export const readPosture = (file: string, checkIds: readonly string[], today: string): Promise<Policy> =>
  readYaml(file, policySchema(checkIds, today))
