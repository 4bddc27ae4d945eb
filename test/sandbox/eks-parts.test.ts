import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  type DescribeClusterVersionsCommandInput,
  DescribeInsightCommand,
  ListFargateProfilesCommand,
  ListInsightsCommand,
  type ListInsightsCommandInput,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks'
import { describe, expect, test } from '@jest/globals'
import { clients, clientsInRole, member, refusalOf, region, sandboxOf, sandboxWith } from './support.ts'

const association = `arn:aws:eks:${region}:${member}:podidentityassociation/shop/a-1`
const al2 = 'Amazon Linux 2 compatibility'
const sandbox = sandboxWith({
  clusters: {
    shop: {
      version: '1.32',
      createdAt: '2024-02-03T04:05:06Z',
      platformVersion: 'eks.40',
      remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.2.0.0/16'] }] },
      upgradePolicy: { supportType: 'STANDARD' },
      addons: {
        'vpc-cni': {
          addonVersion: 'v1.19.0-eksbuild.1',
          serviceAccountRoleArn: `arn:aws:iam::${member}:role/cni`,
          configurationValues: '{"env":{}}',
          podIdentityAssociations: [association],
        },
      },
      fargateProfiles: ['batch', 'web'],
      podIdentityAssociations: [
        { namespace: 'kube-system', serviceAccount: 'aws-node', roleArn: `arn:aws:iam::${member}:role/cni` },
        { namespace: 'shop', serviceAccount: 'web' },
        { namespace: 'shop', serviceAccount: 'cron' },
      ],
      insights: [
        {
          name: al2,
          kubernetesVersion: '1.33',
          status: 'ERROR',
          reason: '3 nodes run AL2.',
          lastRefreshTime: '2026-11-21T20:00:00Z',
          lastTransitionTime: '2026-01-01T00:00:00Z',
          description: 'Checks nodes',
          recommendation: 'Move them',
        },
        { id: 'own-id', name: 'Kubelet version skew', kubernetesVersion: '1.33', status: 'PASSING' },
        { name: 'Hybrid nodes', category: 'MISCONFIGURATION', status: 'UNKNOWN' },
      ],
    },
    six: { version: '1.35', kubernetesNetworkConfig: { ipFamily: 'ipv6' } },
  },
})
const { eks } = clients(sandbox)

describe('clusters and add-ons', () => {
  const clusterOf = async (name: string) => (await eks.send(new DescribeClusterCommand({ name }))).cluster

  test('what was written is told', async () => {
    expect(await clusterOf('shop')).toMatchObject({
      createdAt: new Date('2024-02-03T04:05:06Z'),
      platformVersion: 'eks.40',
      remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.2.0.0/16'] }] },
      upgradePolicy: { supportType: 'STANDARD' },
      identity: {
        oidc: { issuer: expect.stringMatching(/^https:\/\/oidc\.eks\.eu-west-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/) },
      },
    })
    const input = { clusterName: 'shop', addonName: 'vpc-cni' }
    expect((await eks.send(new DescribeAddonCommand(input))).addon).toMatchObject({
      serviceAccountRoleArn: `arn:aws:iam::${member}:role/cni`,
      configurationValues: '{"env":{}}',
      podIdentityAssociations: [association],
    })
  })

  test('an IPv6 cluster has a range of its own, and none of IPv4', async () => {
    const network = (await clusterOf('six'))?.kubernetesNetworkConfig
    expect(network).toMatchObject({
      ipFamily: 'ipv6',
      serviceIpv6Cidr: expect.stringMatching(/^fd[0-9a-f]{2}:[0-9a-f]{4}:[0-9a-f]{4}::\/108$/),
    })
    expect(network).not.toHaveProperty('serviceIpv4Cidr')
    expect((await clusterOf('shop'))?.kubernetesNetworkConfig).not.toHaveProperty('serviceIpv6Cidr')
  })
})

