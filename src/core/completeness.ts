import type { RegionInventory } from './inventory.ts'
import type { Failure } from './read.ts'
import type { StoredFinding } from './stored.ts'

/** Which lists of an account-Region were read to their end: what remains of its inventory once that is dropped. */
export interface Listed {
  readonly clusters: boolean
  /** The names of the clusters that were listed. */
  readonly clusterNames: ReadonlySet<string>
  readonly launchTemplates: boolean
  readonly nodeGroups: boolean
  /** The instances of clusters, which show the groups that no Auto Scaling group stands for. */
  readonly instances: boolean
  /** Everything that can use an AMI, and the AMIs themselves. */
  readonly imageUses: boolean
  /** Clusters whose groups were not all listed, by name, and groups that could not be described, as `cluster/name`. */
  readonly nodeGroupsExcept: readonly string[]
}

/** What was listed of an account-Region. */
export const listedOf = ({
  clusters,
  nodeGroups,
  launchTemplates,
  launchConfigurations,
  autoScalingGroups,
  instances,
  imageParameters,
  images,
}: RegionInventory): Listed => ({
  clusters: isComplete(clusters.failures),
  clusterNames: new Set(clusters.items.map(({ name }) => name)),
  launchTemplates: isComplete(launchTemplates.failures),
  nodeGroups: [clusters, autoScalingGroups, nodeGroups].every(({ failures }) => isComplete(failures)),
  instances: [clusters, instances].every(({ failures }) => isComplete(failures)),
  imageUses:
    autoScalingGroups.items.every(({ warmPool }) => warmPool?.ok !== false) &&
    [
      clusters,
      nodeGroups,
      autoScalingGroups,
      launchTemplates,
      launchConfigurations,
      instances,
      imageParameters,
      images,
    ].every(({ failures }) => failures.length === 0),
  nodeGroupsExcept: nodeGroups.failures.flatMap(({ resource }) => resource ?? []),
})

const isComplete = (failures: readonly Failure[]) => !failures.some(({ resource }) => resource === undefined)

/**
 * What it means that a group was not seen which its instances alone show, and which can have none for a while: of Karpenter,
 * EKS Auto Mode or AWS Batch. With its cluster it is gone for good. Undefined of any other resource, and where not all
 * of its cluster's instances were listed.
 */
export const unseenIn = (
  listed: Listed,
  { type, id, clusterName }: StoredFinding['resource'],
): 'unseen' | 'without its cluster' | undefined => {
  const [, kind = 'standalone'] = (type === 'node-group' && groupOfInstances.exec(id)) || []
  if (kind === 'standalone' || clusterName === null) return undefined
  if (listed.clusters && !listed.clusterNames.has(clusterName)) return 'without its cluster'
  return listed.instances ? 'unseen' : undefined
}

/**
 * Whether the list that would show a finding's resource was read to its end, so that its absence means that it is gone.
 * Absence from a list that broke off means nothing. An account is in no list.
 */
export const isListed = (listed: Listed, { type, id, name, clusterName }: StoredFinding['resource']): boolean => {
  switch (type) {
    case 'account':
      return false
    case 'cluster':
      return listed.clusters
    case 'launch-template':
      return listed.launchTemplates
    case 'image':
      return listed.imageUses
    case 'node-group': {
      const [, kind] = groupOfInstances.exec(id) ?? []
      if (kind === 'standalone') return listed.instances
      // Karpenter scales a class to no node at all, and then it is not seen, which is not gone.
      if (kind !== undefined) return false
      if (!listed.nodeGroups) return false
      if (!autoScalingArn.test(id)) {
        // A group that could not be described stays in its list, but perhaps under an ARN that had to be guessed.
        return !listed.nodeGroupsExcept.some(place => place === clusterName || place === `${clusterName}/${name}`)
      }
      // A launch template can name the cluster in place of its Auto Scaling group, and then its instances tell; and what
      // EKS left behind of a managed group may be taken for that of another one that could not be described.
      return listed.instances && !listed.nodeGroupsExcept.some(place => place.split('/')[0] === clusterName)
    }
  }
}

const groupOfInstances = /:cluster\/[^/]+\/(karpenter|auto-mode|batch|standalone)(?:\/.+)?$/
const autoScalingArn = /^arn:[^:]+:autoscaling:/
