import check from '../../src/checks/node-group-off-amazon-linux-2.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, al2023Image, bottlerocketImage, mysteryImage, complete, instances } = build

const custom = (imageId: string, over = {}) =>
  build.nodeGroup({
    nodeGroups: complete(
      build.managedNodeGroup({ amiType: 'CUSTOM', launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } }),
    ),
    launchTemplates: complete(build.launchTemplate([{ imageId }]), build.eksCopy([{ imageId }])),
    ...over,
  })

const selfManaged = (launchTemplates: Parameters<typeof build.launchTemplate>[0], group = {}, over = {}) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate(launchTemplates)),
    autoScalingGroups: complete(build.autoScalingGroup(group)),
    ...over,
  })

const parameter = (name: string, imageId: string) => ({
  imageParameters: complete({ name, imageId: { ok: true as const, value: imageId } }),
})
const publicAl2 = '/aws/service/eks/optimized-ami/1.31/amazon-linux-2/recommended/image_id'
const ownParameter = '/golden/eks/current'

/** Instances in no Auto Scaling group, as the only nodes. */
const lone = (tags: Record<string, string>, imageId: string, over: Parameters<typeof build.nodeGroup>[0] = {}) =>
  build.nodeGroup({
    nodeGroups: complete(),
    autoScalingGroups: complete(),
    instances: complete(build.instance({ imageId, tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags } })),
    ...over,
  })
const karpenter = { 'karpenter.k8s.aws/ec2nodeclass': 'default' }

const configuration = (imageId: string) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchConfigurations: complete({ name: 'old', imageId, metadataOptions: {} }),
    autoScalingGroups: complete(build.autoScalingGroup({ launchConfiguration: 'old', launchTemplates: [] })),
  })

