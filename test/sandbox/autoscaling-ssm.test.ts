import {
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandInput,
  DescribePoliciesCommand,
} from '@aws-sdk/client-auto-scaling'
import { DescribeImagesCommand } from '@aws-sdk/client-ec2'
import { GetParameterCommand, GetParametersCommand } from '@aws-sdk/client-ssm'
import { describe, expect, test } from '@jest/globals'
import { clients, member, refusalOf, sandboxWith, type WrittenRegion } from './support.ts'

const written: WrittenRegion = {
  launchTemplates: { web: { default: 2, versions: [{ instanceType: 'm5.large' }, {}, {}] }, spot: { versions: [{}] } },
  clusters: { shop: { version: '1.31' } },
  autoScalingGroups: {
    workers: {
      cluster: 'shop',
      launchTemplate: 'web:$Latest',
      tags: { team: 'a' },
      nodes: [{ count: 2 }, { launchTemplate: 'web:1', image: 'ami-0b' }],
    },
    mixed: {
      launchTemplate: 'web',
      overrides: [
        { instanceType: 'm6i.large' },
        { instanceType: 'm5.large', launchTemplate: 'spot:1', image: 'golden' },
      ],
    },
    old: { launchConfigurationName: 'lc-2019', desiredSize: 1 },
  },
  parameters: { '/own/image': 'ami-0a', plain: 'value' },
}
const images = { golden: { imageId: 'ami-0a', name: 'golden', ownerId: member } }
const { autoscaling, ssm, ec2 } = clients(sandboxWith(written, { images }))

const groups = async (input: DescribeAutoScalingGroupsCommandInput) =>
  (await autoscaling.send(new DescribeAutoScalingGroupsCommand(input))).AutoScalingGroups ?? []
const names = async (input: DescribeAutoScalingGroupsCommandInput) =>
  (await groups(input)).map(({ AutoScalingGroupName }) => AutoScalingGroupName)

describe('autoscaling', () => {
  test('a group keeps the version as it was told, its instances tell a number', async () => {
    const [group] = await groups({ AutoScalingGroupNames: ['workers'] })
    expect(group?.LaunchTemplate).toMatchObject({ LaunchTemplateName: 'web', Version: '$Latest' })
    expect(group?.Instances?.map(({ LaunchTemplate, ImageId }) => [LaunchTemplate?.Version, ImageId])).toEqual([
      ['3', undefined],
      ['3', undefined],
      ['1', 'ami-0b'],
    ])
    expect(group?.Tags?.map(({ Key, Value }) => [Key, Value])).toEqual([
      ['kubernetes.io/cluster/shop', 'owned'],
      ['team', 'a'],
    ])
    expect(group).toMatchObject({ MinSize: 1, MaxSize: 3, DesiredCapacity: 3, CreatedTime: expect.any(Date) })
    expect(group?.Instances?.[0]?.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/)
  })

  test('a reference without a version is the default version', async () => {
    const [group] = await groups({ AutoScalingGroupNames: ['mixed'] })
    const policy = group?.MixedInstancesPolicy?.LaunchTemplate
    expect(policy?.LaunchTemplateSpecification?.Version).toBe('$Default')
    expect(group?.Instances?.[0]?.LaunchTemplate?.Version).toBe('2')
  })

  test('an override brings its own template and image', async () => {
    const [group] = await groups({ AutoScalingGroupNames: ['mixed'] })
    expect(group).not.toHaveProperty('LaunchTemplate')
    expect(group?.MixedInstancesPolicy?.LaunchTemplate?.Overrides).toEqual([
      { InstanceType: 'm6i.large' },
      {
        InstanceType: 'm5.large',
        ImageId: 'ami-0a',
        LaunchTemplateSpecification: expect.objectContaining({ LaunchTemplateName: 'spot', Version: '1' }),
      },
    ])
  })

  test('a launch configuration stands on the group and on its instances', async () => {
    const [group] = await groups({ AutoScalingGroupNames: ['old', 'nobody'] })
    expect([group?.LaunchConfigurationName, group?.Instances?.[0]?.LaunchConfigurationName]).toEqual([
      'lc-2019',
      'lc-2019',
    ])
    expect(group).not.toHaveProperty('LaunchTemplate')
  })

  test('filters are joined by and, their values by or; instances can be left out', async () => {
    const tag = (Name: string, ...Values: string[]) => ({ Name, Values })
    expect(await names({ Filters: [tag('tag-key', 'team', 'x')] })).toEqual(['workers'])
    expect(await names({ Filters: [tag('tag:team', 'a'), tag('tag-value', 'owned')] })).toEqual(['workers'])
    expect(await names({ Filters: [tag('tag:team', 'b')] })).toEqual([])
    expect((await groups({ IncludeInstances: false }))[0]?.Instances).toEqual([])
  })

  test('pages hold 50 groups, and at most 100', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [`g${index}`, { launchConfigurationName: 'lc', desiredSize: 0 }]),
    )
    const client = clients(sandboxWith({ autoScalingGroups: many })).autoscaling
    const page = async (input: object) => {
      const { AutoScalingGroups, NextToken } = await client.send(new DescribeAutoScalingGroupsCommand(input))
      return { size: AutoScalingGroups?.length, NextToken }
    }
    const first = await page({})
    expect(first.size).toBe(50)
    expect((await page({ MaxRecords: 100, NextToken: first.NextToken })).size).toBe(70)
    expect(await refusalOf(page({ MaxRecords: 101 }))).toMatchObject({ name: 'ValidationError' })
    expect(await refusalOf(page({ NextToken: '%' }))).toMatchObject({ name: 'InvalidNextToken' })
  })

  test('an action that the sandbox does not answer is InvalidAction', async () => {
    expect(await refusalOf(autoscaling.send(new DescribePoliciesCommand({})))).toMatchObject({
      name: 'InvalidAction',
    })
  })
})

