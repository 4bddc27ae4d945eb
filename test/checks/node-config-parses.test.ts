import check from '../../src/checks/node-config-parses.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'
import * as groups from '../support/user-data-groups.ts'

const { al2Image, al2023Image, mysteryImage } = build
const { nodeConfig } = groups

const problem = (id: string, line: number) => ({ id, line, message: `What ${id} means, and what to do.` })
const invalid = nodeConfig(
  'invalid',
  {},
  { problems: [problem('mime-missing-blank-line', 5), problem('node-config-wrong-type', 14)] },
)

checkTable(check, {
  pass: {
    'complete NodeConfig': { subject: groups.selfManaged(nodeConfig('complete')) },
    // What is missing is for another check.
    'partial NodeConfig': { subject: groups.selfManaged(nodeConfig('partial')) },
    'a field that nodeadm passes over': {
      subject: groups.selfManaged(nodeConfig('complete', {}, { problems: [problem('node-config-unknown-field', 12)] })),
    },
  },
  fail: {
    'NodeConfig that nodeadm rejects': { subject: groups.selfManaged(invalid) },
    'the same in a managed group with an AMI id': { subject: groups.managedWithAmi(invalid) },
    'the same on a custom AMI': { subject: groups.managedWithAmi(invalid, groups.goldenAl2023.id) },
    'the same beside what EKS adds, while nodes run': { subject: groups.managed(invalid), severity: 'medium' },
    'the same from a launch configuration': { subject: groups.configured(invalid) },
    'rejected, though nodes of the same version are in service': {
      subject: groups.inService(invalid),
      severity: 'medium',
    },
    'rejected, in the user data of a running node of Karpenter': {
      subject: groups.karpenter(invalid),
      severity: 'medium',
    },
    // Nothing reads it there, so nothing is broken yet.
    'rejected, on AL2': { subject: groups.selfManaged(invalid, al2Image.id), severity: 'medium' },
    'rejected, on an AMI whose OS is told nowhere': {
      subject: groups.selfManaged(invalid, mysteryImage.id),
      severity: 'medium',
    },
    'rejected without a problem that could be shown': { subject: groups.selfManaged(nodeConfig('invalid')) },
  },
  unknown: {
    'user data that is no text': { subject: groups.selfManaged(groups.opaque) },
    'images denied': {
      subject: groups.selfManaged(invalid, al2023Image.id, { images: build.refused('ec2:DescribeImages') }),
    },
    'instances denied': {
      subject: groups.inService(invalid, al2023Image.id, { instances: build.refused('ec2:DescribeInstances') }),
    },
    'user data not read': {
      subject: groups.selfManaged(invalid, al2023Image.id, {
        launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions'),
      }),
    },
  },
  skip: {
    'no NodeConfig': { subject: groups.selfManaged(groups.bootstrapCall) },
    // nodeadm follows no include.
    'an include': { subject: groups.selfManaged(groups.withInclude) },
    'no user data': { subject: groups.selfManaged({}) },
    Ubuntu: { subject: groups.selfManaged(invalid, groups.ubuntuImage.id) },
    'managed group without a template of its own': { subject: build.nodeGroup() },
  },
})
