import { hexOf, pastOf } from './ids.ts'
import { imageAsWritten, type Place } from './place.ts'
import type { LaunchTemplate, MetadataOptions } from './schema.ts'

/** A launch template as EC2 keeps it: made by a person, or by a service for its own use. */
export interface Template {
  readonly id: string
  readonly name: string
  readonly createTime: Date
  readonly createdBy: string
  readonly tags: Readonly<Record<string, string>>
  readonly operator: LaunchTemplate['operator']
  readonly defaultVersion: number
  readonly versions: readonly TemplateVersion[]
}

export interface TemplateVersion {
  readonly number: number
  readonly createTime: Date
  readonly description: string | undefined
  readonly imageId: string | undefined
  readonly instanceType: string | undefined
  /** As AWS holds it, so in base64. */
  readonly userData: string | undefined
  readonly metadataOptions: MetadataOptions | undefined
}

/** Splits `web:2`; a reference without a version means the default. */
export const readReference = (reference: string) => {
  const [name = '', version = '$Default'] = reference.split(':')
  return { name, version }
}

/** What a reference points at among the templates as written, or undefined when there is no such template or version. */
export const versionOf = (templates: Readonly<Record<string, LaunchTemplate>>, reference: string | undefined) => {
  if (reference === undefined) return undefined
  const { name, version } = readReference(reference)
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined
  if (!template) return undefined
  const number = numberOf(version, template.default, template.versions.length)
  const found = template.versions[number - 1]
  return found && { name, number, version: found }
}

/** The version that a caller names as `$Default`, `$Latest` or a number; NaN when it is none of these. */
export const numberOf = (version: string, defaultVersion: number, latestVersion: number) => {
  if (version === '$Default') return defaultVersion
  if (version === '$Latest') return latestVersion
  return Number(version)
}

/** The launch templates that the account's people wrote. */
export const templatesOf = (place: Place): Template[] =>
  Object.entries(place.region.launchTemplates).map(([name, written]) => ({
    id: written.id ?? idOfTemplate(place, name),
    name,
    createTime: createTimeOf(place, name, 1),
    createdBy: written.createdBy ?? `arn:aws:sts::${place.accountId}:assumed-role/deploy/terraform`,
    tags: written.tags,
    operator: written.operator,
    defaultVersion: written.default,
    versions: written.versions.map((version, index) => ({
      number: index + 1,
      createTime: createTimeOf(place, name, index + 1),
      description: version.versionDescription,
      imageId: version.image && imageAsWritten(place, version.image),
      instanceType: version.instanceType,
      userData: version.userData && inBase64(version.userData),
      metadataOptions: version.metadataOptions,
    })),
  }))

/** The derived id of a template. */
export const idOfTemplate = (place: Place, name: string) =>
  `lt-0${hexOf(16, 'launch-template', place.accountId, place.name, name)}`

/** When a version was made: each one later than the one before, all of them before now. */
export const createTimeOf = ({ organization, accountId, name: region }: Place, name: string, number: number) => {
  const first = pastOf(organization.now, accountId, region, name)
  const ageMs = organization.now.getTime() - first.getTime()
  return new Date(organization.now.getTime() - Math.floor(ageMs / number / 1000) * 1000)
}

/** User data as AWS holds it, from what the YAML says. */
export const inBase64 = (userData: string) =>
  userData.startsWith('base64:') ? userData.slice('base64:'.length) : Buffer.from(userData).toString('base64')
