import * as z from 'zod'
import { collected, Failure, read } from './read.ts'
import { UserDataFacts } from './user-data.ts'

const Tags = z.record(z.string(), z.string()).readonly()
export type Tags = z.infer<typeof Tags>

/** Instance metadata options as an API gave them; what is absent was left out there. */
const imdsOptions = {
  httpTokens: z.enum(['optional', 'required']).optional(),
  httpEndpoint: z.enum(['enabled', 'disabled']).optional(),
  httpPutResponseHopLimit: z.int().optional(),
}
export const ImdsOptions = z.strictObject(imdsOptions).readonly()
export type ImdsOptions = z.infer<typeof ImdsOptions>

/** GetInstanceMetadataDefaults: the account's defaults in a Region; an absent field is "no preference". */
export const ImdsDefaults = z
  .strictObject({
    ...imdsOptions,
    managedBy: z.enum(['account', 'declarative-policy']).optional(),
    httpTokensEnforced: z.enum(['enabled', 'disabled']).optional(),
  })
  .readonly()
export type ImdsDefaults = z.infer<typeof ImdsDefaults>

/** An EKS add-on; without `detail` no check asks about it, so it was listed and not described. */
export const Addon = z
  .strictObject({
    name: z.string(),
    detail: read(
      z
        .strictObject({
          version: z.string(),
          status: z.string(),
          /** Whether it has credentials of its own: a role for its service account, or EKS Pod Identity. */
          ownRole: z.boolean(),
        })
        .readonly(),
    ).optional(),
  })
  .readonly()
export type Addon = z.infer<typeof Addon>

/** What EKS itself finds about the next Kubernetes version, refreshed once a day. */
export const Insight = z
  .strictObject({
    name: z.string(),
    status: z.enum(['PASSING', 'WARNING', 'ERROR', 'UNKNOWN']),
    kubernetesVersion: z.string().optional(),
    lastRefreshTime: z.iso.datetime().optional(),
  })
  .readonly()
export type Insight = z.infer<typeof Insight>

export const Cluster = z
  .strictObject({
    name: z.string(),
    arn: z.string(),
    detail: read(
      z
        .strictObject({
          version: z.string(),
          status: z.string(),
          /** EKS Auto Mode: `computeConfig.enabled`. */
          autoMode: z.boolean(),
          /** A local cluster on AWS Outposts. */
          outpost: z.boolean(),
          /** Whether nodes outside AWS may join: `remoteNetworkConfig`. */
          hybrid: z.boolean(),
          endpoint: z.string().optional(),
          /** SHA-256, in hex, of the certificate authority's bytes. */
          caSha256: z.string().optional(),
          /** The range of service addresses, IPv4 or IPv6 as the cluster has it. */
          serviceCidr: z.string().optional(),
          oidcIssuer: z.string().optional(),
          /** What EKS does at the end of standard support: move the control plane, or keep it for a fee. */
          supportType: z.enum(['STANDARD', 'EXTENDED']).optional(),
          tags: Tags,
        })
        .readonly(),
    ),
    addons: collected(Addon),
    insights: collected(Insight),
    /** Whether some service account has credentials by EKS Pod Identity. */
    podIdentity: read(z.boolean()),
    fargateProfiles: collected(z.string()),
  })
  .readonly()
export type Cluster = z.infer<typeof Cluster>

/** A template and one of its versions (a number, `$Default` or `$Latest`) as something else names it. */
export const LaunchTemplateRef = z
  .strictObject({ id: z.string(), name: z.string().optional(), version: z.string() })
  .readonly()
export type LaunchTemplateRef = z.infer<typeof LaunchTemplateRef>

export const ManagedNodeGroup = z
  .strictObject({
    name: z.string(),
    clusterName: z.string(),
    detail: read(
      z
        .strictObject({
          arn: z.string(),
          status: z.string(),
          amiType: z.string(),
          instanceTypes: z.array(z.string()).readonly(),
          autoScalingGroups: z.array(z.string()).readonly(),
          /** The user's own template; absent where EKS was given none. */
          launchTemplate: LaunchTemplateRef.optional(),
          tags: Tags,
        })
        .readonly(),
    ),
  })
  .readonly()
export type ManagedNodeGroup = z.infer<typeof ManagedNodeGroup>

export const LaunchTemplateVersion = z
  .strictObject({
    number: z.int(),
    data: read(
      z
        .strictObject({
          /** As written: an AMI id or `resolve:ssm:…`; absent where the launch names the AMI. */
          imageId: z.string().optional(),
          instanceType: z.string().optional(),
          metadataOptions: ImdsOptions,
          /** What the user data says; absent where no EKS group launches from the version as a person wrote it. */
          userData: UserDataFacts.optional(),
        })
        .readonly(),
    ),
  })
  .readonly()
export type LaunchTemplateVersion = z.infer<typeof LaunchTemplateVersion>

export const LaunchTemplate = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    createdBy: z.string().optional(),
    /** The service that manages the template, as EKS Auto Mode does. */
    operator: z.string().optional(),
    defaultVersion: z.int().optional(),
    latestVersion: z.int().optional(),
    tags: read(Tags),
    /** Default, latest, and every version that a group or an instance names. */
    versions: z.array(LaunchTemplateVersion).readonly(),
  })
  .readonly()
export type LaunchTemplate = z.infer<typeof LaunchTemplate>

export const Image = z
  .strictObject({
    id: z.string(),
    name: z.string().optional(),
    ownerId: z.string().optional(),
    description: z.string().optional(),
    platform: z.string().optional(),
    imdsSupport: z.string().optional(),
    sourceImageId: z.string().optional(),
  })
  .readonly()
export type Image = z.infer<typeof Image>

