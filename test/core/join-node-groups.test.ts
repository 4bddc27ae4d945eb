import { describe, expect, test } from '@jest/globals'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import type { NodeGroupSubject, Variant } from '../../src/core/subjects.ts'
import * as build from '../support/build.ts'

const { al2Image, al2023Image, complete, instances } = build

const groups = (over: Partial<RegionInventory> = {}) => joinSubjects(build.inventory(over))['node-group']
const named = (subjects: readonly NodeGroupSubject[]) =>
  subjects.map(({ group }) => `${group.provisioner} ${group.clusterName}/${group.name}`)
const selfManaged = (over: Parameters<typeof build.autoScalingGroup>[0], rest: Partial<RegionInventory> = {}) =>
  groups({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId: al2Image.id }, { imageId: al2023Image.id }])),
    autoScalingGroups: complete(build.autoScalingGroup(over)),
    ...rest,
  })
const images = (variants: readonly Variant[]) => variants.map(({ image }) => (image.ok ? image.value.id : image.reason))

const payCluster = { ...build.cluster(), name: 'pay', arn: 'arn:aws:eks:eu-west-1:111122223333:cluster/pay' }
const otherWeb = {
  ...build.managedNodeGroup({ arn: 'arn:pay/web', autoScalingGroups: ['eks-web-other'] }),
  clusterName: 'pay',
}

describe('which Auto Scaling groups are node groups', () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      "that of a listed cluster by Kubernetes' tag",
      { 'kubernetes.io/cluster/shop': 'owned' },
      ['self-managed shop/workers'],
    ],
    ['whatever the value of the tag', { 'kubernetes.io/cluster/shop': 'shared' }, ['self-managed shop/workers']],
    ['by the short tag', { 'k8s.io/cluster/shop': 'owned' }, ['self-managed shop/workers']],
    [
      'by the tag of the listed cluster among others',
      { 'kubernetes.io/cluster/old': 'owned', 'k8s.io/cluster/shop': 'owned' },
      ['self-managed shop/workers'],
    ],
    // kops and others use the same tag, and ListClusters does not name their clusters.
    ['not that of a cluster of kops', { 'kubernetes.io/cluster/kops.example.com': 'owned' }, []],
    ['not one whose cluster only begins alike', { 'kubernetes.io/cluster/shop-2': 'owned' }, []],
    [
      'not one with another tag around the name',
      { 'my.kubernetes.io/cluster/shop': 'owned', 'kubernetes.io/cluster/': 'owned' },
      [],
    ],
    ['not one without tags', {}, []],
    // Its nodes still run, though EKS lists no such group.
    [
      'one that EKS left behind of a managed group that is gone',
      { 'kubernetes.io/cluster/shop': 'owned', 'eks:nodegroup-name': 'gone', 'eks:cluster-name': 'shop' },
      ['self-managed shop/workers'],
    ],
    [
      'one that AWS Batch made',
      { 'kubernetes.io/cluster/shop': 'owned', AWSBatchServiceTag: 'batch' },
      ['batch shop/workers'],
    ],
    [
      'one with a stale tag of eksctl',
      { 'kubernetes.io/cluster/shop': 'owned', 'alpha.eksctl.io/nodegroup-name': 'stale' },
      ['self-managed shop/workers'],
    ],
  ])('%s', (_, tags, expected) => {
    expect(named(selfManaged({ tags }))).toEqual(expected)
  })

  test('a managed group claims its Auto Scaling group, whose tags somebody removed', () => {
    const untagged = build.managedAutoScalingGroup({ tags: { 'kubernetes.io/cluster/shop': 'owned' } })
    expect(named(groups({ autoScalingGroups: complete(untagged) }))).toEqual(['managed shop/web'])
  })

  test('a managed group of a cluster that was not listed is none', () => {
    expect(groups({ clusters: complete() })).toEqual([])
  })
})

