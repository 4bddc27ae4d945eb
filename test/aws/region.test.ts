import { describe, expect, test } from '@jest/globals'
import { coverageOf } from '../../src/core/coverage.ts'
import { answering, connectTo, openMember, type Parts, readMember, type SdkRequest, target } from './sandbox.ts'

const emptyRegion = {
  'ec2:DescribeLaunchTemplateVersions': 1,
  'ec2:GetInstanceMetadataDefaults': 1,
  'eks:ListClusters': 1,
}
const withOwnTemplates = {
  ...emptyRegion,
  'autoscaling:DescribeAutoScalingGroups': 1,
  'ec2:DescribeLaunchTemplates': 1,
}
const optional = { metadataOptions: { httpTokens: 'optional' } }
const golden = { imageId: 'ami-0b', name: 'golden', ownerId: '111111111111' }
const eksImage = { imageId: 'ami-0e', name: 'amazon-eks-node-1.31-v20251209', ownerId: '602401143452' }

/** A cluster with one self-managed Auto Scaling group that launches from this template. */
const withGroup = (launchTemplate: string, template: object, group: object = {}): object => ({
  clusters: { shop: { version: '1.31' } },
  launchTemplates: { web: template },
  autoScalingGroups: { own: { cluster: 'shop', launchTemplate, ...group } },
})
/** How base64 of a longer text shows this one: inside it stands on any of three places of a group. */
const inBase64 = (text: string, shift: number) => Buffer.from(text).subarray(shift).toString('base64').slice(0, -4)

const withCluster = {
  'ec2:DescribeInstances': 1,
  'eks:DescribeCluster': 1,
  'eks:ListAddons': 1,
  'eks:ListFargateProfiles': 1,
  'eks:ListInsights': 1,
  'eks:ListNodegroups': 1,
  'eks:ListPodIdentityAssociations': 1,
  'iam:ListOpenIDConnectProviders': 1,
}

