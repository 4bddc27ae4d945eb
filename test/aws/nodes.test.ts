import { describe, expect, test } from '@jest/globals'
import { coverageOf } from '../../src/core/coverage.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { type Parts, readMember, type SdkRequest } from './sandbox.ts'

const cluster = { shop: { version: '1.31' } }
const secret = 'hunter2-in-the-clear'
const script = `#!/bin/bash\n# ${secret}\n/etc/eks/bootstrap.sh shop\n`
const eksImage = { imageId: 'ami-0e', name: 'amazon-eks-node-1.31-v20251209', ownerId: '602401143452' }
const karpenter = (nodeClass: string) => ({
  'karpenter.sh/nodepool': 'default',
  'karpenter.k8s.aws/ec2nodeclass': nodeClass,
  'eks:eks-cluster-name': 'shop',
})

const regionOf = (region: object): Parts => ({ region: { clusters: cluster, ...region }, images: { eks: eksImage } })

describe('the instances of a Region', () => {
  const instances = {
    lone: { cluster: 'shop', image: 'eks', tags: { Name: 'lone', password: secret } },
    named: { image: 'eks', tags: { 'eks:eks-cluster-name': 'shop' } },
    older: { image: 'eks', tags: { 'k8s.io/cluster/shop': 'owned' } },
    kops: { image: 'eks', tags: { 'kubernetes.io/cluster/kops': 'owned' } },
    elsewhere: { image: 'eks', tags: { 'eks:eks-cluster-name': 'another' } },
    plain: { image: 'eks' },
    stopped: { cluster: 'shop', image: 'eks', state: 'stopped' },
    auto: {
      image: 'eks',
      operator: { principal: 'eks.amazonaws.com', hiddenByDefault: true },
      tags: { 'aws:eks:cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'general-purpose' },
    },
  }

  test('are those that run and whose tags name a listed cluster, with one call', async () => {
    const { inventory, calls } = await readMember(regionOf({ instances }))
    expect(inventory.instances.items.map(({ tags }) => Object.keys(tags).join()).sort()).toEqual([
      'aws:eks:cluster-name,eks:kubernetes-node-pool-name',
      'eks:eks-cluster-name',
      'k8s.io/cluster/shop',
      'kubernetes.io/cluster/shop',
    ])
    expect(calls['ec2:DescribeInstances']).toBe(1)
    expect(JSON.stringify(inventory)).not.toContain(secret)
  })

  test('say what is in force on them, and who manages them', async () => {
    const { inventory } = await readMember(regionOf({ instances: { auto: instances.auto } }))
    expect(inventory.instances.items).toEqual([
      expect.objectContaining({
        imageId: 'ami-0e',
        operator: 'eks.amazonaws.com',
        state: 'running',
        launchTime: expect.stringMatching(/Z$/),
        metadataOptions: { httpTokens: 'optional', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 },
      }),
    ])
  })

  test('are not asked for where there is no cluster', async () => {
    const { calls } = await readMember({ region: { instances: { plain: { image: 'ami-0e' } } } })
    expect(calls).not.toHaveProperty('ec2:DescribeInstances')
  })

  test('of many clusters take as many calls as filters that long, and each comes once', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `c${index}`)
    const clusters = Object.fromEntries(names.map(name => [name, { version: '1.31' }]))
    const both = { 'kubernetes.io/cluster/c0': 'owned', 'k8s.io/cluster/c119': 'owned' }
    const { inventory, calls } = await readMember({
      region: { clusters, instances: { one: { image: 'ami-0e', tags: both } } },
    })
    expect(calls['ec2:DescribeInstances']).toBe(2)
    expect(inventory.instances.items).toHaveLength(1)
  })

  test('that are denied make the Region partial, and images and counts may be missing', async () => {
    const { inventory } = await readMember({ ...regionOf({}), role: { deny: ['ec2:DescribeInstances'] } })
    expect(inventory.instances).toMatchObject({ items: [], failures: [{ class: 'denied' }] })
    expect(inventory.images.failures).toMatchObject([{ class: 'not-asked' }])
    expect(coverageOf(inventory).status).toBe('partial')
  })

  test('are not asked for where clusters were not listed, and that is said', async () => {
    const { inventory } = await readMember({ ...regionOf({}), role: { deny: ['eks:ListClusters'] } })
    expect(inventory.instances.failures).toEqual([
      { action: 'ec2:DescribeInstances', class: 'not-asked', reason: 'not asked, because eks:ListClusters failed' },
    ])
  })
})