describe('node groups of one name in two clusters', () => {
  const over: Partial<RegionInventory> = {
    clusters: complete(build.cluster(), payCluster),
    nodeGroups: complete(build.managedNodeGroup(), otherWeb),
  }
  const tags = (clusterName: string) => ({ 'eks:cluster-name': clusterName, 'eks:nodegroup-name': 'web' })
  const asgs = complete(
    build.managedAutoScalingGroup(),
    build.managedAutoScalingGroup({ name: 'eks-web-other', arn: 'arn:other', tags: tags('pay') }),
  )

  test('are two, each with its own Auto Scaling group', () => {
    const found = groups({ ...over, autoScalingGroups: asgs })
    expect(found.map(({ resource, group }) => [resource.id, group.autoScalingGroups])).toEqual([
      ['arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/web/0c5d0d3e', ['eks-web-0c5d0d3e']],
      ['arn:pay/web', ['eks-web-other']],
    ])
  })

  test('are told apart by the tags where neither could be described', () => {
    const undescribed = (clusterName: string) => ({
      name: 'web',
      clusterName,
      detail: build.denied('eks:DescribeNodegroup'),
    })
    const found = groups({
      ...over,
      nodeGroups: build.refused('eks:DescribeNodegroup', undescribed('shop'), undescribed('pay')),
      autoScalingGroups: asgs,
    })
    expect(found.map(({ resource, group }) => [resource.id, group.autoScalingGroups])).toEqual([
      ['arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/web/0c5d0d3e', ['eks-web-0c5d0d3e']],
      ['arn:aws:eks:eu-west-1:111122223333:nodegroup/pay/web/other', ['eks-web-other']],
    ])
  })
})

describe('a managed group that could not be described', () => {
  const uuid = '0c5d0d3e-8f4e-4c5e-9a51-3f0f7a0c0001'
  const undescribed = (asg: string | undefined) => {
    const [subject] = groups({
      nodeGroups: build.refused('eks:DescribeNodegroup', {
        name: 'web',
        clusterName: 'shop',
        detail: build.denied('eks:DescribeNodegroup'),
      }),
      autoScalingGroups: asg === undefined ? complete() : complete(build.managedAutoScalingGroup({ name: asg })),
    })
    return subject
  }
  const arn = 'arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/web'

  test.each([
    ['of today', `eks-web-${uuid}`, `${arn}/${uuid}`],
    ['of 2019', `eks-${uuid}`, `${arn}/${uuid}`],
    ['that is missing', undefined, arn],
    ['of an unknown form', 'web', arn],
  ])('has the ARN that the name of an Auto Scaling group %s tells', (_, asg, expected) => {
    expect(undescribed(asg)?.resource.id).toBe(expected)
  })

  test('is judged by its Auto Scaling group, and says nothing of amiType and own template', () => {
    const subject = undescribed(`eks-web-${uuid}`)
    expect(subject?.group.managed).toBeUndefined()
    expect(images(subject?.variants ?? [])).toEqual([al2023Image.id])
    expect(subject?.variants[0]?.os.decidedBy).toBe('image')
  })
})

describe('an Auto Scaling group that EKS left behind of a managed group that was made again', () => {
  const over: Partial<RegionInventory> = {
    autoScalingGroups: complete(
      build.managedAutoScalingGroup(),
      build.managedAutoScalingGroup({ name: 'eks-web-before', arn: 'arn:before' }),
    ),
  }

  test('is a group of its own', () => {
    expect(groups(over).map(({ resource }) => resource.name)).toEqual(['web', 'eks-web-before'])
  })

  test('is not told from the new one where EKS would not describe that', () => {
    const [subject, ...others] = groups({
      ...over,
      nodeGroups: build.refused('eks:DescribeNodegroup', {
        name: 'web',
        clusterName: 'shop',
        detail: build.denied('eks:DescribeNodegroup'),
      }),
    })
    expect(others).toEqual([])
    expect(subject?.nodes).toEqual(build.denied('eks:DescribeNodegroup'))
    expect(subject?.variants.map(({ launch }) => launch.ok)).toEqual([false])
  })
})

