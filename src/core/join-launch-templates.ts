import { clustersIn } from './clusters.ts'
import { corrected, decideImds, type ImdsDecisions, type RunningOptions } from './imds.ts'
import { allInstances, type Instance, type LaunchTemplate, type RegionInventory } from './inventory.ts'
import { isControllerMade } from './launch.ts'
import { type Lookup, numberOf } from './lookup.ts'
import { ownerOf } from './ownership.ts'
import { causedBy, known, type NotRead, notRead, type Read } from './read.ts'
import type { JudgedVersion, LaunchTemplateSubject, NodeGroup, NodeGroupSubject } from './subjects.ts'

/** Who launches from a template, and from which versions. */
interface Use {
  readonly versions: Set<number>
  /** Versions that an Auto Scaling group launches from as they stand, without a copy of EKS in between. */
  readonly direct: Set<number>
  readonly eksGroups: Set<string>
  readonly otherGroups: Set<string>
  /** What EKS made of a version in the copies of its managed groups. */
  readonly copies: Map<number, ImdsDecisions[]>
  /** What EC2 tells of the nodes of Auto Scaling groups that were launched from a version as it stands. */
  readonly running: Map<number, Read<Instance>[]>
}

/** The launch templates that a person owns, each with the versions that matter and who uses it. */
export const joinLaunchTemplates = (
  inventory: RegionInventory,
  lookup: Lookup,
  nodeGroups: readonly NodeGroupSubject[],
): LaunchTemplateSubject[] => {
  const templates = new Map(inventory.launchTemplates.items.map(template => [template.id, template]))
  const uses = usesOf(inventory, lookup, templates, nodeGroups)
  const failure = unseenUsers(inventory)
  return inventory.launchTemplates.items
    .filter(template => !isControllerMade(template))
    .map(template => {
      const use = uses.get(template.id)
      return {
        resource: {
          type: 'launch-template',
          id: arnOf(inventory, template.id),
          name: template.name,
          accountId: inventory.accountId,
          region: inventory.region,
          clusterName: null,
          tags: template.tags,
        },
        template,
        versions: judgedVersions(inventory, lookup, template, use),
        eksGroups: [...(use?.eksGroups ?? [])].sort(),
        otherGroups: failure ?? known([...(use?.otherGroups ?? [])].sort()),
      }
    })
}

const arnOf = ({ partition, region, accountId }: RegionInventory, id: string) =>
  `arn:${partition}:ec2:${region}:${accountId}:launch-template/${id}`

const usesOf = (
  inventory: RegionInventory,
  lookup: Lookup,
  templates: ReadonlyMap<string, LaunchTemplate>,
  nodeGroups: readonly NodeGroupSubject[],
): Map<string, Use> => {
  const uses = new Map<string, Use>()
  const useOf = (id: string) => {
    const use = uses.get(id) ?? noUse()
    uses.set(id, use)
    return use
  }
  const inUse = (id: string, version: string) => {
    const template = templates.get(id)
    const number = template && numberOf(template, version)
    if (number !== undefined) useOf(id).versions.add(number)
    return number
  }
  const runs = (id: string, version: string, instance: Read<Instance> | undefined) => {
    const number = inUse(id, version)
    if (number === undefined || !instance) return
    const { running } = useOf(id)
    const seen = running.get(number) ?? []
    seen.push(instance)
    running.set(number, seen)
  }

  const eksGroups = new Map(nodeGroups.flatMap(({ group }) => group.autoScalingGroups.map(name => [name, group])))
  for (const group of inventory.autoScalingGroups.items) {
    const nodeGroup = eksGroups.get(group.name)
    for (const { ref } of group.launchTemplates) {
      const number = inUse(ref.id, ref.version)
      if (number !== undefined) useOf(ref.id).direct.add(number)
      if (nodeGroup) useOf(ref.id).eksGroups.add(fullName(nodeGroup))
      else useOf(ref.id).otherGroups.add(group.name)
    }
    for (const { launchTemplate } of allInstances(group)) {
      if (launchTemplate) inUse(launchTemplate.id, launchTemplate.version)
    }
    for (const { id, imageId, launchTemplate } of group.instances) {
      const described = imageId === undefined ? lookup.instanceWith(id) : undefined
      if (launchTemplate) runs(launchTemplate.id, launchTemplate.version, described)
    }
  }
  const clusterOf = clustersIn(inventory.clusters)
  for (const instance of inventory.instances.items) {
    const { launchTemplate } = instance
    const owner = ownerOf(instance)
    const cluster = owner && clusterOf(instance)
    if (!owner || !cluster || !launchTemplate) continue
    const number = inUse(launchTemplate.id, launchTemplate.version)
    if (number !== undefined) useOf(launchTemplate.id).direct.add(number)
    useOf(launchTemplate.id).eksGroups.add(`${cluster.name}/${owner.name}`)
  }
  for (const { group, variants } of nodeGroups) {
    const own = group.managed?.ownTemplate?.ref
    if (!own) continue
    const number = inUse(own.id, own.version)
    const use = useOf(own.id)
    use.eksGroups.add(fullName(group))
    if (number !== undefined)
      use.copies.set(number, [...(use.copies.get(number) ?? []), ...variants.map(({ imds }) => imds)])
  }
  return uses
}

