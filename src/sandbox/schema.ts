import * as z from 'zod'
import { Cluster, ClusterVersion } from './schema-cluster.ts'
import {
  accountId,
  hopLimit,
  httpTokens,
  kubernetesVersion,
  moment,
  onOff,
  patterns,
  regionName,
  text,
} from './schema-fields.ts'
import { AutoScalingGroup, Instances, LaunchConfiguration, LaunchTemplate } from './schema-launch.ts'

export type { Cluster, ClusterVersion, Insight, NodeGroup } from './schema-cluster.ts'
export type {
  AutoScalingGroup,
  Instances,
  LaunchConfiguration,
  LaunchTemplate,
  MetadataOptions,
  Nodes,
  OfInstance,
  Operator,
} from './schema-launch.ts'

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
  launchConfigurations: z.record(text, LaunchConfiguration).default({}),
  clusters: z.record(text, Cluster).default({}),
  autoScalingGroups: z.record(text, AutoScalingGroup).default({}),
  instances: z.record(text, Instances).default({}),
  parameters: z.record(text, text).default({}),
})

const defaultRole = {
  name: 'eks-node-posture-read',
  trust: 'ok' as const,
  stackInstance: 'CURRENT' as const,
  deny: [],
}

export const Account = z.strictObject({
  name: text,
  email: text.optional(),
  state: z.enum(['PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED']).default('ACTIVE'),
  joinedMethod: z.enum(['INVITED', 'CREATED']).default('CREATED'),
  role: z
    .strictObject({
      name: text.default(defaultRole.name),
      trust: z.enum(['ok', 'missing', 'wrong-external-id']).default('ok'),
      /** Of the StackSet that deploys the role; where the role is missing there is none. */
      stackInstance: z.enum(['CURRENT', 'OUTDATED', 'INOPERABLE']).default('CURRENT'),
      deny: patterns.default([]),
    })
    .default(defaultRole),
  /** Issuers that IAM trusts, beside those of clusters that say so themselves. */
  openIdConnectProviders: z.array(z.url({ protocol: /^https$/ })).default([]),
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

/** What a call can get in place of its answer; the old texts are those of AWS before it named the policy. */
export const FaultAnswer = z.enum([
  'server-error',
  'reset',
  'hang',
  'malformed',
  'expired',
  'denied',
  'denied-old',
  'denied-by-scp',
  'denied-by-scp-old',
  'not-enabled',
  'gone',
  'loop',
])
export type FaultAnswer = z.output<typeof FaultAnswer>

/** What the YAML of a sandbox may say. References between its parts are checked in `organization.ts`. */
export const Shape = z.strictObject({
  version: z.literal(1),
  now: moment.default(new Date('2026-11-22T02:00:00Z')),
  organization: z.strictObject({
    id: z.string().regex(/^o-[a-z0-9]+$/),
    management: accountId,
    hub: accountId,
    externalId: text.optional(),
  }),
  regions: z.array(regionName).min(1),
  images: z.record(text, Image).default({}),
  /** Beside the versions that the sandbox knows, or instead of what it knows of them. */
  clusterVersions: z.record(kubernetesVersion, ClusterVersion).default({}),
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
        answer: FaultAnswer.optional(),
        /** Of the calls, the part that gets `answer`. */
        share: z.number().gt(0).max(1).default(1),
        /** Another seed strikes other calls. */
        seed: z.int().min(0).default(0),
      }),
    )
    .default([]),
  truth: z.record(z.string(), z.unknown()).optional(),
})

export type Organization = z.output<typeof Shape>
export type Account = z.output<typeof Account>
export type Unit = z.output<typeof Unit>
export type Region = z.output<typeof Region>
export type Image = z.output<typeof Image>
