import {
  type AutoScalingGroup,
  type AutoScalingInstance,
  allInstances,
  type Instance,
  type LaunchTemplateRef,
  type LaunchTemplateVersion,
  type RegionInventory,
} from '../../core/inventory.ts'
import { selfManagedGroups } from '../../core/join-node-groups.ts'
import { isControllerMade } from '../../core/launch.ts'
import { numberOf, ssmPrefix } from '../../core/lookup.ts'
import { ownerOf } from '../../core/ownership.ts'
import { readValue } from '../../core/read.ts'

/** What decides which images are worth a call. */
export type BeforeImages = Pick<
  RegionInventory,
  | 'clusters'
  | 'nodeGroups'
  | 'launchTemplates'
  | 'launchConfigurations'
  | 'autoScalingGroups'
  | 'instances'
  | 'imdsDefaults'
>

/**
 * The AMIs, as templates write them and EC2 tells them of nodes, that a verdict can hang on: those that EKS groups run or
 * would launch, and those that decide HttpTokens because neither the template nor the account's default does
 * (DESIGN §11).
 */
export const imagesInQuestion = (read: BeforeImages): string[] => [
  ...new Set([...imagesOfEksGroups(read), ...imagesOfOtherNodes(read), ...imagesThatDecideTokens(read)]),
]

const imagesOfEksGroups = (read: BeforeImages) => {
  const versionOf = versionsIn(read)
  const configurations = new Map(read.launchConfigurations.items.map(({ name, imageId }) => [name, imageId]))
  const instances = new Map(read.instances.items.map(instance => [instance.id, instance]))
  const names = new Set(read.clusters.items.map(({ name }) => name))
  const managed = read.nodeGroups.items.flatMap(({ detail }) => readValue(detail) ?? [])
  const claimed = new Set(managed.flatMap(group => group.autoScalingGroups))
  const told = new Set(managed.flatMap(group => (group.amiType === 'CUSTOM' ? [] : group.autoScalingGroups)))
  const selfManaged = new Set(selfManagedGroups(read).map(({ group }) => group.name))
  const groups = read.autoScalingGroups.items.filter(
    group => claimed.has(group.name) || selfManaged.has(group.name) || names.has(group.tags['eks:cluster-name'] ?? ''),
  )
  return [
    ...managed.flatMap(({ launchTemplate }) => versionOf(launchTemplate)?.imageId ?? []),
    ...groups.flatMap(group =>
      imagesOfGroup(group, { read, versionOf, configurations, instances, isTold: told.has(group.name) }),
    ),
  ]
}

interface ImageSources {
  readonly read: BeforeImages
  readonly versionOf: VersionOf
  readonly configurations: ReadonlyMap<string, string | undefined>
  readonly instances: ReadonlyMap<string, Instance>
  /** Whether EKS tells the OS of what the group launches today, so that its AMI can only decide HttpTokens. */
  readonly isTold: boolean
}

const imagesOfGroup = (group: AutoScalingGroup, sources: ImageSources): string[] => {
  const { read, versionOf, configurations, instances, isTold } = sources
  const today = new Set(group.launchTemplates.map(({ ref }) => versionOf(ref)?.key))
  const imageOfLaunch = (ref: LaunchTemplateRef) => {
    const version = versionOf(ref)
    return version && !(isTold && !decidesTokens(version, read.imdsDefaults)) ? (version.imageId ?? []) : []
  }
  const imageOfNode = (node: AutoScalingInstance) => {
    const imageId = instances.get(node.id)?.imageId ?? node.imageId
    const version = versionOf(node.launchTemplate)
    const isAsLaunched = version !== undefined && today.has(version.key) && isImageOf(version, imageId)
    if (isTold && isAsLaunched) return []
    return imageId ?? configurations.get(node.launchConfiguration ?? '') ?? version?.imageId ?? []
  }
  return [
    ...[configurations.get(group.launchConfiguration ?? '')].filter(imageId => imageId !== undefined),
    ...group.launchTemplates.flatMap(({ ref, imageId }) => imageId ?? imageOfLaunch(ref)),
    ...allInstances(group).flatMap(imageOfNode),
  ]
}

/** Whether a node has the AMI that its template version names; EKS's copies of today name one, others may leave it out. */
const isImageOf = ({ imageId: written }: ReadData, imageId: string | undefined) =>
  imageId === undefined || written === undefined || written.startsWith(ssmPrefix) || written === imageId

/** The AMIs of nodes in no Auto Scaling group: Karpenter's, Auto Mode's, Batch's, and lone ones. */
const imagesOfOtherNodes = ({ instances }: BeforeImages) =>
  instances.items.filter(instance => ownerOf(instance) !== undefined).flatMap(({ imageId }) => imageId ?? [])

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

const imagesThatDecideTokens = ({ launchTemplates, imdsDefaults }: BeforeImages) =>
  launchTemplates.items
    .filter(template => !isControllerMade(template))
    .flatMap(({ versions }) => versions.flatMap(({ data }) => readValue(data) ?? []))
    .filter(data => decidesTokens(data, imdsDefaults))
    .flatMap(({ imageId }) => imageId ?? [])
