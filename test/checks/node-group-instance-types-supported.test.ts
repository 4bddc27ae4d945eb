import check from '../../src/checks/node-group-instance-types-supported.ts'
import type { AutoScalingGroup } from '../../src/core/inventory.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, complete, mysteryImage } = build

/** A managed node group on Amazon Linux 2 with these instance types. */
const group = (
  instanceTypes: readonly string[],
  amiType = 'AL2_x86_64',
  over: Parameters<typeof build.inventory>[0] = {},
) =>
  build.nodeGroup({
    nodeGroups: complete(build.managedNodeGroup({ amiType, instanceTypes })),
    autoScalingGroups: complete(build.managedAutoScalingGroup()),
    launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }])),
    ...over,
  })

const mixed = (instanceTypes: readonly string[]) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId: al2Image.id }])),
    autoScalingGroups: complete(build.autoScalingGroup({ instanceTypes })),
  })

const undescribed = complete({ ...build.managedNodeGroup(), detail: build.denied('eks:DescribeNodegroup') })
const unreadTemplates = { launchTemplates: build.refused<never>('ec2:DescribeLaunchTemplateVersions') }

const node = (id: string, instanceType: string) =>
  build.instance({
    id,
    instanceType,
    imageId: al2Image.id,
    tags: { 'kubernetes.io/cluster/shop': 'owned', 'karpenter.k8s.aws/ec2nodeclass': 'default' },
  })
const karpenter = build.nodeGroup({
  nodeGroups: complete(),
  autoScalingGroups: complete(),
  instances: complete(node('i-0a', 'm5.large'), node('i-0b', 'm6g.large')),
})

checkTable(check, {
  pass: {
    'x86 types without accelerators': { subject: group(['m5.large', 'm7i-flex.large', 'c5ad.xlarge', 'u-6tb1.metal']) },
    'Graviton2 and newer': { subject: group(['m6g.large', 'c7gn.large', 'im4gn.large', 'x2gd.large'], 'AL2_ARM_64') },
    'NVIDIA types of one processor': { subject: group(['g4dn.xlarge', 'p3.2xlarge', 'g6e.xlarge'], 'AL2_x86_64_GPU') },
    'NVIDIA types with Graviton': { subject: group(['g5g.xlarge'], 'AL2_ARM_64') },
    'Inferentia2 and Trainium': { subject: group(['inf2.xlarge', 'trn1.2xlarge'], 'AL2_x86_64_GPU') },
    'x86 and Graviton of Karpenter, which chooses the AMI by the type': { subject: karpenter },
    // A family that is newer than the data is no reason for a finding.
    'a family that this data does not know': { subject: group(['q9.large', 'm5.large']) },
  },
  fail: {
    'the first Graviton': { subject: group(['a1.large'], 'AL2_ARM_64') },
    'GPUs that the driver no longer runs': { subject: group(['g3s.xlarge', 'p2.xlarge'], 'AL2_x86_64_GPU') },
    'p2 and A1 types': { subject: mixed(['p2.xlarge', 'a1.large']) },
    'one of many has none': { subject: group(['g3.4xlarge', 'g4dn.xlarge'], 'AL2_x86_64_GPU') },
    'in a mixed instances policy': { subject: mixed(['a1.large', 'm6g.large']) },
    // More could not weigh more.
    'a type without an AMI beside a template that was not read': {
      subject: group(['p2.xlarge'], 'AL2_x86_64_GPU', unreadTemplates),
    },
    'NVIDIA and Neuron': { subject: group(['g4dn.xlarge', 'inf2.xlarge'], 'AL2_x86_64_GPU'), severity: 'medium' },
    'x86 and Graviton': { subject: mixed(['m5.large', 'm6g.large']), severity: 'medium' },
    'NVIDIA and no accelerator': { subject: group(['g5.xlarge', 'm5.large'], 'AL2_x86_64_GPU'), severity: 'medium' },
    'Inferentia1 beside NVIDIA': { subject: group(['inf1.xlarge', 'g5.xlarge'], 'AL2_x86_64_GPU'), severity: 'medium' },
    Inferentia1: { subject: group(['inf1.xlarge'], 'AL2_x86_64_GPU'), severity: 'low' },
  },
  unknown: {
    'types chosen by attributes': { subject: mixed([]) },
    'template not read, so that there may be other types': {
      subject: group(['m5.large'], 'AL2_x86_64', unreadTemplates),
    },
    'different AMIs, and a template not read': {
      subject: group(['g4dn.xlarge', 'inf2.xlarge'], 'AL2_x86_64_GPU', unreadTemplates),
    },
    'node group not described': { subject: group([], '', { nodeGroups: undescribed }) },
    'OS not known': {
      subject: group(['a1.large'], 'CUSTOM', {
        launchTemplates: complete(build.eksCopy([{ imageId: mysteryImage.id }])),
      }),
    },
  },
  skip: {
    'on Amazon Linux 2023': {
      subject: group(['a1.large'], 'AL2023_ARM_64_STANDARD', {
        autoScalingGroups: complete<AutoScalingGroup>(),
        launchTemplates: complete(),
      }),
    },
  },
})
