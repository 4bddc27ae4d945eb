import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type * as z from 'zod'
import { readYaml } from '../config/yaml.ts'
import { problemsOf } from './references.ts'
import { type Region, Shape } from './schema.ts'
import { tooLong } from './user-data.ts'
import { regionsOf, type Step } from './walk.ts'

type Context = z.core.$RefinementCtx<Organization>

/**
 * An AWS organization as a person writes it (DESIGN §9). Fields have the API's own names in camelCase, what is left out
 * gets AWS's default, and a reference to something that is not there is an error.
 */
export const Organization = Shape.superRefine((organization, context: Context) => {
  for (const { path, message } of problemsOf(organization))
    context.addIssue({ code: 'custom', path: [...path], message })
})
export type Organization = z.output<typeof Shape>

/**
 * Reads an organization from YAML; `userData: file:<path>` is read beside it, whatever its bytes are.
 * @throws {ConfigError} every problem with file and line.
 */
export const readOrganization = (file: string): Promise<Organization> =>
  readYaml(
    file,
    Organization.transform((organization, context: Context) => {
      loadUserData(organization, dirname(file), (path, message) =>
        context.addIssue({ code: 'custom', path: [...path], message }),
      )
      return organization
    }),
  )

const loadUserData = (
  organization: Organization,
  folder: string,
  report: (path: readonly Step[], text: string) => void,
) => {
  for (const { region, path } of regionsOf(organization)) {
    for (const { holder, at } of userDataIn(region)) {
      if (!holder.userData?.startsWith('file:')) continue
      const source = join(folder, holder.userData.slice('file:'.length))
      const bytes = readBytes(source)
      const problem = bytes ? tooLong(bytes) : 'cannot be read'
      if (problem) report([...path, ...at, 'userData'], `${source} ${problem}`)
      if (bytes) holder.userData = `base64:${bytes.toString('base64')}`
    }
  }
}

/** Everything in a Region that may hold user data, with its place from the Region on. */
const userDataIn = ({ launchTemplates, launchConfigurations, instances }: Region) => [
  ...Object.entries(launchTemplates).flatMap(([name, { versions }]) =>
    versions.map((holder, index) => ({ holder, at: ['launchTemplates', name, 'versions', index] })),
  ),
  ...Object.entries(launchConfigurations).map(([name, holder]) => ({ holder, at: ['launchConfigurations', name] })),
  ...Object.entries(instances).map(([name, holder]) => ({ holder, at: ['instances', name] })),
]

const readBytes = (file: string) => {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
