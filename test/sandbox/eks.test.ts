import { DescribeAutoScalingGroupsCommand, DescribeWarmPoolCommand } from '@aws-sdk/client-auto-scaling'
import {
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
} from '@aws-sdk/client-ec2'
import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks'
import { describe, expect, test } from '@jest/globals'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { clients, member, refusalOf, region, sandboxWith, type WrittenRegion } from './support.ts'

type WrittenCluster = NonNullable<WrittenRegion['clusters']>[string]
type WrittenGroup = NonNullable<WrittenCluster['nodeGroups']>[string]

const text = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString()

describe('clusters and add-ons', () => {
  const { eks } = clients(
    sandboxWith({
      clusters: {
        shop: {
          version: '1.31',
          tags: { team: 'shop' },
          addons: { 'vpc-cni': 'v1.16.0-eksbuild.1', coredns: { addonVersion: 'v1.11.4', status: 'DEGRADED' } },
          computeConfig: { enabled: true },
          outpostConfig: { outpostArns: ['arn:aws:outposts:eu-west-1:222222222222:outpost/op-1'] },
        },
        new: { version: '1.35', status: 'CREATING' },
      },
    }),
  )

  test('a cluster tells what a node needs to join it', async () => {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'shop' }))
    expect(cluster).toMatchObject({
      name: 'shop',
      arn: `arn:aws:eks:${region}:${member}:cluster/shop`,
      version: '1.31',
      status: 'ACTIVE',
      endpoint: expect.stringMatching(/^https:\/\/[0-9A-F]{32}\.gr7\.eu-west-1\.eks\.amazonaws\.com$/),
      certificateAuthority: { data: expect.stringMatching(/^LS0t/) },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '10.100.0.0/16', ipFamily: 'ipv4' },
      createdAt: expect.any(Date),
      upgradePolicy: { supportType: 'EXTENDED' },
      computeConfig: { enabled: true, nodePools: ['general-purpose', 'system'] },
      outpostConfig: { controlPlaneInstanceType: 'm5.large' },
      tags: { team: 'shop' },
    })
  })

  test('a cluster that is being created has no endpoint yet', async () => {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'new' }))
    expect([cluster?.status, cluster?.endpoint, cluster?.certificateAuthority]).toEqual(['CREATING', undefined, {}])
  })

  test('add-ons are listed and described', async () => {
    expect((await eks.send(new ListAddonsCommand({ clusterName: 'shop' }))).addons).toEqual(['vpc-cni', 'coredns'])
    const { addon } = await eks.send(new DescribeAddonCommand({ clusterName: 'shop', addonName: 'coredns' }))
    expect(addon).toMatchObject({ addonVersion: 'v1.11.4', status: 'DEGRADED', health: { issues: [] } })
  })

  test.each([
    ['No cluster found for name: nobody.', () => eks.send(new DescribeClusterCommand({ name: 'nobody' }))],
    ['No cluster found for name: nobody.', () => eks.send(new ListNodegroupsCommand({ clusterName: 'nobody' }))],
    [
      'No node group found for name: n.',
      () => eks.send(new DescribeNodegroupCommand({ clusterName: 'shop', nodegroupName: 'n' })),
    ],
    [
      'No addon: a found in cluster: shop',
      () => eks.send(new DescribeAddonCommand({ clusterName: 'shop', addonName: 'a' })),
    ],
  ])('%s', async (message, call) => {
    expect(await refusalOf(call())).toEqual({ name: 'ResourceNotFoundException', message, status: 404 })
  })

  test('an unknown route is UnknownOperationException with 404', async () => {
    expect(await refusalOf(eks.send(new ListAccessEntriesCommand({ clusterName: 'shop' })))).toMatchObject({
      name: 'UnknownOperationException',
      status: 404,
    })
  })

  test('pages hold 100 names', async () => {
    const clusters = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`c${index}`, { version: '1.35' }]))
    const client = clients(sandboxWith({ clusters })).eks
    const first = await client.send(new ListClustersCommand({}))
    const second = await client.send(new ListClustersCommand({ nextToken: first.nextToken }))
    expect([first.clusters?.length, second.clusters, second.nextToken]).toEqual([100, ['c100'], undefined])
    expect(await refusalOf(client.send(new ListClustersCommand({ maxResults: 101 })))).toMatchObject({
      name: 'InvalidParameterException',
    })
  })
})

