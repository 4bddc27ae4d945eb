import type { Cluster, Insight, RegionInventory } from './inventory.ts'
import { clusterNames } from './ownership.ts'
import type { Failure } from './read.ts'
import type { NodeGroupSubject, RegionSubjects } from './subjects.ts'

/** The insight by which EKS warns of Amazon Linux 2 nodes, whatever made them. */
const insightName = 'Amazon Linux 2 compatibility'
const warnings: ReadonlySet<Insight['status']> = new Set(['WARNING', 'ERROR'])

/**
 * The clusters of which EKS says that they have Amazon Linux 2 nodes, while neither a node nor a template of them was
 * found to: some of their nodes were not seen. EKS looks once a day, so its word counts where it is newer than the newest
 * node.
 */
export const disagreeingInsights = (
  inventory: RegionInventory,
  subjects: Pick<RegionSubjects, 'node-group'>,
): readonly Failure[] => {
  const suspects = inventory.clusters.items.flatMap(cluster => {
    const insight = cluster.insights.items.find(({ name, status }) => name === insightName && warnings.has(status))
    return insight ? [{ cluster, insight }] : []
  })
  if (suspects.length === 0) return []
  const groups = Map.groupBy(subjects['node-group'], ({ cluster }) => cluster.name)
  const newest = newestNodes(inventory)
  return suspects
    .filter(({ insight }) => insight.lastRefreshTime !== undefined)
    .filter(({ cluster, insight }) => (insight.lastRefreshTime ?? '') > (newest.get(cluster.name) ?? ''))
    .filter(({ cluster }) => !(groups.get(cluster.name) ?? []).some(runsAmazonLinux2))
    .map(({ cluster, insight }) => failureOf(cluster, insight, groups.get(cluster.name) ?? []))
}

const newestNodes = ({ instances }: RegionInventory): ReadonlyMap<string, string> => {
  const newest = new Map<string, string>()
  for (const instance of instances.items) {
    for (const name of clusterNames(instance)) {
      const { launchTime = '' } = instance
      if (launchTime > (newest.get(name) ?? '')) newest.set(name, launchTime)
    }
  }
  return newest
}

const systemsOf = ({ variants, nodes }: NodeGroupSubject) =>
  [...variants, ...(nodes.ok ? nodes.value : [])].map(({ os }) => os)

const runsAmazonLinux2 = (group: NodeGroupSubject) => systemsOf(group).some(({ value }) => value === 'al2')

const failureOf = (cluster: Cluster, { status }: Insight, groups: readonly NodeGroupSubject[]): Failure => ({
  action: 'eks:ListInsights',
  resource: cluster.name,
  class: 'broken',
  reason: [
    `insight-disagrees: EKS says ${status} of "${insightName}" for cluster ${cluster.name},`,
    `and no Amazon Linux 2 node was seen; not seen are ${unreadKinds(cluster, groups).join(', ')}`,
  ].join(' '),
})

/** The kinds of node that may be in the cluster and of which nobody here can tell the system. */
const unreadKinds = ({ detail, fargateProfiles }: Cluster, groups: readonly NodeGroupSubject[]) => [
  ...(groups.some(group => !group.nodes.ok || systemsOf(group).some(({ value }) => value === undefined))
    ? ['nodes whose AMI does not tell its system']
    : []),
  ...(fargateProfiles.items.length > 0 ? ['Fargate'] : []),
  ...(detail.ok && detail.value.hybrid ? ['hybrid nodes'] : []),
  'SageMaker HyperPod',
  'instances without a tag that names the cluster',
]