describe("user data of Karpenter's nodes", () => {
  const node = (nodeClass: string, over: object = {}) => ({
    cluster: 'shop',
    image: 'eks',
    tags: karpenter(nodeClass),
    userData: script,
    ...over,
  })
  const factsOf = async (instances: object, more: Partial<Parts> = {}) => {
    const { inventory, calls } = await readMember({ ...regionOf({ instances }), ...more })
    expect(JSON.stringify(inventory)).not.toContain(secret)
    return { inventory, calls, read: inventory.nodeClassUserData }
  }

  test('is read of one for each EC2NodeClass and AMI', async () => {
    const { read, calls } = await factsOf({
      web: node('web', { count: 5 }),
      updated: node('web', { image: 'ami-0f' }),
      batch: node('batch', { userData: undefined }),
      lone: { cluster: 'shop', image: 'eks', userData: script },
    })
    expect(read.map(one => [one.nodeClass, one.imageId, one.userData.ok && one.userData.value.format])).toEqual([
      ['batch', 'ami-0e', 'empty'],
      ['web', 'ami-0e', 'shell'],
      ['web', 'ami-0f', 'shell'],
    ])
    expect(calls['ec2:DescribeInstanceAttribute']).toBe(3)
  })

  test('is that of the newest one', async () => {
    const { inventory } = await factsOf({
      old: node('web', { launchTime: '2026-11-01T00:00:00Z' }),
      new: node('web', { launchTime: '2026-11-20T00:00:00Z', userData: 'settings.motd = "hi"' }),
    })
    const group = joinSubjects(inventory)['node-group'].find(({ group: { name } }) => name === 'web')
    expect(group?.variants[0]?.userData).toMatchObject({ ok: true, value: { bootstrap: 'bottlerocket' } })
  })

  test('that is denied is one failure, which names the class and not the instance', async () => {
    const { inventory, read } = await factsOf(
      { web: node('web') },
      { role: { deny: ['ec2:DescribeInstanceAttribute'] } },
    )
    expect(read).toMatchObject([{ nodeClass: 'web', userData: { ok: false } }])
    expect(inventory.failures).toMatchObject([{ action: 'ec2:DescribeInstanceAttribute', resource: 'shop/web' }])
  })

  test('of one that ended meanwhile is not known, and no read failed', async () => {
    const instead = ({ body }: SdkRequest) =>
      /Action=DescribeInstanceAttribute/.test(String(body))
        ? {
            status: 400,
            body: `<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code>
              <Message>The instance ID 'i-0123' does not exist</Message></Error></Errors></Response>`,
          }
        : undefined
    const { inventory, read } = await factsOf({ web: node('web') }, { instead })
    expect(read).toMatchObject([{ userData: { ok: false, reason: 'the newest node ended before it was asked' } }])
    expect(coverageOf(inventory).status).toBe('ok')
  })
})

