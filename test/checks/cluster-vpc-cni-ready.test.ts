import check from '../../src/checks/cluster-vpc-cni-ready.ts'
import type { Addon, AutoScalingGroup } from '../../src/core/inventory.ts'
import { policySchema } from '../../src/core/policy.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { bottlerocketImage, complete, vpcCni } = build

const withCni = (addon: Addon, over: Parameters<typeof build.inventory>[0] = {}) =>
  build.clusterSubject({ clusters: complete(build.cluster({}, complete(addon))), ...over })
const withoutCni = build.clusterSubject({ clusters: complete(build.cluster({}, complete())) })
const vouchingFor = (version: string) =>
  policySchema([]).parse({ version: 1, expect: [{ cluster: 'sh*', vpcCni: version }] })

const al2 = {
  nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
  autoScalingGroups: complete<AutoScalingGroup>(),
}
const bottlerocket = {
  nodeGroups: complete(build.managedNodeGroup({ amiType: 'BOTTLEROCKET_x86_64' })),
  launchTemplates: complete(build.eksCopy([{ imageId: bottlerocketImage.id }])),
}
const refusedGroups = {
  nodeGroups: build.refused<never>('eks:ListNodegroups'),
  autoScalingGroups: complete<AutoScalingGroup>(),
}

checkTable(check, {
  pass: {
    'newer minor version': { subject: withCni(vpcCni('v1.18.0-eksbuild.1')) },
    // -eksbuild.N is a build of 1.16.2 and no pre-release of it.
    'exactly the version needed': { subject: withCni(vpcCni('v1.16.2-eksbuild.1')) },
    'no add-on, but the policy vouches for its version': { subject: withoutCni, policy: vouchingFor('1.18.1') },
    // New enough for whatever the groups that were not read run.
    'new enough although the node groups were not read': {
      subject: withCni(vpcCni('v1.19.0-eksbuild.1'), refusedGroups),
    },
  },
  fail: {
    'too old under AL2023 nodes': { subject: withCni(vpcCni('v1.16.1-eksbuild.2')) },
    '1.9.0 is older than 1.16.2': { subject: withCni(vpcCni('v1.9.0-eksbuild.1')) },
    'pre-release of the version needed': { subject: withCni(vpcCni('v1.16.2-rc1')) },
    'too old under AL2 nodes': { subject: withCni(vpcCni('v1.15.0-eksbuild.1'), al2), severity: 'medium' },
    'no add-on, and the policy names an old version': { subject: withoutCni, policy: vouchingFor('1.12.0') },
  },
  unknown: {
    'no add-on and no word of the policy': { subject: withoutCni },
    'degraded add-on': { subject: withCni(vpcCni('v1.19.0-eksbuild.1', 'DEGRADED')) },
    'add-on whose update failed': { subject: withCni(vpcCni('v1.19.0-eksbuild.1', 'UPDATE_FAILED')) },
    'add-on not described': { subject: withCni({ name: 'vpc-cni', detail: build.denied('eks:DescribeAddon') }) },
    'add-ons not listed': {
      subject: build.clusterSubject({ clusters: complete(build.cluster({}, build.refused('eks:ListAddons'))) }),
    },
    'cluster not described': {
      subject: build.clusterSubject({
        clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
      }),
    },
    'too old, but whether there are Amazon Linux nodes is not known': {
      subject: withCni(vpcCni('v1.12.0-eksbuild.1'), refusedGroups),
    },
    // Amazon Linux 2023 among the groups that were not seen would weigh more, and a failed read changes no severity.
    'too old under AL2 nodes, while other groups were not read': {
      subject: withCni(vpcCni('v1.12.0-eksbuild.1'), {
        ...al2,
        autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups'),
      }),
    },
    'no version at all': { subject: withCni(vpcCni('latest')) },
  },
  skip: {
    'Auto Mode': {
      subject: build.clusterSubject({ clusters: complete(build.cluster({ autoMode: true }, complete())) }),
    },
    'only Bottlerocket nodes': { subject: withCni(vpcCni('v1.12.0-eksbuild.1'), bottlerocket) },
    'no nodes': {
      subject: withCni(vpcCni('v1.12.0-eksbuild.1'), {
        nodeGroups: complete(),
        autoScalingGroups: complete<AutoScalingGroup>(),
      }),
    },
  },
})
