import check from '../../src/checks/node-group-eksctl-ready.ts'
import type { AutoScalingGroup } from '../../src/core/inventory.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { complete } = build
const versionTag = 'alpha.eksctl.io/eksctl-version'

/** Node group `web` as eksctl of a version makes it. */
const madeBy = (
  version: string | undefined,
  over: Parameters<typeof build.inventory>[0] = {},
  amiType = 'AL2_x86_64',
) =>
  build.nodeGroup({
    nodeGroups: complete(
      build.managedNodeGroup({
        amiType,
        tags: { 'alpha.eksctl.io/nodegroup-name': 'web', ...(version !== undefined && { [versionTag]: version }) },
      }),
    ),
    autoScalingGroups: complete<AutoScalingGroup>(),
    launchTemplates: complete(),
    ...over,
  })

const clusterBy = (version: string) => ({ clusters: complete(build.cluster({ tags: { [versionTag]: version } })) })
const refusedGroups = build.refused<AutoScalingGroup>('autoscaling:DescribeAutoScalingGroups')

const ofAnother = (origin: Readonly<Record<string, string>>) =>
  build.nodeGroup({
    nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64', tags: origin })),
    ...clusterBy('0.100.0'),
  })

/** A self-managed group with these tags of eksctl, whose AMI tells its OS nowhere. */
const onMystery = (tags: Readonly<Record<string, string>>) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId: build.mysteryImage.id }])),
    autoScalingGroups: complete(build.autoScalingGroup({ tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags } })),
  })

checkTable(check, {
  pass: {
    'made by a new one': { subject: madeBy('0.215.0') },
    'exactly the version needed': { subject: madeBy('0.176.0') },
    'made by an old one, but a new one made the cluster': { subject: madeBy('0.99.0', clusterBy('0.200.0')) },
    // What was not read could only be newer still.
    'a new one seen, other groups not read': { subject: madeBy('0.176.0', { autoScalingGroups: refusedGroups }) },
  },
  fail: {
    'the newest is one before': { subject: madeBy('0.175.0') },
    'a pre-release of the version needed': { subject: madeBy('0.176.0-rc.0') },
    'the newest by number, not by letters': { subject: madeBy('0.99.0', clusterBy('0.175.0')) },
    'its own version is on no tag, that of the cluster is': { subject: madeBy(undefined, clusterBy('0.150.0')) },
    'beside a tag that is no version': { subject: madeBy('0.140.0', clusterBy('latest')) },
  },
  unknown: {
    'no tag tells a version': { subject: madeBy(undefined) },
    'an old one seen, Auto Scaling groups not read': {
      subject: madeBy('0.99.0', { autoScalingGroups: refusedGroups }),
    },
    'an old one seen, the cluster not described': {
      subject: madeBy('0.99.0', {
        clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
      }),
    },
    'OS not known': {
      subject: madeBy('0.99.0', {
        nodeGroups: complete({ ...build.managedNodeGroup(), detail: build.denied('eks:DescribeNodegroup') }),
      }),
    },
    'made by eksctl, on an AMI that tells its OS nowhere': {
      subject: onMystery({ 'alpha.eksctl.io/nodegroup-name': 'web' }),
    },
    'Amazon Linux 2, but its tags were not read': {
      subject: madeBy('0.99.0', {
        nodeGroups: complete({ ...build.managedNodeGroup(), detail: build.denied('eks:DescribeNodegroup') }),
        launchTemplates: complete(build.eksCopy([{ imageId: build.al2Image.id }])),
        autoScalingGroups: complete(build.managedAutoScalingGroup()),
      }),
    },
  },
  skip: {
    'on Amazon Linux 2023': { subject: madeBy('0.99.0', {}, 'AL2023_x86_64_STANDARD') },
    'made by CloudFormation': { subject: ofAnother({ 'aws:cloudformation:stack-name': 'web' }) },
    'made by nobody that tags tell': { subject: ofAnother({}) },
    'not made by eksctl, whatever its AMI is': { subject: onMystery({}) },
  },
})
