import { type Policy, policySchema } from '../core/policy.ts'
import { readYaml } from './yaml.ts'

/**
 * Reads posture.yaml.
 * @param checkIds the checks that exist.
 * @throws {ConfigError} every problem with file and line; nothing of the file is applied then.
 */
export const readPosture = (file: string, checkIds: readonly string[]): Promise<Policy> =>
  readYaml(file, policySchema(checkIds))
