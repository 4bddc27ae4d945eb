import check from '../../src/checks/launch-template-imdsv2-required.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2023Image, complete } = build
const imageId = al2023Image.id
const optional = { imageId, metadataOptions: { httpTokens: 'optional', httpEndpoint: 'enabled' } } as const
const required = { imageId, metadataOptions: { httpTokens: 'required' } } as const

const template = (
  versions: Parameters<typeof build.launchTemplate>[0],
  over: Partial<RegionInventory> = {},
  own: Parameters<typeof build.launchTemplate>[1] = {},
) =>
  build.launchTemplateSubject({
    clusters: complete(),
    nodeGroups: complete(),
    autoScalingGroups: complete(),
    launchTemplates: complete(build.launchTemplate(versions, own)),
    ...over,
  })

const ordinaryGroup = complete(build.autoScalingGroup({ name: 'batch', tags: {} }))
const eksGroup = { clusters: complete(build.cluster()), autoScalingGroups: complete(build.autoScalingGroup()) }
const managedOf = (copy: object) => ({
  clusters: complete(build.cluster()),
  nodeGroups: complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } })),
  autoScalingGroups: complete(build.managedAutoScalingGroup()),
  launchTemplates: complete(build.launchTemplate([{}]), build.eksCopy([{ imageId, metadataOptions: copy }])),
})

checkTable(check, {
  pass: {
    'every version that matters requires': { subject: template([required]) },
    'endpoint disabled': {
      subject: template([{ metadataOptions: { httpTokens: 'optional', httpEndpoint: 'disabled' } }]),
    },
    // A version that nobody can get by default, latest or use is history.
    'only a version out of use allows IMDSv1': {
      subject: template([required, optional, required]),
    },
    'silent version under an account default that requires': {
      subject: template([{ imageId }], { imdsDefaults: known({ httpTokens: 'required' }) }),
    },
    "silent version that EKS's copy completes with required": {
      subject: template([{}], managedOf({ httpTokens: 'required' })),
    },
  },
  fail: {
    'used by an EKS node group': { subject: template([optional], eksGroup) },
    'used by a node of EKS in no group': {
      subject: template([optional], {
        clusters: complete(build.cluster()),
        instances: complete(build.instance({ launchTemplate: { id: 'lt-0web', version: '1' } })),
      }),
    },
    'used by another Auto Scaling group': {
      subject: template([optional], { autoScalingGroups: ordinaryGroup }),
      severity: 'medium',
    },
    'no use seen': { subject: template([optional]), severity: 'low' },
    'no metadata options at all': { subject: template([{ imageId }]), severity: 'low' },
    "CloudFormation's default left at version 1 while the group runs version 3": {
      subject: template([optional, required, required], {
        autoScalingGroups: complete(
          build.autoScalingGroup({ tags: {}, launchTemplates: [{ ref: { id: 'lt-0web', version: '3' } }] }),
        ),
      }),
      severity: 'medium',
    },
    'a version on a node that is neither default nor latest': {
      subject: template([required, optional, required], {
        ...eksGroup,
        autoScalingGroups: complete(build.autoScalingGroup({ instances: build.instances(1, 'lt-0web', '2') })),
      }),
    },
    "silent version that EKS's copy completes with optional": {
      subject: template([{}], managedOf({ httpTokens: 'optional', httpEndpoint: 'enabled' })),
    },
  },
  unknown: {
    'silent version without an AMI, no preference': { subject: template([{}]) },
    'silent version, account default not read': {
      subject: template([{ imageId }], { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
    'neither the default nor the latest version is known': {
      subject: template([], {}, { defaultVersion: undefined, latestVersion: undefined }),
    },
    'a version in use that is gone': {
      subject: template([required], {
        autoScalingGroups: complete(
          build.autoScalingGroup({ tags: {}, launchTemplates: [{ ref: { id: 'lt-0web', version: '7' } }] }),
        ),
      }),
    },
    // Who uses it decides what it weighs, and a severity that changes with a failed read would be an alarm.
    'allows IMDSv1, users not read': {
      subject: template([optional], {
        autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups'),
      }),
    },
    'allows IMDSv1, clusters not listed: its group may be one of EKS': {
      subject: template([optional], { autoScalingGroups: ordinaryGroup, clusters: build.refused('eks:ListClusters') }),
    },
    'allows IMDSv1, node groups not listed': {
      subject: template([optional], { nodeGroups: build.refused('eks:ListNodegroups') }),
    },
  },
  skip: {},
})
