import check from '../../src/checks/node-group-nodes-imdsv2-required.ts'
import type { ImdsOptions, Instance, RegionInventory } from '../../src/core/inventory.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2023Image, complete } = build
const imageId = al2023Image.id
const required = { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 } as const
const optional = { httpTokens: 'optional', httpEndpoint: 'enabled', httpPutResponseHopLimit: 2 } as const

/** A self-managed group whose template says `template`, and whose nodes have `nodes` in force, one each. */
const group = (template: ImdsOptions, nodes: readonly ImdsOptions[], over: Partial<RegionInventory> = {}) => {
  const running = build.instances(nodes.length, 'lt-0web', '1')
  return build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId, metadataOptions: template }])),
    autoScalingGroups: complete(build.autoScalingGroup({ instances: running })),
    instances: complete(...described(running, nodes)),
    ...over,
  })
}

const described = (running: ReturnType<typeof build.instances>, nodes: readonly ImdsOptions[]): Instance[] =>
  running.map(({ id }, index) =>
    build.instance({
      id,
      metadataOptions: nodes[index] ?? {},
      tags: { 'kubernetes.io/cluster/shop': 'owned', 'aws:autoscaling:groupName': 'workers' },
    }),
  )

const lone = (tags: Instance['tags'], ...nodes: readonly ImdsOptions[]) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(),
    autoScalingGroups: complete(),
    instances: complete(
      ...nodes.map((metadataOptions, index) =>
        build.instance({
          id: `i-0lone${index}`,
          launchTime: `2026-11-0${index + 1}T08:00:00.000Z`,
          metadataOptions,
          tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags },
        }),
      ),
    ),
  })

const autoMode = { 'eks:kubernetes-node-pool-name': 'general-purpose' }
const karpenter = { 'karpenter.sh/nodepool': 'default', 'karpenter.k8s.aws/ec2nodeclass': 'default' }

checkTable(check, {
  pass: {
    'nodes and template require': { subject: group(required, [required, required]) },
    'endpoint disabled on the nodes and in the template': {
      subject: group({ ...optional, httpEndpoint: 'disabled' }, [{ ...optional, httpEndpoint: 'disabled' }]),
    },
    // The hop limit is judged by a check of its own.
    'another hop limit than the template gives': {
      subject: group(required, [{ ...required, httpPutResponseHopLimit: 2 }]),
    },
    // Their launch may be the one that requires.
    'one of two templates requires': {
      subject: group(required, [required], {
        launchTemplates: complete(
          build.launchTemplate([
            { imageId, metadataOptions: required },
            { imageId, metadataOptions: optional },
          ]),
        ),
        autoScalingGroups: complete(
          build.autoScalingGroup({
            launchTemplates: ['1', '2'].map(version => ({ ref: { id: 'lt-0web', version } })),
            instances: build.instances(1, 'lt-0web', '1'),
          }),
        ),
      }),
    },
    // Where the launch itself is silent, its nodes show best what the next one will be.
    'a template that is silent, the account default not read': {
      subject: group({}, [required], { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
    'Auto Mode': { subject: lone(autoMode, required) },
    'a node in no group': { subject: lone({}, required) },
  },
  fail: {
    'a node of before, under a template that requires by now': { subject: group(required, [required, optional]) },
    'nodes and template allow': { subject: group(optional, [optional, optional]) },
    // ASR and people alike mend the instance and leave the template.
    'an instance fixed by hand under a template that is not': { subject: group(optional, [required]) },
    'endpoint disabled by hand': { subject: group(optional, [{ ...optional, httpEndpoint: 'disabled' }]) },
    'older nodes of Karpenter': { subject: lone(karpenter, optional, required) },
    // AWS sets it, and it is looked at all the same.
    'a node of Auto Mode': { subject: lone(autoMode, optional) },
    'a node in no group': { subject: lone({}, optional) },
    // What was seen is proof enough.
    'one node allows, another was not listed': {
      subject: group(required, [optional], {
        autoScalingGroups: complete(build.autoScalingGroup({ instances: build.instances(2, 'lt-0web', '1') })),
      }),
    },
    'template not read': {
      subject: group(required, [optional], { launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions') }),
    },
  },
  unknown: {
    'instances not listed': { subject: group({}, [required], { instances: build.refused('ec2:DescribeInstances') }) },
    'nodes require, template not read': {
      subject: group(required, [required], { launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions') }),
    },
    'EC2 does not tell the options': { subject: group(required, [{}]) },
    'nodes not read': {
      subject: build.nodeGroup({ autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') }),
    },
  },
  skip: {
    'no nodes': { subject: group(optional, []) },
  },
})