describe('a Region is read in as few calls as its content allows', () => {
  const cases: Record<string, readonly [Parts, calls: Record<string, number>]> = {
    'an empty one: three': [{}, emptyRegion],
    'templates that controllers made: three': [
      {
        region: {
          launchTemplates: {
            'karpenter.k8s.aws/1': { versions: [{}] },
            auto: { versions: [{}], operator: { principal: 'eks.amazonaws.com' } },
          },
        },
      },
      emptyRegion,
    ],
    'templates of its own that decide their tokens': [
      { region: { launchTemplates: { web: { versions: [{ image: 'ami-0b', ...optional }] } } } },
      withOwnTemplates,
    ],
    'a template whose tokens the AMI decides': [
      { region: { launchTemplates: { web: { versions: [{ image: 'ami-0b' }] } } } },
      { ...withOwnTemplates, 'ec2:DescribeImages': 1 },
    ],
    "a template whose tokens the account's default decides": [
      {
        region: {
          instanceMetadataDefaults: { httpTokens: 'required' },
          launchTemplates: { web: { versions: [{ image: 'ami-0b' }] } },
        },
      },
      withOwnTemplates,
    ],
    'a cluster without nodes': [
      { region: { clusters: { shop: { version: '1.31' } } } },
      { ...emptyRegion, ...withCluster, 'autoscaling:DescribeAutoScalingGroups': 1 },
    ],
    'add-ons: only those that a check asks about are described': [
      {
        region: {
          clusters: { shop: { version: '1.31', addons: { coredns: 'v1', 'vpc-cni': 'v1', 'kube-proxy': 'v1' } } },
        },
      },
      { ...emptyRegion, ...withCluster, 'autoscaling:DescribeAutoScalingGroups': 1, 'eks:DescribeAddon': 1 },
    ],
    'a managed group: EKS tells the OS and its copy the tokens, so no image is asked for': [
      { region: { clusters: { shop: { version: '1.31', nodeGroups: { web: {} } } } } },
      {
        ...emptyRegion,
        ...withCluster,
        'autoscaling:DescribeAutoScalingGroups': 1,
        'eks:DescribeNodegroup': 1,
      },
    ],
    "a managed group with nodes on an older version of EKS's copy: the image of that version": [
      {
        region: {
          clusters: {
            shop: { version: '1.31', nodeGroups: { web: { nodes: [{ amiType: 'AL2_x86_64' }, { count: 1 }] } } },
          },
        },
      },
      {
        ...emptyRegion,
        ...withCluster,
        'autoscaling:DescribeAutoScalingGroups': 1,
        'ec2:DescribeImages': 1,
        // The older version is pinned by a node, and neither the default nor the latest one.
        'ec2:DescribeLaunchTemplateVersions': 2,
        'eks:DescribeNodegroup': 1,
      },
    ],
    'a group of a cluster that is not of EKS here: its image is not asked for': [
      {
        region: {
          launchTemplates: { web: { versions: [{ image: 'ami-0b', ...optional }] } },
          autoScalingGroups: { own: { tags: { 'kubernetes.io/cluster/kops': 'owned' }, launchTemplate: 'web' } },
        },
      },
      withOwnTemplates,
    ],
    'pinned versions: one call a template, and none for what is default or latest': [
      {
        region: withGroup(
          'web:2',
          { versions: [optional, optional, optional, optional] },
          { nodes: [{ launchTemplate: 'web:3' }, { launchTemplate: 'web:$Latest' }, { launchTemplate: 'web:1' }] },
        ),
      },
      // The templates name no AMI, and EC2 tells that of the nodes.
      { ...withOwnTemplates, ...withCluster, 'ec2:DescribeImages': 1, 'ec2:DescribeLaunchTemplateVersions': 2 },
    ],
    'an image that does not tell its OS: its source too': [
      {
        images: { golden: { ...golden, sourceImageId: 'ami-0e' }, eks: eksImage },
        region: withGroup('web', { versions: [{ image: 'golden', ...optional }] }),
      },
      { ...withOwnTemplates, ...withCluster, 'ec2:DescribeImages': 2 },
    ],
    'an image that tells its OS: not its source': [
      {
        images: { eks: { ...eksImage, sourceImageId: 'ami-0d' } },
        region: withGroup('web', { versions: [{ image: 'eks', ...optional }] }),
      },
      { ...withOwnTemplates, ...withCluster, 'ec2:DescribeImages': 1 },
    ],
  }

  test.each(Object.entries(cases))('%s', async (_, [parts, expected]) => {
    const { calls, inventory } = await readMember(parts)
    expect(calls).toEqual(expected)
    expect(coverageOf(inventory).status).toBe('ok')
  })
})

test('lists longer than a page are read to their end and sorted', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `n${index}`)
  const { inventory, calls } = await readMember({
    region: {
      clusters: { shop: { version: '1.31', nodeGroups: Object.fromEntries(names.map(name => [name, {}])) } },
      launchTemplates: Object.fromEntries(names.map(name => [name, { versions: [optional, optional] }])),
    },
  })
  expect(inventory.nodeGroups.items.map(({ name }) => name)).toEqual([...names].sort())
  expect(inventory.autoScalingGroups.items).toHaveLength(120)
  // A copy of EKS for each group beside the 120 templates with two versions each.
  expect(inventory.launchTemplates.items).toHaveLength(240)
  expect(calls).toMatchObject({
    'autoscaling:DescribeAutoScalingGroups': 2,
    'ec2:DescribeLaunchTemplates': 2,
    'ec2:DescribeLaunchTemplateVersions': 2,
    'eks:ListNodegroups': 2,
  })
})

test('an instance on its way out is no node, and a warm pool is read apart', async () => {
  const states = ['InService', 'Terminating:Wait', 'Detaching', 'Warmed:Stopped', 'Warmed:Terminating:Wait', 'Pending']
  const nodes = states.map(lifecycleState => ({ lifecycleState }))
  const { inventory, calls } = await readMember({ region: withGroup('web', { versions: [optional] }, { nodes }) })
  const [group] = inventory.autoScalingGroups.items
  expect(group?.instances.map(({ lifecycleState }) => lifecycleState).sort()).toEqual(['InService', 'Pending'])
  expect(group?.warmPool).toEqual({ ok: true, value: [expect.objectContaining({ lifecycleState: 'Warmed:Stopped' })] })
  expect(calls['autoscaling:DescribeWarmPool']).toBe(1)
})

