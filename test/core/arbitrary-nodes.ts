import fc from 'fast-check'
import type * as Inventory from '../../src/core/inventory.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

/** What runs in an account-Region, as EC2 could describe it, and what it was started from. */

export const clusterNames = ['shop', 'pay'] as const

export const set = <K extends string, T>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [P in K]?: T }> =>
  fc.oneof(
    fc.constant({}),
    value.map(chosen => ({ [key]: chosen }) as { [P in K]?: T }),
  )

const tokens = fc.constantFrom('optional', 'required')
const endpoint = fc.constantFrom('enabled', 'disabled')
const hops = fc.integer({ min: 1, max: 3 })

/** Metadata options as a template writes them: each or none. */
export const options: fc.Arbitrary<Inventory.ImdsOptions> = fc
  .tuple(set('httpTokens', tokens), set('httpEndpoint', endpoint), set('httpPutResponseHopLimit', hops))
  .map(([token, end, hop]) => ({ ...token, ...end, ...hop }))

/** Metadata options as EC2 tells them of an instance: every one. */
const inForce: fc.Arbitrary<Required<Inventory.ImdsOptions>> = fc.record({
  httpTokens: tokens,
  httpEndpoint: endpoint,
  httpPutResponseHopLimit: hops,
})

const days = fc.integer({ min: 1, max: 22 }).map(day => `2026-11-${String(day).padStart(2, '0')}T01:30:00.000Z`)
const instanceTypes = fc.constantFrom('m6i.large', 'a1.large', 'p2.xlarge', 'g5.xlarge', 'inf1.xlarge')

/** User data of every style that a check tells apart. */
export const userData = fc.constantFrom(
  build.userData(),
  build.userData({ format: 'shell', bootstrap: 'bootstrap.sh', bootstrapCalls: [2], cluster: { name: 'shop' } }),
  build.userData({
    format: 'nodeconfig',
    bootstrap: 'nodeadm',
    nodeConfig: { status: 'complete', missing: [], problems: [] },
    cluster: { name: 'shop', endpoint: 'https://another', caSha256: 'a'.repeat(64), serviceCidr: '10.100.0.0/16' },
  }),
  build.userData({
    format: 'mime',
    bootstrap: 'nodeadm',
    bootstrapCalls: [9],
    nodeConfig: { status: 'partial', missing: ['spec.cluster.cidr'], problems: [] },
    constructs: [{ id: 'docker-runtime', line: 3, breaks: 'al2023', advice: 'Use containerd.' }],
  }),
  build.userData({
    format: 'nodeconfig',
    bootstrap: 'nodeadm',
    nodeConfig: { status: 'invalid', missing: [], problems: [{ id: 'bad', message: 'It is bad.', line: 1 }] },
  }),
  build.userData({ format: 'bottlerocket', bootstrap: 'bottlerocket' }),
  build.userData({ format: 'opaque' }),
)

/** Instances of Auto Scaling groups as EC2 lists them: as their template says or changed by hand; some are stopped. */
export const instancesOf = (
  groups: readonly Inventory.AutoScalingGroup[],
  templates: readonly Inventory.LaunchTemplate[],
  imageIds: readonly string[],
): fc.Arbitrary<readonly Inventory.Instance[]> =>
  fc
    .tuple(
      ...groups.flatMap(group =>
        group.instances.map(({ id, imageId, launchTemplate }) =>
          fc
            .record({
              isListed: fc.integer({ min: 0, max: 5 }).map(number => number > 0),
              isAsWritten: fc.boolean(),
              imdsInForce: inForce,
              image: fc.constantFrom(...imageIds),
              launchTime: days,
              instanceType: instanceTypes,
            })
            .map(({ isListed, isAsWritten, imdsInForce, image, ...rest }) => {
              const written = writtenBy(templates, launchTemplate)
              const named = imageId ?? written?.imageId
              const instance = build.instance({
                ...rest,
                id,
                imageId: named === undefined || named.startsWith('resolve:') ? image : named,
                metadataOptions: { ...imdsInForce, ...(isAsWritten && written?.metadataOptions) },
                tags: { ...group.tags, 'aws:autoscaling:groupName': group.name },
              })
              return isListed ? [instance] : []
            }),
        ),
      ),
    )
    .map(listed => listed.flat())

