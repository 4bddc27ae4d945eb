import { describe, expect, test } from '@jest/globals'
import { type Calls, neededCalls } from '../../bench/needed.ts'
import { Organization } from '../../src/sandbox/organization.ts'

const hub = '111111111111'
const member = '222222222222'

interface Parts {
  readonly region?: object
  readonly account?: object
  readonly policies?: readonly object[]
}

/** A hub and a member, of one Region each; the hub's is empty. */
const organization = ({ region = {}, account = {}, policies = [] }: Parts = {}) =>
  Organization.parse({
    version: 1,
    organization: { id: 'o-tiny', management: hub, hub },
    regions: ['eu-west-1'],
    images: {
      told: { name: 'amazon-eks-node-1.31-v20250901', ownerId: hub },
      copy: { name: 'base', ownerId: hub, sourceImageId: 'told' },
    },
    units: { Payments: { accounts: { [member]: { name: 'member', regions: { 'eu-west-1': region }, ...account } } } },
    policies,
  })

/** By hand: who calls, the accounts, the unit's name; of hub and member their Regions and three reads each. */
const empty = {
  'sts:GetCallerIdentity': 1,
  'organizations:ListAccounts': 1,
  'organizations:DescribeOrganizationalUnit': 1,
  'eks:DescribeClusterVersions': 1,
  'sts:AssumeRole': 1,
  'ec2:DescribeRegions': 2,
  'eks:ListClusters': 2,
  'ec2:DescribeLaunchTemplateVersions': 2,
  'ec2:GetInstanceMetadataDefaults': 2,
}

const cluster = (nodeGroups: object, addons: object = {}) => ({ shop: { version: '1.31', addons, nodeGroups } })
const clusterReads = {
  'ec2:DescribeInstances': 1,
  'eks:DescribeCluster': 1,
  'eks:ListAddons': 1,
  'eks:ListFargateProfiles': 1,
  'eks:ListInsights': 1,
  'eks:ListNodegroups': 1,
  'eks:ListPodIdentityAssociations': 1,
  'iam:ListOpenIDConnectProviders': 1,
}
const groups = 'autoscaling:DescribeAutoScalingGroups'
const required = { httpTokens: 'required' }
const many = <T>(count: number, item: T) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`x${at}`, item]))

describe('an empty organization needs', () => {
  test('one AssumeRole and one DescribeRegions an account, and three reads a Region', () => {
    expect(neededCalls(organization())).toEqual(empty)
  })

  test('nothing of an account that is not active', () => {
    const { 'sts:AssumeRole': _, ...others } = empty
    const ofHub = { 'ec2:DescribeRegions': 1, 'eks:ListClusters': 1, 'ec2:DescribeLaunchTemplateVersions': 1 }
    expect(neededCalls(organization({ account: { state: 'SUSPENDED' } }))).toEqual({
      ...others,
      ...ofHub,
      'ec2:GetInstanceMetadataDefaults': 1,
    })
  })

  test('an AssumeRole that is refused, and nothing after it', () => {
    const calls = neededCalls(organization({ account: { role: { trust: 'missing' } } }))
    expect(calls).toMatchObject({ 'sts:AssumeRole': 1, 'ec2:DescribeRegions': 1, 'eks:ListClusters': 1 })
  })

  test('no read of a Region that is off', () => {
    const off = { account: { regions: { 'eu-west-1': 'not-opted-in' } } }
    expect(neededCalls(organization(off))).toMatchObject({ 'ec2:DescribeRegions': 2, 'eks:ListClusters': 1 })
  })
})

