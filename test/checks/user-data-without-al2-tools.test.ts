import check from '../../src/checks/user-data-without-al2-tools.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'
import * as groups from '../support/user-data-groups.ts'

const { al2Image, al2023Image, mysteryImage, complete } = build
const { script } = groups

const found = script(['amazon-linux-extras', 2], ['epel', 3], ['kubelet-config-json', 12], ['kubelet-config-json', 14])

checkTable(check, {
  pass: {
    'a script without any of it on AL2023': { subject: groups.selfManaged(script(['shell-without-shebang', 1])) },
    'a script without any of it on AL2': { subject: groups.selfManaged(script(), al2Image.id) },
    'a NodeConfig alone': { subject: groups.managedWithAmi(groups.nodeConfig('complete')) },
    'a script without any of it on an AMI whose OS is told nowhere': {
      subject: groups.selfManaged(script(), mysteryImage.id),
    },

    'bootstrap.sh is called and nothing of it edited': {
      subject: groups.selfManaged({ ...groups.bootstrapCall, ...script(['bootstrap-sh', 4]) }, al2Image.id),
    },
  },
  fail: {
    'on AL2, where it works until the move': { subject: groups.selfManaged(found, al2Image.id) },
    'on AL2023, where it breaks': { subject: groups.selfManaged(found) },
    'from a launch configuration': { subject: groups.configured(found, al2Image.id) },
    "in a managed group's own template, beside what EKS adds": { subject: groups.managed(found, 'AL2_x86_64') },
    'in the user data of Karpenter': { subject: groups.karpenter(found) },
    'found, though an include was not read': {
      subject: groups.selfManaged({ ...found, ...groups.withInclude, constructs: found.constructs ?? [] }),
    },
    'in an override template alone': {
      subject: groups.mixed({ facts: script(), imageId: al2023Image.id }, { facts: found, imageId: al2Image.id }),
    },
    // Nobody knows what the AMI is, but Amazon Linux is what bootstrap.sh suggests.
    'beside bootstrap.sh on an AMI whose OS is told nowhere': {
      subject: groups.selfManaged({ ...found, bootstrap: 'bootstrap.sh', bootstrapCalls: [9] }, mysteryImage.id),
      severity: 'medium',
    },
    'beside bootstrap.sh on an AMI that is not visible': {
      subject: groups.selfManaged({ ...found, bootstrap: 'bootstrap.sh', bootstrapCalls: [9] }, 'ami-gone'),
      severity: 'medium',
    },

    'more than a finding can show': {
      subject: groups.selfManaged(
        script(
          ...(['ntp', 'python2', 'awslogs', 'epel', 'crontab', 'net-tools', 'lsb-release', 'cron-file'] as const).map(
            (id, index) => [id, index + 2] as const,
          ),
        ),
      ),
    },
    'one construct on many lines': {
      subject: groups.selfManaged(script(...[9, 3, 4, 5, 6, 7, 3].map(line => ['python2', line] as const))),
    },
  },
  unknown: {
    'without a bootstrap on an AMI whose OS is told nowhere': { subject: groups.selfManaged(found, mysteryImage.id) },
    'user data that is no text': { subject: groups.selfManaged(groups.opaque) },
    'an include beside a script without any of it': { subject: groups.selfManaged(groups.withInclude) },
    'images denied': {
      subject: groups.selfManaged(found, al2023Image.id, { images: build.refused('ec2:DescribeImages') }),
    },
    'launch templates denied': {
      subject: groups.selfManaged(found, al2023Image.id, {
        launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions'),
      }),
    },
    'node group not described': {
      subject: groups.managed(found, 'AL2_x86_64', {
        nodeGroups: build.refused('eks:DescribeNodegroup', {
          name: 'web',
          clusterName: 'shop',
          detail: build.denied('eks:DescribeNodegroup'),
        }),
      }),
    },
  },
  skip: {
    'Ubuntu with a script': { subject: groups.selfManaged(found, groups.ubuntuImage.id) },
    'a managed group without a template of its own': { subject: build.nodeGroup() },
    'no user data': { subject: groups.selfManaged({}) },
    'user data of Bottlerocket on an AMI whose OS is told nowhere': {
      subject: groups.selfManaged({ format: 'bottlerocket', bootstrap: 'bottlerocket' }, mysteryImage.id),
    },
    'nodes that belong to no group': { subject: groups.standalone() },
    'Bottlerocket by its amiType': {
      subject: groups.managed(found, 'BOTTLEROCKET_x86_64', {
        images: complete(build.bottlerocketImage, al2023Image),
      }),
    },
  },
})
