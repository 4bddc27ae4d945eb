import fc from 'fast-check'
import type * as Inventory from '../../src/core/inventory.ts'
import { clusterNames } from '../../src/core/ownership.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import * as nodes from './arbitrary-nodes.ts'
import { asCollected } from './failing-reads.ts'

/** Account-Regions as AWS could describe them, complete. */

const { al2Image, al2023Image, bottlerocketImage, mysteryImage } = build
const images: readonly Inventory.Image[] = [
  al2Image,
  al2023Image,
  bottlerocketImage,
  mysteryImage,
  { ...mysteryImage, id: 'ami-from-al2', sourceImageId: al2Image.id },
  { ...al2023Image, id: 'ami-v2', imdsSupport: 'v2.0' },
]
const ownParameter = '/golden/current'
const publicAl2 = '/aws/service/eks/optimized-ami/1.31/amazon-linux-2/recommended/image_id'
const parameters: readonly Inventory.ImageParameter[] = [
  { name: ownParameter, imageId: known(al2023Image.id) },
  { name: publicAl2, imageId: known(al2Image.id) },
]
const imageIds = [
  'ami-v2',
  ...images.map(({ id }) => id),
  `resolve:ssm:${ownParameter}`,
  `resolve:ssm:${publicAl2}`,
  'ami-gone',
]
const amiIds = imageIds.filter(id => !id.startsWith('resolve:'))

type Version = Parameters<typeof build.launchTemplate>[0][number]
const version: fc.Arbitrary<Version> = fc
  .tuple(nodes.set('imageId', fc.constantFrom(...imageIds)), nodes.options, nodes.userData)
  .map(([image, metadataOptions, userData]) => ({ ...image, metadataOptions, userData }))

const userTemplate = (index: number): fc.Arbitrary<Inventory.LaunchTemplate> =>
  fc.array(version, { minLength: 1, maxLength: 4 }).chain(versions =>
    fc.integer({ min: 1, max: versions.length }).map(defaultVersion => ({
      ...build.launchTemplate(versions, { id: `lt-user${index}`, name: `user${index}`, defaultVersion }),
    })),
  )

const addon = (name: string, ownRole: boolean): Inventory.Addon => ({
  name,
  detail: known({ version: 'v1.40.0-eksbuild.1', status: 'ACTIVE', ownRole }),
})

const insight = (status: Inventory.Insight['status'], lastRefreshTime: string): Inventory.Insight => ({
  name: 'Amazon Linux 2 compatibility',
  status,
  kubernetesVersion: '1.33',
  lastRefreshTime,
})

const cluster = (name: string): fc.Arbitrary<Inventory.Cluster> =>
  fc
    .record({
      detail: fc.record({
        autoMode: fc.boolean(),
        outpost: fc.boolean(),
        hybrid: fc.boolean(),
        version: fc.constantFrom('1.30', '1.31', '1.32', '1.33', '1.35'),
        supportType: fc.constantFrom('STANDARD', 'EXTENDED'),
        oidcIssuer: fc.constantFrom(`https://oidc/id/${name}`, 'https://oidc/id/none'),
      }),
      cni: fc.constantFrom<readonly Inventory.Addon[]>(
        [],
        [build.vpcCni('v1.19.0-eksbuild.1')],
        [build.vpcCni('v1.10.1-eksbuild.1')],
        [build.vpcCni('v1.19.0-eksbuild.1', 'DEGRADED')],
      ),
      others: fc.subarray([addon('aws-ebs-csi-driver', false), addon('amazon-cloudwatch-observability', true)]),
      insights: fc.subarray([
        insight('ERROR', '2026-11-22T01:00:00.000Z'),
        insight('PASSING', '2026-11-01T01:00:00.000Z'),
      ]),
      podIdentity: fc.boolean(),
      fargateProfiles: fc.subarray(['default']),
    })
    .map(({ detail, cni, others, insights, podIdentity, fargateProfiles }) => ({
      ...build.cluster(detail, build.complete(...cni, ...others)),
      name,
      arn: `arn:aws:eks:eu-west-1:111122223333:cluster/${name}`,
      insights: build.complete(...insights),
      podIdentity: known(podIdentity),
      fargateProfiles: build.complete(...fargateProfiles),
    }))

interface Managed {
  readonly group: Inventory.ManagedNodeGroup
  readonly copy: Inventory.LaunchTemplate
  readonly asg: Inventory.AutoScalingGroup
}

const amiTypes = [
  ['AL2_x86_64', al2Image.id],
  ['AL2023_x86_64_STANDARD', al2023Image.id],
  ['BOTTLEROCKET_x86_64', bottlerocketImage.id],
] as const