describe('insights', () => {
  const list = async (input: Partial<ListInsightsCommandInput> = {}) =>
    (await eks.send(new ListInsightsCommand({ clusterName: 'shop', ...input }))).insights ?? []

  test('are listed with their status, and described with what to do', async () => {
    const [first] = await list()
    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      name: al2,
      category: 'UPGRADE_READINESS',
      kubernetesVersion: '1.33',
      lastRefreshTime: new Date('2026-11-21T20:00:00Z'),
      lastTransitionTime: new Date('2026-01-01T00:00:00Z'),
      description: 'Checks nodes',
      insightStatus: { status: 'ERROR', reason: '3 nodes run AL2.' },
    })
    const { insight } = await eks.send(new DescribeInsightCommand({ clusterName: 'shop', id: first?.id }))
    expect(insight).toMatchObject({ ...first, recommendation: 'Move them' })
  })

  test('one that says little was refreshed this morning', async () => {
    const { insight } = await eks.send(new DescribeInsightCommand({ clusterName: 'shop', id: 'own-id' }))
    expect(insight).toMatchObject({ name: 'Kubelet version skew', lastRefreshTime: new Date('2026-11-21T20:00:00Z') })
  })

  test.each<[string[], ListInsightsCommandInput['filter']]>([
    [[al2, 'Kubelet version skew', 'Hybrid nodes'], {}],
    [[al2, 'Kubelet version skew'], { categories: ['UPGRADE_READINESS'] }],
    [[al2, 'Hybrid nodes'], { statuses: ['ERROR', 'UNKNOWN'] }],
    [[al2, 'Kubelet version skew'], { kubernetesVersions: ['1.33'] }],
    [[], { kubernetesVersions: ['1.34'], statuses: ['ERROR'] }],
  ])('%j pass %j', async (names, filter) => {
    expect((await list({ filter })).map(({ name }) => name)).toEqual(names)
  })

  test('pages, and what is not there', async () => {
    const first = await eks.send(new ListInsightsCommand({ clusterName: 'shop', maxResults: 2 }))
    const rest = await list({ nextToken: first.nextToken })
    expect([first.insights?.length, rest.map(({ name }) => name)]).toEqual([2, ['Hybrid nodes']])
    const refusals = await Promise.all([
      refusalOf(list({ maxResults: 101 })),
      refusalOf(list({ clusterName: 'nobody' })),
      refusalOf(eks.send(new DescribeInsightCommand({ clusterName: 'shop', id: 'nobody' }))),
    ])
    expect(refusals.map(({ name }) => name)).toEqual([
      'InvalidParameterException',
      'ResourceNotFoundException',
      'ResourceNotFoundException',
    ])
  })
})

describe('pod identity associations and Fargate profiles', () => {
  test('associations are listed, by namespace and service account', async () => {
    const list = (input: object) => eks.send(new ListPodIdentityAssociationsCommand({ clusterName: 'shop', ...input }))
    const namesOf = async (input: object) => (await list(input)).associations?.map(one => one.serviceAccount)
    expect((await list({ maxResults: 1 })).associations).toEqual([
      {
        clusterName: 'shop',
        namespace: 'kube-system',
        serviceAccount: 'aws-node',
        associationId: expect.stringMatching(/^a-[0-9a-f]{17}$/),
        associationArn: expect.stringMatching(/^arn:aws:eks:eu-west-1:222222222222:podidentityassociation\/shop\/a-/),
      },
    ])
    expect(await namesOf({})).toEqual(['aws-node', 'web', 'cron'])
    expect(await namesOf({ namespace: 'shop' })).toEqual(['web', 'cron'])
    expect(await namesOf({ namespace: 'shop', serviceAccount: 'cron' })).toEqual(['cron'])
    const { nextToken } = await list({ maxResults: 2 })
    expect(await namesOf({ nextToken })).toEqual(['cron'])
  })

  test('Fargate profiles are listed', async () => {
    const list = (clusterName: string) => eks.send(new ListFargateProfilesCommand({ clusterName }))
    expect((await list('shop')).fargateProfileNames).toEqual(['batch', 'web'])
    expect((await list('six')).fargateProfileNames).toEqual([])
    expect(await refusalOf(list('nobody'))).toMatchObject({ name: 'ResourceNotFoundException' })
  })

  test('the role may be denied each', async () => {
    const role = await clientsInRole(sandboxOf({ role: { deny: ['eks:List*', 'eks:Describe*'] } }))
    const clusterName = 'shop'
    const calls = [
      role.eks.send(new ListInsightsCommand({ clusterName })),
      role.eks.send(new DescribeInsightCommand({ clusterName, id: 'i' })),
      role.eks.send(new ListPodIdentityAssociationsCommand({ clusterName })),
      role.eks.send(new ListFargateProfilesCommand({ clusterName })),
      role.eks.send(new DescribeClusterVersionsCommand({})),
    ]
    const refusals = await Promise.all(calls.map(refusalOf))
    expect(refusals.map(({ name }) => name)).toEqual(Array(5).fill('AccessDeniedException'))
  })
})

