import { DescribeAutoScalingGroupsCommand, DescribeWarmPoolCommand } from '@aws-sdk/client-auto-scaling'
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  type Instance,
} from '@aws-sdk/client-ec2'
import { describe, expect, test } from '@jest/globals'
import { clients, clientsInRole, member, refusalOf, sandboxOf, sandboxWith, type WrittenRegion } from './support.ts'

type Clients = ReturnType<typeof clients>

const reservationsOf = async ({ ec2 }: Clients, input: DescribeInstancesCommandInput = {}) =>
  (await ec2.send(new DescribeInstancesCommand(input))).Reservations ?? []
const instancesOf = async (from: Clients, input: DescribeInstancesCommandInput = {}) =>
  (await reservationsOf(from, input)).flatMap(({ Instances = [] }) => Instances)
const tagsOf = ({ Tags = [] }: Instance) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]))
const userDataOf = async ({ ec2 }: Clients, InstanceId = '') => {
  const input = { InstanceId, Attribute: 'userData' } as const
  return (await ec2.send(new DescribeInstanceAttributeCommand(input))).UserData
}

const images = { golden: { imageId: 'ami-0a', name: 'golden', ownerId: member, architecture: 'arm64' as const } }
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('instances of Auto Scaling groups', () => {
  const written: WrittenRegion = {
    launchTemplates: {
      web: {
        tags: { not: 'on instances' },
        versions: [
          {
            image: 'golden',
            instanceType: 'm7g.large',
            userData: 'first',
            metadataOptions: { httpTokens: 'optional' },
          },
          { image: 'resolve:ssm:/own', userData: 'second', metadataOptions: { httpTokens: 'required' } },
          { image: 'resolve:ssm:/gone' },
        ],
      },
    },
    launchConfigurations: { lc: { image: 'golden', instanceType: 'm6g.large', userData: 'old' } },
    parameters: { '/own': 'ami-0b' },
    clusters: {
      shop: {
        version: '1.33',
        nodeGroups: {
          web: { nodes: [{ count: 2, amiType: 'AL2_x86_64', version: '1.32' }, { lifecycleState: 'Warmed:Stopped' }] },
        },
      },
    },
    autoScalingGroups: {
      own: {
        cluster: 'shop',
        launchTemplate: 'web:2',
        tags: { team: 'a' },
        nodes: [{}, { launchTemplate: 'web:1', image: 'ami-0c', state: 'stopping' }],
      },
      gone: { launchTemplate: 'web:3', desiredSize: 1 },
      old: { launchConfigurationName: 'lc', desiredSize: 1 },
      lost: { launchConfigurationName: 'nobody-wrote-it', desiredSize: 1 },
    },
  }
  const all = clients(sandboxWith(written, { images }))

  test('are those that Auto Scaling tells, warm pools included', async () => {
    const { AutoScalingGroups = [] } = await all.autoscaling.send(new DescribeAutoScalingGroupsCommand({}))
    const pools = await Promise.all(
      AutoScalingGroups.map(({ AutoScalingGroupName }) =>
        all.autoscaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName })),
      ),
    )
    const ofGroups = [...AutoScalingGroups, ...pools].flatMap(({ Instances = [] }) =>
      Instances.map(one => one.InstanceId),
    )
    const told = await instancesOf(all)
    expect(told.map(({ InstanceId }) => InstanceId).sort()).toEqual(ofGroups.sort())
    expect(told).toHaveLength(8)
  })

  test('one of a managed group tells who made it, and runs what EKS’s copy holds', async () => {
    const [node, ...others] = await instancesOf(all, { Filters: [{ Name: 'tag:eks:nodegroup-name', Values: ['web'] }] })
    expect(tagsOf(node ?? {})).toMatchObject({
      'aws:autoscaling:groupName': expect.stringMatching(/^eks-web-/),
      'aws:ec2launchtemplate:id': expect.stringMatching(/^lt-0/),
      'aws:ec2launchtemplate:version': '1',
      'aws:eks:cluster-name': 'shop',
      'eks:cluster-name': 'shop',
      'eks:nodegroup-name': 'web',
      'kubernetes.io/cluster/shop': 'owned',
    })
    expect(node).toMatchObject({
      InstanceId: expect.stringMatching(/^i-0[0-9a-f]{16}$/),
      ImageId: expect.stringMatching(/^ami-0/),
      InstanceType: 't3.medium',
      State: { Code: 16, Name: 'running' },
      LaunchTime: expect.any(Date),
      Architecture: 'x86_64',
      PrivateDnsName: expect.stringMatching(/^ip-10-\d+-\d+-\d+\.eu-west-1\.compute\.internal$/),
      IamInstanceProfile: { Arn: expect.stringContaining(`arn:aws:iam::${member}:instance-profile/`) },
      MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 2 },
      Operator: { Managed: false },
    })
    expect(others.map(one => [tagsOf(one)['aws:ec2launchtemplate:version'], one.State?.Name])).toEqual([
      ['1', 'running'],
      ['2', 'stopped'],
    ])
    expect(others[1]?.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 })
    expect(Buffer.from((await userDataOf(all, node?.InstanceId))?.Value ?? '', 'base64').toString()).toContain(
      '/etc/eks/bootstrap.sh shop',
    )
  })

  test('nodes of one entry came in one reservation, after what they were launched from was made', async () => {
    const Filters = [{ Name: 'tag:eks:nodegroup-name', Values: ['web'] }]
    const reservations = await reservationsOf(all, { Filters })
    expect(reservations.map(({ Instances, OwnerId }) => [Instances?.length, OwnerId])).toEqual([
      [2, member],
      [1, member],
    ])
    const [first, second] = reservations[0]?.Instances ?? []
    expect(first?.LaunchTime).toEqual(second?.LaunchTime)
    // The newest AL2 image is of 2025-12-09, and now is 2026-11-22T02:00Z.
    expect(first?.LaunchTime?.getTime()).toBeGreaterThan(Date.parse('2025-12-09'))
    expect(first?.LaunchTime?.getTime()).toBeLessThan(Date.parse('2026-11-22T02:00:00Z'))
  })

  test('each runs its own version, image and state, with the tags of its group', async () => {
    const [latest, older] = await instancesOf(all, { Filters: [{ Name: 'tag:team', Values: ['a'] }] })
    expect(latest).toMatchObject({ ImageId: 'ami-0b', MetadataOptions: { HttpTokens: 'required' } })
    expect(older).toMatchObject({
      ImageId: 'ami-0c',
      InstanceType: 't3.large',
      State: { Code: 64, Name: 'stopping' },
      MetadataOptions: { HttpTokens: 'optional' },
    })
    expect(tagsOf(older ?? {})).toEqual({
      'kubernetes.io/cluster/shop': 'owned',
      team: 'a',
      'aws:autoscaling:groupName': 'own',
      'aws:ec2launchtemplate:id': expect.stringMatching(/^lt-0/),
      'aws:ec2launchtemplate:version': '1',
    })
    expect((await userDataOf(all, latest?.InstanceId))?.Value).toBe(base64('second'))
    expect((await userDataOf(all, older?.InstanceId))?.Value).toBe(base64('first'))
  })

  test('an image whose parameter is gone still has an id', async () => {
    const Filters = [{ Name: 'tag:aws:autoscaling:groupName', Values: ['gone'] }]
    expect((await instancesOf(all, { Filters }))[0]?.ImageId).toMatch(/^ami-0[0-9a-f]{16}$/)
  })

  test('a launch configuration gives image, type and user data; one that nobody wrote gives none', async () => {
    const of = (Values: string[]) => ({ Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values }] })
    const [old] = await instancesOf(all, of(['old']))
    expect(old).toMatchObject({ ImageId: 'ami-0a', InstanceType: 'm6g.large', Architecture: 'arm64' })
    expect(tagsOf(old ?? {})).toEqual({ 'aws:autoscaling:groupName': 'old' })
    expect((await userDataOf(all, old?.InstanceId))?.Value).toBe(base64('old'))
    const [lost] = await instancesOf(all, of(['lost']))
    expect(lost).toMatchObject({ ImageId: expect.stringMatching(/^ami-0/), InstanceType: 't3.large' })
    expect((await userDataOf(all, lost?.InstanceId))?.Value).toBeUndefined()
  })

  test.each([
    ['Pending', 'pending'],
    ['Pending:Wait', 'running'],
    ['InService', 'running'],
    ['Standby', 'running'],
    ['Terminating:Wait', 'running'],
    ['Terminating', 'shutting-down'],
    ['Terminated', 'terminated'],
    ['Warmed:Running', 'running'],
    ['Warmed:Hibernated', 'stopped'],
    ['Warmed:Pending', 'pending'],
  ])('%s in Auto Scaling is %s in EC2', async (lifecycleState, state) => {
    const group = { launchConfigurationName: 'lc', nodes: [{ lifecycleState }] }
    const [one] = await instancesOf(clients(sandboxWith({ autoScalingGroups: { group } })))
    expect(one?.State?.Name).toBe(state)
  })
})