describe('what a group was made with', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['eksctl', { 'alpha.eksctl.io/nodegroup-name': 'workers' }, 'eksctl'],
    ['eksctl in 2018', { 'eksctl.io/v1alpha2/nodegroup-name': 'workers' }, 'eksctl'],
    ['a stack of eksctl', { 'aws:cloudformation:stack-name': 'eksctl-shop-nodegroup-workers' }, 'eksctl'],
    ['another stack', { 'aws:cloudformation:stack-name': 'workers' }, 'CloudFormation'],
    ['Terraform', { ManagedBy: 'terraform' }, 'Terraform'],
    ['Cluster API', { 'sigs.k8s.io/cluster-api-provider-aws/cluster/shop': 'owned' }, 'Cluster API'],
    ['nothing that tells', {}, undefined],
  ])('is told by its tags: %s', (_, tags, origin) => {
    const [subject] = selfManaged({ tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags } })
    expect(subject?.group.origin).toBe(origin)
  })

  // A template hands its tags down to what is made from it.
  test("is not told by a stale tag of eksctl, where EKS's own tag names another group", () => {
    const tags = { ...build.managedAutoScalingGroup().tags, 'alpha.eksctl.io/nodegroup-name': 'stale' }
    const [subject] = groups({ autoScalingGroups: complete(build.managedAutoScalingGroup({ tags })) })
    expect(named(subject ? [subject] : [])).toEqual(['managed shop/web'])
    expect(subject?.group.origin).toBeUndefined()
  })
})

describe('what starts the next node', () => {
  test('is of a mixed instances policy the base and every override, with the AMI that it names', () => {
    const [subject] = selfManaged({
      launchTemplates: [
        { ref: { id: 'lt-0web', version: '1' } },
        { ref: { id: 'lt-0web', version: '2' } },
        { ref: { id: 'lt-0web', version: '1' }, imageId: 'ami-bottlerocket' },
      ],
    })
    expect(images(subject?.variants ?? [])).toEqual([al2Image.id, al2023Image.id, 'ami-bottlerocket'])
  })

  test.each([
    ['$Default', al2Image.id],
    ['$Latest', al2023Image.id],
  ])('is of %s the version that this is today', (version, image) => {
    const [subject] = selfManaged({ launchTemplates: [{ ref: { id: 'lt-0web', version } }] })
    expect(images(subject?.variants ?? [])).toEqual([image])
  })

  test('is not known of a version that was deleted under the group', () => {
    const [subject] = selfManaged({ launchTemplates: [{ ref: { id: 'lt-0web', version: '7' } }] })
    expect(subject?.variants.map(({ launch }) => launch.ok)).toEqual([false])
    expect(subject?.variants[0]?.imds.httpTokens.decidedBy).toBe('nothing')
  })

  test('is known by its AMI where only the template of an override with an AMI was deleted', () => {
    const [subject] = selfManaged({
      launchTemplates: [{ ref: { id: 'lt-0web', version: '7' }, imageId: al2Image.id }],
    })
    expect(subject?.variants[0]?.os.value).toBe('al2')
    expect(subject?.variants[0]?.imds.httpTokens.decidedBy).toBe('nothing')
  })

  test('is of a launch configuration its AMI, its own values, and its user data', () => {
    const facts = build.userData({ format: 'shell' })
    const [subject] = selfManaged(
      { launchConfiguration: 'old', launchTemplates: [] },
      {
        launchConfigurations: complete({
          name: 'old',
          imageId: al2Image.id,
          instanceType: 'm5.large',
          metadataOptions: { httpTokens: 'optional' },
          userData: facts,
        }),
      },
    )
    expect(subject?.variants).toMatchObject([
      { os: { value: 'al2' }, imds: { httpTokens: { value: 'optional' } }, userData: { value: facts } },
    ])
    expect(subject?.group.instanceTypes).toEqual(['m5.large'])
  })

  test('is not known of a launch configuration that was deleted under its group', () => {
    const [subject] = selfManaged({ launchConfiguration: 'old', launchTemplates: [] })
    expect(images(subject?.variants ?? [])).toEqual(['launch configuration old is not in this account-Region any more'])
  })

  // Without a variant every check would skip the group, and what AWS left out would pass for an answer.
  test('is not known of a group that names nothing to start from', () => {
    const [subject] = selfManaged({ launchTemplates: [] })
    expect(images(subject?.variants ?? [])).toEqual([
      'Auto Scaling group workers names neither a launch template nor a launch configuration',
    ])
  })

  test("is of a managed group without an Auto Scaling group its user's template, which EKS would complete", () => {
    const [subject] = groups({
      nodeGroups: complete(
        build.managedNodeGroup({ amiType: 'CUSTOM', launchTemplate: { id: 'lt-0web', version: '1' } }),
      ),
      launchTemplates: complete(build.launchTemplate([{ imageId: al2Image.id }])),
      autoScalingGroups: complete(),
    })
    expect(images(subject?.variants ?? [])).toEqual([al2Image.id])
    expect(subject?.variants[0]?.imds.httpTokens.decidedBy).toBe('nothing')
    expect(subject?.nodes).toEqual({ ok: true, value: [] })
  })

  test("is of a managed group EKS's copy, and the user's template stands beside it", () => {
    const [subject] = groups({
      nodeGroups: complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', version: '1' } })),
      launchTemplates: complete(build.launchTemplate([{}]), build.eksCopy([{ imageId: al2023Image.id }])),
    })
    expect(subject?.variants).toMatchObject([{ launch: { value: { templateId: 'lt-0copy' } } }])
    expect(subject?.group.managed?.ownTemplate?.launch).toMatchObject({
      value: { templateId: 'lt-0web', completedByEks: true },
    })
  })
})