/** A parameter behind a template's `resolve:ssm:` and the AMI id that it holds today. */
export const ImageParameter = z.strictObject({ name: z.string(), imageId: read(z.string()) }).readonly()
export type ImageParameter = z.infer<typeof ImageParameter>

export const AutoScalingInstance = z
  .strictObject({
    id: z.string(),
    lifecycleState: z.string(),
    /** Only where the root volume was replaced or an override named the AMI. */
    imageId: z.string().optional(),
    launchTemplate: LaunchTemplateRef.optional(),
    launchConfiguration: z.string().optional(),
  })
  .readonly()
export type AutoScalingInstance = z.infer<typeof AutoScalingInstance>

export const AutoScalingGroup = z
  .strictObject({
    name: z.string(),
    arn: z.string(),
    launchConfiguration: z.string().optional(),
    /** Of a mixed instances policy: what it may start in place of its template's own type. */
    instanceTypes: z.array(z.string()).readonly(),
    /** The group's template, or of a mixed instances policy the base and every override that names its own. */
    launchTemplates: z
      .array(z.strictObject({ ref: LaunchTemplateRef, imageId: z.string().optional() }).readonly())
      .readonly(),
    /** What runs; what is terminating is left out. */
    instances: z.array(AutoScalingInstance).readonly(),
    /** What waits, stopped or running, to join; absent where the group has no warm pool or is no EKS group. */
    warmPool: read(z.array(AutoScalingInstance).readonly()).optional(),
    tags: Tags,
  })
  .readonly()
export type AutoScalingGroup = z.infer<typeof AutoScalingGroup>

export const LaunchConfiguration = z
  .strictObject({
    name: z.string(),
    imageId: z.string().optional(),
    instanceType: z.string().optional(),
    metadataOptions: ImdsOptions,
    /** What the user data says; absent where no EKS group launches from it. */
    userData: UserDataFacts.optional(),
  })
  .readonly()
export type LaunchConfiguration = z.infer<typeof LaunchConfiguration>

/** An instance that carries the tag of a listed cluster, and is not about to end. */
export const Instance = z
  .strictObject({
    id: z.string(),
    imageId: z.string().optional(),
    instanceType: z.string().optional(),
    state: z.string(),
    launchTime: z.iso.datetime().optional(),
    /** What is in force on it. */
    metadataOptions: ImdsOptions,
    launchTemplate: LaunchTemplateRef.optional(),
    /** The service that manages the instance, as EKS Auto Mode does. */
    operator: z.string().optional(),
    /** Those that tell whose the instance is, and no other. */
    tags: Tags,
  })
  .readonly()
export type Instance = z.infer<typeof Instance>

/** The user data of one node for each EC2NodeClass of Karpenter and AMI; its launch templates live for a minute. */
export const NodeClassUserData = z
  .strictObject({ clusterName: z.string(), nodeClass: z.string(), imageId: z.string(), userData: read(UserDataFacts) })
  .readonly()
export type NodeClassUserData = z.infer<typeof NodeClassUserData>

/** Calls with IMDSv1 that CloudWatch counted of an instance, and over how many hours it has counts. */
export const ImdsV1Calls = z.strictObject({ instanceId: z.string(), calls: z.number(), hours: z.int() }).readonly()
export type ImdsV1Calls = z.infer<typeof ImdsV1Calls>

/** Every instance of a group that was seen, those of its warm pool included. */
export const allInstances = ({ instances, warmPool }: AutoScalingGroup): readonly AutoScalingInstance[] =>
  warmPool?.ok ? [...instances, ...warmPool.value] : instances

/** What one account-Region told us: plain JSON, so that it can be recorded and judged again without AWS. */
export const RegionInventory = z
  .strictObject({
    schemaVersion: z.literal(2),
    accountId: z.string(),
    region: z.string(),
    partition: z.string(),
    /** The one clock of the checks. */
    collectedAt: z.iso.datetime(),
    imdsDefaults: read(ImdsDefaults),
    clusters: collected(Cluster),
    nodeGroups: collected(ManagedNodeGroup),
    launchTemplates: collected(LaunchTemplate),
    autoScalingGroups: collected(AutoScalingGroup),
    launchConfigurations: collected(LaunchConfiguration),
    /** Asked for in Regions with clusters alone. */
    instances: collected(Instance),
    nodeClassUserData: z.array(NodeClassUserData).readonly(),
    /** ARNs of the account's IAM OIDC providers; absent in Regions without clusters. */
    oidcProviders: read(z.array(z.string()).readonly()).optional(),
    /** Absent unless the opt-in check that judges it is enabled. */
    imdsV1Calls: collected(ImdsV1Calls).optional(),
    imageParameters: collected(ImageParameter),
    images: collected(Image),
    /** Failures of reads that are no list. */
    failures: z.array(Failure).readonly(),
  })
  .readonly()
export type RegionInventory = z.infer<typeof RegionInventory>

/** Every failed read of an account-Region, the lists' own included. */
export const failuresOf = (inventory: RegionInventory): readonly Failure[] => [
  ...inventory.failures,
  ...inventory.clusters.failures,
  ...inventory.clusters.items.flatMap(({ addons, insights, fargateProfiles }) => [
    ...addons.failures,
    ...insights.failures,
    ...fargateProfiles.failures,
  ]),
  ...inventory.nodeGroups.failures,
  ...inventory.launchTemplates.failures,
  ...inventory.autoScalingGroups.failures,
  ...inventory.launchConfigurations.failures,
  ...inventory.instances.failures,
  ...(inventory.imdsV1Calls?.failures ?? []),
  ...inventory.imageParameters.failures,
  ...inventory.images.failures,
]
