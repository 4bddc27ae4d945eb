import type { RegionInventory } from './inventory.ts'
import { joinImages } from './join-images.ts'
import { joinLaunchTemplates } from './join-launch-templates.ts'
import { joinNodeGroups } from './join-node-groups.ts'
import { lookupIn } from './lookup.ts'
import { causedBy, known, type NotRead, type Read } from './read.ts'
import type { AccountRegion, AccountSubject, ClusterSubject, NodeGroupSubject, RegionSubjects } from './subjects.ts'
import type { Target } from './target.ts'
import { publishedVersions, supportOf, type VersionCalendar } from './version-support.ts'

/**
 * Joins what was read of one account-Region into subjects: once, with maps, so that no check searches a list.
 * @param calendar until when EKS supports which version, as the hub asked it.
 */
export const joinSubjects = (
  inventory: RegionInventory,
  calendar: VersionCalendar = publishedVersions,
): RegionSubjects => {
  const lookup = lookupIn(inventory)
  const nodeGroups = joinNodeGroups(inventory, lookup)
  return {
    cluster: joinClusters(inventory, nodeGroups, calendar),
    'node-group': nodeGroups,
    'launch-template': joinLaunchTemplates(inventory, lookup, nodeGroups),
    image: joinImages(inventory, nodeGroups),
  }
}

const joinClusters = (
  inventory: RegionInventory,
  nodeGroups: readonly NodeGroupSubject[],
  calendar: VersionCalendar,
): ClusterSubject[] => {
  const byCluster = Map.groupBy(nodeGroups, ({ cluster }) => cluster.name)
  const failures = [
    ...inventory.nodeGroups.failures,
    ...inventory.autoScalingGroups.failures,
    ...inventory.instances.failures,
  ]
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
        tags: cluster.detail.ok ? known(cluster.detail.value.tags) : cluster.detail,
      },
      cluster,
      groups: byCluster.get(cluster.name) ?? [],
      unlisted: causedBy(failure),
      support: cluster.detail.ok ? supportOf(cluster.detail.value.version, calendar) : cluster.detail,
      judgedAt: inventory.collectedAt,
    }
  })
}

/**
 * The subject of an account, once all of its Regions are in.
 * @param allowsImdsV1 whether something in it allows IMDSv1 tonight.
 * @param unlisted why its Regions could not be listed.
 */
export const accountSubject = (
  account: Pick<Target, 'accountId' | 'name' | 'arn'>,
  regions: readonly AccountRegion[],
  allowsImdsV1: Read<boolean>,
  unlisted?: NotRead,
): AccountSubject => ({
  resource: {
    type: 'account',
    id: account.arn,
    name: account.name,
    accountId: account.accountId,
    region: 'global',
    clusterName: null,
    tags: known({}),
  },
  regions,
  allowsImdsV1,
  unlisted,
})
