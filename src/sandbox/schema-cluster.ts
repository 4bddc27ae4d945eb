import * as z from 'zod'
import { AmiType } from './images.ts'
import { kubernetesVersion, moment, tags, templateReference, text } from './schema-fields.ts'
import { Nodes, scaling } from './schema-launch.ts'

const health = z
  .strictObject({
    issues: z.array(
      z.strictObject({ code: text, message: z.string().default(''), resourceIds: z.array(text).default([]) }),
    ),
  })
  .default({ issues: [] })

export const NodeGroup = z.strictObject({
  ...scaling,
  amiType: AmiType.optional(),
  launchTemplate: templateReference.optional(),
  instanceTypes: z.array(text).optional(),
  capacityType: z.enum(['ON_DEMAND', 'SPOT', 'CAPACITY_BLOCK']).default('ON_DEMAND'),
  status: text.default('ACTIVE'),
  health,
  version: kubernetesVersion.optional(),
  releaseVersion: text.optional(),
  labels: tags,
  taints: z.array(z.strictObject({ key: text, value: z.string().optional(), effect: text })).default([]),
  tags,
  nodes: z.array(Nodes).optional(),
})

const AddOn = z.strictObject({
  addonVersion: text,
  status: text.default('ACTIVE'),
  serviceAccountRoleArn: text.optional(),
  /** ARNs of associations, as DescribeAddon tells them. */
  podIdentityAssociations: z.array(text).optional(),
  configurationValues: text.optional(),
  health,
})

const defaultIpv4Cidr = '10.100.0.0/16'

/** A cluster has service addresses of one family; an IPv6 range that is not written is derived. */
const NetworkConfig = z
  .strictObject({
    serviceIpv4Cidr: text.optional(),
    serviceIpv6Cidr: text.optional(),
    ipFamily: z.enum(['ipv4', 'ipv6']).default('ipv4'),
  })
  .transform(written => ({
    ...written,
    ...(written.ipFamily === 'ipv4' && { serviceIpv4Cidr: written.serviceIpv4Cidr ?? defaultIpv4Cidr }),
  }))

const Insight = z.strictObject({
  id: text.optional(),
  name: text,
  category: z.enum(['UPGRADE_READINESS', 'MISCONFIGURATION', 'ROLLBACK_READINESS']).default('UPGRADE_READINESS'),
  kubernetesVersion: kubernetesVersion.optional(),
  status: z.enum(['PASSING', 'WARNING', 'ERROR', 'UNKNOWN']),
  reason: text.optional(),
  /** @default six hours before now: EKS looks once a day */
  lastRefreshTime: moment.optional(),
  lastTransitionTime: moment.optional(),
  description: text.optional(),
  recommendation: text.optional(),
})

const PodIdentityAssociation = z.strictObject({
  namespace: text,
  serviceAccount: text,
  /** For the reader of the YAML: the list of associations does not tell it. */
  roleArn: text.optional(),
})

const remoteNetworks = z.array(z.strictObject({ cidrs: z.array(text).min(1) })).optional()

export const Cluster = z.strictObject({
  version: kubernetesVersion,
  status: text.default('ACTIVE'),
  createdAt: moment.optional(),
  platformVersion: text.default('eks.12'),
  addons: z
    .record(
      text,
      z
        .union([text, AddOn])
        .transform(value => (typeof value === 'string' ? AddOn.parse({ addonVersion: value }) : value)),
    )
    .default({}),
  kubernetesNetworkConfig: NetworkConfig.default({ serviceIpv4Cidr: defaultIpv4Cidr, ipFamily: 'ipv4' }),
  /** Networks of hybrid nodes. */
  remoteNetworkConfig: z
    .strictObject({ remoteNodeNetworks: remoteNetworks, remotePodNetworks: remoteNetworks })
    .optional(),
  computeConfig: z
    .strictObject({ enabled: z.boolean(), nodePools: z.array(text).default(['general-purpose', 'system']) })
    .optional(),
  outpostConfig: z
    .strictObject({ outpostArns: z.array(text).min(1), controlPlaneInstanceType: text.default('m5.large') })
    .optional(),
  upgradePolicy: z.strictObject({ supportType: z.enum(['STANDARD', 'EXTENDED']) }).default({ supportType: 'EXTENDED' }),
  /** Whether the account's IAM has a provider for the cluster's issuer. */
  openIdConnectProvider: z.boolean().default(false),
  insights: z.array(Insight).default([]),
  podIdentityAssociations: z.array(PodIdentityAssociation).default([]),
  fargateProfiles: z.array(text).default([]),
  tags,
  nodeGroups: z.record(text, NodeGroup).default({}),
})

const date = z.union([z.iso.date(), z.iso.datetime()]).transform(value => new Date(value))

/** What DescribeClusterVersions says of one version; what is left out stays as the sandbox knows it. */
export const ClusterVersion = z.strictObject({
  releaseDate: date.optional(),
  endOfStandardSupportDate: date.optional(),
  endOfExtendedSupportDate: date.optional(),
  /** @default as the dates say */
  versionStatus: z.enum(['STANDARD_SUPPORT', 'EXTENDED_SUPPORT', 'UNSUPPORTED']).optional(),
  defaultVersion: z.boolean().optional(),
  kubernetesPatchVersion: text.optional(),
})

export type NodeGroup = z.output<typeof NodeGroup>
export type Insight = z.output<typeof Insight>
export type Cluster = z.output<typeof Cluster>
export type ClusterVersion = z.output<typeof ClusterVersion>