test('a warm pool that is denied leaves the group and its list whole, and says so', async () => {
  const region = withGroup('web', { versions: [optional] }, { nodes: [{ lifecycleState: 'Warmed:Stopped' }] })
  const { inventory } = await readMember({ region, role: { deny: ['autoscaling:DescribeWarmPool'] } })
  expect(inventory.autoScalingGroups).toEqual({
    items: [expect.objectContaining({ warmPool: expect.objectContaining({ ok: false }) })],
    failures: [],
  })
  expect(inventory.failures.map(({ action, class: failureClass }) => [action, failureClass])).toEqual([
    ['autoscaling:DescribeWarmPool', 'denied'],
  ])
})

test('a mixed group has its base and each override that names its own template or AMI, once', async () => {
  const overrides = [
    { instanceType: 'm5.large' },
    { instanceType: 'm6g.large', launchTemplate: 'arm:1' },
    { instanceType: 'm7g.large', launchTemplate: 'arm:1' },
    { instanceType: 'p5.48xlarge', image: 'ami-0f' },
  ]
  const { inventory } = await readMember({
    region: {
      clusters: { shop: { version: '1.31' } },
      launchTemplates: { web: { versions: [optional] }, arm: { versions: [optional] } },
      autoScalingGroups: { own: { cluster: 'shop', launchTemplate: 'web', overrides } },
    },
  })
  const launches = inventory.autoScalingGroups.items[0]?.launchTemplates
  expect(launches?.map(({ ref, imageId }) => [ref.name, imageId])).toEqual([
    ['web', undefined],
    ['arm', undefined],
    ['web', 'ami-0f'],
  ])
})

test('parameters are resolved one by one, and one that is not there is a failed read and no failure', async () => {
  const parameters = { '/golden': 'ami-0b', '/secret': 'hunter2' }
  const images = ['/golden', '/golden:1', '/secret', '/missing'].map(name => ({ image: `resolve:ssm:${name}` }))
  const { inventory, calls } = await readMember({
    images: { golden },
    region: {
      ...withGroup(
        'web:1',
        { versions: images },
        { nodes: [{ launchTemplate: 'web:2' }, { launchTemplate: 'web:3' }] },
      ),
      parameters,
    },
  })
  expect(inventory.imageParameters).toEqual({
    items: [
      { name: '/golden', imageId: { ok: true, value: 'ami-0b' } },
      { name: '/golden:1', imageId: { ok: true, value: 'ami-0b' } },
      { name: '/missing', imageId: { ok: false, action: 'ssm:GetParameters', reason: 'there is no such parameter' } },
      { name: '/secret', imageId: { ok: false, action: 'ssm:GetParameters', reason: 'the parameter holds no AMI id' } },
    ],
    failures: [],
  })
  expect(inventory.images.items.map(({ id }) => id)).toEqual(['ami-0b'])
  expect(calls).toMatchObject({ 'ssm:GetParameters': 4, 'ec2:DescribeImages': 1 })
})

test('versions that nodes in no Auto Scaling group name are read as pinned ones, once a template', async () => {
  const versions = Array.from({ length: 5 }, () => ({ image: 'ami-0b' }))
  const { inventory, calls } = await readMember({
    region: {
      clusters: { shop: { version: '1.31' } },
      launchTemplates: { web: { versions } },
      instances: {
        lone: { cluster: 'shop', launchTemplate: 'web:2' },
        jobs: { cluster: 'shop', launchTemplate: 'web:3', tags: { AWSBatchServiceTag: 'batch' } },
        elsewhere: { launchTemplate: 'web:4' },
      },
    },
  })
  expect(inventory.launchTemplates.items.map(({ versions }) => versions.map(({ number }) => number))).toEqual([
    [1, 2, 3, 5],
  ])
  expect(calls['ec2:DescribeLaunchTemplateVersions']).toBe(2)
})

