import { describe, expect, test } from '@jest/globals'
import type { Instance, RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

const { al2Image, al2023Image, complete } = build

const groups = (instances: readonly Instance[], over: Partial<RegionInventory> = {}) =>
  joinSubjects(
    build.inventory({
      nodeGroups: complete(),
      autoScalingGroups: complete(),
      instances: complete(...instances),
      ...over,
    }),
  )['node-group']

const shop = { 'kubernetes.io/cluster/shop': 'owned' }
const nodeClass = { ...shop, 'karpenter.k8s.aws/ec2nodeclass': 'default', 'karpenter.sh/nodepool': 'general' }

describe('an instance with the tag of a cluster and no Auto Scaling group', () => {
  const arn = 'arn:aws:eks:eu-west-1:111122223333:cluster/shop'

  test.each<[string, Partial<Instance>, string[]]>([
    ['of Karpenter is of its EC2NodeClass', { tags: nodeClass }, [`karpenter ${arn}/karpenter/default`]],
    [
      'of an older Karpenter is of its node pool',
      { tags: { ...shop, 'karpenter.sh/provisioner-name': 'spot' } },
      [`karpenter ${arn}/karpenter/spot`],
    ],
    [
      'of EKS Auto Mode is of its node pool',
      { tags: { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'system' } },
      [`auto-mode ${arn}/auto-mode/system`],
    ],
    [
      'that EKS operates is of EKS Auto Mode',
      { operator: 'eks.amazonaws.com' },
      [`auto-mode ${arn}/auto-mode/auto-mode`],
    ],
    [
      'that another service operates is a lone one',
      { operator: 'other.amazonaws.com' },
      [`standalone ${arn}/standalone`],
    ],
    ['of AWS Batch is of Batch', { tags: { ...shop, AWSBatchServiceTag: 'batch' } }, [`batch ${arn}/batch/batch`]],
    ['of nobody stands alone', {}, [`standalone ${arn}/standalone`]],
    ['of an Auto Scaling group is of no other group', { tags: { ...shop, 'aws:autoscaling:groupName': 'x' } }, []],
    ['of a cluster of kops is none', { tags: { 'kubernetes.io/cluster/kops.example': 'owned' } }, []],
  ])('%s', (_, over, expected) => {
    const found = groups([build.instance(over)])
    expect(found.map(({ group, resource }) => `${group.provisioner} ${resource.id}`)).toEqual(expected)
  })

  test('that an Auto Scaling group claims is judged once, with that', () => {
    const found = groups([build.instance({ id: 'i-1' })], {
      launchTemplates: complete(build.launchTemplate([{}])),
      autoScalingGroups: complete(build.autoScalingGroup({ instances: [{ id: 'i-1', lifecycleState: 'InService' }] })),
    })
    expect(found.map(({ group }) => group.provisioner)).toEqual(['self-managed'])
  })

  test('is of the cluster that the tags of EKS itself name, before any other', () => {
    const pay = { ...build.cluster(), name: 'pay', arn: 'arn:pay' }
    const tags = { ...shop, 'eks:eks-cluster-name': 'pay' }
    const [subject] = groups([build.instance({ tags })], { clusters: complete(build.cluster(), pay) })
    expect(subject?.resource.id).toBe('arn:pay/standalone')
  })

  // The other cluster may come first, and nothing is claimed of one that was not listed.
  test('is of none where it names another one first, which a list that broke off may hide', () => {
    const tags = { 'kubernetes.io/cluster/pay': 'owned', ...shop }
    expect(groups([build.instance({ tags })])).toHaveLength(1)
    const clusters = build.refused('eks:ListClusters', build.cluster())
    expect(groups([build.instance({ tags })], { clusters })).toEqual([])
  })

  test('has what EC2 tells of it', () => {
    const [subject] = groups([build.instance({ imageId: al2Image.id, metadataOptions: { httpTokens: 'optional' } })])
    expect(subject?.group.instanceTypes).toEqual(['m6i.large'])
    expect(subject?.nodes).toMatchObject({
      value: [{ os: { value: 'al2' }, imds: { value: { httpTokens: 'optional' } } }],
    })
    expect(subject?.variants).toEqual([])
  })
})

describe('an EC2NodeClass', () => {
  const older = build.instance({
    id: 'i-1',
    tags: nodeClass,
    imageId: al2Image.id,
    launchTime: '2026-11-01T08:00:00.000Z',
    metadataOptions: { httpTokens: 'optional' },
  })
  const newer = build.instance({ id: 'i-0', tags: nodeClass, launchTime: '2026-11-02T08:00:00.000Z' })

  test.each([
    ['in one order', [older, newer]],
    ['in the other', [newer, older]],
  ])('would launch what its newest node shows, listed %s', (_, instances) => {
    const [subject] = groups(instances)
    expect(subject?.variants).toMatchObject([
      {
        launch: { value: { kind: 'EC2NodeClass', name: 'default' } },
        os: { value: 'al2023' },
        imds: { httpTokens: { value: 'required' } },
      },
    ])
    expect(subject?.nodes.ok && subject.nodes.value.map(({ os }) => os.value)).toEqual(['al2023', 'al2'])
  })

  test('has the user data of that node, for its cluster, class and AMI', () => {
    const userData = known(build.userData({ format: 'nodeconfig' }))
    const read = { clusterName: 'shop', nodeClass: 'default', imageId: al2023Image.id, userData }
    const facts = (over: Partial<typeof read>) =>
      groups([newer], { nodeClassUserData: [{ ...read, ...over }] })[0]?.variants[0]?.userData
    expect(facts({})).toEqual(userData)
    for (const other of [{ clusterName: 'pay' }, { nodeClass: 'gpu' }, { imageId: al2Image.id }]) {
      expect(facts(other)).toMatchObject({ ok: false, action: 'ec2:DescribeInstanceAttribute' })
    }
  })

  // A newer node may be on the pages that were not read.
  test('is not known where the list of instances broke off, but what runs of it is', () => {
    const [subject] = groups([], { instances: build.refused('ec2:DescribeInstances', older) })
    expect(subject?.variants).toMatchObject([{ launch: build.denied('ec2:DescribeInstances') }])
    expect(subject?.nodes.ok && subject.nodes.value.map(({ os }) => os.value)).toEqual(['al2', undefined])
  })
})

test('AWS Batch would launch what the template of its newest node says, with the AMI of that node', () => {
  const tags = { ...shop, AWSBatchServiceTag: 'batch' }
  const [subject] = groups([build.instance({ tags, launchTemplate: { id: 'lt-0web', version: '1' } })], {
    launchTemplates: complete(build.launchTemplate([{ metadataOptions: { httpTokens: 'optional' } }])),
  })
  expect(subject?.variants).toMatchObject([
    { os: { value: 'al2023' }, imds: { httpTokens: { value: 'optional', decidedBy: 'launch template' } } },
  ])
})

test('instances outside every group use the launch templates that they were started from', () => {
  const subject = build.launchTemplateSubject({
    nodeGroups: complete(),
    autoScalingGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{}, {}, {}], { defaultVersion: 3 })),
    instances: complete(build.instance({ launchTemplate: { id: 'lt-0web', version: '2' } })),
  })
  expect(subject.eksGroups).toEqual(['shop/standalone'])
  expect(subject.versions.map(version => version.ok && version.value.number)).toEqual([2, 3])
})

describe("images of one's own", () => {
  const golden = { ...build.mysteryImage, id: 'ami-golden' }

  test("are subjects where a node runs them or would, but for those of EKS Auto Mode, which are AWS's", () => {
    const imagesOf = (tags: Instance['tags']) =>
      joinSubjects(
        build.inventory({
          instances: complete(build.instance({ imageId: golden.id, tags })),
          images: complete(golden, al2023Image),
        }),
      ).image.map(({ resource, groups: users }) => [resource.id, users])
    expect(imagesOf(shop)).toEqual([['arn:aws:ec2:eu-west-1:111122223333:image/ami-golden', ['shop/standalone']]])
    expect(imagesOf({ ...shop, 'eks:kubernetes-node-pool-name': 'system' })).toEqual([])
  })
})