describe('instances without a group', () => {
  const written: WrittenRegion = {
    launchTemplates: {
      karpenter: { id: 'lt-0abc', versions: [{}, { image: 'golden', instanceType: 'c7g.large', userData: 'node' }] },
    },
    clusters: { shop: { version: '1.33' } },
    instances: {
      pool: { count: 2, cluster: 'shop', launchTemplate: 'karpenter:2', tags: { 'karpenter.sh/nodepool': 'default' } },
      auto: {
        cluster: 'shop',
        image: 'ami-0b',
        instanceType: 'c6a.large',
        operator: { principal: 'eks.amazonaws.com', hiddenByDefault: true },
        metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      },
      legacy: {
        image: 'ami-0c',
        state: 'terminated',
        launchTime: '2024-03-01T10:00:00Z',
        userData: 'by hand',
      },
    },
  }
  const all = clients(sandboxWith(written, { images }))

  test('tell what was written; Karpenter’s name their template', async () => {
    const [first, second, legacy, ...others] = await instancesOf(all)
    expect(others).toEqual([])
    expect(first).toMatchObject({ ImageId: 'ami-0a', InstanceType: 'c7g.large', Architecture: 'arm64' })
    expect(first?.InstanceId).not.toBe(second?.InstanceId)
    expect(tagsOf(first ?? {})).toEqual({
      'kubernetes.io/cluster/shop': 'owned',
      'karpenter.sh/nodepool': 'default',
      'aws:ec2launchtemplate:id': 'lt-0abc',
      'aws:ec2launchtemplate:version': '2',
    })
    expect((await userDataOf(all, first?.InstanceId))?.Value).toBe(base64('node'))
    expect(legacy).toMatchObject({
      State: { Code: 48, Name: 'terminated' },
      LaunchTime: new Date('2024-03-01T10:00:00Z'),
      Tags: [],
    })
    expect(legacy).not.toHaveProperty('IamInstanceProfile')
    expect((await userDataOf(all, legacy?.InstanceId))?.Value).toBe(base64('by hand'))
  })

  test('names in us-east-1 leave out the Region', async () => {
    const sandbox = sandboxOf({ regions: { 'us-east-1': { instances: { one: { image: 'ami-0a' } } } } })
    const [one] = await instancesOf(clients(sandbox, member, 'us-east-1'))
    expect(one?.PrivateDnsName).toMatch(/^ip-10-\d+-\d+-\d+\.ec2\.internal$/)
  })

  test('a hidden one shows only when asked for', async () => {
    const managed = (await instancesOf(all, { IncludeManagedResources: true })).filter(
      ({ Operator }) => Operator?.Managed,
    )
    expect(managed).toMatchObject([
      {
        ImageId: 'ami-0b',
        Operator: { Managed: true, Principal: 'eks.amazonaws.com', HiddenByDefault: true },
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      },
    ])
    const InstanceIds = [managed[0]?.InstanceId ?? '']
    expect(await refusalOf(instancesOf(all, { InstanceIds }))).toMatchObject({ name: 'InvalidInstanceID.NotFound' })
    expect(await instancesOf(all, { InstanceIds, IncludeManagedResources: true })).toHaveLength(1)
  })

  // Pinned, because findings of stored runs are compared by these ids.
  test('ids that nobody wrote never change', async () => {
    expect((await instancesOf(all)).map(({ InstanceId }) => InstanceId)).toEqual([
      'i-0c1adb6b604a188e7',
      'i-03f281c74efd57ad2',
      'i-0eda4056cdb48e0c4',
    ])
  })
})