describe('launch configurations', () => {
  const launchConfigurations = {
    old: { image: 'eks', instanceType: 'm5.large', metadataOptions: { httpTokens: 'optional' }, userData: script },
    older: { image: 'ami-0f', instanceType: 'm4.large' },
    outside: { image: 'eks', instanceType: 'm5.large', userData: script },
  }
  const groups = {
    own: { cluster: 'shop', launchConfigurationName: 'old', nodes: [{ count: 1 }] },
    plain: { launchConfigurationName: 'outside', desiredSize: 1 },
  }

  test('are read of EKS groups alone, with facts of their user data', async () => {
    const { inventory, calls } = await readMember(regionOf({ launchConfigurations, autoScalingGroups: groups }))
    expect(inventory.launchConfigurations).toEqual({
      items: [
        {
          name: 'old',
          imageId: 'ami-0e',
          instanceType: 'm5.large',
          metadataOptions: { httpTokens: 'optional' },
          userData: expect.objectContaining({ format: 'shell', bootstrap: 'bootstrap.sh' }),
        },
      ],
      failures: [],
    })
    expect(calls['autoscaling:DescribeLaunchConfigurations']).toBe(1)
    expect(inventory.images.items.map(({ id }) => id)).toEqual(['ami-0e'])
    expect(JSON.stringify(inventory)).not.toContain(secret)
  })

  test('that are gone are no failure', async () => {
    const autoScalingGroups = { own: { cluster: 'shop', launchConfigurationName: 'gone', desiredSize: 1 } }
    const { inventory } = await readMember(regionOf({ autoScalingGroups }))
    expect(inventory.launchConfigurations).toEqual({ items: [], failures: [] })
    expect(coverageOf(inventory).status).toBe('ok')
  })

  test('that are denied are a failure, and those that cannot be known are not asked for', async () => {
    const parts = regionOf({ launchConfigurations, autoScalingGroups: groups })
    const denied = await readMember({ ...parts, role: { deny: ['autoscaling:DescribeLaunchConfigurations'] } })
    expect(denied.inventory.launchConfigurations.failures).toMatchObject([{ class: 'denied' }])
    const unknown = await readMember({ ...parts, role: { deny: ['autoscaling:*'] } })
    expect(unknown.inventory.launchConfigurations.failures).toMatchObject([
      { class: 'not-asked', reason: 'not asked, because autoscaling:DescribeAutoScalingGroups failed' },
    ])
  })
})

describe('instance types', () => {
  test('stand beside groups, overrides and templates', async () => {
    const { inventory } = await readMember({
      region: {
        clusters: { shop: { version: '1.31', nodeGroups: { web: { instanceTypes: ['m6i.large', 'm5.large'] } } } },
        launchTemplates: { own: { versions: [{ instanceType: 'p3.2xlarge' }] } },
        autoScalingGroups: {
          own: {
            cluster: 'shop',
            launchTemplate: 'own',
            overrides: [{ instanceType: 'm7g.large' }, { instanceType: 'm6g.large' }, { instanceType: 'm7g.large' }],
          },
        },
      },
    })
    expect(inventory.nodeGroups.items[0]?.detail).toMatchObject({ value: { instanceTypes: ['m6i.large', 'm5.large'] } })
    const group = inventory.autoScalingGroups.items.find(({ name }) => name === 'own')
    expect(group?.instanceTypes).toEqual(['m6g.large', 'm7g.large'])
    const template = inventory.launchTemplates.items.find(({ name }) => name === 'own')
    expect(template?.versions[0]?.data).toMatchObject({ value: { instanceType: 'p3.2xlarge' } })
  })
})

describe('the images of nodes', () => {
  test('are asked for by the AMI that EC2 tells, and not by a parameter of their template', async () => {
    const { inventory, calls } = await readMember({
      images: { eks: eksImage, newer: { ...eksImage, imageId: 'ami-0f' } },
      region: {
        clusters: cluster,
        parameters: { '/golden': 'ami-0f' },
        launchTemplates: { web: { versions: [{ image: 'resolve:ssm:/golden' }] } },
        autoScalingGroups: { own: { cluster: 'shop', launchTemplate: 'web', nodes: [{ image: 'eks' }] } },
        instances: { lone: { cluster: 'shop', image: 'eks' } },
      },
    })
    expect(inventory.images.items.map(({ id }) => id)).toEqual(['ami-0e', 'ami-0f'])
    expect(calls).toMatchObject({ 'ec2:DescribeImages': 1, 'ssm:GetParameters': 1 })
  })
})