const noUse = (): Use => ({
  versions: new Set(),
  direct: new Set(),
  eksGroups: new Set(),
  otherGroups: new Set(),
  copies: new Map(),
  running: new Map(),
})

const fullName = ({ clusterName, name }: NodeGroup) => `${clusterName}/${name}`

const judgedVersions = (
  inventory: RegionInventory,
  lookup: Lookup,
  template: LaunchTemplate,
  use: Use | undefined,
): Read<JudgedVersion>[] => {
  const { defaultVersion, latestVersion } = template
  const numbers = new Set(
    [defaultVersion, latestVersion, ...(use?.versions ?? [])].filter(number => number !== undefined),
  )
  const unseen = unseenUse(inventory, template)
  const unlisted = causedBy(inventory.autoScalingGroups.failures.find(({ resource }) => resource === undefined))
  const versions = [...numbers]
    .sort((a, b) => a - b)
    .flatMap((number): Read<JudgedVersion>[] => {
      const launch = lookup.launchOf({ id: template.id, version: String(number) })
      if (!launch.ok) return [launch]
      const roles = [
        ...(use?.versions.has(number) ? ['in use'] : []),
        ...(number === defaultVersion ? ['default'] : []),
        ...(number === latestVersion ? ['latest'] : []),
      ]
      const { image } = lookup.imageOf(launch.value.imageId)
      const said = decideImds({ launch, defaults: inventory.imdsDefaults, image })
      const own = corrected(said, unlisted ?? optionsOf(use?.running.get(number) ?? []))
      const copies = use?.copies.get(number) ?? []
      // What a template leaves out, EKS fills in: there the copy says what is in force.
      const filledIn = !isExplicit(own) && (copies.length > 0 || unseen !== undefined)
      const imds = filledIn ? [...copies, ...(use?.direct.has(number) ? [own] : [])] : [own]
      const judged = imds.map(decisions => known({ number, roles, imds: decisions }))
      return filledIn && unseen ? [...judged, unseen] : judged
    })
  const areAllJudged = numbers.size === latestVersion
  return unseen && !areAllJudged ? [...versions, unseen] : versions
}

const optionsOf = (instances: readonly Read<Instance>[]): RunningOptions => {
  const unseen = instances.find(instance => !instance.ok)
  if (unseen?.ok === false) return unseen
  return known(instances.flatMap(instance => (instance.ok ? [instance.value.metadataOptions] : [])))
}

const isExplicit = ({ httpTokens }: ImdsDecisions) => httpTokens.decidedBy === 'launch template'

/** Why somebody who launches from a template may not have been seen, or not as a node group of EKS. */
const unseenUsers = ({ clusters, nodeGroups, autoScalingGroups, instances }: RegionInventory): NotRead | undefined => {
  const lists = [autoScalingGroups, clusters, instances].flatMap(({ failures }) =>
    failures.filter(({ resource }) => resource === undefined),
  )
  return causedBy([...lists, ...nodeGroups.failures][0])
}

/** Why some use of the template may not have been seen: of a version that is not judged, or completed by EKS. */
const unseenUse = (
  { clusters, nodeGroups, autoScalingGroups, launchTemplates, instances }: RegionInventory,
  { name, defaultVersion, latestVersion }: LaunchTemplate,
): NotRead | undefined => {
  const unlisted = clusters.failures.filter(({ resource }) => resource === undefined)
  const isNumbered = defaultVersion !== undefined && latestVersion !== undefined
  const brokenOff = isNumbered ? [] : launchTemplates.failures
  const [failure] = [
    ...autoScalingGroups.failures,
    ...unlisted,
    ...nodeGroups.failures,
    ...instances.failures,
    ...brokenOff,
  ]
  if (failure) return causedBy(failure)
  const unreadPool = autoScalingGroups.items.find(({ warmPool }) => warmPool?.ok === false)?.warmPool
  if (unreadPool?.ok === false) return unreadPool
  const reason = `the default and the latest version of launch template ${name} are not both known`
  return isNumbered ? undefined : notRead('ec2:DescribeLaunchTemplateVersions', reason)
}
