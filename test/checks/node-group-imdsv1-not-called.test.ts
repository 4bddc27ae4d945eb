import check from '../../src/checks/node-group-imdsv1-not-called.ts'
import { known, type Read } from '../../src/core/read.ts'
import type { CountedCalls, NodeGroupSubject } from '../../src/core/subjects.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2023Image, complete } = build
const optional = { httpTokens: 'optional', httpEndpoint: 'enabled' } as const

const allowing = build.nodeGroup({
  launchTemplates: complete(build.eksCopy([{ imageId: al2023Image.id, metadataOptions: optional }])),
})
/** A group whose nodes allow IMDSv1, with what CloudWatch counted of them: nothing, over a week of two nodes, unless said. */
const counted = (over: Partial<CountedCalls>, subject: NodeGroupSubject = allowing): NodeGroupSubject => ({
  ...subject,
  imdsV1Calls: known({ calls: 0, hours: 336, nodeHours: 336, days: 7, ...over }),
})
const refused: Read<never> = build.denied('cloudwatch:GetMetricData')
const nodes = build.denied('autoscaling:DescribeAutoScalingGroups')

const seen = allowing.nodes.ok ? allowing.nodes.value : []

const autoMode = build.nodeGroup({
  nodeGroups: complete(),
  launchTemplates: complete(),
  autoScalingGroups: complete(),
  instances: complete(
    build.instance({
      metadataOptions: optional,
      tags: { 'kubernetes.io/cluster/shop': 'owned', 'eks:kubernetes-node-pool-name': 'general-purpose' },
    }),
  ),
})

checkTable(check, {
  pass: {
    'no call in seven days': { subject: counted({}) },
    '90 % of the hours': { subject: counted({ hours: 303 }) },
  },
  fail: {
    'one call': { subject: counted({ calls: 1 }) },
    // A call that was seen is a call, whatever was not seen.
    'calls in the few hours that were counted': { subject: counted({ calls: 4, hours: 20 }) },
    'calls, the nodes not all seen': { subject: { ...counted({ calls: 4 }), nodes } },
  },
  unknown: {
    'too few hours': { subject: counted({ hours: 301 }) },
    'no hours at all': { subject: counted({ hours: 0, nodeHours: 0 }) },
    'too few days': { subject: counted({ days: 6 }) },
    'metrics not read': { subject: { ...allowing, imdsV1Calls: refused } },
    'metrics not asked for': { subject: allowing },
    // It may be one that allows IMDSv1, and was not counted then.
    'no calls, but the options of a node were not read': {
      subject: {
        ...counted({}),
        nodes: known([...seen, ...seen.map(node => ({ ...node, imds: build.denied('ec2:DescribeInstances') }))]),
      },
    },
    'no calls, but the nodes were not all seen': { subject: { ...counted({}), nodes } },
  },
  skip: {
    'Auto Mode': { subject: counted({ calls: 3 }, autoMode) },
    'no nodes': {
      subject: build.nodeGroup({ autoScalingGroups: complete(build.managedAutoScalingGroup()) }),
    },
    'nodes that require IMDSv2': { subject: counted({}, build.nodeGroup()) },
  },
})
