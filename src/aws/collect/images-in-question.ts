import {
  type AutoScalingGroup,
  allInstances,
  type LaunchTemplateRef,
  type LaunchTemplateVersion,
  type RegionInventory,
} from '../../core/inventory.ts'
import { clusterNames } from '../../core/join-node-groups.ts'
import { isControllerMade } from '../../core/launch.ts'
import { numberOf } from '../../core/lookup.ts'
import { readValue } from '../../core/read.ts'

/** What decides which images are worth a call. */
export type BeforeImages = Pick<
  RegionInventory,
  'clusters' | 'nodeGroups' | 'launchTemplates' | 'autoScalingGroups' | 'imdsDefaults'
>

/**
 * The AMIs, as templates write them, that a verdict can hang on: those that EKS groups run or would launch, and those
 * that decide HttpTokens because neither the template nor the account's default does (DESIGN §11).
 */
export const imagesInQuestion = (read: BeforeImages): string[] => [
  ...new Set([...imagesOfEksGroups(read), ...imagesThatDecideTokens(read)]),
]

const imagesOfEksGroups = (read: BeforeImages) => {
  const { clusters, nodeGroups, autoScalingGroups } = read
  const versionOf = versionsIn(read)
  const names = new Set(clusters.items.map(({ name }) => name))
  const managed = nodeGroups.items.flatMap(({ detail }) => readValue(detail) ?? [])
  const claimed = new Set(managed.flatMap(group => group.autoScalingGroups))
  const told = new Set(managed.flatMap(group => (group.amiType === 'CUSTOM' ? [] : group.autoScalingGroups)))
  const groups = autoScalingGroups.items.filter(group => claimed.has(group.name) || isTaggedFor(names, group))
  return [
    ...managed.flatMap(({ launchTemplate }) => versionOf(launchTemplate)?.imageId ?? []),
    ...groups.flatMap(group => imagesOfGroup(group, versionOf, told.has(group.name), read)),
  ]
}

/** @param isTold whether EKS tells the OS of what the group launches today, so that its AMI can only decide HttpTokens. */
const imagesOfGroup = (
  group: AutoScalingGroup,
  versionOf: VersionOf,
  isTold: boolean,
  { imdsDefaults }: BeforeImages,
) => {
  const today = new Set(group.launchTemplates.map(({ ref }) => versionOf(ref)?.key))
  const imageOf = (ref: LaunchTemplateRef | undefined) => {
    const version = versionOf(ref)
    if (!version) return []
    const isIdle = isTold && today.has(version.key) && !decidesTokens(version, imdsDefaults)
    return isIdle ? [] : (version.imageId ?? [])
  }
  return [
    ...group.launchTemplates.flatMap(({ ref, imageId }) => imageId ?? imageOf(ref)),
    ...allInstances(group).flatMap(node => node.imageId ?? imageOf(node.launchTemplate)),
  ]
}

type Version = { readonly key: string } & ReadData
type ReadData = Extract<LaunchTemplateVersion['data'], { ok: true }>['value']
type VersionOf = (ref: LaunchTemplateRef | undefined) => Version | undefined

const versionsIn = ({ launchTemplates }: BeforeImages): VersionOf => {
  const templates = new Map(launchTemplates.items.map(template => [template.id, template]))
  return ref => {
    const template = ref && templates.get(ref.id)
    const number = template && numberOf(template, ref.version)
    const version = template?.versions.find(candidate => candidate.number === number)
    const data = version && readValue(version.data)
    return data && { key: `${template?.id}:${number}`, ...data }
  }
}

/** Whether a version leaves HttpTokens to its AMI, because neither it nor the account's default says anything. */
const decidesTokens = ({ metadataOptions }: ReadData, imdsDefaults: BeforeImages['imdsDefaults']) =>
  metadataOptions.httpTokens === undefined && imdsDefaults.ok && imdsDefaults.value.httpTokens === undefined

const isTaggedFor = (clusters: ReadonlySet<string>, group: AutoScalingGroup) =>
  [...clusterNames(group), group.tags['eks:cluster-name'] ?? ''].some(name => clusters.has(name))

const imagesThatDecideTokens = ({ launchTemplates, imdsDefaults }: BeforeImages) =>
  launchTemplates.items
    .filter(template => !isControllerMade(template))
    .flatMap(({ versions }) => versions.flatMap(({ data }) => readValue(data) ?? []))
    .filter(data => decidesTokens(data, imdsDefaults))
    .flatMap(({ imageId }) => imageId ?? [])