/** Everything that EKS made for one node group `web` of cluster `shop`. */
const made = async (sandbox: Sandbox) => {
  const { eks, ec2, autoscaling } = clients(sandbox)
  const { nodegroup } = await eks.send(new DescribeNodegroupCommand({ clusterName: 'shop', nodegroupName: 'web' }))
  const name = nodegroup?.resources?.autoScalingGroups?.[0]?.name ?? ''
  const { AutoScalingGroups } = await autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  )
  const group = AutoScalingGroups?.[0]
  const specification = group?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  const LaunchTemplateId = specification?.LaunchTemplateId ?? ''
  const { LaunchTemplates } = await ec2.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [LaunchTemplateId] }),
  )
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }),
  )
  const images = await Promise.all(
    LaunchTemplateVersions.map(async ({ LaunchTemplateData }) => {
      const ImageIds = [LaunchTemplateData?.ImageId ?? '']
      return (await ec2.send(new DescribeImagesCommand({ ImageIds }))).Images?.[0]?.Name
    }),
  )
  const pool = await autoscaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName: name }))
  const running = group?.Instances?.map(({ LaunchTemplate, LifecycleState, ImageId }) => [
    LaunchTemplate?.Version,
    LifecycleState,
    ImageId,
  ])
  return {
    nodegroup,
    group,
    specification,
    copy: LaunchTemplates?.[0],
    versions: LaunchTemplateVersions,
    images,
    running,
    pool,
  }
}

const groupIn = (group: WrittenGroup, version = '1.31', rest: WrittenRegion = {}) =>
  made(
    sandboxWith(
      { ...rest, clusters: { shop: { version, nodeGroups: { web: group } } } },
      { images: { golden: { imageId: 'ami-0a', name: 'golden', ownerId: member } } },
    ),
  )

const template = (...versions: NonNullable<WrittenRegion['launchTemplates']>[string]['versions']): WrittenRegion => ({
  launchTemplates: { web: { versions } },
})

