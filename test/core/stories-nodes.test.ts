import { expect, test } from '@jest/globals'
import { isListed, listedOf } from '../../src/core/completeness.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { customManaged, ofVersion, only, rowsOf, selfManaged, told } from './stories.ts'

// Each a story of a night that went wrong somewhere, told through the whole join.

const { al2Image, al2023Image, mysteryImage, complete, instances } = build
const offAl2 = 'node-group-off-amazon-linux-2'
const al2 = { imageId: al2Image.id }
const al2023 = { imageId: al2023Image.id }

test('template on AL2023 while 7 of 9 nodes still run AL2: fails by its nodes, and the path is to roll them', () => {
  const verdict = only(offAl2, {
    launchTemplates: complete(build.eksCopy([al2, al2023])),
    autoScalingGroups: complete(
      build.managedAutoScalingGroup({
        launchTemplates: [{ ref: { id: 'lt-0copy', version: '2' } }],
        instances: [...instances(7, 'lt-0copy', '1'), ...instances(2, 'lt-0copy', '2')],
      }),
    ),
  })
  expect(verdict).toMatchObject({ status: 'fail', message: expect.stringContaining('still runs nodes on') })
  expect(rowsOf(verdict, 'upgrade path')).toEqual(['roll'])
  expect(rowsOf(verdict, 'OS of the next node')).toEqual([])
})

test('warm pool on AL2, stopped, so that EC2 does not list it: the version that it was started from tells', () => {
  const waiting = instances(1, 'lt-0web', '1').map(node => ({ ...node, lifecycleState: 'Warmed:Stopped' }))
  const verdict = only(offAl2, selfManaged([al2, al2023], { ...ofVersion('2'), warmPool: known(waiting) }))
  expect(verdict.status).toBe('fail')
  expect(rowsOf(verdict, 'upgrade path')).toEqual(['roll'])
})

test('managed update that failed half-way: nodes of two template versions, each judged by its own', () => {
  const inventory = build.inventory({
    launchTemplates: complete(build.eksCopy([al2, al2023])),
    autoScalingGroups: complete(
      build.managedAutoScalingGroup({
        launchTemplates: [{ ref: { id: 'lt-0copy', version: '2' } }],
        instances: [...instances(1, 'lt-0copy', '1'), ...instances(1, 'lt-0copy', '2')],
      }),
    ),
  })
  const [subject] = joinSubjects(inventory)['node-group']
  expect(subject?.nodes.ok && subject.nodes.value.map(({ os }) => os.value)).toEqual(['al2', 'al2023'])
  expect(only(offAl2, inventory).status).toBe('fail')
})

test('NodeClass on AL2 scaled to zero overnight: not seen, and its finding is kept', () => {
  const karpenter = { 'kubernetes.io/cluster/shop': 'owned', 'karpenter.k8s.aws/ec2nodeclass': 'default' }
  const evening = build.inventory({ instances: complete(build.instance({ imageId: al2Image.id, tags: karpenter })) })
  const verdict = told(offAl2, evening)['default']
  expect(verdict?.status).toBe('fail')
  expect(verdict && rowsOf(verdict, 'upgrade path')).toEqual(['drift'])

  const resource = joinSubjects(evening)['node-group'].find(({ group }) => group.name === 'default')?.resource
  expect(resource?.id).toBe('arn:aws:eks:eu-west-1:111122223333:cluster/shop/karpenter/default')
  const night = build.inventory()
  expect(Object.keys(told(offAl2, night))).toEqual(['web'])
  expect(resource && isListed(listedOf(night), resource)).toBe(false)
})

test('1.33 cluster with a 1.32 AL2 group: stuck now, and the group has its path all the same', () => {
  const of132 = { ...al2Image, id: 'ami-132', name: 'amazon-eks-node-1.32-v20251120' }
  const over = customManaged(of132.id, {
    clusters: complete(build.cluster({ version: '1.33' })),
    images: complete(of132),
  })
  expect(only('cluster-free-of-al2-hold', over)).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('cannot follow it and hold it back now'),
  })
  const verdict = only(offAl2, over)
  expect(verdict.status).toBe('fail')
  expect(rowsOf(verdict, 'upgrade path')).toEqual(['in-place'])
})

test("kops cluster's tag: neither its group nor its lone instance is a node of EKS", () => {
  const tags = { 'kubernetes.io/cluster/kops.example.com': 'owned' }
  const verdicts = told(
    offAl2,
    selfManaged([al2], { tags }, { instances: complete(build.instance({ imageId: al2Image.id, tags })) }),
  )
  expect(verdicts).toEqual({})
})

test('Outposts local cluster: its self-managed AL2 group is told to hold, at medium', () => {
  const verdict = only(offAl2, selfManaged([al2], {}, { clusters: complete(build.cluster({ outpost: true })) }))
  expect(verdict).toMatchObject({ status: 'fail', severity: 'medium' })
  expect(rowsOf(verdict, 'upgrade path')).toEqual(['hold'])
})

