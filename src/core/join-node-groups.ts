import { decideImds } from './imds.ts'
import {
  type AutoScalingGroup,
  allInstances,
  type Cluster,
  type LaunchTemplateRef,
  type ManagedNodeGroup,
  type RegionInventory,
} from './inventory.ts'
import { describeLaunch, type LaunchSource, noUserData } from './launch.ts'
import type { Lookup } from './lookup.ts'
import { decideOs } from './os-family.ts'
import { known, notRead, type Read } from './read.ts'
import type { Node, NodeGroupSubject, Resource, Variant } from './subjects.ts'
import type { UserDataFacts } from './user-data.ts'

const clusterTag = /^(?:kubernetes\.io|k8s\.io)\/cluster\/(.+)$/

/** The node groups of one account-Region: EKS's managed ones, and Auto Scaling groups that carry a listed cluster's tag. */
export const joinNodeGroups = (inventory: RegionInventory, lookup: Lookup): NodeGroupSubject[] => {
  const clusters = new Map(inventory.clusters.items.map(cluster => [cluster.name, cluster]))
  const managedGroups = Map.groupBy(
    inventory.autoScalingGroups.items.filter(group => group.tags['eks:nodegroup-name'] !== undefined),
    ({ tags }) => `${tags['eks:cluster-name']}/${tags['eks:nodegroup-name']}`,
  )
  const managed = inventory.nodeGroups.items.flatMap(group => {
    const cluster = clusters.get(group.clusterName)
    const tagged = managedGroups.get(`${group.clusterName}/${group.name}`) ?? []
    return cluster ? [managedSubject(inventory, lookup, cluster, group, tagged)] : []
  })
  const selfManaged = selfManagedGroups(inventory).map(({ group, cluster }) =>
    selfManagedSubject(inventory, lookup, cluster, group),
  )
  return [...managed, ...selfManaged]
}

/** The Auto Scaling groups that EKS does not manage and whose tags name a listed cluster, each with that cluster. */
export const selfManagedGroups = ({
  clusters,
  nodeGroups,
  autoScalingGroups,
}: Pick<RegionInventory, 'clusters' | 'nodeGroups' | 'autoScalingGroups'>): {
  readonly group: AutoScalingGroup
  readonly cluster: Cluster
}[] => {
  const byName = new Map(clusters.items.map(cluster => [cluster.name, cluster]))
  const claimed = new Set(nodeGroups.items.flatMap(({ detail }) => (detail.ok ? detail.value.autoScalingGroups : [])))
  return autoScalingGroups.items.flatMap(group => {
    if (group.tags['eks:nodegroup-name'] !== undefined || claimed.has(group.name)) return []
    const cluster = clusterNames(group)
      .map(name => byName.get(name))
      .find(found => found !== undefined)
    return cluster ? [{ group, cluster }] : []
  })
}

/** The clusters that an Auto Scaling group's tags name; kops and others use the same tag, so not all are EKS's. */
export const clusterNames = (group: Pick<AutoScalingGroup, 'tags'>): string[] =>
  Object.keys(group.tags).flatMap(key => clusterTag.exec(key)?.[1] ?? [])

const managedSubject = (
  inventory: RegionInventory,
  lookup: Lookup,
  cluster: Cluster,
  { name, clusterName, detail }: ManagedNodeGroup,
  tagged: readonly AutoScalingGroup[],
): NodeGroupSubject => {
  const described = detail.ok ? detail.value : undefined
  const amiType = described?.amiType === 'CUSTOM' ? undefined : described?.amiType
  const groups = described ? described.autoScalingGroups.flatMap(group => lookup.groupNamed(group) ?? []) : tagged
  const [failure] = inventory.autoScalingGroups.failures
  const missing = failure
    ? notRead(failure.action, failure.reason)
    : notRead('autoscaling:DescribeAutoScalingGroups', `node group ${name} has no Auto Scaling group and no template`)
  const unread = failure !== undefined && !(described && described.autoScalingGroups.length === groups.length)
  const own = ownTemplate(lookup, described?.launchTemplate)
  const userData = detail.ok ? ownUserData(own) : detail
  const variants = groups.flatMap(group => variantsOf(inventory, lookup, group, { amiType, userData }))
  if (variants.length === 0 || unread) {
    variants.push(variant(inventory, lookup, own?.launch ?? missing, { amiType, userData }))
  }
  return {
    resource: {
      ...regional(inventory, clusterName, described?.tags ?? {}),
      id: described?.arn ?? undescribedArn(inventory, clusterName, name, tagged),
      name,
    },
    group: {
      provisioner: 'managed',
      name,
      clusterName,
      autoScalingGroups: groups.map(group => group.name),
      managed: described && { amiType: described.amiType, ownTemplate: own },
    },
    cluster,
    variants,
    nodes: unread ? missing : known(groups.flatMap(group => nodesOf(lookup, group, amiType))),
    defaults: inventory.imdsDefaults,
  }
}