/** A managed group: EKS's copy holds what the user's template says, and EKS's own choice where that is silent. */
const managed = (index: number, templates: readonly Inventory.LaunchTemplate[]): fc.Arbitrary<Managed> =>
  fc
    .record({
      clusterName: fc.constantFrom(...nodes.clusterNames),
      own: fc.option(
        fc
          .constantFrom(...templates)
          .chain(template =>
            fc.constantFrom(...template.versions).map(({ number, data }) => ({ template, number, data })),
          ),
        { nil: undefined },
      ),
      amiType: fc.constantFrom(...amiTypes),
      instanceType: fc.constantFrom('m6i.large', 'a1.large'),
      fill: nodes.options,
      before: version,
      running: fc.array(fc.constantFrom('1', '2'), { maxLength: 2 }),
      waiting: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    })
    .map(({ clusterName, own, amiType: [amiType, imageId], instanceType, fill, before, running, waiting }) => {
      const name = `ng${index}`
      const written = own?.data.ok ? own.data.value : undefined
      const uuid = `0c5d0d3e-8f4e-4c5e-9a51-3f0f7a0c000${index}`
      const current = {
        imageId: written?.imageId ?? imageId,
        metadataOptions: { ...fill, ...written?.metadataOptions },
      }
      const asg = `eks-${name}-${uuid}`
      return {
        group: {
          name,
          clusterName,
          detail: known({
            arn: `arn:aws:eks:eu-west-1:111122223333:nodegroup/${clusterName}/${name}/${uuid}`,
            status: 'ACTIVE',
            amiType: written?.imageId ? 'CUSTOM' : amiType,
            instanceTypes: [instanceType],
            autoScalingGroups: [asg],
            tags: {},
            ...(own && { launchTemplate: { id: own.template.id, version: String(own.number) } }),
          }),
        },
        copy: {
          ...build.eksCopy([before, current]),
          id: `lt-copy${index}`,
          name: `eks-${uuid}`,
        },
        asg: build.autoScalingGroup({
          name: asg,
          arn: `arn:${asg}`,
          launchTemplates: [{ ref: { id: `lt-copy${index}`, version: '2' } }],
          instances: running.map((number, node) => from(`lt-copy${index}`, number, node)),
          ...(waiting && { warmPool: known([from(`lt-copy${index}`, waiting, 9)]) }),
          tags: {
            'eks:cluster-name': clusterName,
            'eks:nodegroup-name': name,
            [`kubernetes.io/cluster/${clusterName}`]: 'owned',
          },
        }),
      }
    })

const from = (id: string, version: string, node: number): Inventory.AutoScalingInstance => ({
  id: `i-${id}-${node}`,
  lifecycleState: 'InService',
  launchTemplate: { id, version },
})

const refTo = (templates: readonly Inventory.LaunchTemplate[]): fc.Arbitrary<Inventory.LaunchTemplateRef> =>
  fc
    .constantFrom(...templates)
    .chain(({ id, versions }) =>
      fc
        .constantFrom('$Default', '$Latest', ...versions.map(({ number }) => String(number)))
        .map(number => ({ id, version: number })),
    )

interface SelfManaged {
  readonly group: Inventory.AutoScalingGroup
  /** What its instances carry beside the tags of the group. */
  readonly instanceTags: Inventory.Tags
}

const configurations = ['old', 'older'] as const

const selfManaged = (index: number, templates: readonly Inventory.LaunchTemplate[]): fc.Arbitrary<SelfManaged> =>
  fc
    .record({
      tags: fc.constantFrom<Inventory.Tags>(
        {},
        { 'kubernetes.io/cluster/shop': 'owned' },
        { 'k8s.io/cluster/pay': 'owned', 'alpha.eksctl.io/nodegroup-name': `asg${index}` },
        { 'kubernetes.io/cluster/kops.example': 'owned' },
        // What EKS left behind of a managed group that is gone.
        { 'kubernetes.io/cluster/shop': 'owned', 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'ng0' },
      ),
      launches: fc.array(fc.tuple(refTo(templates), nodes.set('imageId', fc.constantFrom(...imageIds))), {
        maxLength: 2,
      }),
      running: fc.array(refTo(templates), { maxLength: 2 }),
      configuration: fc.constantFrom(...configurations, 'deleted'),
      before: fc.constantFrom(...configurations),
      // A template can name the cluster in place of the group.
      instanceTags: fc.constantFrom<Inventory.Tags>({}, { 'kubernetes.io/cluster/pay': 'owned' }),
    })
    .map(({ tags, launches, running, configuration, before, instanceTags }) => {
      const group = build.autoScalingGroup({
        name: `asg${index}`,
        arn: `arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:asg${index}`,
        launchTemplates: launches.map(([ref, image]) => ({ ref, ...image })),
        tags,
      })
      const nodesOfTemplates = running.map((launchTemplate, node) => ({
        id: `i-${index}-${node}`,
        lifecycleState: 'InService',
        launchTemplate,
      }))
      const nodesOfConfigurations = running.map((_, node) => ({
        id: `i-${index}-${node}`,
        lifecycleState: 'InService',
        launchConfiguration: node === 0 ? configuration : before,
      }))
      return launches.length > 0
        ? { group: { ...group, instances: nodesOfTemplates }, instanceTags }
        : { group: { ...group, launchConfiguration: configuration, instances: nodesOfConfigurations }, instanceTags }
    })

