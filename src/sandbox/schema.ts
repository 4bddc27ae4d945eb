import * as z from 'zod'
import { AmiType } from './images.ts'

const text = z.string().min(1)
const tags = z.record(z.string(), z.string()).default({})
const size = z.int().min(0)
const onOff = z.enum(['enabled', 'disabled'])
const httpTokens = z.enum(['optional', 'required'])
const hopLimit = z.int().min(1).max(64)
const patterns = z.union([text, z.array(text)]).transform(value => [value].flat())
const kubernetesVersion = z.string({ error: "is a version in quotes, such as '1.30'" }).regex(/^1\.\d+$/)
const templateReference = z.string().regex(/^[\w().\-/]+(:(\d+|\$Default|\$Latest))?$/, {
  error: "is a launch template's name with or without a version: web, web:2, web:$Latest, web:$Default",
})

export const accountId = z.string().regex(/^\d{12}$/, { error: 'is an account id: twelve digits in quotes' })
export const regionName = z.string().regex(/^[a-z]+(-[a-z]+)+-\d$/, { error: 'is no Region name' })

const MetadataOptions = z.strictObject({
  httpTokens: httpTokens.optional(),
  httpEndpoint: onOff.optional(),
  httpPutResponseHopLimit: hopLimit.optional(),
  httpProtocolIpv6: onOff.optional(),
  instanceMetadataTags: onOff.optional(),
})

const LaunchTemplate = z.strictObject({
  id: z
    .string()
    .regex(/^lt-[0-9a-f]+$/)
    .optional(),
  default: z.int().min(1).default(1),
  tags,
  createdBy: text.optional(),
  /** The service that manages the template for its customer, as EKS Auto Mode does. */
  operator: z.strictObject({ principal: text, hiddenByDefault: z.boolean().default(false) }).optional(),
  versions: z
    .array(
      z.strictObject({
        /** A name from `images`, an AMI id, or `resolve:ssm:<parameter>`. */
        image: text.optional(),
        instanceType: text.optional(),
        /** Text, `base64:<what AWS holds>`, or `file:<path beside the YAML>`. */
        userData: z.string().optional(),
        metadataOptions: MetadataOptions.optional(),
        versionDescription: text.optional(),
      }),
    )
    .min(1),
})

/** Some running instances: of a managed group, everything that is written makes an older version of EKS's copy. */
const Nodes = z.strictObject({
  count: size.default(1),
  launchTemplate: templateReference.optional(),
  amiType: AmiType.optional(),
  version: kubernetesVersion.optional(),
  releaseVersion: text.optional(),
  image: text.optional(),
  instanceType: text.optional(),
  lifecycleState: text.default('InService'),
})

const scaling = { minSize: size.optional(), maxSize: size.optional(), desiredSize: size.optional() }
const health = z
  .strictObject({
    issues: z.array(
      z.strictObject({ code: text, message: z.string().default(''), resourceIds: z.array(text).default([]) }),
    ),
  })
  .default({ issues: [] })

const NodeGroup = z.strictObject({
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
  configurationValues: text.optional(),
  health,
})

const Cluster = z.strictObject({
  version: kubernetesVersion,
  status: text.default('ACTIVE'),
  addons: z
    .record(
      text,
      z
        .union([text, AddOn])
        .transform(value => (typeof value === 'string' ? AddOn.parse({ addonVersion: value }) : value)),
    )
    .default({}),
  kubernetesNetworkConfig: z
    .strictObject({
      serviceIpv4Cidr: text.default('10.100.0.0/16'),
      ipFamily: z.enum(['ipv4', 'ipv6']).default('ipv4'),
    })
    .default({ serviceIpv4Cidr: '10.100.0.0/16', ipFamily: 'ipv4' }),
  computeConfig: z
    .strictObject({ enabled: z.boolean(), nodePools: z.array(text).default(['general-purpose', 'system']) })
    .optional(),
  outpostConfig: z
    .strictObject({ outpostArns: z.array(text).min(1), controlPlaneInstanceType: text.default('m5.large') })
    .optional(),
  upgradePolicy: z.strictObject({ supportType: z.enum(['STANDARD', 'EXTENDED']) }).default({ supportType: 'EXTENDED' }),
  tags,
  nodeGroups: z.record(text, NodeGroup).default({}),
})

