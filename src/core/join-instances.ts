import { clustersIn } from './clusters.ts'
import { haveRunForAnHour } from './in-service.ts'
import { allInstances, type Cluster, type Instance, type RegionInventory } from './inventory.ts'
import { nodeOfInstance, unseenNode } from './join-nodes.ts'
import { variant } from './join-variants.ts'
import type { NodeClassLaunch } from './launch.ts'
import type { Lookup } from './lookup.ts'
import { type InstanceOwner, originOf, ownerOf } from './ownership.ts'
import { podCredentialsOf } from './pod-credentials.ts'
import { causedBy, known, type NotRead, notRead, type Read } from './read.ts'
import type { NodeGroup, NodeGroupSubject, Variant } from './subjects.ts'
import { compareText } from './text.ts'
import type { UserDataFacts } from './user-data.ts'

/** The instances of a cluster that one thing starts and ends. */
interface InstanceGroup {
  readonly cluster: Cluster
  readonly owner: InstanceOwner
  /** The newest first. */
  readonly instances: readonly Instance[]
}

/** What every group of one account-Region is joined with. */
interface Context {
  readonly inventory: RegionInventory
  readonly lookup: Lookup
  /** Why there may be instances that were not listed. */
  readonly unlisted: NotRead | undefined
  readonly userData: ReadonlyMap<string, Read<UserDataFacts>>
}

/** The groups of the nodes that no Auto Scaling group starts: Karpenter's, EKS Auto Mode's, AWS Batch's, and lone ones. */
export const joinInstances = (inventory: RegionInventory, lookup: Lookup): NodeGroupSubject[] => {
  const userData = inventory.nodeClassUserData.map(
    one => [userDataKey(one.clusterName, one.nodeClass, one.imageId), one.userData] as const,
  )
  const unlisted = causedBy(inventory.instances.failures[0])
  const context: Context = { inventory, lookup, unlisted, userData: new Map(userData) }
  return instanceGroups(inventory).map(group => subjectOf(context, group))
}

/** Stopped and terminated instances run nothing; they are no nodes. */
const runningStates: ReadonlySet<string> = new Set(['pending', 'running'])

const instanceGroups = ({ clusters, autoScalingGroups, instances }: RegionInventory): InstanceGroup[] => {
  const clusterOf = clustersIn(clusters)
  const claimed = new Set(autoScalingGroups.items.flatMap(group => allInstances(group).map(({ id }) => id)))
  const owned = instances.items.flatMap(instance => {
    const owner = ownerOf(instance)
    const cluster = owner && clusterOf(instance)
    const isOurs = runningStates.has(instance.state) && !claimed.has(instance.id)
    return owner && cluster && isOurs ? [{ instance, cluster, owner }] : []
  })
  return [...Map.groupBy(owned, ({ cluster, owner }) => idOf(cluster, owner)).values()].flatMap(group => {
    const [first] = group
    return first ? [{ ...first, instances: group.map(({ instance }) => instance).sort(newestFirst) }] : []
  })
}

const subjectOf = (context: Context, group: InstanceGroup): NodeGroupSubject => {
  const { inventory, lookup, unlisted } = context
  const { cluster, owner, instances } = group
  const nodes = instances.map(instance => nodeOfInstance(lookup, instance))
  return {
    resource: {
      type: 'node-group',
      id: idOf(cluster, owner),
      name: owner.name,
      accountId: inventory.accountId,
      region: inventory.region,
      clusterName: cluster.name,
      tags: known({}),
    },
    group: {
      ...owner,
      clusterName: cluster.name,
      autoScalingGroups: [],
      instanceTypes: [...new Set(instances.flatMap(({ instanceType }) => instanceType ?? []))].sort(),
      ...commonOrigin(instances),
    },
    cluster,
    variants: variantsOf(context, group),
    nodes: known(unlisted ? [...nodes, unseenNode(unlisted)] : nodes),
    defaults: inventory.imdsDefaults,
    podCredentials: podCredentialsOf(inventory, cluster),
    eksctl: lookup.eksctl,
    imdsV1Calls: lookup.countedCallsOf(instances.map(({ id }) => id)),
  }
}

/** These strings are stable for ever: no AWS resource with an ARN stands for such a group. */
const idOf = ({ arn }: Cluster, { provisioner, name }: InstanceOwner) =>
  provisioner === 'standalone' ? `${arn}/standalone` : `${arn}/${provisioner}/${name}`

/** What a person made the instances with, where that is one and the same thing. */
const commonOrigin = (instances: readonly Instance[]): Pick<NodeGroup, 'origin' | 'eksctlVersion'> => {
  const origins = new Map(instances.map(({ tags }) => originOf(tags)).map(one => [JSON.stringify(one), one]))
  const [origin, ...others] = origins.values()
  return origin && others.length === 0 ? origin : {}
}

/**
 * What would start next. Nothing starts a lone instance again, and what EKS Auto Mode starts is no choice of a person;
 * in place of the others the newest node stands, for their own settings are not in AWS or live for a minute there.
 */
const variantsOf = (context: Context, { cluster, owner, instances }: InstanceGroup): Variant[] => {
  const { inventory, lookup, unlisted } = context
  const [newest] = instances
  if (owner.provisioner === 'standalone' || owner.provisioner === 'auto-mode') return []
  if (unlisted || !newest) return unlisted ? [variant(inventory, lookup, unlisted, { inService: unlisted })] : []
  const { imageId, launchTemplate } = newest
  const inService = haveRunForAnHour(
    inventory,
    instances.filter(instance => instance.imageId === imageId),
  )
  if (owner.provisioner === 'batch') {
    const reason = `the newest node of ${owner.name} does not tell the launch template that it was started from`
    const same = instances.filter(one => one.launchTemplate?.id === launchTemplate?.id && one.imageId === imageId)
    const running = known(same.map(({ metadataOptions }) => metadataOptions))
    const launch = launchTemplate ? lookup.launchOf(launchTemplate) : notRead('ec2:DescribeInstances', reason)
    return [variant(inventory, lookup, launch, { override: imageId, running, inService })]
  }
  const launch: NodeClassLaunch = {
    kind: 'EC2NodeClass',
    name: owner.name,
    instanceId: newest.id,
    imageId,
    instanceType: newest.instanceType,
    metadataOptions: newest.metadataOptions,
  }
  const userData = userDataOf(context, cluster, owner.name, imageId)
  return [variant(inventory, lookup, known(launch), { userData, inService })]
}

/** For sorting: of instances that were launched at once, the order is that of their ids. */
export const newestFirst = (a: Instance, b: Instance): number =>
  compareText(b.launchTime ?? '', a.launchTime ?? '') || compareText(a.id, b.id)

const userDataKey = (clusterName: string, nodeClass: string, imageId: string) =>
  JSON.stringify([clusterName, nodeClass, imageId])

const userDataOf = (
  { userData }: Context,
  cluster: Cluster,
  nodeClass: string,
  imageId: string | undefined,
): Read<UserDataFacts> =>
  (imageId === undefined ? undefined : userData.get(userDataKey(cluster.name, nodeClass, imageId))) ??
  notRead('ec2:DescribeInstanceAttribute', `the user data of EC2NodeClass ${nodeClass} was not read`)
