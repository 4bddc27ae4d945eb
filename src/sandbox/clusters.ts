import { hexOf, pastSecondsOf, secondsOf, uuidOf } from './ids.ts'
import { arnIn, type Place } from './place.ts'
import type { Cluster, Insight } from './schema.ts'

/** What a node must know to join a cluster. */
export interface ClusterFacts {
  readonly name: string
  readonly endpoint: string
  readonly issuer: string
  readonly certificateAuthority: string
  /** Of services: IPv6 where that is the cluster's family. */
  readonly cidr: string
}

/** Derived connection facts, the same in DescribeCluster's answer and in the user data that EKS writes. */
export const factsOf = (place: Place, name: string, cluster: Cluster): ClusterFacts => {
  const seed = hexOf(64, 'cluster', place.accountId, place.name, name)
  const id = seed.slice(0, 32).toUpperCase()
  const certificate = `-----BEGIN CERTIFICATE-----\n${Buffer.from(seed).toString('base64')}\n-----END CERTIFICATE-----\n`
  return {
    name,
    endpoint: `https://${id}.gr7.${place.name}.eks.amazonaws.com`,
    issuer: `https://oidc.eks.${place.name}.amazonaws.com/id/${id}`,
    certificateAuthority: Buffer.from(certificate).toString('base64'),
    cidr: cidrOf(seed, cluster),
  }
}

/** EKS takes an IPv6 range from the unique local addresses. */
const cidrOf = (seed: string, { kubernetesNetworkConfig: { ipFamily, serviceIpv4Cidr, serviceIpv6Cidr } }: Cluster) => {
  if (ipFamily === 'ipv4') return serviceIpv4Cidr ?? ''
  return serviceIpv6Cidr ?? `fd${seed.slice(0, 2)}:${seed.slice(2, 6)}:${seed.slice(6, 10)}::/108`
}

/** DescribeCluster's `cluster`. A cluster that is being created has no endpoint yet. */
export const describeCluster = (place: Place, name: string, cluster: Cluster) => {
  const facts = factsOf(place, name, cluster)
  const isReady = cluster.status !== 'CREATING'
  return {
    name,
    arn: arnIn(place, 'eks', `cluster/${name}`),
    createdAt: secondsOf(cluster.createdAt) ?? pastSecondsOf(place.organization.now, place.accountId, place.name, name),
    version: cluster.version,
    endpoint: isReady ? facts.endpoint : undefined,
    roleArn: `arn:aws:iam::${place.accountId}:role/eks-cluster`,
    kubernetesNetworkConfig: {
      ...cluster.kubernetesNetworkConfig,
      ...(cluster.kubernetesNetworkConfig.ipFamily === 'ipv6' && { serviceIpv6Cidr: facts.cidr }),
      elasticLoadBalancing: { enabled: cluster.computeConfig?.enabled ?? false },
    },
    identity: { oidc: { issuer: facts.issuer } },
    status: cluster.status,
    certificateAuthority: isReady ? { data: facts.certificateAuthority } : {},
    platformVersion: cluster.platformVersion,
    tags: cluster.tags,
    health: { issues: [] },
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    upgradePolicy: cluster.upgradePolicy,
    remoteNetworkConfig: cluster.remoteNetworkConfig,
    computeConfig: cluster.computeConfig && {
      ...cluster.computeConfig,
      nodeRoleArn: `arn:aws:iam::${place.accountId}:role/eks-auto-node`,
    },
    // Only a local cluster has an id, and it has no other name that is unique.
    id: cluster.outpostConfig && hexOf(32, 'local-cluster', facts.endpoint),
    outpostConfig: cluster.outpostConfig,
  }
}

/** DescribeAddon's `addon`. */
export const describeAddOn = (place: Place, clusterName: string, name: string, addOn: Cluster['addons'][string]) => ({
  ...addOn,
  addonName: name,
  clusterName,
  addonArn: arnIn(place, 'eks', `addon/${clusterName}/${name}/${hexOf(32, 'addon', clusterName, name)}`),
  createdAt: pastSecondsOf(place.organization.now, place.accountId, place.name, clusterName, name),
  tags: {},
  publisher: 'eks',
  owner: 'aws',
})

/** What identifies an insight: the same one for every status that it may have. */
const insightIdOf = (place: Place, clusterName: string, { id, name, kubernetesVersion = '' }: Insight) =>
  id ?? uuidOf('insight', place.accountId, place.name, clusterName, name, kubernetesVersion)

const sixHoursMs = 6 * 3_600_000

/** ListInsights' answer for one. */
export const summariseInsight = (place: Place, clusterName: string, insight: Insight) => {
  const { name, category, kubernetesVersion, status, reason, description } = insight
  const refreshed = insight.lastRefreshTime ?? new Date(place.organization.now.getTime() - sixHoursMs)
  return {
    id: insightIdOf(place, clusterName, insight),
    name,
    category,
    kubernetesVersion,
    lastRefreshTime: secondsOf(refreshed),
    lastTransitionTime: secondsOf(insight.lastTransitionTime ?? refreshed),
    description,
    insightStatus: { status, reason },
  }
}

/** DescribeInsight's `insight`. */
export const describeInsight = (place: Place, clusterName: string, insight: Insight) => ({
  ...summariseInsight(place, clusterName, insight),
  recommendation: insight.recommendation,
  additionalInfo: {},
  resources: [],
})

/** ListPodIdentityAssociations' answer for each of a cluster's. */
export const podIdentityAssociationsOf = (place: Place, clusterName: string, { podIdentityAssociations }: Cluster) =>
  podIdentityAssociations.map(({ namespace, serviceAccount }) => {
    const id = `a-${hexOf(17, 'association', place.accountId, place.name, clusterName, namespace, serviceAccount)}`
    return {
      clusterName,
      namespace,
      serviceAccount,
      associationArn: arnIn(place, 'eks', `podidentityassociation/${clusterName}/${id}`),
      associationId: id,
    }
  })
