import {
  type LaunchTemplateVersion as Described,
  DescribeLaunchTemplateVersionsCommand,
  type DescribeLaunchTemplateVersionsCommandInput,
} from '@aws-sdk/client-ec2'
import type { LaunchTemplate, LaunchTemplateRef, LaunchTemplateVersion } from '../../core/inventory.ts'
import { numberOf } from '../../core/lookup.ts'
import { type Collected, known, notRead } from '../../core/read.ts'
import { joined, type Listed, listAll, refused } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { defined, imdsOptionsOf } from './shape.ts'
import type { UserDataInHand } from './user-data.ts'

const action = 'ec2:DescribeLaunchTemplateVersions'
const pageSize = 200

/**
 * The versions that `input` asks for: of one template, or the default and latest ones of all templates. Their user data
 * goes to `userData`, page by page.
 */
export const listVersions = (
  { ask, clients }: RegionAccess,
  input: Pick<DescribeLaunchTemplateVersionsCommandInput, 'LaunchTemplateId' | 'Versions'>,
  userData: UserDataInHand,
): Promise<Listed<Described>> =>
  listAll(
    ask,
    action,
    async NextToken => {
      const paging = { NextToken, MaxResults: pageSize, IncludeManagedResources: true }
      const page = await clients.ec2().send(new DescribeLaunchTemplateVersionsCommand({ ...input, ...paging }))
      return { items: page.LaunchTemplateVersions?.map(userData.takeFrom), next: page.NextToken }
    },
    input.LaunchTemplateId,
  )

/** One version as the inventory holds it, before anything is known of its user data. */
export const versionOf = ({ VersionNumber = 0, LaunchTemplateData = {} }: Described): LaunchTemplateVersion => {
  const { ImageId: imageId, InstanceType: instanceType, MetadataOptions } = LaunchTemplateData
  const metadataOptions = imdsOptionsOf(MetadataOptions)
  return { number: VersionNumber, data: known(defined({ imageId, instanceType, metadataOptions })) }
}

/** Adds to each template the versions that something names and that it does not hold yet. */
export const addPinnedVersions = async (
  access: RegionAccess,
  { items, failures }: Collected<LaunchTemplate>,
  refs: readonly LaunchTemplateRef[],
  userData: UserDataInHand,
): Promise<Collected<LaunchTemplate>> => {
  const named = Map.groupBy(refs, ({ id }) => id)
  const complete = await Promise.all(
    items.map(async template => {
      const pinned = missingVersions(template, named.get(template.id) ?? [])
      if (pinned.length === 0) return { items: [template], failures: [] }
      const added = await readVersions(access, template.id, pinned, userData)
      const versions = [...template.versions, ...added.items].sort((a, b) => a.number - b.number)
      return { items: [{ ...template, versions }], failures: added.failures }
    }),
  )
  return joined([{ items: [], failures }, ...complete])
}

const missingVersions = (template: LaunchTemplate, refs: readonly LaunchTemplateRef[]) => {
  const held = new Set(template.versions.map(({ number }) => number))
  const named = new Set(refs.map(({ version }) => numberOf(template, version) ?? Number.NaN))
  return [...named].filter(number => Number.isInteger(number) && !held.has(number))
}

/** EC2 refuses all versions for one that is gone, so those are asked for one by one. */
const readVersions = async (
  access: RegionAccess,
  templateId: string,
  numbers: readonly number[],
  userData: UserDataInHand,
): Promise<Collected<LaunchTemplateVersion>> => {
  const input = { LaunchTemplateId: templateId, Versions: numbers.map(String) }
  const listed = await listVersions(access, input, userData)
  if (listed.refusal?.status === 'gone' && numbers.length > 1) {
    return joined(await Promise.all(numbers.map(number => readVersions(access, templateId, [number], userData))))
  }
  const read = new Map(listed.items.map(version => [version.VersionNumber, versionOf(version)]))
  const missing = listed.refusal ? refused(listed.refusal) : notRead(action, 'EC2 left the version out of its answer')
  return { items: numbers.map(number => read.get(number) ?? { number, data: missing }), failures: listed.failures }
}