const writtenBy = (templates: readonly Inventory.LaunchTemplate[], ref: Inventory.LaunchTemplateRef | undefined) => {
  const version = templates
    .find(({ id }) => id === ref?.id)
    ?.versions.find(({ number }) => String(number) === ref?.version)
  return version?.data.ok ? version.data.value : undefined
}

/** What says whose an instance outside every Auto Scaling group is. */
const owners: readonly Inventory.Tags[] = [
  { 'karpenter.k8s.aws/ec2nodeclass': 'default' },
  { 'karpenter.k8s.aws/ec2nodeclass': 'gpu' },
  { 'eks:kubernetes-node-pool-name': 'general-purpose' },
  { AWSBatchServiceTag: 'batch' },
  { 'alpha.eksctl.io/eksctl-version': '0.170.0', 'alpha.eksctl.io/nodegroup-name': 'stale' },
  {},
]

const clusterTags: readonly Inventory.Tags[] = [
  { 'kubernetes.io/cluster/shop': 'owned' },
  { 'eks:eks-cluster-name': 'pay' },
  { 'kubernetes.io/cluster/shop': 'owned', 'k8s.io/cluster/pay': 'owned' },
  { 'kubernetes.io/cluster/kops.example': 'owned' },
]

/** Instances outside every Auto Scaling group, some of them about to end. */
export const loneInstances = (
  imageIds: readonly string[],
  refs: fc.Arbitrary<Inventory.LaunchTemplateRef>,
): fc.Arbitrary<readonly Inventory.Instance[]> =>
  fc
    .array(
      fc.record({
        owner: fc.constantFrom(...owners),
        cluster: fc.constantFrom(...clusterTags),
        imageId: fc.constantFrom(...imageIds),
        metadataOptions: inForce,
        launchTime: days,
        instanceType: instanceTypes,
        state: fc.constantFrom('running', 'running', 'running', 'pending', 'stopped', 'terminated'),
        from: fc.option(refs, { nil: undefined }),
      }),
      { maxLength: 4 },
    )
    .map(lone =>
      lone.map(({ owner, cluster, from, ...rest }, index) =>
        build.instance({
          ...rest,
          id: `i-lone${index}`,
          tags: { ...cluster, ...owner },
          ...(from && !from.version.startsWith('$') && { launchTemplate: from }),
        }),
      ),
    )

/** The user data of a node for each EC2NodeClass and AMI. */
export const nodeClassUserData = (
  instances: readonly Inventory.Instance[],
): fc.Arbitrary<readonly Inventory.NodeClassUserData[]> => {
  const shown = instances.flatMap(({ tags, imageId }) => {
    const nodeClass = tags['karpenter.k8s.aws/ec2nodeclass']
    const clusters = clusterNames.filter(name =>
      Object.entries(tags).some(([key, value]) => key.endsWith(`/${name}`) || value === name),
    )
    return nodeClass !== undefined && imageId !== undefined
      ? clusters.map(clusterName => ({ clusterName, nodeClass, imageId }))
      : []
  })
  const distinct = [...new Map(shown.map(one => [JSON.stringify(one), one])).values()]
  return fc.tuple(...distinct.map(one => userData.map(facts => ({ ...one, userData: known(facts) }))))
}

export const launchConfiguration = (
  name: string,
  imageIds: readonly string[],
): fc.Arbitrary<Inventory.LaunchConfiguration> =>
  fc
    .record({ imageId: fc.constantFrom(...imageIds), metadataOptions: options, facts: userData })
    .map(({ facts, ...rest }) => ({ ...rest, name, instanceType: 'm5.large', userData: facts }))

/** What CloudWatch counted of instances; of some it has nothing. */
export const imdsV1Calls = (instances: readonly Inventory.Instance[]): fc.Arbitrary<readonly Inventory.ImdsV1Calls[]> =>
  fc
    .tuple(
      ...instances.map(({ id }) =>
        fc
          .option(fc.record({ calls: fc.constantFrom(0, 3), hours: fc.constantFrom(20, 168) }), { nil: undefined })
          .map(counted => (counted ? [{ instanceId: id, ...counted }] : [])),
      ),
    )
    .map(counted => counted.flat())