describe('what runs', () => {
  test('is told node by node: by the AMI of the version that each was started from', () => {
    const [subject] = selfManaged({
      launchTemplates: [{ ref: { id: 'lt-0web', version: '$Latest' } }],
      instances: [...instances(2, 'lt-0web', '1'), ...instances(1, 'lt-0web', '2')],
    })
    const families = subject?.nodes.ok ? subject.nodes.value.map(({ os }) => os.value) : []
    expect(families).toEqual(['al2', 'al2', 'al2023'])
  })

  test('of a managed group is told by its amiType only where the nodes are of the current version', () => {
    const [subject] = groups({
      launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id }, {}])),
      autoScalingGroups: complete(
        build.managedAutoScalingGroup({
          launchTemplates: [{ ref: { id: 'lt-0copy', version: '2' } }],
          instances: [...instances(1, 'lt-0copy', '1'), ...instances(1, 'lt-0copy', '2')],
        }),
      ),
    })
    const families = subject?.nodes.ok ? subject.nodes.value.map(({ os }) => [os.value, os.decidedBy]) : []
    expect(families).toEqual([
      ['al2', 'image'],
      ['al2023', 'node group'],
    ])
  })

  test('is not known where one of the Auto Scaling groups of a managed group was not read', () => {
    const [subject] = groups({
      nodeGroups: complete(build.managedNodeGroup({ autoScalingGroups: ['eks-web-0c5d0d3e', 'eks-web-1'] })),
      autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups', build.managedAutoScalingGroup()),
    })
    expect(subject?.nodes).toEqual(build.denied('autoscaling:DescribeAutoScalingGroups'))
    expect(subject?.variants.map(({ launch }) => launch.ok)).toEqual([true, false])
  })

  test('is known where the list broke off only after the Auto Scaling groups of the managed group', () => {
    const [subject] = groups({
      autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups', build.managedAutoScalingGroup()),
    })
    expect(subject?.nodes.ok).toBe(true)
    expect(subject?.variants.map(({ launch }) => launch.ok)).toEqual([true])
  })
})

