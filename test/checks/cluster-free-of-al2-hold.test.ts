import check from '../../src/checks/cluster-free-of-al2-hold.ts'
import type { AutoScalingGroup, Insight } from '../../src/core/inventory.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, al2023Image, complete, mysteryImage } = build

type Detail = Parameters<typeof build.cluster>[0]

/** Cluster `shop` with one managed node group of this amiType. */
const cluster = (detail: Detail, amiType = 'AL2_x86_64', over: Parameters<typeof build.inventory>[0] = {}) =>
  build.clusterSubject({
    clusters: complete(build.cluster(detail)),
    nodeGroups: complete(build.managedNodeGroup({ amiType })),
    autoScalingGroups: complete<AutoScalingGroup>(),
    launchTemplates: complete(),
    ...over,
  })

const insight: Insight = { name: 'Amazon Linux 2 compatibility', status: 'ERROR', kubernetesVersion: '1.33' }

const onlyNodesOnAl2 = {
  nodeGroups: complete(build.managedNodeGroup()),
  launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }, { imageId: al2023Image.id }])),
  autoScalingGroups: complete(
    build.managedAutoScalingGroup({
      launchTemplates: [{ ref: { id: 'lt-0copy', version: '2' } }],
      instances: build.instances(1, 'lt-0copy', '1'),
    }),
  ),
}

checkTable(check, {
  pass: {
    'Amazon Linux 2023 alone': { subject: cluster({}, 'AL2023_x86_64_STANDARD') },
    'Bottlerocket alone, at a version without AL2': { subject: cluster({ version: '1.33' }, 'BOTTLEROCKET_x86_64') },
    // Whatever EKS's insight says of nodes that we do not see, it decides nothing here.
    'Amazon Linux 2023 under an insight that says ERROR': {
      subject: cluster({}, 'AL2023_x86_64_STANDARD', {
        clusters: complete(build.cluster({}, undefined, { insights: complete(insight) })),
      }),
    },
  },
  fail: {
    'at 1.32, in extended support for months': { subject: cluster({ version: '1.32' }) },
    'at 1.31, four days before the end of extended support': { subject: cluster({}), severity: 'critical' },
    'at 1.33, stuck now': { subject: cluster({ version: '1.33' }) },
    'at 1.34 with the policy STANDARD, moved in ten days': {
      subject: cluster({ version: '1.34', supportType: 'STANDARD' }),
      severity: 'critical',
    },
    'at 1.34 with the policy EXTENDED, moved in a year': { subject: cluster({ version: '1.34' }) },
    'at 1.30, past the end of its support': { subject: cluster({ version: '1.30' }), severity: 'critical' },
    'exactly 60 days before AWS moves it': {
      subject: cluster({ version: '1.32' }, 'AL2_x86_64', { collectedAt: '2027-01-22T23:59:00.000Z' }),
      severity: 'critical',
    },
    '61 days before AWS moves it': {
      subject: cluster({ version: '1.32' }, 'AL2_x86_64', { collectedAt: '2027-01-21T00:00:00.000Z' }),
    },
    'templates are moved, nodes are not': {
      subject: cluster({ version: '1.32' }, 'AL2023_x86_64_STANDARD', onlyNodesOnAl2),
    },
    'with the insight of EKS as support': {
      subject: cluster({}, 'AL2_x86_64', {
        clusters: complete(build.cluster({ version: '1.32' }, undefined, { insights: complete(insight) })),
      }),
    },
    'a local cluster on Outposts': { subject: cluster({ version: '1.32', outpost: true }) },
    'other node groups not listed': {
      subject: cluster({ version: '1.32' }, 'AL2_x86_64', {
        nodeGroups: build.refused('eks:ListNodegroups', build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
      }),
    },
  },
  unknown: {
    'node groups not listed': {
      subject: cluster({}, '', { nodeGroups: build.refused('eks:ListNodegroups') }),
    },
    'an AMI that tells nothing': {
      subject: cluster({}, 'CUSTOM', {
        launchTemplates: complete(build.eksCopy([{ imageId: mysteryImage.id }])),
        autoScalingGroups: complete(build.managedAutoScalingGroup()),
      }),
    },
    'cluster not described': {
      subject: cluster({}, 'AL2_x86_64', {
        clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
      }),
    },
    // Whether AWS moves it soon would weigh more.
    'a version that no calendar has': { subject: cluster({ version: '1.99' }) },
  },
  skip: {
    'no node groups': { subject: cluster({}, '', { nodeGroups: complete() }) },
  },
})