describe('cluster versions', () => {
  const versionsOf = async (input: DescribeClusterVersionsCommandInput, from = eks) =>
    (await from.send(new DescribeClusterVersionsCommand(input))).clusterVersions ?? []
  const namesOf = async (...asked: Parameters<typeof versionsOf>) =>
    (await versionsOf(...asked)).map(({ clusterVersion }) => clusterVersion).join(' ')

  test('a version tells its dates and what they mean on the day of the sandbox', async () => {
    expect(await versionsOf({ clusterVersions: ['1.31'] })).toEqual([
      {
        clusterVersion: '1.31',
        clusterType: 'eks',
        defaultPlatformVersion: 'eks.12',
        defaultVersion: false,
        releaseDate: new Date('2024-09-26'),
        endOfStandardSupportDate: new Date('2025-11-26'),
        endOfExtendedSupportDate: new Date('2026-11-26'),
        status: 'extended-support',
        versionStatus: 'EXTENDED_SUPPORT',
        kubernetesPatchVersion: '1.31.10',
      },
    ])
  })

  test.each<[string, DescribeClusterVersionsCommandInput]>([
    ['1.36 1.35 1.34 1.33 1.32 1.31', {}],
    ['1.36 1.35 1.34 1.33 1.32 1.31 1.30 1.29 1.28', { includeAll: true }],
    ['1.35', { defaultOnly: true }],
    ['1.33 1.32 1.31', { versionStatus: 'EXTENDED_SUPPORT' }],
    ['1.30 1.29 1.28', { versionStatus: 'UNSUPPORTED' }],
    ['1.36 1.35 1.34', { status: 'standard-support' }],
    ['1.31 1.28', { clusterVersions: ['1.28', '1.31', '1.99'] }],
    ['1.36 1.35', { maxResults: 2 }],
    ['', { clusterType: 'other' }],
  ])('%s are told for %j', async (names, input) => {
    expect(await namesOf(input)).toBe(names)
  })

  test('the organization may say otherwise, and name versions of its own', async () => {
    const clusterVersions = {
      '1.37': {
        releaseDate: '2026-10-01',
        endOfStandardSupportDate: '2027-12-01',
        endOfExtendedSupportDate: '2028-12-01',
      },
      '1.36': { defaultVersion: true },
      '1.35': { defaultVersion: false, kubernetesPatchVersion: '1.35.2' },
      '1.31': { endOfExtendedSupportDate: '2026-11-20' },
      '1.30': { versionStatus: 'EXTENDED_SUPPORT' as const },
    }
    const other = clients(sandboxOf({}, { clusterVersions })).eks
    expect(await namesOf({}, other)).toBe('1.37 1.36 1.35 1.34 1.33 1.32 1.30')
    expect(await namesOf({ defaultOnly: true }, other)).toBe('1.36')
    expect(await versionsOf({ clusterVersions: ['1.35'] }, other)).toMatchObject([{ kubernetesPatchVersion: '1.35.2' }])
  })

  test('pages follow each other', async () => {
    const { nextToken } = await eks.send(new DescribeClusterVersionsCommand({ maxResults: 4 }))
    expect(await namesOf({ maxResults: 4, nextToken })).toBe('1.32 1.31')
    expect(await refusalOf(versionsOf({ nextToken: '%' }))).toMatchObject({ name: 'InvalidParameterException' })
  })
})
