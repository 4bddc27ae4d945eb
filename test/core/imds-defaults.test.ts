import { describe, expect, test } from '@jest/globals'
import type { Decision } from '../../src/core/decision.ts'
import type { ImdsOptions, RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

// What each way to make nodes leaves in force where nobody says anything of IMDS, and which level says so. The values are
// those that EKS, eksctl, Karpenter, Terraform's module and Cluster API write, as their sources and guides have them.

const { al2Image, al2023Image, complete } = build

const inForce = ({
  httpTokens,
  httpPutResponseHopLimit,
}: {
  httpTokens: Decision<string>
  httpPutResponseHopLimit: Decision<number>
}) =>
  `${httpTokens.value ?? 'unknown'} by ${httpTokens.decidedBy}, ${httpPutResponseHopLimit.value ?? 'unknown'} by ${httpPutResponseHopLimit.decidedBy}`

const optionsOf = (over: Partial<RegionInventory>) =>
  joinSubjects(build.inventory(over))['node-group'].flatMap(({ variants }) => variants.map(({ imds }) => inForce(imds)))

const tokens = (httpTokens: 'optional' | 'required', httpPutResponseHopLimit: number): ImdsOptions => ({
  httpTokens,
  httpPutResponseHopLimit,
})

const managed = (imageId: string, metadataOptions: ImdsOptions, own?: ImdsOptions): Partial<RegionInventory> => ({
  nodeGroups: complete(
    build.managedNodeGroup(own ? { launchTemplate: { id: 'lt-0web', version: '1' }, amiType: 'CUSTOM' } : {}),
  ),
  launchTemplates: complete(
    build.eksCopy([{ imageId, metadataOptions }]),
    ...(own ? [build.launchTemplate([{ imageId, metadataOptions: own }])] : []),
  ),
})

const selfManaged = (metadataOptions: ImdsOptions, over: Partial<RegionInventory> = {}): Partial<RegionInventory> => ({
  nodeGroups: complete(),
  launchTemplates: complete(build.launchTemplate([{ imageId: al2023Image.id, metadataOptions }])),
  autoScalingGroups: complete(build.autoScalingGroup()),
  ...over,
})

const v2Image = { ...al2023Image, imdsSupport: 'v2.0' }

const configuration = (metadataOptions: ImdsOptions, running?: ImdsOptions): Partial<RegionInventory> => ({
  nodeGroups: complete(),
  launchTemplates: complete(),
  launchConfigurations: complete({ name: 'old', imageId: al2Image.id, metadataOptions }),
  autoScalingGroups: complete(
    build.autoScalingGroup({
      launchConfiguration: 'old',
      launchTemplates: [],
      instances: running ? [{ id: 'i-0old', lifecycleState: 'InService', launchConfiguration: 'old' }] : [],
    }),
  ),
  instances: complete(
    ...(running
      ? [build.instance({ id: 'i-0old', metadataOptions: running, tags: { 'aws:autoscaling:groupName': 'workers' } })]
      : []),
  ),
})

const lone = (tags: Record<string, string>, metadataOptions: ImdsOptions): Partial<RegionInventory> => ({
  nodeGroups: complete(),
  autoScalingGroups: complete(),
  instances: complete(build.instance({ metadataOptions, tags: { 'eks:eks-cluster-name': 'shop', ...tags } })),
})

describe('by default', () => {
  test.each<[string, Partial<RegionInventory>, string[]]>([
    [
      'a plain template over an AMI with v2.0',
      selfManaged({}, { images: complete(v2Image) }),
      ['required by image, 2 by image'],
    ],
    ['a plain template over any other AMI', selfManaged({}), ['optional by EC2 default, 1 by EC2 default']],
    [
      'a plain template under an account default',
      selfManaged({}, { imdsDefaults: known({ ...tokens('required', 2), managedBy: 'declarative-policy' }) }),
      ['required by account default, 2 by account default'],
    ],
    ['a launch configuration, without a node', configuration({}), ['unknown by nothing, unknown by nothing']],
    [
      'a launch configuration, with a node',
      configuration({}, tokens('optional', 1)),
      ['optional by running nodes, 1 by running nodes'],
    ],
    [
      'a managed group on AL2 without a template',
      managed(al2Image.id, tokens('optional', 2)),
      ['optional by launch template, 2 by launch template'],
    ],
    [
      'a managed group on AL2023 without a template',
      managed(al2023Image.id, tokens('required', 1)),
      ['required by launch template, 1 by launch template'],
    ],
    // EKS completes what the user's template leaves out, and its copy says how.
    [
      'a managed group with a silent template',
      managed(al2023Image.id, tokens('required', 2), {}),
      ['required by launch template, 2 by launch template'],
    ],
    [
      'a managed group with a silent template, whose copy is silent as well',
      managed(al2023Image.id, {}, {}),
      ['optional by EC2 default, 1 by EC2 default'],
    ],
    [
      "CloudFormation's template for self-managed nodes",
      selfManaged(tokens('optional', 2)),
      ['optional by launch template, 2 by launch template'],
    ],
    ['eksctl', selfManaged(tokens('required', 2)), ['required by launch template, 2 by launch template']],
    [
      "Terraform's module until 20",
      selfManaged(tokens('required', 2)),
      ['required by launch template, 2 by launch template'],
    ],
    [
      "Terraform's module from 21",
      selfManaged(tokens('required', 1)),
      ['required by launch template, 1 by launch template'],
    ],
    ['Cluster API', selfManaged(tokens('optional', 1)), ['optional by launch template, 1 by launch template']],
    [
      'Karpenter until 0.37',
      lone({ 'karpenter.k8s.aws/ec2nodeclass': 'default' }, tokens('required', 2)),
      ['required by EC2NodeClass, 2 by EC2NodeClass'],
    ],
    [
      'Karpenter 1',
      lone({ 'karpenter.k8s.aws/ec2nodeclass': 'default' }, tokens('required', 1)),
      ['required by EC2NodeClass, 1 by EC2NodeClass'],
    ],
    // Nobody but AWS chooses what it starts.
    ['EKS Auto Mode', lone({ 'eks:kubernetes-node-pool-name': 'general-purpose' }, tokens('required', 1)), []],
  ])('%s', (_, over, expected) => {
    expect(optionsOf(over)).toEqual(expected)
  })
})
