import type { RegionInventory } from './inventory.ts'
import type { Failure } from './read.ts'
import type { StoredFinding } from './stored.ts'

/** Which lists of an account-Region were read to their end: what remains of its inventory once that is dropped. */
export interface Listed {
  readonly clusters: boolean
  readonly launchTemplates: boolean
  readonly nodeGroups: boolean
  /** Clusters whose groups were not all listed, by name, and groups that could not be described, as `cluster/name`. */
  readonly nodeGroupsExcept: readonly string[]
}

/** What was listed of an account-Region. */
export const listedOf = ({ clusters, nodeGroups, launchTemplates, autoScalingGroups }: RegionInventory): Listed => ({
  clusters: isComplete(clusters.failures),
  launchTemplates: isComplete(launchTemplates.failures),
  nodeGroups: [clusters, autoScalingGroups, nodeGroups].every(({ failures }) => isComplete(failures)),
  nodeGroupsExcept: nodeGroups.failures.flatMap(({ resource }) => resource ?? []),
})

const isComplete = (failures: readonly Failure[]) => !failures.some(({ resource }) => resource === undefined)

/**
 * Whether the list that would show a finding's resource was read to its end, so that its absence means that it is gone.
 * Absence from a list that broke off means nothing. An account is in no list.
 */
export const isListed = (listed: Listed, { type, name, clusterName }: StoredFinding['resource']): boolean => {
  switch (type) {
    case 'account':
      return false
    case 'cluster':
      return listed.clusters
    case 'launch-template':
      return listed.launchTemplates
    case 'node-group':
      // A group that could not be described stays in its list, but perhaps under an ARN that had to be guessed.
      return (
        listed.nodeGroups && !listed.nodeGroupsExcept.some(it => it === clusterName || it === `${clusterName}/${name}`)
      )
  }
}