describe('what is gone between a list and its description', () => {
  const region = { clusters: { shop: { version: '1.31', nodeGroups: { web: {} } } } }
  const gone = (path: RegExp) => (request: SdkRequest) =>
    path.test(request.path)
      ? { status: 404, body: '{}', headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } }
      : undefined

  test.each([
    ['a cluster', /^\/clusters\/shop(?:\/|$)/],
    ['a node group', /^\/clusters\/shop\/node-groups\/web$/],
  ])('%s leaves its list without a failure', async (_, path) => {
    const { inventory } = await readMember({ region, instead: gone(path) })
    expect(inventory.nodeGroups.items).toEqual([])
    expect(coverageOf(inventory).status).toBe('ok')
  })

  test('a pinned version is a failed read, and the others are still read', async () => {
    const { inventory, calls } = await readMember({
      region: withGroup(
        'web',
        { versions: [optional, optional, optional, optional] },
        { nodes: [{ launchTemplate: 'web:2' }, { launchTemplate: 'web:3' }] },
      ),
      instead: ({ body }) =>
        /LaunchTemplateVersion\.\d=2(?:&|$)/.test(String(body))
          ? {
              status: 400,
              body: `<Response><Errors><Error><Code>InvalidLaunchTemplateId.VersionNotFound</Code>
                <Message>Could not find version 2.</Message></Error></Errors></Response>`,
            }
          : undefined,
    })
    const [template] = inventory.launchTemplates.items
    expect(template?.versions.map(({ number, data }) => [number, data.ok])).toEqual([
      [1, true],
      [2, false],
      [3, true],
      [4, true],
    ])
    expect(template?.versions[1]?.data).toMatchObject({ reason: expect.stringMatching(/Could not find version 2$/) })
    expect(coverageOf(inventory).status).toBe('ok')
    // All templates, both pinned versions at once, each of them by itself.
    expect(calls['ec2:DescribeLaunchTemplateVersions']).toBe(4)
  })
})

describe('user data', () => {
  const secret = 'hunter2-in-the-clear'
  const script = `#!/bin/bash\n# ${secret}\n/etc/eks/bootstrap.sh shop\n`
  const written = { image: 'ami-0b', userData: script }
  const cluster = { shop: { version: '1.31' } }

  /** The versions with facts, as `name:number format bootstrap`. */
  const factsIn = ({ launchTemplates }: Awaited<ReturnType<typeof readMember>>['inventory']) =>
    launchTemplates.items.flatMap(({ name, versions }) =>
      versions.flatMap(({ number, data }) => {
        const facts = data.ok ? data.value.userData : undefined
        return facts ? [`${name}:${number} ${facts.format} ${facts.bootstrap}`] : []
      }),
    )
  const encodings = [secret, script].flatMap(text => [0, 1, 2].map(shift => inBase64(text, shift)))

  const cases: Record<string, readonly [region: object, facts: readonly string[]]> = {
    "of a managed group is its own template's, in the version that the group names": [
      {
        clusters: { shop: { version: '1.31', nodeGroups: { web: { launchTemplate: 'web:2' } } } },
        launchTemplates: { web: { versions: [written, written, written] } },
      },
      ['web:2 shell bootstrap.sh'],
    ],
    'that EKS wrote for a managed group without a template is not read': [
      { clusters: { shop: { version: '1.31', nodeGroups: { web: { amiType: 'AL2_x86_64' } } } } },
      [],
    ],
    'of a self-managed group is that of its base, its overrides and its nodes': [
      {
        clusters: cluster,
        launchTemplates: {
          web: { versions: Array(5).fill(written) },
          arm: { versions: [written, {}] },
        },
        autoScalingGroups: {
          own: {
            cluster: 'shop',
            launchTemplate: 'web:2',
            overrides: [{ instanceType: 'm5.large' }, { launchTemplate: 'arm:$Latest' }],
            nodes: [{ launchTemplate: 'web:3' }, { launchTemplate: 'web:4', lifecycleState: 'Warmed:Stopped' }],
          },
        },
      },
      ['web:2 shell bootstrap.sh', 'web:3 shell bootstrap.sh', 'web:4 shell bootstrap.sh', 'arm:2 empty none'],
    ],
    'of AWS Batch is that of the version that its nodes name, pinned or not; nothing starts a lone node again': [
      {
        clusters: cluster,
        launchTemplates: { jobs: { versions: [{}, written, {}] }, lone: { versions: [{}, written, {}] } },
        instances: {
          jobs: { cluster: 'shop', launchTemplate: 'jobs:2', tags: { 'aws:batch:compute-environment': 'jobs' } },
          lone: { cluster: 'shop', launchTemplate: 'lone:2' },
        },
      },
      ['jobs:2 shell bootstrap.sh'],
    ],
    'of an Auto Scaling group outside EKS is not read': [
      {
        clusters: cluster,
        launchTemplates: { web: { versions: [written] } },
        autoScalingGroups: { own: { launchTemplate: 'web', tags: { 'kubernetes.io/cluster/kops': 'owned' } } },
      },
      [],
    ],
    'of a template that nothing uses is not read': [
      { clusters: cluster, launchTemplates: { web: { versions: [written, {}] } } },
      [],
    ],
    'of a template that a controller made is not read, whoever launches from it': [
      {
        clusters: cluster,
        launchTemplates: { 'karpenter.k8s.aws/1': { versions: [written] } },
        autoScalingGroups: { own: { cluster: 'shop', launchTemplate: 'karpenter.k8s.aws/1' } },
      },
      [],
    ],
    'that is no base64 counts as it stands': [
      withGroup('web', { versions: [{ image: 'ami-0b', userData: `base64:${script}` }] }),
      ['web:1 shell bootstrap.sh'],
    ],
    'in base64 without its padding is decoded': [
      withGroup('web', { versions: [{ userData: `base64:${btoa(script).replace(/=+$/, '')}` }] }),
      ['web:1 shell bootstrap.sh'],
    ],
  }

  test.each(Object.entries(cases))('%s', async (_, [region, expected]) => {
    const { inventory } = await readMember({ region })
    expect(factsIn(inventory).sort()).toEqual([...expected].sort())
    const text = JSON.stringify(inventory)
    for (const one of [secret, ...encodings]) expect(text).not.toContain(one)
  })

  test('is read of templates on later pages too', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `n${index}`)
    const groups = names.map(name => [name, { cluster: 'shop', launchTemplate: name }])
    const { inventory, calls } = await readMember({
      region: {
        clusters: cluster,
        launchTemplates: Object.fromEntries(names.map(name => [name, { versions: [written, {}] }])),
        autoScalingGroups: Object.fromEntries(groups),
      },
    })
    expect(calls['ec2:DescribeLaunchTemplateVersions']).toBe(2)
    expect(factsIn(inventory).sort()).toEqual(names.map(name => `${name}:1 shell bootstrap.sh`).sort())
  })

  test('in an answer that broke off is in no reason of a failure', async () => {
    const body = `<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item>${secret}</wrong>`
    const { inventory } = await readMember({
      region: { clusters: cluster },
      instead: request => (/LaunchTemplateVersions/.test(String(request.body)) ? { status: 200, body } : undefined),
    })
    expect(inventory.launchTemplates.failures).toHaveLength(1)
    expect(JSON.stringify(inventory)).not.toContain(secret)
  })
})

