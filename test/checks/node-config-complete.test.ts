import check from '../../src/checks/node-config-complete.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'
import * as groups from '../support/user-data-groups.ts'

const { al2Image, al2023Image, mysteryImage } = build
const { nodeConfig } = groups
const partial = nodeConfig('partial')
const withoutTwo = nodeConfig('partial', {}, { missing: ['spec.cluster.certificateAuthority', 'spec.cluster.cidr'] })

checkTable(check, {
  pass: {
    'complete NodeConfig': { subject: groups.selfManaged(nodeConfig('complete')) },
    'managed group without AMI id: EKS adds the cluster': { subject: groups.managed(partial) },
    'Karpenter adds the cluster': { subject: groups.karpenter(partial) },
  },
  fail: {
    'managed group with an AMI id': { subject: groups.managedWithAmi(partial) },
    'self-managed group': { subject: groups.selfManaged(withoutTwo) },
    'launch configuration': { subject: groups.configured(withoutTwo) },
    'Auto Scaling group of AWS Batch': {
      subject: groups.selfManaged(partial, al2023Image.id, {
        autoScalingGroups: build.complete(
          build.autoScalingGroup({ tags: { 'kubernetes.io/cluster/shop': 'owned', AWSBatchServiceTag: 'batch' } }),
        ),
      }),
    },
    'nodes of the same version are in service': { subject: groups.inService(partial), severity: 'medium' },
    // Nothing reads it there, so nothing is broken yet.
    AL2: { subject: groups.selfManaged(partial, al2Image.id), severity: 'medium' },
  },
  unknown: {
    // The image may bring the rest in /etc/eks/nodeadm.d.
    'custom AMI': { subject: groups.managedWithAmi(partial, groups.goldenAl2023.id) },
    'AMI whose OS is told nowhere': { subject: groups.selfManaged(partial, mysteryImage.id) },
    'AMI not visible': { subject: groups.selfManaged(partial, 'ami-gone') },
    'a script that names the drop-ins of nodeadm': {
      subject: groups.selfManaged(nodeConfig('partial', { namesDropIns: true })),
    },
    'an include beside it': {
      subject: groups.selfManaged(nodeConfig('partial', { parts: groups.withInclude.parts ?? [] })),
    },
    'user data that is no text': { subject: groups.selfManaged(groups.opaque) },
    'images denied': {
      subject: groups.selfManaged(partial, al2023Image.id, { images: build.refused('ec2:DescribeImages') }),
    },
    'instances denied': {
      subject: groups.inService(partial, al2023Image.id, { instances: build.refused('ec2:DescribeInstances') }),
    },
  },
  skip: {
    'no NodeConfig': { subject: groups.selfManaged(groups.bootstrapCall, al2Image.id) },
    'NodeConfig that nodeadm rejects': { subject: groups.selfManaged(nodeConfig('invalid')) },
    'no user data': { subject: groups.selfManaged({}) },
    Ubuntu: { subject: groups.selfManaged(partial, groups.ubuntuImage.id) },
    'managed group without a template of its own': { subject: build.nodeGroup() },
  },
})