checkTable(check, {
  pass: {
    'launch configuration on AL2023': { subject: configuration(al2023Image.id) },
    'EC2NodeClass on AL2023': { subject: lone(karpenter, al2023Image.id) },
    // EC2 tells the AMI that a node was started from, whatever the parameter holds today.
    "nodes started from the user's own parameter": {
      subject: selfManaged(
        [{ imageId: `resolve:ssm:${ownParameter}` }],
        { instances: instances(1, 'lt-0web', '1') },
        parameter(ownParameter, al2023Image.id),
      ),
    },
    'managed group on AL2023': { subject: build.nodeGroup() },
    'managed group scaled to zero whose Auto Scaling group is gone': {
      subject: build.nodeGroup({ autoScalingGroups: complete() }),
    },
    'self-managed group on AL2023': { subject: selfManaged([{ imageId: al2023Image.id }]) },
  },
  fail: {
    'managed group with an AL2 amiType': {
      subject: build.nodeGroup({
        nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
        launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }])),
      }),
    },
    'AL2 behind CUSTOM': { subject: custom(al2Image.id) },
    // peers.md §6.7: a copy keeps the name pattern, but its owner is not EKS.
    'AL2 behind a copied AMI': {
      subject: custom('ami-copy', { images: complete({ ...al2Image, id: 'ami-copy', ownerId: build.accountId }) }),
    },
    'AL2 by the source of an AMI with an invented name': {
      subject: custom(mysteryImage.id, { images: complete({ ...mysteryImage, sourceImageId: al2Image.id }, al2Image) }),
    },
    'AL2 by the description of an AMI': {
      subject: custom(mysteryImage.id, {
        images: complete({ ...mysteryImage, description: 'EKS Kubernetes Worker AMI with AmazonLinux2 image' }),
      }),
    },
    'template on AL2023 while nodes still run AL2': {
      subject: build.nodeGroup({
        launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }, { imageId: al2023Image.id }])),
        autoScalingGroups: complete(
          build.managedAutoScalingGroup({
            launchTemplates: [{ ref: { id: 'lt-0copy', version: '2' } }],
            instances: [...instances(7, 'lt-0copy', '1'), ...instances(2, 'lt-0copy', '2')],
          }),
        ),
      }),
    },
    'warm pool on AL2': {
      subject: selfManaged([{ imageId: al2Image.id }, { imageId: al2023Image.id }], {
        launchTemplates: [{ ref: { id: 'lt-0web', version: '2' } }],
        warmPool: {
          ok: true,
          value: instances(1, 'lt-0web', '1').map(node => ({ ...node, lifecycleState: 'Warmed:Stopped' })),
        },
      }),
    },
    'self-managed group on AL2': { subject: selfManaged([{ imageId: al2Image.id }]) },
    'override template of a mixed group on AL2': {
      subject: selfManaged([{ imageId: al2023Image.id }, { imageId: al2Image.id }], {
        launchTemplates: [{ ref: { id: 'lt-0web', version: '1' } }, { ref: { id: 'lt-0web', version: '2' } }],
      }),
    },
    'override AMI of a mixed group on AL2': {
      subject: selfManaged([{ imageId: al2023Image.id }], {
        launchTemplates: [
          { ref: { id: 'lt-0web', version: '1' } },
          { ref: { id: 'lt-0web', version: '1' }, imageId: al2Image.id },
        ],
      }),
    },
    'node with a replaced root volume on AL2': {
      subject: selfManaged([{ imageId: al2023Image.id }], {
        instances: [{ id: 'i-1', lifecycleState: 'InService', imageId: al2Image.id }],
      }),
    },
    "nodes started from AWS's public AL2 parameter": {
      subject: selfManaged(
        [{ imageId: `resolve:ssm:${publicAl2}` }],
        { instances: instances(1, 'lt-0web', '1') },
        parameter(publicAl2, al2Image.id),
      ),
    },
    'AL2 is found although DescribeNodegroup was denied': {
      subject: build.nodeGroup({
        nodeGroups: build.refused('eks:DescribeNodegroup', {
          name: 'web',
          clusterName: 'shop',
          detail: build.denied('eks:DescribeNodegroup'),
        }),
        launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }])),
      }),
    },
    'nodes on AL2 under a template whose OS is not known': {
      subject: selfManaged([{ imageId: al2Image.id }, { imageId: mysteryImage.id }], {
        launchTemplates: [{ ref: { id: 'lt-0web', version: '2' } }],
        instances: instances(1, 'lt-0web', '1'),
      }),
    },
    // Local clusters on Outposts have no managed node groups, so this one does not have to hold.
    'managed group of a cluster that was not described': {
      subject: build.nodeGroup({
        clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
        nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
      }),
    },
    'launch configuration on AL2': { subject: configuration(al2Image.id) },
    'EC2NodeClass on AL2': { subject: lone(karpenter, al2Image.id) },
    'EC2NodeClass on AL2023 with an older node on AL2': {
      subject: lone(karpenter, '', {
        instances: complete(
          ...[al2Image.id, al2023Image.id].map((imageId, index) =>
            build.instance({
              id: `i-${index}`,
              imageId,
              launchTime: `2026-11-0${index + 1}T08:00:00.000Z`,
              tags: { 'kubernetes.io/cluster/shop': 'owned', ...karpenter },
            }),
          ),
        ),
      }),
    },
    'AWS Batch on AL2': {
      subject: lone({ AWSBatchServiceTag: 'batch' }, al2Image.id),
    },
    'lone instance on AL2': { subject: lone({}, al2Image.id) },
    'Auto Scaling group that EKS left behind': {
      subject: build.nodeGroup({
        nodeGroups: complete(),
        launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }])),
        autoScalingGroups: complete(build.managedAutoScalingGroup()),
      }),
    },
    // AL2023 nodes are documented as unsupported on local clusters, so nobody can be told to move now.
    'Outposts local cluster': {
      subject: build.nodeGroup({
        clusters: complete(build.cluster({ outpost: true })),
        nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
      }),
      severity: 'medium',
    },
  },
  unknown: {
    // Whether it has to hold, and so what it weighs, hangs on the cluster.
    'self-managed group on AL2 of a cluster that was not described': {
      subject: selfManaged(
        [{ imageId: al2Image.id }],
        {},
        {
          clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
        },
      ),
    },
    'AMI deregistered': { subject: custom('ami-gone') },
    'AMI whose words tell nothing': { subject: custom(mysteryImage.id) },
    'images denied': { subject: custom(al2023Image.id, { images: build.refused('ec2:DescribeImages') }) },
    'Auto Scaling groups denied': {
      subject: build.nodeGroup({ autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') }),
    },
    'launch configuration deleted under its group': {
      subject: build.nodeGroup({
        nodeGroups: complete(),
        autoScalingGroups: complete(build.autoScalingGroup({ launchConfiguration: 'old', launchTemplates: [] })),
      }),
    },
    'warm pool denied': {
      subject: selfManaged([{ imageId: al2023Image.id }], { warmPool: build.denied('autoscaling:DescribeWarmPool') }),
    },
    'launch template deleted under its group': {
      subject: build.nodeGroup({
        nodeGroups: complete(),
        launchTemplates: complete(),
        autoScalingGroups: complete(build.autoScalingGroup()),
      }),
    },
    // The parameter may have named another AMI on the day when the node started, and EC2 does not list the node.
    "stopped node started from the user's own parameter": {
      subject: selfManaged(
        [{ imageId: `resolve:ssm:${ownParameter}` }],
        { instances: instances(1, 'lt-0web', '1') },
        { ...parameter(ownParameter, al2023Image.id), instances: complete() },
      ),
    },
    'instances denied': {
      subject: selfManaged(
        [{ imageId: al2023Image.id }],
        { instances: instances(1, 'lt-0web', '1') },
        { instances: build.refused('ec2:DescribeInstances') },
      ),
    },
    'EC2NodeClass of which not every node was listed': {
      subject: lone(karpenter, '', {
        instances: build.refused(
          'ec2:DescribeInstances',
          build.instance({ tags: { 'kubernetes.io/cluster/shop': 'owned', ...karpenter } }),
        ),
      }),
    },
    'lone instance on AL2 of a cluster that was not described': {
      subject: lone({}, al2Image.id, {
        clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
      }),
    },
  },
  skip: {
    // AWS starts these from images of its own.
    'EKS Auto Mode': { subject: lone({ 'eks:kubernetes-node-pool-name': 'system' }, 'ami-of-aws') },
    'Bottlerocket by amiType': {
      subject: build.nodeGroup({
        nodeGroups: complete(build.managedNodeGroup({ amiType: 'BOTTLEROCKET_x86_64' })),
        launchTemplates: complete(build.eksCopy([{ imageId: bottlerocketImage.id }])),
      }),
    },
    'Ubuntu by its name': {
      subject: custom('ami-ubuntu', {
        images: complete({ id: 'ami-ubuntu', name: 'ubuntu-eks/k8s_1.31/images/hvm-ssd/ubuntu-jammy-22.04-amd64' }),
      }),
    },
  },
})