describe('what AWS refuses', () => {
  const busy = {
    clusters: { shop: { version: '1.31', addons: { 'vpc-cni': 'v1' }, nodeGroups: { web: {} } } },
    launchTemplates: { web: { versions: [{ image: 'ami-0b' }] } },
  }
  const denying = (...deny: string[]) => readMember({ region: busy, role: { deny } })
  const denied = (action: string, code = 'AccessDeniedException') => ({
    action,
    class: 'denied',
    reason: `access denied (${code}): no identity-based policy allows it`,
  })

  test('leaves what was listed in its list, with one failure each', async () => {
    const { inventory } = await denying('eks:Describe*')
    const cluster = inventory.clusters.items[0]
    expect(cluster).toMatchObject({ name: 'shop', detail: { ok: false, action: 'eks:DescribeCluster' } })
    expect(cluster?.addons.items).toMatchObject([{ name: 'vpc-cni', detail: { ok: false } }])
    expect(inventory.nodeGroups.items).toMatchObject([{ name: 'web', clusterName: 'shop', detail: { ok: false } }])
    expect(inventory.clusters.failures).toEqual([{ ...denied('eks:DescribeCluster'), resource: 'shop' }])
    expect(cluster?.addons.failures).toEqual([{ ...denied('eks:DescribeAddon'), resource: 'shop/vpc-cni' }])
    expect(inventory.nodeGroups.failures).toEqual([{ ...denied('eks:DescribeNodegroup'), resource: 'shop/web' }])
    expect(coverageOf(inventory).status).toBe('partial')
  })

  test('stops what depends on the list of clusters, and says so', async () => {
    const { inventory, calls } = await denying('eks:ListClusters')
    const because = { class: 'not-asked', reason: 'not asked, because eks:ListClusters failed' }
    expect(inventory.clusters).toEqual({ items: [], failures: [denied('eks:ListClusters')] })
    expect(inventory.nodeGroups).toEqual({ items: [], failures: [{ action: 'eks:ListNodegroups', ...because }] })
    expect(inventory.images.failures).toEqual([{ action: 'ec2:DescribeImages', ...because }])
    expect(inventory.imageParameters.failures).toEqual([{ action: 'ssm:GetParameters', ...because }])
    // The Region's own template asks for these two, whatever the clusters are.
    expect(inventory.autoScalingGroups.failures).toEqual([])
    expect(calls).toEqual({ ...withOwnTemplates, 'ec2:DescribeImages': 1 })
  })

  test('without a list of templates, Auto Scaling groups are only asked for where there are clusters', async () => {
    const role = { deny: ['ec2:DescribeLaunchTemplate*'] }
    const { inventory: empty } = await readMember({ role })
    expect(empty.autoScalingGroups.failures).toEqual([
      {
        action: 'autoscaling:DescribeAutoScalingGroups',
        class: 'not-asked',
        reason: 'not asked, because ec2:DescribeLaunchTemplateVersions failed',
      },
    ])
    const { inventory: used } = await readMember({ role, region: busy })
    expect(used.autoScalingGroups.items).toHaveLength(1)
    expect(used.launchTemplates).toEqual({
      items: [],
      failures: [denied('ec2:DescribeLaunchTemplateVersions', 'UnauthorizedOperation')],
    })
  })

  test('leaves templates without their tags', async () => {
    const { inventory } = await denying('ec2:DescribeLaunchTemplates')
    expect(inventory.launchTemplates.items.map(({ tags }) => tags.ok)).toEqual([false, false])
    expect(inventory.launchTemplates.failures).toHaveLength(1)
  })

  test('is one failure for a default that could not be read', async () => {
    const { inventory } = await denying('ec2:GetInstanceMetadataDefaults')
    expect(inventory.imdsDefaults).toMatchObject({ ok: false, action: 'ec2:GetInstanceMetadataDefaults' })
    expect(inventory.failures).toEqual([denied('ec2:GetInstanceMetadataDefaults', 'UnauthorizedOperation')])
  })

  test('by a service control policy makes the Region a denied one', async () => {
    const policies = [{ id: 'p-regions', unit: 'Payments', deny: '*', regions: ['eu-west-1'] }]
    const { inventory } = await readMember({ policies, region: busy })
    expect(coverageOf(inventory)).toMatchObject({ status: 'region-denied', detail: expect.stringMatching(/p-regions/) })
  })

  test('for too long is a throttled failure', async () => {
    const { inventory } = await readMember({ faults: [{ action: 'eks:ListNodegroups', throttle: 1 }], region: busy })
    expect(inventory.nodeGroups.failures).toMatchObject([{ resource: 'shop', class: 'throttled' }])
  })

  test('because the Region is off ends the read', async () => {
    const { reader } = await openMember()
    expect(await reader.readRegion('ap-southeast-1')).toMatchObject({
      status: 'region-disabled',
      reason: expect.stringMatching(/^the Region is not enabled for the account \(UnrecognizedClientException/),
    })
  })
})

test('an endpoint that answers in HTML makes readable failures', async () => {
  const requestHandler = answering(() => ({ status: 404, body: '<!doctype html>\n<html lang=en>\n<title>404</title>' }))
  const access = await connectTo({}, { requestHandler }).openAccount({ ...target, roleArn: null })
  const read = access.status === 'open' && (await access.reader.readRegion('eu-west-1'))
  expect(read).toMatchObject({
    status: 'read',
    inventory: {
      clusters: {
        items: [],
        failures: [
          {
            action: 'eks:ListClusters',
            class: 'unsupported',
            reason: 'the endpoint answered HTTP 404, and not as AWS does',
          },
        ],
      },
      launchTemplates: { items: [], failures: [{ class: 'unsupported' }] },
      imdsDefaults: { ok: false },
    },
  })
})
