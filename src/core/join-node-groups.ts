import { clustersIn } from './clusters.ts'
import {
  type AutoScalingGroup,
  allInstances,
  type Cluster,
  type LaunchTemplateRef,
  type ManagedNodeGroup,
  type RegionInventory,
} from './inventory.ts'
import { joinInstances } from './join-instances.ts'
import { nodesOf } from './join-nodes.ts'
import { userDataOf, variant, variantsOf } from './join-variants.ts'
import { noUserData } from './launch.ts'
import type { Lookup } from './lookup.ts'
import { isOfBatch, originOf } from './ownership.ts'
import { podCredentialsOf } from './pod-credentials.ts'
import { causedBy, known, type NotRead, notRead, type Read } from './read.ts'
import type { NodeGroupSubject, Resource, Variant } from './subjects.ts'
import type { UserDataFacts } from './user-data.ts'

/**
 * The node groups of one account-Region: EKS's managed ones, Auto Scaling groups whose tags or instances name a listed
 * cluster, and instances outside every group that do.
 */
export const joinNodeGroups = (inventory: RegionInventory, lookup: Lookup): NodeGroupSubject[] => {
  const clusters = new Map(inventory.clusters.items.map(cluster => [cluster.name, cluster]))
  const tagged = Map.groupBy(
    inventory.autoScalingGroups.items.filter(({ tags }) => tags['eks:nodegroup-name'] !== undefined),
    ({ tags }) => `${tags['eks:cluster-name']}/${tags['eks:nodegroup-name']}`,
  )
  const managed = inventory.nodeGroups.items.flatMap(group => {
    const cluster = clusters.get(group.clusterName)
    return cluster
      ? [managedSubject(inventory, lookup, cluster, group, tagged.get(`${group.clusterName}/${group.name}`) ?? [])]
      : []
  })
  const selfManaged = selfManagedGroups(inventory).map(found => selfManagedSubject(inventory, lookup, found))
  return [...managed, ...selfManaged, ...joinInstances(inventory, lookup)]
}

/** An Auto Scaling group that EKS does not manage, with the listed cluster that its nodes are of. */
export interface SelfManagedGroup {
  readonly group: AutoScalingGroup
  readonly cluster: Cluster
  /** EKS made it for a managed group that is gone. */
  readonly isOrphan: boolean
}

/**
 * The Auto Scaling groups that EKS does not manage and that belong to a listed cluster: by their own tags, or by those
 * of their instances, for a launch template can name the cluster too. What EKS left behind of a managed group that it
 * does not list any more is one of them: its nodes still run.
 * @param inventory without `instances`, only the groups' own tags tell.
 */
export const selfManagedGroups = (
  inventory: Pick<RegionInventory, 'clusters' | 'nodeGroups' | 'autoScalingGroups'> &
    Partial<Pick<RegionInventory, 'instances'>>,
): SelfManagedGroup[] => {
  const { clusters, nodeGroups, autoScalingGroups, instances } = inventory
  const clusterOf = clustersIn(clusters)
  const claimed = new Set(nodeGroups.items.flatMap(({ detail }) => (detail.ok ? detail.value.autoScalingGroups : [])))
  const undescribed = new Set(
    nodeGroups.items.filter(({ detail }) => !detail.ok).map(({ clusterName, name }) => `${clusterName}/${name}`),
  )
  const unlisted = new Set(nodeGroups.failures.map(({ resource }) => resource))
  const isManaged = ({ name, tags }: AutoScalingGroup) => {
    if (claimed.has(name)) return true
    const cluster = tags['eks:cluster-name']
    const group = tags['eks:nodegroup-name']
    if (group === undefined) return false
    // EKS may list the group after all, under a cluster whose list was not read to its end.
    return undescribed.has(`${cluster}/${group}`) || unlisted.has(undefined) || unlisted.has(cluster)
  }
  const byGroup = Map.groupBy(instances?.items ?? [], ({ tags }) => tags['aws:autoscaling:groupName'])
  return autoScalingGroups.items.flatMap(group => {
    if (isManaged(group)) return []
    const cluster =
      clusterOf(group) ??
      byGroup
        .get(group.name)
        ?.map(clusterOf)
        .find(found => found !== undefined)
    return cluster ? [{ group, cluster, isOrphan: group.tags['eks:nodegroup-name'] !== undefined }] : []
  })
}