describe('what EC2 tells of a node of an Auto Scaling group', () => {
  const running = instances(1, 'lt-0web', '1')
  const node = (over: Parameters<typeof build.instance>[0]) => {
    const [subject] = selfManaged(
      { instances: running },
      {
        instances: complete(
          ...running.map(({ id }) => build.instance({ id, tags: { 'aws:autoscaling:groupName': 'workers' }, ...over })),
        ),
      },
    )
    return subject?.nodes.ok ? subject.nodes.value[0] : undefined
  }

  test('is its AMI, whatever its template names', () => {
    expect(node({ imageId: al2023Image.id })?.os.value).toBe('al2023')
    expect(node({ imageId: al2Image.id })?.os.value).toBe('al2')
  })

  test('is the metadata options that are in force', () => {
    expect(node({ metadataOptions: { httpTokens: 'optional' } })?.imds).toEqual({
      ok: true,
      value: { httpTokens: 'optional' },
    })
  })

  const unlisted = (httpTokens: 'required' | undefined, over: Partial<RegionInventory>) => {
    const [subject] = selfManaged(
      { instances: running },
      {
        launchTemplates: complete(
          build.launchTemplate([{ imageId: al2Image.id, metadataOptions: httpTokens ? { httpTokens } : {} }]),
        ),
        ...over,
      },
    )
    return subject?.nodes.ok ? subject.nodes.value[0] : undefined
  }

  test('is replaced by what its launch says where EC2 lists no such instance, for it is stopped', () => {
    const stopped = unlisted('required', { instances: complete() })
    expect(stopped?.os.value).toBe('al2')
    expect(stopped?.imds).toEqual({ ok: true, value: { httpTokens: 'required' } })
    expect(unlisted(undefined, { instances: complete() })?.imds.ok).toBe(false)
  })

  test('is not replaced by anything where the list of EC2 broke off', () => {
    const unread = unlisted('required', { instances: build.refused('ec2:DescribeInstances') })
    expect(unread?.os.decidedBy).toBe('nothing')
    expect(unread?.imds).toEqual(build.denied('ec2:DescribeInstances'))
  })

  test("of another AMI than EKS's copy names stands over the amiType of its group", () => {
    const [subject] = groups({
      instances: complete(build.instance({ id: 'i-lt-0copy-1-0', imageId: al2Image.id })),
      autoScalingGroups: complete(build.managedAutoScalingGroup({ instances: instances(1, 'lt-0copy', '1') })),
    })
    expect(subject?.nodes.ok && subject.nodes.value.map(({ os }) => [os.value, os.decidedBy])).toEqual([
      ['al2', 'image'],
    ])
  })
})

describe('user data', () => {
  const own = (version: string) => complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', version } }))
  const shell = build.userData({ format: 'shell' })
  const mime = build.userData({ format: 'mime' })
  const said = (subjects: readonly NodeGroupSubject[]) =>
    subjects.flatMap(({ variants }) =>
      variants.map(({ userData }) => (userData.ok ? userData.value.format : userData.reason)),
    )
  const copy = build.eksCopy([{ imageId: al2023Image.id }])

  test.each<[string, Partial<RegionInventory>, string[]]>([
    [
      "of a managed group is that of the user's template, and not of EKS's copy",
      {
        nodeGroups: own('2'),
        launchTemplates: complete(
          build.launchTemplate([{ userData: mime }, { userData: shell }]),
          build.eksCopy([{ imageId: al2023Image.id, userData: mime }]),
        ),
      },
      ['shell'],
    ],
    ['of a managed group without a template is empty, for EKS writes all of it', {}, ['empty']],
    [
      'of a managed group that could not be described is not known',
      {
        nodeGroups: build.refused('eks:DescribeNodegroup', {
          name: 'web',
          clusterName: 'shop',
          detail: build.denied('eks:DescribeNodegroup'),
        }),
      },
      ['access denied'],
    ],
    [
      'of a managed group whose template is gone is not known',
      { nodeGroups: own('1'), launchTemplates: complete(copy) },
      ['launch template lt-0web is not in this account-Region any more'],
    ],
    [
      'of a managed group whose templates were not listed is not known',
      { nodeGroups: own('1'), launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions', copy) },
      ['access denied'],
    ],
    [
      'of a managed group without an Auto Scaling group is still that of its template',
      {
        nodeGroups: own('1'),
        launchTemplates: complete(build.launchTemplate([{ userData: shell }])),
        autoScalingGroups: complete(),
      },
      ['shell'],
    ],
    [
      'that a recording of an older version lacks is not known',
      { nodeGroups: own('1'), launchTemplates: complete({ ...build.eksCopy([{}]), id: 'lt-0web', name: 'web' }, copy) },
      ['the user data of launch template web (lt-0web) version 1 was not read'],
    ],
  ])('%s', (_, over, expected) => {
    expect(said(groups(over))).toEqual(expected)
  })

  test('of a self-managed group is that of its base and of every override', () => {
    const found = selfManaged(
      { launchTemplates: ['$Default', '2'].map(version => ({ ref: { id: 'lt-0web', version } })) },
      { launchTemplates: complete(build.launchTemplate([{ userData: shell }, { userData: mime }])) },
    )
    expect(said(found)).toEqual(['shell', 'mime'])
  })

  test('of a launch configuration that was deleted is not known', () => {
    expect(said(selfManaged({ launchConfiguration: 'old', launchTemplates: [] }))).toEqual([
      'launch configuration old is not in this account-Region any more',
    ])
  })
})