describe('managed node groups', () => {
  test('EKS makes a group and a template of its own that share the UUID of the node group', async () => {
    const { nodegroup, group, specification, copy } = await groupIn({ tags: { team: 'web' } })
    const uuid = nodegroup?.nodegroupArn?.split('/').at(-1)
    expect(nodegroup?.nodegroupArn).toBe(`arn:aws:eks:${region}:${member}:nodegroup/shop/web/${uuid}`)
    expect(group?.AutoScalingGroupName).toBe(`eks-web-${uuid}`)
    expect(specification).toEqual({
      LaunchTemplateId: copy?.LaunchTemplateId,
      LaunchTemplateName: `eks-${uuid}`,
      Version: '1',
    })
    expect(copy?.CreatedBy).toContain('AWSServiceRoleForAmazonEKSNodegroup')
    expect(copy?.Tags).toEqual([
      { Key: 'eks:cluster-name', Value: 'shop' },
      { Key: 'eks:nodegroup-name', Value: 'web' },
    ])
    const tags = Object.fromEntries(group?.Tags?.map(({ Key, Value }) => [Key, Value]) ?? [])
    expect(tags).toMatchObject({
      'eks:cluster-name': 'shop',
      'eks:nodegroup-name': 'web',
      'kubernetes.io/cluster/shop': 'owned',
    })
    expect(nodegroup?.tags).toEqual({ team: 'web' })
    expect(nodegroup).not.toHaveProperty('launchTemplate')
  })

  test('the default amiType turns to AL2023 with Kubernetes 1.30', async () => {
    expect((await groupIn({}, '1.29')).nodegroup?.amiType).toBe('AL2_x86_64')
    expect((await groupIn({}, '1.30')).nodegroup?.amiType).toBe('AL2023_x86_64_STANDARD')
  })

  test.each([
    ['AL2_x86_64', 'amazon-eks-node-1.31-v20251209', { HttpTokens: 'optional', HttpPutResponseHopLimit: 2 }],
    ['AL2_ARM_64', 'amazon-eks-arm64-node-1.31-v20251209', { HttpTokens: 'optional', HttpPutResponseHopLimit: 2 }],
    [
      'AL2023_x86_64_STANDARD',
      'amazon-eks-node-al2023-x86_64-standard-1.31-v20261112',
      { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    ],
    [
      'AL2023_ARM_64_NVIDIA',
      'amazon-eks-node-al2023-arm64-nvidia-1.31-v20261112',
      { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    ],
    [
      'BOTTLEROCKET_x86_64',
      expect.stringMatching(/^bottlerocket-aws-k8s-1\.31-x86_64-v[\d.]+-[0-9a-f]{8}$/),
      { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    ],
    [
      'WINDOWS_CORE_2022_x86_64',
      'Windows_Server-2022-English-Core-EKS_Optimized-1.31-2026.11.11',
      { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    ],
  ] as const)('%s: the copy holds AWS’s image and EKS’s metadata options', async (amiType, name, options) => {
    const { nodegroup, versions, images } = await groupIn({ amiType })
    expect(nodegroup?.amiType).toBe(amiType)
    expect(images).toEqual([name])
    expect(versions[0]?.LaunchTemplateData?.MetadataOptions).toEqual(options)
  })

  test('a value in the user’s template wins over EKS’s, each option by itself', async () => {
    const written = template({ metadataOptions: { httpPutResponseHopLimit: 3, instanceMetadataTags: 'enabled' } })
    const { nodegroup, versions } = await groupIn({ launchTemplate: 'web' }, '1.31', written)
    expect(versions[0]?.LaunchTemplateData?.MetadataOptions).toEqual({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 3,
      InstanceMetadataTags: 'enabled',
    })
    expect(nodegroup?.launchTemplate).toMatchObject({ name: 'web', version: '1' })
  })

  test('an image in the user’s template makes the group CUSTOM, and its user data stays the user’s', async () => {
    const written = template({}, { image: 'golden', userData: 'mine' })
    const { nodegroup, versions } = await groupIn({ launchTemplate: 'web:$Latest' }, '1.31', written)
    expect([nodegroup?.amiType, nodegroup?.releaseVersion, nodegroup?.launchTemplate?.version]).toEqual([
      'CUSTOM',
      'ami-0a',
      '2',
    ])
    expect(versions[0]?.LaunchTemplateData).toMatchObject({
      ImageId: 'ami-0a',
      MetadataOptions: { HttpPutResponseHopLimit: 2 },
    })
    expect(text(versions[0]?.LaunchTemplateData?.UserData)).toBe('mine')
  })

  const parts =
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho user\n\n--B--\n'

  test('EKS’s part stands last on AL2 and first on AL2023', async () => {
    const dataOf = async (amiType: WrittenGroup['amiType']) => {
      const { versions } = await groupIn({ amiType, launchTemplate: 'web' }, '1.31', template({ userData: parts }))
      return text(versions[0]?.LaunchTemplateData?.UserData)
    }
    const al2 = await dataOf('AL2_x86_64')
    expect(al2.indexOf('echo user')).toBeGreaterThan(0)
    expect(al2.indexOf('/etc/eks/bootstrap.sh shop')).toBeGreaterThan(al2.indexOf('echo user'))
    const al2023 = await dataOf('AL2023_x86_64_STANDARD')
    expect(al2023.indexOf('kind: NodeConfig')).toBeGreaterThan(0)
    expect(al2023.indexOf('echo user')).toBeGreaterThan(al2023.indexOf('kind: NodeConfig'))
  })

  test('nodes that were never replaced run an older version of the copy', async () => {
    const nodes = [{ count: 7, amiType: 'AL2_x86_64' as const, version: '1.32' }, { count: 2 }]
    const { specification, images, running, nodegroup, group } = await groupIn({ nodes }, '1.33')
    expect(specification?.Version).toBe('2')
    expect(images).toEqual(['amazon-eks-node-al2023-x86_64-standard-1.33-v20261112', 'amazon-eks-node-1.32-v20251209'])
    expect(running).toEqual([
      ...Array(7).fill(['1', 'InService', undefined]),
      ...Array(2).fill(['2', 'InService', undefined]),
    ])
    expect([nodegroup?.scalingConfig?.desiredSize, group?.DesiredCapacity]).toEqual([9, 9])
  })

  test('nodes may run another image or another version of the user’s template', async () => {
    const nodes = [{ launchTemplate: 'web:1' }, { image: 'golden' }, { launchTemplate: 'web:2' }]
    const written = template(
      { metadataOptions: { httpTokens: 'optional' } },
      { metadataOptions: { httpTokens: 'required' } },
    )
    const { versions, running } = await groupIn({ launchTemplate: 'web:$Latest', nodes }, '1.31', written)
    expect(running?.map(([version]) => version)).toEqual(['1', '2', '3'])
    const byNumber = versions.toReversed().map(({ LaunchTemplateData }) => LaunchTemplateData)
    expect(byNumber.map(data => data?.MetadataOptions?.HttpTokens)).toEqual(['optional', 'required', 'required'])
    expect(byNumber[1]?.ImageId).toBe('ami-0a')
  })

  test('a warm pool is told apart and does not count as capacity', async () => {
    const nodes = [{ count: 2 }, { count: 3, amiType: 'AL2_x86_64' as const, lifecycleState: 'Warmed:Stopped' }]
    const { running, group, pool } = await groupIn({ nodes })
    expect(running?.map(([, state]) => state)).toEqual(['InService', 'InService'])
    expect(pool.Instances?.map(({ LifecycleState }) => LifecycleState)).toEqual(Array(3).fill('Warmed:Stopped'))
    expect(pool.WarmPoolConfiguration).toEqual(group?.WarmPoolConfiguration)
    expect([group?.DesiredCapacity, group?.WarmPoolSize, group?.WarmPoolConfiguration?.PoolState]).toEqual([
      2,
      3,
      'Stopped',
    ])
  })

  test('an older release of AWS’s own can still be described', async () => {
    const { nodegroup, images } = await groupIn({ amiType: 'AL2_x86_64', releaseVersion: '1.31.3-20240519' })
    expect([nodegroup?.releaseVersion, images]).toEqual(['1.31.3-20240519', ['amazon-eks-node-1.31-v20240519']])
  })
})