const AutoScalingGroup = z.strictObject({
  ...scaling,
  /** Gives the group the tag `kubernetes.io/cluster/<name>: owned`, which makes its instances nodes. */
  cluster: text.optional(),
  launchTemplate: templateReference.optional(),
  launchConfigurationName: text.optional(),
  overrides: z
    .array(
      z.strictObject({
        instanceType: text.optional(),
        launchTemplate: templateReference.optional(),
        image: text.optional(),
      }),
    )
    .optional(),
  tags,
  nodes: z.array(Nodes.omit({ amiType: true, version: true, releaseVersion: true })).optional(),
})

export const Region = z.strictObject({
  instanceMetadataDefaults: z
    .strictObject({
      httpTokens: httpTokens.optional(),
      httpEndpoint: onOff.optional(),
      httpPutResponseHopLimit: hopLimit.optional(),
      instanceMetadataTags: onOff.optional(),
      httpTokensEnforced: onOff.optional(),
      managedBy: z.enum(['account', 'declarative-policy']).default('account'),
      managedExceptionMessage: text.optional(),
    })
    .default({ managedBy: 'account' }),
  launchTemplates: z.record(text, LaunchTemplate).default({}),
  clusters: z.record(text, Cluster).default({}),
  autoScalingGroups: z.record(text, AutoScalingGroup).default({}),
  parameters: z.record(text, text).default({}),
})

const defaultRole = { name: 'eks-node-posture-read', trust: 'ok' as const, deny: [] }

export const Account = z.strictObject({
  name: text,
  email: text.optional(),
  state: z.enum(['PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED']).default('ACTIVE'),
  joinedMethod: z.enum(['INVITED', 'CREATED']).default('CREATED'),
  role: z
    .strictObject({
      name: text.default(defaultRole.name),
      trust: z.enum(['ok', 'missing', 'wrong-external-id']).default('ok'),
      deny: patterns.default([]),
    })
    .default(defaultRole),
  regions: z.record(regionName, z.union([z.literal('not-opted-in'), Region])).default({}),
})

const accounts = z.record(accountId, Account).default({})

const Unit = z.strictObject({
  id: z
    .string()
    .regex(/^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$/)
    .optional(),
  accounts,
  get units() {
    return z.record(text, Unit).optional()
  },
})

const Image = z.strictObject({
  imageId: z
    .string()
    .regex(/^ami-[0-9a-f]+$/, { error: 'is no AMI id: ami- and hexadecimal digits' })
    .optional(),
  name: text,
  ownerId: text,
  description: text.optional(),
  architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
  platform: z.literal('Windows').optional(),
  imdsSupport: z.literal('v2.0').optional(),
  sourceImageId: text.optional(),
  sourceImageRegion: regionName.optional(),
  creationDate: z.iso.datetime().optional(),
  deprecationTime: z.iso.datetime().optional(),
  /** False: deregistered, not shared, or hidden by Allowed AMIs. DescribeImages cannot tell them apart. */
  visible: z.boolean().default(true),
})

/** What the YAML of a sandbox may say. References between its parts are checked in `organization.ts`. */
export const Shape = z.strictObject({
  version: z.literal(1),
  now: z.iso
    .datetime()
    .default('2026-11-22T02:00:00Z')
    .transform(value => new Date(value)),
  organization: z.strictObject({
    id: z.string().regex(/^o-[a-z0-9]+$/),
    management: accountId,
    hub: accountId,
    externalId: text.optional(),
  }),
  regions: z.array(regionName).min(1),
  images: z.record(text, Image).default({}),
  accounts,
  units: z.record(text, Unit).default({}),
  policies: z
    .array(z.strictObject({ id: text, unit: text, deny: patterns, regions: z.array(regionName).optional() }))
    .default([]),
  faults: z
    .array(
      z.strictObject({
        account: accountId.optional(),
        region: regionName.optional(),
        action: patterns,
        throttle: z.number().min(0).max(1).default(0),
        latencyMs: z.number().min(0).default(0),
      }),
    )
    .default([]),
  truth: z.record(z.string(), z.unknown()).optional(),
})

export type Organization = z.output<typeof Shape>
export type Account = z.output<typeof Account>
export type Unit = z.output<typeof Unit>
export type Region = z.output<typeof Region>
export type LaunchTemplate = z.output<typeof LaunchTemplate>
export type MetadataOptions = z.output<typeof MetadataOptions>
export type Cluster = z.output<typeof Cluster>
export type NodeGroup = z.output<typeof NodeGroup>
export type AutoScalingGroup = z.output<typeof AutoScalingGroup>
export type Nodes = z.output<typeof Nodes>
export type Image = z.output<typeof Image>
