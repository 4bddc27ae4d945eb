import type { RegionInventory } from './inventory.ts'
import { joinLaunchTemplates } from './join-launch-templates.ts'
import { joinNodeGroups } from './join-node-groups.ts'
import { lookupIn } from './lookup.ts'
import { causedBy, type NotRead } from './read.ts'
import type { AccountRegion, AccountSubject, ClusterSubject, NodeGroupSubject, RegionSubjects } from './subjects.ts'
import type { Target } from './target.ts'

/** Joins what was read of one account-Region into subjects: once, with maps, so that no check searches a list. */
export const joinSubjects = (inventory: RegionInventory): RegionSubjects => {
  const lookup = lookupIn(inventory)
  const nodeGroups = joinNodeGroups(inventory, lookup)
  return {
    cluster: joinClusters(inventory, nodeGroups),
    'node-group': nodeGroups,
    'launch-template': joinLaunchTemplates(inventory, lookup, nodeGroups),
  }
}

const joinClusters = (inventory: RegionInventory, nodeGroups: readonly NodeGroupSubject[]): ClusterSubject[] => {
  const byCluster = Map.groupBy(nodeGroups, ({ cluster }) => cluster.name)
  const failures = [...inventory.nodeGroups.failures, ...inventory.autoScalingGroups.failures]
  return inventory.clusters.items.map(cluster => {
    const failure = failures.find(({ resource }) => resource === undefined || resource.split('/')[0] === cluster.name)
    return {
      resource: {
        type: 'cluster',
        id: cluster.arn,
        name: cluster.name,
        accountId: inventory.accountId,
        region: inventory.region,
        clusterName: cluster.name,
        tags: cluster.detail.ok ? cluster.detail.value.tags : {},
      },
      cluster,
      groups: byCluster.get(cluster.name) ?? [],
      unlisted: causedBy(failure),
    }
  })
}

/**
 * The subject of an account, once all of its Regions are in.
 * @param unlisted why its Regions could not be listed.
 */
export const accountSubject = (
  account: Pick<Target, 'accountId' | 'name' | 'arn'>,
  regions: readonly AccountRegion[],
  unlisted?: NotRead,
): AccountSubject => ({
  resource: {
    type: 'account',
    id: account.arn,
    name: account.name,
    accountId: account.accountId,
    region: 'global',
    clusterName: null,
    tags: {},
  },
  regions,
  unlisted,
})
