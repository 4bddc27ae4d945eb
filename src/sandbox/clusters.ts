import { hexOf, pastSecondsOf } from './ids.ts'
import { arnIn, type Place } from './place.ts'
import type { Cluster } from './schema.ts'

/** What a node must know to join a cluster. */
export interface ClusterFacts {
  readonly name: string
  readonly endpoint: string
  readonly issuer: string
  readonly certificateAuthority: string
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
    cidr: cluster.kubernetesNetworkConfig.serviceIpv4Cidr,
  }
}

/** DescribeCluster's `cluster`. A cluster that is being created has no endpoint yet. */
export const describeCluster = (place: Place, name: string, cluster: Cluster) => {
  const facts = factsOf(place, name, cluster)
  const isReady = cluster.status !== 'CREATING'
  return {
    name,
    arn: arnIn(place, 'eks', `cluster/${name}`),
    createdAt: pastSecondsOf(place.organization.now, place.accountId, place.name, name),
    version: cluster.version,
    endpoint: isReady ? facts.endpoint : undefined,
    roleArn: `arn:aws:iam::${place.accountId}:role/eks-cluster`,
    kubernetesNetworkConfig: {
      ...cluster.kubernetesNetworkConfig,
      elasticLoadBalancing: { enabled: cluster.computeConfig?.enabled ?? false },
    },
    identity: { oidc: { issuer: facts.issuer } },
    status: cluster.status,
    certificateAuthority: isReady ? { data: facts.certificateAuthority } : {},
    platformVersion: 'eks.12',
    tags: cluster.tags,
    health: { issues: [] },
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    upgradePolicy: cluster.upgradePolicy,
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
