import type { LaunchTemplateVersion as Described } from '@aws-sdk/client-ec2'
import type { LaunchTemplate, LaunchTemplateRef, LaunchTemplateVersion } from '../../core/inventory.ts'
import { isControllerMade } from '../../core/launch.ts'
import { numberOf } from '../../core/lookup.ts'
import { known } from '../../core/read.ts'
import type { UserDataFacts } from '../../core/user-data.ts'
import { readUserData } from '../../userdata/read.ts'

/** What turns bytes into facts. Where it throws, it may throw parts of the text, so whoever calls it drops the error. */
type ReadFacts = (bytes: Uint8Array) => UserDataFacts

/**
 * User data of launch template versions, until it is known which of them EKS groups use. It can hold secrets: it stands
 * behind these two functions alone, so that whoever writes out, logs or throws what the collector holds writes none of it.
 */
export interface UserDataInHand {
  /** Takes the user data out of a version as EC2 described it. What a controller wrote is dropped. */
  readonly takeFrom: (version: Described) => Described
  /** The bytes as a node would get them, none where the version has no user data; undefined where none was taken. */
  readonly bytesOf: (templateId: string, version: number) => Uint8Array | undefined
}

/** No user data yet. */
export const noUserDataInHand = (): UserDataInHand => {
  const taken = new Map<string, Uint8Array>()
  const keyOf = (templateId: string, version: number) => `${templateId}:${version}`
  return {
    takeFrom: version => {
      const { LaunchTemplateId = '', VersionNumber = 0, LaunchTemplateData = {} } = version
      const { UserData = '', ...rest } = LaunchTemplateData
      if (!isMadeByController(version)) taken.set(keyOf(LaunchTemplateId, VersionNumber), bytesIn(UserData))
      return { ...version, LaunchTemplateData: rest }
    },
    bytesOf: (templateId, version) => taken.get(keyOf(templateId, version)),
  }
}

const isMadeByController = ({ LaunchTemplateName = '', CreatedBy, Operator }: Described) =>
  isControllerMade({
    name: LaunchTemplateName,
    ...(CreatedBy !== undefined && { createdBy: CreatedBy }),
    ...(Operator?.Principal !== undefined && { operator: Operator.Principal }),
  })

/** EC2 holds user data in base64; text that is not base64 after all counts as it stands. */
const bytesIn = (text: string): Uint8Array => {
  const digits = text.replace(/\s+/g, '')
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(digits) && digits.replace(/=+$/, '').length % 4 !== 1
  return new Uint8Array(isBase64 ? Buffer.from(digits, 'base64') : Buffer.from(text))
}

/**
 * The same templates, each version that one of `refs` names with what its user data says; the others stay unread.
 * @param read where it throws, the version is left without facts.
 */
export const withUserDataFacts = (
  templates: readonly LaunchTemplate[],
  refs: readonly LaunchTemplateRef[],
  inHand: UserDataInHand,
  read: ReadFacts = readUserData,
): LaunchTemplate[] => {
  const named = Map.groupBy(refs, ({ id }) => id)
  return templates.map(template => {
    const used = new Set((named.get(template.id) ?? []).map(({ version }) => numberOf(template, version)))
    if (used.size === 0) return template
    const factsOf = (version: LaunchTemplateVersion) => {
      const bytes = used.has(version.number) ? inHand.bytesOf(template.id, version.number) : undefined
      return bytes && factsIn(bytes, read)
    }
    return { ...template, versions: template.versions.map(version => withFacts(version, factsOf(version))) }
  })
}

/**
 * What user data says that EC2 or Auto Scaling holds in base64: empty where there is none.
 * @param read where it throws, there are no facts.
 */
export const factsOf = (base64: string | undefined, read: ReadFacts = readUserData): UserDataFacts | undefined =>
  factsIn(bytesIn(base64 ?? ''), read)

const factsIn = (bytes: Uint8Array, read: ReadFacts) => {
  try {
    return read(bytes)
  } catch {
    return undefined
  }
}

const withFacts = ({ number, data }: LaunchTemplateVersion, userData: UserDataFacts | undefined) => ({
  number,
  data: data.ok && userData ? known({ ...data.value, userData }) : data,
})