describe('ssm', () => {
  const get = (...Names: string[]) => ssm.send(new GetParametersCommand({ Names }))
  const eks = '/aws/service/eks/optimized-ami'

  test('parameters of the account and of AWS are told, unknown ones named', async () => {
    const { Parameters, InvalidParameters } = await get(
      '/own/image',
      'plain',
      `${eks}/1.31/amazon-linux-2/recommended/release_version`,
      'nobody',
      `${eks}/1.33/amazon-linux-2/recommended/image_id`,
    )
    expect(Parameters).toMatchObject([
      { Name: '/own/image', Value: 'ami-0a', Version: 1, ARN: `arn:aws:ssm:eu-west-1:${member}:parameter/own/image` },
      { Name: 'plain', Value: 'value', ARN: `arn:aws:ssm:eu-west-1:${member}:parameter/plain` },
      { Value: '1.31.10-20251209', LastModifiedDate: expect.any(Date) },
    ])
    // AWS published no AL2 for Kubernetes 1.33.
    expect(InvalidParameters).toEqual(['nobody', `${eks}/1.33/amazon-linux-2/recommended/image_id`])
  })

  test.each([
    [`${eks}/1.32/amazon-linux-2/recommended/image_id`, 'amazon-eks-node-1.32-v20251209'],
    [`${eks}/1.32/amazon-linux-2-gpu/recommended/image_id`, 'amazon-eks-gpu-node-1.32-v20251209'],
    [
      `${eks}/1.33/amazon-linux-2023/arm64/standard/recommended/image_id`,
      'amazon-eks-node-al2023-arm64-standard-1.33-v20261112',
    ],
    [
      '/aws/service/bottlerocket/aws-k8s-1.34-nvidia/arm64/latest/image_id',
      expect.stringMatching(/^bottlerocket-aws-k8s-1\.34-nvidia-arm64-v/),
    ],
  ])('%s is an image that can be described', async (name, image) => {
    const { Parameters } = await get(name)
    const ImageIds = [Parameters?.[0]?.Value ?? '']
    expect((await ec2.send(new DescribeImagesCommand({ ImageIds }))).Images).toMatchObject([{ Name: image }])
  })

  test('a version selects the one that there is', async () => {
    const { Parameters, InvalidParameters } = await get('/own/image:1', 'plain:7')
    expect([Parameters?.[0]?.Selector, InvalidParameters]).toEqual([':1', ['plain:7']])
  })

  test('eleven names are too many, and another action is unknown', async () => {
    expect(await refusalOf(get(...Array.from({ length: 11 }, String)))).toMatchObject({ name: 'ValidationException' })
    expect(await refusalOf(ssm.send(new GetParameterCommand({ Name: 'plain' })))).toMatchObject({
      name: 'UnknownOperationException',
    })
  })
})
