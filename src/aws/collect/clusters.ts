import { DescribeClusterCommand, type Cluster as Described, ListClustersCommand } from '@aws-sdk/client-eks'
import type { Cluster } from '../../core/inventory.ts'
import type { Collected, Failure } from '../../core/read.ts'
import { certificateSha256 } from '../../userdata/certificate.ts'
import { eachOf, failuresOf, type Listed, listAll, none, readOf } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { readAddons } from './addons.ts'
import { readFargateProfiles, readInsights, readPodIdentity } from './cluster-parts.ts'
import { defined, oneOf, sortedTags } from './shape.ts'

/** Clusters, and the failures of asking for their use of Pod Identity, which leave the list itself complete. */
export interface Clusters {
  readonly clusters: Collected<Cluster>
  readonly podIdentityFailures: readonly Failure[]
}

/** The names of the clusters of a Region. */
export const listClusters = ({ ask, clients }: RegionAccess): Promise<Listed<string>> =>
  listAll(ask, 'eks:ListClusters', async nextToken => {
    const page = await clients.eks().send(new ListClustersCommand({ nextToken }))
    return { items: page.clusters, next: page.nextToken }
  })

/** The clusters of these names, each with what belongs to it. */
export const readClusters = async (access: RegionAccess, names: Collected<string>): Promise<Clusters> => {
  const { items, failures } = await eachOf(names, name => readCluster(access, name))
  return {
    clusters: { items: items.map(({ cluster }) => cluster), failures },
    podIdentityFailures: items.flatMap(({ podIdentityFailures }) => podIdentityFailures),
  }
}

interface ReadCluster {
  readonly cluster: Cluster
  readonly podIdentityFailures: readonly Failure[]
}

const readCluster = async (access: RegionAccess, name: string): Promise<Collected<ReadCluster>> => {
  const { ask, clients, partition, region, accountId } = access
  const [answer, addons, insights, podIdentity, fargateProfiles] = await Promise.all([
    ask('eks:DescribeCluster', () => clients.eks().send(new DescribeClusterCommand({ name })), name),
    readAddons(access, name),
    readInsights(access, name),
    readPodIdentity(access, name),
    readFargateProfiles(access, name),
  ])
  if (answer.status === 'gone') return none

  const arn = `arn:${partition}:eks:${region}:${accountId}:cluster/${name}`
  const detail = readOf(answer, ({ cluster = {} }) => detailOf(cluster))
  const cluster = { name, arn, detail, addons, insights, podIdentity: podIdentity.isUsed, fargateProfiles }
  return { items: [{ cluster, podIdentityFailures: podIdentity.failures }], failures: failuresOf(answer) }
}

const detailOf = (cluster: Described) => {
  const { serviceIpv4Cidr, serviceIpv6Cidr, ipFamily } = cluster.kubernetesNetworkConfig ?? {}
  return defined({
    version: cluster.version ?? '',
    status: cluster.status ?? '',
    autoMode: cluster.computeConfig?.enabled ?? false,
    outpost: cluster.outpostConfig !== undefined,
    hybrid: (cluster.remoteNetworkConfig?.remoteNodeNetworks ?? []).length > 0,
    endpoint: cluster.endpoint,
    caSha256: certificateSha256(cluster.certificateAuthority?.data),
    serviceCidr: ipFamily === 'ipv6' ? serviceIpv6Cidr : serviceIpv4Cidr,
    oidcIssuer: cluster.identity?.oidc?.issuer,
    supportType: oneOf(['STANDARD', 'EXTENDED'], cluster.upgradePolicy?.supportType),
    tags: sortedTags(cluster.tags),
  })
}
