import { decideImds, type ImdsDecisions } from './imds.ts'
import { allInstances, type LaunchTemplate, type RegionInventory } from './inventory.ts'
import { isControllerMade } from './launch.ts'
import { type Lookup, numberOf } from './lookup.ts'
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
}

/** The launch templates that a person owns, each with the versions that matter and who uses it. */
export const joinLaunchTemplates = (
  inventory: RegionInventory,
  lookup: Lookup,
  nodeGroups: readonly NodeGroupSubject[],
): LaunchTemplateSubject[] => {
  const templates = new Map(inventory.launchTemplates.items.map(template => [template.id, template]))
  const uses = usesOf(inventory, templates, nodeGroups)
  const [failure] = inventory.autoScalingGroups.failures
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
          tags: template.tags.ok ? template.tags.value : {},
        },
        template,
        versions: judgedVersions(inventory, lookup, template, use),
        eksGroups: [...(use?.eksGroups ?? [])].sort(),
        otherGroups: causedBy(failure) ?? known([...(use?.otherGroups ?? [])].sort()),
      }
    })
}

const arnOf = ({ partition, region, accountId }: RegionInventory, id: string) =>
  `arn:${partition}:ec2:${region}:${accountId}:launch-template/${id}`

const usesOf = (
  inventory: RegionInventory,
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
      const own = decideImds({ launch, defaults: inventory.imdsDefaults, image })
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

const isExplicit = ({ httpTokens }: ImdsDecisions) => httpTokens.decidedBy === 'launch template'

/** Why some use of the template may not have been seen: of a version that is not judged, or completed by EKS. */
const unseenUse = (
  { clusters, nodeGroups, autoScalingGroups, launchTemplates }: RegionInventory,
  { name, defaultVersion, latestVersion }: LaunchTemplate,
): NotRead | undefined => {
  const unlisted = clusters.failures.filter(({ resource }) => resource === undefined)
  const isNumbered = defaultVersion !== undefined && latestVersion !== undefined
  const brokenOff = isNumbered ? [] : launchTemplates.failures
  const [failure] = [...autoScalingGroups.failures, ...unlisted, ...nodeGroups.failures, ...brokenOff]
  if (failure) return causedBy(failure)
  const reason = `the default and the latest version of launch template ${name} are not both known`
  return isNumbered ? undefined : notRead('ec2:DescribeLaunchTemplateVersions', reason)
}