const managedSubject = (
  inventory: RegionInventory,
  lookup: Lookup,
  cluster: Cluster,
  { name, clusterName, detail }: ManagedNodeGroup,
  tagged: readonly AutoScalingGroup[],
): NodeGroupSubject => {
  const described = detail.ok ? detail.value : undefined
  const amiType = described?.amiType === 'CUSTOM' ? undefined : described?.amiType
  const { groups, unseen } = groupsOf(inventory, lookup, detail, tagged)
  const own = ownTemplate(lookup, described?.launchTemplate)
  const userData = detail.ok ? ownUserData(own) : detail
  const variants = groups.flatMap(group => variantsOf(inventory, lookup, group, { amiType, userData }))
  if (variants.length === 0 || unseen) {
    const reason = `node group ${name} has no Auto Scaling group and no template`
    const missing = unseen ?? notRead('autoscaling:DescribeAutoScalingGroups', reason)
    const inService = unseen ?? known(false)
    variants.push(variant(inventory, lookup, own?.launch ?? missing, { amiType, userData, inService }))
  }
  return {
    resource: {
      ...regional(inventory, clusterName, detail.ok ? known(detail.value.tags) : detail),
      id: described?.arn ?? undescribedArn(inventory, clusterName, name, groups),
      name,
    },
    group: {
      provisioner: 'managed',
      name,
      clusterName,
      autoScalingGroups: groups.map(group => group.name),
      instanceTypes: typesOf(described?.instanceTypes ?? [], variants),
      ...originOf({ ...groups[0]?.tags, ...described?.tags }),
      undescribed: detail.ok ? undefined : detail,
      managed: described && { amiType: described.amiType, ownTemplate: own },
    },
    cluster,
    variants,
    nodes: unseen ?? known(groups.flatMap(group => nodesOf(lookup, group, amiType))),
    defaults: inventory.imdsDefaults,
    podCredentials: podCredentialsOf(inventory, cluster),
    eksctl: lookup.eksctl,
    imdsV1Calls: unseen ?? lookup.countedCallsOf(idsOf(groups)),
  }
}

/** The Auto Scaling groups of a managed group, and why there may be others. */
const groupsOf = (
  { autoScalingGroups }: RegionInventory,
  lookup: Lookup,
  detail: ManagedNodeGroup['detail'],
  tagged: readonly AutoScalingGroup[],
): { readonly groups: readonly AutoScalingGroup[]; readonly unseen: NotRead | undefined } => {
  const unlisted = causedBy(autoScalingGroups.failures.find(({ resource }) => resource === undefined))
  if (detail.ok) {
    const groups = detail.value.autoScalingGroups.flatMap(group => lookup.groupNamed(group) ?? [])
    return { groups, unseen: groups.length === detail.value.autoScalingGroups.length ? undefined : unlisted }
  }
  // A group of the same name that is gone may have left one behind with the same tags.
  if (tagged.length > 1 || (tagged.length === 1 && unlisted)) return { groups: [], unseen: detail }
  return { groups: tagged, unseen: unlisted }
}

const ownTemplate = (lookup: Lookup, ref: LaunchTemplateRef | undefined) =>
  ref && { ref, launch: lookup.launchOf(ref, { completedByEks: true }) }

/** Where a managed group has no template of its own, all of its user data is EKS's. */
const ownUserData = (own: ReturnType<typeof ownTemplate>): Read<UserDataFacts> =>
  own ? userDataOf(own.launch) : known(noUserData)

const selfManagedSubject = (
  inventory: RegionInventory,
  lookup: Lookup,
  { cluster, group, isOrphan }: SelfManagedGroup,
): NodeGroupSubject => {
  const variants = variantsOf(inventory, lookup, group, isOrphan ? { userData: orphansUserData(group) } : {})
  return {
    resource: { ...regional(inventory, cluster.name, known(group.tags)), id: group.arn, name: group.name },
    group: {
      provisioner: isOfBatch(group) ? 'batch' : 'self-managed',
      name: group.name,
      clusterName: cluster.name,
      autoScalingGroups: [group.name],
      instanceTypes: typesOf(group.instanceTypes, variants),
      ...originOf(group.tags),
    },
    cluster,
    variants,
    nodes: known(nodesOf(lookup, group)),
    defaults: inventory.imdsDefaults,
    podCredentials: podCredentialsOf(inventory, cluster),
    eksctl: lookup.eksctl,
    imdsV1Calls: lookup.countedCallsOf(idsOf([group])),
  }
}

const idsOf = (groups: readonly AutoScalingGroup[]) => groups.flatMap(group => allInstances(group).map(({ id }) => id))

/** Its template is a copy that EKS completed, and what a person wrote of it went with the managed group. */
const orphansUserData = ({ name }: AutoScalingGroup) =>
  notRead('eks:DescribeNodegroup', `EKS does not list the managed node group any more that made ${name}`)

/** The types that a group names itself, else those of its launches. */
const typesOf = (named: readonly string[], variants: readonly Variant[]): readonly string[] => {
  if (named.length > 0) return [...new Set(named)].sort()
  return [...new Set(variants.flatMap(({ launch }) => (launch.ok ? (launch.value.instanceType ?? []) : [])))].sort()
}

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