const ownTemplate = (lookup: Lookup, ref: LaunchTemplateRef | undefined) =>
  ref && { ref, launch: lookup.launchOf(ref, { completedByEks: true }) }

/** Where a managed group has no template of its own, all of its user data is EKS's. */
const ownUserData = (own: ReturnType<typeof ownTemplate>): Read<UserDataFacts> =>
  own ? userDataOf(own.launch) : known(noUserData)

const userDataOf = (launch: Read<LaunchSource>): Read<UserDataFacts> => {
  if (!launch.ok) return launch
  const { userData } = launch.value
  const reason = `the user data of ${describeLaunch(launch.value)} was not read`
  return userData ? known(userData) : notRead('ec2:DescribeLaunchTemplateVersions', reason)
}

const selfManagedSubject = (
  inventory: RegionInventory,
  lookup: Lookup,
  cluster: Cluster,
  group: AutoScalingGroup,
): NodeGroupSubject => ({
  resource: { ...regional(inventory, cluster.name, group.tags), id: group.arn, name: group.name },
  group: {
    provisioner: 'self-managed',
    name: group.name,
    clusterName: cluster.name,
    autoScalingGroups: [group.name],
  },
  cluster,
  variants: variantsOf(inventory, lookup, group),
  nodes: known(nodesOf(lookup, group)),
  defaults: inventory.imdsDefaults,
})

const regional = (
  { accountId, region }: RegionInventory,
  clusterName: string,
  tags: Resource['tags'],
): Omit<Resource, 'id' | 'name'> => ({ type: 'node-group', accountId, region, clusterName, tags })

/** Only DescribeNodegroup tells the ARN; its last part ends the Auto Scaling group's name, `eks-<uuid>` until 2020. */
const undescribedArn = (
  { partition, region, accountId }: RegionInventory,
  clusterName: string,
  name: string,
  [group]: readonly AutoScalingGroup[],
) => {
  const prefix = [`eks-${name}-`, 'eks-'].find(start => group?.name.startsWith(start))
  const uuid = group && prefix ? `/${group.name.slice(prefix.length)}` : ''
  return `arn:${partition}:eks:${region}:${accountId}:nodegroup/${clusterName}/${name}${uuid}`
}

/** What EKS, and not the launch, tells of a managed group's variants. */
interface Told {
  readonly amiType?: string | undefined
  readonly userData?: Read<UserDataFacts>
}

const variantsOf = (
  inventory: RegionInventory,
  lookup: Lookup,
  group: AutoScalingGroup,
  told: Told = {},
): Variant[] => {
  if (group.launchConfiguration !== undefined) {
    const reason = `launch configuration ${group.launchConfiguration} is not read`
    return [variant(inventory, lookup, notRead('autoscaling:DescribeLaunchConfigurations', reason), told)]
  }
  if (group.launchTemplates.length === 0) {
    const reason = `Auto Scaling group ${group.name} names neither a launch template nor a launch configuration`
    return [variant(inventory, lookup, notRead('autoscaling:DescribeAutoScalingGroups', reason), told)]
  }
  return group.launchTemplates.map(({ ref, imageId }) =>
    variant(inventory, lookup, lookup.launchOf(ref), { ...told, override: imageId }),
  )
}

const variant = (
  { imdsDefaults: defaults }: RegionInventory,
  lookup: Lookup,
  launch: Read<LaunchSource>,
  { amiType, userData = userDataOf(launch), override }: Told & { readonly override?: string | undefined },
): Variant => {
  const seen =
    launch.ok || override !== undefined
      ? lookup.imageOf(override ?? (launch.ok ? launch.value.imageId : undefined))
      : { image: launch }
  const { image } = seen
  const imds = decideImds({ launch, defaults, image })
  return { launch, image, os: decideOs(seen, amiType), imds, userData }
}

/** Nodes of one group mostly share a template version: each is decided once. */
const nodesOf = (lookup: Lookup, group: AutoScalingGroup, amiType?: string): Node[] => {
  const decided = new Map<string, Node>()
  const current = new Set(group.launchTemplates.map(({ ref }) => started(ref, lookup)))
  const nodes = allInstances(group).map(instance => {
    const from = instance.launchTemplate && `${instance.launchTemplate.id}:${instance.launchTemplate.version}`
    const key = instance.imageId ?? from ?? instance.launchConfiguration ?? ''
    const before = decided.get(key)
    if (before) return before
    const seen = lookup.imageOfInstance(instance)
    const known = amiType !== undefined && instance.imageId === undefined && from !== undefined && current.has(from)
    const node = { image: seen.image, os: decideOs(seen, known ? amiType : undefined) }
    decided.set(key, node)
    return node
  })
  const { warmPool } = group
  return warmPool?.ok === false ? [...nodes, { image: warmPool, os: decideOs({ image: warmPool }) }] : nodes
}

const started = (ref: LaunchTemplateRef, lookup: Lookup) => {
  const launch = lookup.launchOf(ref)
  return launch.ok ? `${ref.id}:${launch.value.version}` : undefined
}