const cases: Readonly<Record<string, Parts & { readonly more: Calls }>> = {
  'a cluster without groups': {
    region: { clusters: cluster({}) },
    more: { ...clusterReads, [groups]: 1 },
  },
  'the add-ons that a check asks about': {
    region: { clusters: cluster({}, { 'vpc-cni': 'v1.18.1-eksbuild.1', coredns: 'v1', 'aws-ebs-csi-driver': 'v1' }) },
    more: { ...clusterReads, [groups]: 1, 'eks:DescribeAddon': 2 },
  },
  'lone nodes: their images in one read': {
    region: {
      clusters: cluster({}),
      instances: { lone: { cluster: 'shop', image: 'told' }, other: { image: 'copy' } },
    },
    more: { ...clusterReads, [groups]: 1, 'ec2:DescribeImages': 1 },
  },
  "nodes of Karpenter: the user data of one for each EC2NodeClass and image, and every node's image": {
    region: {
      clusters: cluster({}),
      instances: {
        a: { cluster: 'shop', image: 'told', count: 3, tags: { 'karpenter.k8s.aws/ec2nodeclass': 'web' } },
        b: { cluster: 'shop', image: 'ami-0f', tags: { 'karpenter.k8s.aws/ec2nodeclass': 'web' } },
        c: { cluster: 'shop', image: 'told', tags: { 'karpenter.k8s.aws/ec2nodeclass': 'batch' } },
      },
    },
    more: { ...clusterReads, [groups]: 1, 'ec2:DescribeInstanceAttribute': 3, 'ec2:DescribeImages': 1 },
  },
  'launch configurations of EKS groups, at once, and their images': {
    region: {
      clusters: cluster({}),
      launchConfigurations: {
        old: { image: 'told', instanceType: 'm5.large' },
        outside: { image: 'told', instanceType: 'm5.large' },
      },
      autoScalingGroups: {
        a: { cluster: 'shop', launchConfigurationName: 'old', desiredSize: 0 },
        b: { launchConfigurationName: 'outside' },
      },
    },
    more: { ...clusterReads, [groups]: 1, 'autoscaling:DescribeLaunchConfigurations': 1, 'ec2:DescribeImages': 1 },
  },
  'a managed group whose amiType tells its OS: no image': {
    region: { clusters: cluster({ web: { amiType: 'AL2_x86_64' } }) },
    more: { ...clusterReads, [groups]: 1, 'eks:DescribeNodegroup': 1 },
  },
  'nodes from before the last update: their image': {
    region: { clusters: cluster({ web: { nodes: [{ count: 1, version: '1.30' }, { count: 1 }] } }) },
    more: {
      ...clusterReads,
      [groups]: 1,
      'eks:DescribeNodegroup': 1,
      'ec2:DescribeLaunchTemplateVersions': 1,
      'ec2:DescribeImages': 1,
    },
  },
  'a warm pool': {
    region: {
      clusters: cluster({ web: { nodes: [{ count: 1 }, { count: 60, lifecycleState: 'Warmed:Stopped' }] } }),
    },
    more: { ...clusterReads, [groups]: 1, 'eks:DescribeNodegroup': 1, 'autoscaling:DescribeWarmPool': 2 },
  },
  'no warm pool of a group that is none of EKS': {
    region: {
      launchTemplates: { web: { versions: [{ metadataOptions: required }] } },
      autoScalingGroups: { web: { launchTemplate: 'web', nodes: [{ count: 1, lifecycleState: 'Warmed:Stopped' }] } },
    },
    more: { [groups]: 1, 'ec2:DescribeLaunchTemplates': 1 },
  },
  'templates of its own: two lists, and no image where HttpTokens is said': {
    region: { launchTemplates: { web: { versions: [{ image: 'told', metadataOptions: required }] } } },
    more: { [groups]: 1, 'ec2:DescribeLaunchTemplates': 1 },
  },
  'the image that decides HttpTokens': {
    region: { launchTemplates: { web: { versions: [{ image: 'told' }] } } },
    more: { [groups]: 1, 'ec2:DescribeLaunchTemplates': 1, 'ec2:DescribeImages': 1 },
  },
  'no image where the account decides HttpTokens': {
    region: { instanceMetadataDefaults: required, launchTemplates: { web: { versions: [{ image: 'told' }] } } },
    more: { [groups]: 1, 'ec2:DescribeLaunchTemplates': 1 },
  },
  'one read for all pinned versions of a template': {
    region: {
      launchTemplates: { web: { versions: [1, 2, 3, 4].map(() => ({ metadataOptions: required })) } },
      autoScalingGroups: {
        a: { launchTemplate: 'web:2' },
        b: { launchTemplate: 'web:3' },
        c: { launchTemplate: 'web' },
      },
    },
    more: { [groups]: 1, 'ec2:DescribeLaunchTemplates': 1, 'ec2:DescribeLaunchTemplateVersions': 1 },
  },
  'the pinned version of a node in no group, with its image': {
    region: {
      launchTemplates: { web: { versions: [1, 2, 3].map(() => ({ image: 'told', metadataOptions: required })) } },
      clusters: cluster({}),
      instances: { lone: { cluster: 'shop', launchTemplate: 'web:2' }, elsewhere: { launchTemplate: 'web:1' } },
    },
    more: {
      ...{ ...clusterReads, [groups]: 1, 'ec2:DescribeLaunchTemplates': 1 },
      ...{ 'ec2:DescribeLaunchTemplateVersions': 1, 'ec2:DescribeImages': 1 },
    },
  },
  'a self-managed group: its image, and the source of one that does not tell': {
    region: {
      launchTemplates: { web: { versions: [{ image: 'copy', metadataOptions: required }] } },
      autoScalingGroups: { web: { cluster: 'shop', launchTemplate: 'web' } },
      clusters: cluster({}),
    },
    more: { ...clusterReads, [groups]: 1, 'ec2:DescribeLaunchTemplates': 1, 'ec2:DescribeImages': 2 },
  },
  'a parameter that names the image, once': {
    region: {
      parameters: { '/golden': 'ami-0123456789abcdef0' },
      launchTemplates: { web: { versions: [{ image: 'resolve:ssm:/golden', metadataOptions: required }] } },
      autoScalingGroups: {
        a: { cluster: 'shop', launchTemplate: 'web' },
        b: { cluster: 'shop', launchTemplate: 'web' },
      },
      clusters: cluster({}),
    },
    more: {
      ...{ ...clusterReads, [groups]: 1, 'ec2:DescribeLaunchTemplates': 1 },
      ...{ 'ssm:GetParameters': 1, 'ec2:DescribeImages': 1 },
    },
  },
  'as many reads as lists have pages': {
    region: {
      launchTemplates: many(201, { versions: [{ metadataOptions: required }] }),
      autoScalingGroups: many(101, { launchTemplate: 'x0' }),
      clusters: cluster(many(101, { desiredSize: 0 })),
    },
    // 201 templates and 101 copies of EKS's are two pages; 202 Auto Scaling groups are three.
    more: {
      ...{ ...clusterReads, 'eks:ListNodegroups': 2, 'eks:DescribeNodegroup': 101 },
      ...{ [groups]: 3, 'ec2:DescribeLaunchTemplates': 2, 'ec2:DescribeLaunchTemplateVersions': 1 },
    },
  },
  'one refused read, and nothing that hangs on it': {
    region: { clusters: cluster({ web: {}, api: {} }) },
    account: { role: { deny: ['eks:ListNodegroups', 'eks:ListAddons'] } },
    more: { ...clusterReads, [groups]: 1, 'ec2:DescribeImages': 1 },
  },
  'three reads of a Region that a policy denies': {
    region: { clusters: cluster({ web: {} }) },
    policies: [{ id: 'p-1', unit: 'Payments', deny: '*' }],
    more: {},
  },
}

describe('beside the reads of empty Regions', () => {
  test.each(Object.entries(cases))('%s', (_name, { region = {}, account = {}, policies = [], more }) => {
    const expected: Record<string, number> = { ...empty }
    for (const [action, count] of Object.entries(more)) expected[action] = (expected[action] ?? 0) + count
    const ofMember = { regions: { 'eu-west-1': region }, ...account }
    expect(neededCalls(organization({ account: ofMember, policies }))).toEqual(expected)
  })
})