describe('what DescribeInstances is asked', () => {
  const all = clients(
    sandboxWith({
      instances: {
        a: { image: 'ami-0a1', tags: { team: 'red', 'kubernetes.io/cluster/shop': 'owned' } },
        b: { image: 'ami-0b2', tags: { team: 'blue' }, state: 'stopped', metadataOptions: { httpTokens: 'required' } },
        c: {
          image: 'ami-0c3',
          tags: { 'a*b': 'x' },
          metadataOptions: { httpEndpoint: 'disabled', httpPutResponseHopLimit: 12 },
        },
      },
    }),
  )
  const asked = async (...filters: [name: string, ...values: string[]][]) => {
    const Filters = filters.map(([Name, ...Values]) => ({ Name, Values }))
    return (await instancesOf(all, { Filters })).map(({ ImageId }) => ImageId?.at(-2))
  }

  test.each([
    ['a b', [['tag-key', 'team']]],
    ['a', [['tag-key', 'kubernetes.io/cluster/*']]],
    ['', [['tag-key', 'Team']]],
    ['a b', [['tag:team', 'red', 'blue']]],
    ['b', [['tag:team', 'bl*']]],
    ['a', [['tag:team', 're??']]],
    ['', [['tag:team', 're']]],
    ['', [['tag:constructor', '*']]],
    ['c', [['tag-key', 'a\\*b']]],
    ['', [['tag-key', 'a\\*']]],
    ['b', [['instance-state-name', 'stop*']]],
    ['a c', [['instance-state-name', 'running', 'pending']]],
    ['c', [['image-id', 'ami-0c3']]],
    ['b', [['metadata-options.http-tokens', 'required']]],
    ['c', [['metadata-options.http-endpoint', 'disabled']]],
    ['c', [['metadata-options.http-put-response-hop-limit', '12']]],
    [
      'a',
      [
        ['tag-key', 'team'],
        ['metadata-options.http-tokens', 'optional'],
      ],
    ],
    ['', [['instance-id', 'i-0dead*']]],
    ['a b c', [['instance-id', 'i-*']]],
  ] as [string, [string, ...string[]][]][])('finds %j by %j', async (found, filters) => {
    expect((await asked(...filters)).join(' ')).toBe(found)
  })

  test('ids are answered once, and a filter narrows them', async () => {
    const [a = '', b = ''] = (await instancesOf(all)).map(({ InstanceId }) => InstanceId)
    expect(await instancesOf(all, { InstanceIds: [b, a, b] })).toHaveLength(2)
    const Filters = [{ Name: 'instance-state-name', Values: ['stopped'] }]
    expect(await instancesOf(all, { InstanceIds: [a, b], Filters })).toMatchObject([{ InstanceId: b }])
  })

  const lost = 'i-00000000000000000'
  test.each<[string, string, DescribeInstancesCommandInput]>([
    ['InvalidInstanceID.NotFound', `The instance ID '${lost}' does not exist`, { InstanceIds: [lost] }],
    [
      'InvalidInstanceID.NotFound',
      `The instance IDs '${lost}, i-00000001' do not exist`,
      { InstanceIds: [lost, 'i-00000001'] },
    ],
    ['InvalidInstanceID.Malformed', 'Invalid id: "web"', { InstanceIds: ['web'] }],
    [
      'InvalidParameterCombination',
      expect.stringContaining('maxResults') as never,
      { InstanceIds: [lost], MaxResults: 5 },
    ],
    ['InvalidParameterValue', expect.any(String) as never, { MaxResults: 4 }],
    ['InvalidParameterValue', expect.any(String) as never, { MaxResults: 1001 }],
    [
      'InvalidParameterValue',
      expect.stringContaining("The filter 'vpc-id' is invalid") as never,
      { Filters: [{ Name: 'vpc-id', Values: ['v'] }] },
    ],
    ['InvalidNextToken', expect.any(String) as never, { MaxResults: 5, NextToken: '%' }],
  ])('%s: %s', async (name, message, input) => {
    expect(await refusalOf(instancesOf(all, input))).toEqual({ name, message, status: 400 })
  })

  test('pages hold as many instances as are asked for', async () => {
    const { ec2 } = clients(sandboxWith({ instances: { many: { count: 13, image: 'ami-0a' } } }))
    const sizes: (number | undefined)[] = []
    let NextToken: string | undefined
    do {
      const page = await ec2.send(new DescribeInstancesCommand({ MaxResults: 6, NextToken }))
      sizes.push(page.Reservations?.flatMap(({ Instances = [] }) => Instances).length)
      NextToken = page.NextToken
    } while (NextToken)
    expect(sizes).toEqual([6, 6, 1])
  })

  test('user data is the one attribute', async () => {
    const [one] = await instancesOf(all)
    expect(await userDataOf(all, one?.InstanceId)).toEqual({})
    const attribute = (InstanceId: string, Attribute: 'userData' | 'instanceType') =>
      refusalOf(all.ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })))
    expect(await attribute(one?.InstanceId ?? '', 'instanceType')).toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('Value (instanceType) for parameter attribute is invalid.'),
    })
    expect(await attribute(lost, 'userData')).toMatchObject({ name: 'InvalidInstanceID.NotFound' })
  })

  test('the role may be denied either', async () => {
    const deny = ['ec2:DescribeInstance*']
    const { ec2 } = await clientsInRole(sandboxOf({ role: { deny } }))
    expect(await refusalOf(ec2.send(new DescribeInstancesCommand({})))).toMatchObject({ name: 'UnauthorizedOperation' })
    const attribute = new DescribeInstanceAttributeCommand({ InstanceId: lost, Attribute: 'userData' })
    expect(await refusalOf(ec2.send(attribute))).toMatchObject({ name: 'UnauthorizedOperation' })
  })
})