test('AMI deregistered: unknown, never a pass', () => {
  expect(only(offAl2, customManaged('ami-gone'))).toMatchObject({
    status: 'unknown',
    evidence: [{ what: 'ec2:DescribeImages', source: expect.stringContaining('AMI ami-gone is not visible') }],
  })
})

test('AMI hidden by Allowed AMIs under nodes in service: unknown for the nodes too', () => {
  const over = selfManaged([al2023], { instances: instances(1, 'lt-0web', '1') }, { images: complete(al2Image) })
  expect(only(offAl2, over).status).toBe('unknown')
})

test('AL2 behind CUSTOM by a copied AMI with an invented name: unknown, never a pass', () => {
  expect(only(offAl2, customManaged(mysteryImage.id)).status).toBe('unknown')
})

test('AL2 behind CUSTOM by a copied AMI whose source is still visible: fails by the source', () => {
  const copy = { ...mysteryImage, sourceImageId: al2Image.id }
  expect(only(offAl2, customManaged(copy.id, { images: complete(copy, al2Image) })).status).toBe('fail')
})

test('EKS Auto Mode: recognised, and exempt where the user cannot change a thing', () => {
  const tags = { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'general-purpose' }
  const node = build.instance({ imageId: 'ami-of-aws', operator: 'eks.amazonaws.com', tags })
  const over: Partial<RegionInventory> = {
    nodeGroups: complete(),
    autoScalingGroups: complete(),
    instances: complete(node),
  }
  const [subject] = joinSubjects(build.inventory(over))['node-group']
  expect(subject?.group.provisioner).toBe('auto-mode')
  expect(subject?.resource.id).toBe('arn:aws:eks:eu-west-1:111122223333:cluster/shop/auto-mode/general-purpose')
  expect(only(offAl2, over).status).toBe('skip')
  expect(only('node-group-imdsv2-required', over).status).toBe('skip')
})

test('stopped and terminated instances: no nodes, and no group of their own', () => {
  const lone = (id: string, state: string) => build.instance({ id, state, imageId: al2Image.id })
  const over = (states: readonly string[]): Partial<RegionInventory> => ({
    nodeGroups: complete(),
    autoScalingGroups: complete(),
    instances: complete(...states.map((state, index) => lone(`i-${index}`, state))),
  })
  expect(told(offAl2, over(['stopped', 'stopping', 'shutting-down', 'terminated']))).toEqual({})
  expect(only(offAl2, over(['terminated', 'running'])).status).toBe('fail')
})

test('AccessDenied on one call in the middle: what hangs on it is unknown, and what does not is judged', () => {
  const over = {
    nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
    launchTemplates: complete(build.eksCopy([al2]), build.launchTemplate([al2023])),
    autoScalingGroups: complete(
      build.managedAutoScalingGroup(),
      build.autoScalingGroup({ instances: instances(1, 'lt-0web', '1') }),
    ),
    instances: build.refused<never>('ec2:DescribeInstances'),
  }
  const { web, workers } = told(offAl2, over)
  expect(web?.status).toBe('fail')
  expect(workers).toMatchObject({ status: 'unknown', evidence: [{ what: 'ec2:DescribeInstances' }] })
  // A template that says it is judged without its nodes.
  expect(Object.values(told('cluster-vpc-cni-ready', over)).map(({ status }) => status)).toEqual(['pass'])
})

test('managed group that is gone and whose Auto Scaling group EKS left behind: its nodes do not vanish', () => {
  const orphan = build.managedAutoScalingGroup({ instances: instances(1, 'lt-0copy', '1') })
  const over = {
    nodeGroups: complete<never>(),
    launchTemplates: complete(build.eksCopy([al2])),
    autoScalingGroups: complete(orphan),
  }
  const [subject] = joinSubjects(build.inventory(over))['node-group']
  expect(subject?.resource.id).toBe(orphan.arn)
  expect(subject?.group.provisioner).toBe('self-managed')
  // EKS wrote the user data of its copy, so nobody is told to mend it.
  expect(subject?.variants.map(({ userData }) => userData.ok)).toEqual([false])
  expect(only(offAl2, over).status).toBe('fail')
  // It may be EKS's after all where the list of node groups broke off.
  expect(told(offAl2, { ...over, nodeGroups: build.refused('eks:ListNodegroups') })).toEqual({})
})

test('group whose template names the cluster in its stead: an EKS group by the tags of its instances', () => {
  const group = { tags: {}, instances: instances(1, 'lt-0web', '1') }
  const tags = { 'kubernetes.io/cluster/shop': 'owned', 'aws:autoscaling:groupName': 'workers' }
  const node = build.instance({ id: 'i-lt-0web-1-0', imageId: al2Image.id, tags })
  expect(told(offAl2, selfManaged([al2], group, { instances: complete(node) }))['workers']?.status).toBe('fail')
  expect(told(offAl2, selfManaged([al2], group, { instances: complete() }))).toEqual({})
})