/** A complete account-Region. */
export const arbitraryInventory: fc.Arbitrary<Inventory.RegionInventory> = fc
  .tuple(userTemplate(0), userTemplate(1))
  .chain(templates =>
    fc.record({
      templates: fc.constant(templates),
      clusters: fc.tuple(...nodes.clusterNames.map(cluster)),
      managed: fc.subarray([0, 1]).chain(chosen => fc.tuple(...chosen.map(index => managed(index, templates)))),
      others: fc.subarray([0, 1]).chain(chosen => fc.tuple(...chosen.map(index => selfManaged(index, templates)))),
      configurations: fc.tuple(...configurations.map(name => nodes.launchConfiguration(name, imageIds))),
      lone: nodes.loneInstances(amiIds, refTo(templates)),
      oidcProviders: fc.subarray(
        nodes.clusterNames.map(name => `arn:aws:iam::111122223333:oidc-provider/oidc/id/${name}`),
      ),
      defaults: fc
        .tuple(
          nodes.options,
          nodes.set('httpTokensEnforced', fc.constantFrom('enabled', 'disabled')),
          nodes.set('managedBy', fc.constantFrom('account', 'declarative-policy')),
        )
        .map(([values, enforced, managedBy]) => ({ ...values, ...enforced, ...managedBy })),
    }),
  )
  .chain(world => {
    // A local cluster on Outposts has no managed groups.
    const managedGroups = world.managed.filter(({ group }) =>
      world.clusters.some(({ name, detail }) => name === group.clusterName && detail.ok && !detail.value.outpost),
    )
    const groups = [...managedGroups.map(({ asg }) => asg), ...world.others.map(({ group }) => group)]
    const templates = [...world.templates, ...managedGroups.map(({ copy }) => copy)]
    const tagged = new Map(world.others.map(({ group, instanceTags }) => [group.name, instanceTags]))
    return nodes.instancesOf(groups, templates, amiIds).chain(grouped => {
      const instances = [
        ...grouped.map(one => ({
          ...one,
          tags: { ...one.tags, ...tagged.get(one.tags['aws:autoscaling:groupName'] ?? '') },
        })),
        ...world.lone,
      ].filter(hasClusterTag)
      return fc
        .record({
          nodeClassUserData: nodes.nodeClassUserData(instances),
          counted: fc.option(nodes.imdsV1Calls(instances), { nil: undefined }),
        })
        .map(({ nodeClassUserData, counted }) =>
          asCollected(
            build.inventory({
              imdsDefaults: known(world.defaults),
              clusters: build.complete(...world.clusters),
              nodeGroups: build.complete(...managedGroups.map(({ group }) => group)),
              launchTemplates: build.complete(...templates),
              autoScalingGroups: build.complete(...groups),
              launchConfigurations: build.complete(...world.configurations),
              instances: build.complete(...instances),
              nodeClassUserData,
              oidcProviders: known(world.oidcProviders),
              ...(counted && { imdsV1Calls: build.complete(...counted) }),
              imageParameters: build.complete(...parameters),
              images: build.complete(...images),
            }),
          ),
        )
    })
  })

/** EC2 is asked for instances with the tag of a listed cluster. */
const hasClusterTag = ({ tags }: Inventory.Instance) =>
  clusterNames({ tags }).some(name => nodes.clusterNames.some(listed => listed === name))

/** The same, without what runs: only what the next nodes will be. */
export const withoutNodes = (inventory: Inventory.RegionInventory): Inventory.RegionInventory => ({
  ...inventory,
  instances: { ...inventory.instances, items: [] },
  autoScalingGroups: {
    ...inventory.autoScalingGroups,
    items: inventory.autoScalingGroups.items.map(({ warmPool, ...group }) => ({ ...group, instances: [] })),
  },
})
