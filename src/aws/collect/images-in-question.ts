import {
  type AutoScalingGroup,
  allInstances,
  type LaunchTemplateRef,
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

const imagesOfEksGroups = ({ clusters, nodeGroups, autoScalingGroups, launchTemplates }: BeforeImages) => {
  const templates = new Map(launchTemplates.items.map(template => [template.id, template]))
  const imageOf = (ref: LaunchTemplateRef | undefined) => {
    const template = ref && templates.get(ref.id)
    const number = template && numberOf(template, ref.version)
    const version = template?.versions.find(candidate => candidate.number === number)
    return (version && readValue(version.data)?.imageId) ?? []
  }
  const names = new Set(clusters.items.map(({ name }) => name))
  const managed = nodeGroups.items.flatMap(({ detail }) => readValue(detail) ?? [])
  const claimed = new Set(managed.flatMap(group => group.autoScalingGroups))
  const groups = autoScalingGroups.items.filter(group => claimed.has(group.name) || isTaggedFor(names, group))
  return [
    ...managed.flatMap(({ launchTemplate }) => imageOf(launchTemplate)),
    ...groups.flatMap(group => group.launchTemplates.flatMap(({ ref, imageId }) => imageId ?? imageOf(ref))),
    ...groups.flatMap(allInstances).flatMap(node => node.imageId ?? imageOf(node.launchTemplate)),
  ]
}

const isTaggedFor = (clusters: ReadonlySet<string>, group: AutoScalingGroup) =>
  [...clusterNames(group), group.tags['eks:cluster-name'] ?? ''].some(name => clusters.has(name))

const imagesThatDecideTokens = ({ launchTemplates, imdsDefaults }: BeforeImages) => {
  if (!imdsDefaults.ok || imdsDefaults.value.httpTokens !== undefined) return []
  return launchTemplates.items
    .filter(template => !isControllerMade(template))
    .flatMap(({ versions }) => versions.flatMap(({ data }) => readValue(data) ?? []))
    .filter(({ metadataOptions }) => metadataOptions.httpTokens === undefined)
    .flatMap(({ imageId }) => imageId ?? [])
}
