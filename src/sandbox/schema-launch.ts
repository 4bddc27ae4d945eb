import * as z from 'zod'
import { AmiType } from './images.ts'
import {
  hopLimit,
  httpTokens,
  kubernetesVersion,
  moment,
  onOff,
  size,
  tags,
  templateReference,
  text,
} from './schema-fields.ts'

const MetadataOptions = z.strictObject({
  httpTokens: httpTokens.optional(),
  httpEndpoint: onOff.optional(),
  httpPutResponseHopLimit: hopLimit.optional(),
  httpProtocolIpv6: onOff.optional(),
  instanceMetadataTags: onOff.optional(),
})

/** Text, `base64:<what AWS holds>`, or `file:<path beside the YAML>`. */
const userData = z.string()

/** The service that manages a thing for its customer, as EKS Auto Mode does. */
const Operator = z.strictObject({ principal: text, hiddenByDefault: z.boolean().default(false) })

export const LaunchTemplate = z.strictObject({
  id: z
    .string()
    .regex(/^lt-[0-9a-f]+$/)
    .optional(),
  default: z.int().min(1).default(1),
  tags,
  createdBy: text.optional(),
  operator: Operator.optional(),
  versions: z
    .array(
      z.strictObject({
        /** A name from `images`, an AMI id, or `resolve:ssm:<parameter>`. */
        image: text.optional(),
        instanceType: text.optional(),
        userData: userData.optional(),
        metadataOptions: MetadataOptions.optional(),
        versionDescription: text.optional(),
      }),
    )
    .min(1),
})

export const LaunchConfiguration = z.strictObject({
  image: text,
  instanceType: text,
  /** Auto Scaling knows three of them. */
  metadataOptions: MetadataOptions.omit({ httpProtocolIpv6: true, instanceMetadataTags: true }).optional(),
  userData: userData.optional(),
  createdTime: moment.optional(),
})

/** What is so of an instance whatever it was launched from. */
const ofInstance = {
  /** What somebody set by hand on the instance, or what the launch itself asked for. */
  metadataOptions: MetadataOptions.optional(),
  state: z.enum(['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped']).optional(),
  launchTime: moment.optional(),
  /** Calls to the metadata service without a token, a day: answered where tokens are optional, else rejected. */
  metadataNoToken: size.optional(),
  /** When those calls began. @default the launch */
  metadataSince: moment.optional(),
}
const OfInstance = z.strictObject(ofInstance)

/** Some instances of a group: of a managed one, another source makes an older version of EKS's copy. */
export const Nodes = z.strictObject({
  count: size.default(1),
  launchTemplate: templateReference.optional(),
  amiType: AmiType.optional(),
  version: kubernetesVersion.optional(),
  releaseVersion: text.optional(),
  image: text.optional(),
  instanceType: text.optional(),
  lifecycleState: text.default('InService'),
  ...ofInstance,
})

export const scaling = { minSize: size.optional(), maxSize: size.optional(), desiredSize: size.optional() }

export const AutoScalingGroup = z.strictObject({
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

/** Instances without an Auto Scaling group: Karpenter's, Auto Mode's, Batch's, or somebody's own. */
export const Instances = z.strictObject({
  count: size.default(1),
  /** Gives the instances the tag `kubernetes.io/cluster/<name>: owned`. */
  cluster: text.optional(),
  image: text.optional(),
  instanceType: text.optional(),
  launchTemplate: templateReference.optional(),
  launchConfigurationName: text.optional(),
  userData: userData.optional(),
  operator: Operator.optional(),
  tags,
  ...ofInstance,
})

export type MetadataOptions = z.output<typeof MetadataOptions>
export type Operator = z.output<typeof Operator>
export type LaunchTemplate = z.output<typeof LaunchTemplate>
export type LaunchConfiguration = z.output<typeof LaunchConfiguration>
export type OfInstance = z.output<typeof OfInstance>
export type Nodes = z.output<typeof Nodes>
export type AutoScalingGroup = z.output<typeof AutoScalingGroup>
export type Instances = z.output<typeof Instances>
