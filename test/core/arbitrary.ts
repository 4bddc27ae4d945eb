import fc from 'fast-check'
import type * as Inventory from '../../src/core/inventory.ts'
import { allInstances } from '../../src/core/inventory.ts'
import { type Collected, type Failure, known, type Read } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

/** Account-Regions as AWS could describe them, complete, and what becomes of them when reads fail. */

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

const set = <K extends string, T>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [P in K]?: T }> =>
  fc.oneof(
    fc.constant({}),
    value.map(chosen => ({ [key]: chosen }) as { [P in K]?: T }),
  )

const options: fc.Arbitrary<Inventory.ImdsOptions> = fc
  .tuple(
    set('httpTokens', fc.constantFrom('optional', 'required')),
    set('httpEndpoint', fc.constantFrom('enabled', 'disabled')),
    set('httpPutResponseHopLimit', fc.integer({ min: 1, max: 3 })),
  )
  .map(([tokens, endpoint, hops]) => ({ ...tokens, ...endpoint, ...hops }))

type Version = Parameters<typeof build.launchTemplate>[0][number]
const version: fc.Arbitrary<Version> = fc
  .tuple(set('imageId', fc.constantFrom(...imageIds)), options)
  .map(([image, metadataOptions]) => ({ ...image, metadataOptions }))

const userTemplate = (index: number): fc.Arbitrary<Inventory.LaunchTemplate> =>
  fc.array(version, { minLength: 1, maxLength: 4 }).chain(versions =>
    fc.integer({ min: 1, max: versions.length }).map(defaultVersion => ({
      ...build.launchTemplate(versions, { id: `lt-user${index}`, name: `user${index}`, defaultVersion }),
    })),
  )

const clusterNames = ['shop', 'pay'] as const
const cluster = (name: string): fc.Arbitrary<Inventory.Cluster> =>
  fc
    .record({
      autoMode: fc.boolean(),
      outpost: fc.boolean(),
      addons: fc.constantFrom(
        build.complete<Inventory.Addon>(),
        build.complete(build.vpcCni('v1.19.0-eksbuild.1')),
        build.complete(build.vpcCni('v1.10.1-eksbuild.1')),
        build.complete(build.vpcCni('v1.19.0-eksbuild.1', 'DEGRADED')),
      ),
    })
    .map(({ autoMode, outpost, addons }) => ({
      ...build.cluster({ autoMode, outpost }, addons),
      name,
      arn: `arn:aws:eks:eu-west-1:111122223333:cluster/${name}`,
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
      clusterName: fc.constantFrom(...clusterNames),
      own: fc.option(
        fc
          .constantFrom(...templates)
          .chain(template =>
            fc.constantFrom(...template.versions).map(({ number, data }) => ({ template, number, data })),
          ),
        { nil: undefined },
      ),
      amiType: fc.constantFrom(...amiTypes),
      fill: options,
      before: version,
      running: fc.array(fc.constantFrom('1', '2'), { maxLength: 2 }),
      waiting: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    })
    .map(({ clusterName, own, amiType: [amiType, imageId], fill, before, running, waiting }) => {
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
          instances: running.flatMap(number => build.instances(1, `lt-copy${index}`, number)),
          ...(waiting && { warmPool: known(build.instances(1, `lt-copy${index}`, waiting)) }),
          tags: {
            'eks:cluster-name': clusterName,
            'eks:nodegroup-name': name,
            [`kubernetes.io/cluster/${clusterName}`]: 'owned',
          },
        }),
      }
    })

const refTo = (templates: readonly Inventory.LaunchTemplate[]): fc.Arbitrary<Inventory.LaunchTemplateRef> =>
  fc
    .constantFrom(...templates)
    .chain(({ id, versions }) =>
      fc
        .constantFrom('$Default', '$Latest', ...versions.map(({ number }) => String(number)))
        .map(number => ({ id, version: number })),
    )

const selfManaged = (
  index: number,
  templates: readonly Inventory.LaunchTemplate[],
): fc.Arbitrary<Inventory.AutoScalingGroup> =>
  fc
    .record({
      tags: fc.constantFrom<Inventory.Tags>(
        {},
        { 'kubernetes.io/cluster/shop': 'owned' },
        { 'k8s.io/cluster/pay': 'owned' },
        { 'kubernetes.io/cluster/kops.example': 'owned' },
      ),
      launches: fc.array(fc.tuple(refTo(templates), set('imageId', fc.constantFrom(...imageIds))), { maxLength: 2 }),
      running: fc.array(refTo(templates), { maxLength: 2 }),
    })
    .map(({ tags, launches, running }) => {
      const group = build.autoScalingGroup({
        name: `asg${index}`,
        arn: `arn:asg${index}`,
        launchTemplates: launches.map(([ref, image]) => ({ ref, ...image })),
        instances: running.map((launchTemplate, node) => ({
          id: `i-${index}-${node}`,
          lifecycleState: 'InService',
          launchTemplate,
        })),
        tags,
      })
      return launches.length > 0 ? group : { ...group, launchConfiguration: 'old' }
    })

/** A complete account-Region. */
export const arbitraryInventory: fc.Arbitrary<Inventory.RegionInventory> = fc
  .tuple(userTemplate(0), userTemplate(1))
  .chain(templates =>
    fc.record({
      templates: fc.constant(templates),
      clusters: fc.tuple(...clusterNames.map(cluster)),
      managed: fc.subarray([0, 1]).chain(chosen => fc.tuple(...chosen.map(index => managed(index, templates)))),
      others: fc.subarray([0, 1]).chain(chosen => fc.tuple(...chosen.map(index => selfManaged(index, templates)))),
      defaults: fc
        .tuple(options, set('httpTokensEnforced', fc.constantFrom('enabled', 'disabled')))
        .map(([values, enforced]) => ({ ...values, ...enforced })),
    }),
  )
  .map(world =>
    asCollected(
      build.inventory({
        imdsDefaults: known(world.defaults),
        clusters: build.complete(...world.clusters),
        nodeGroups: build.complete(...world.managed.map(({ group }) => group)),
        launchTemplates: build.complete(...world.templates, ...world.managed.map(({ copy }) => copy)),
        autoScalingGroups: build.complete(...world.managed.map(({ asg }) => asg), ...world.others),
        imageParameters: build.complete(...parameters),
        images: build.complete(...images),
      }),
    ),
  )

/** Of a template only the default and latest versions are read, and those that something that was read names. */
const asCollected = (inventory: Inventory.RegionInventory): Inventory.RegionInventory => {
  const refs = [
    ...inventory.nodeGroups.items.flatMap(({ detail }) => (detail.ok ? (detail.value.launchTemplate ?? []) : [])),
    ...inventory.autoScalingGroups.items.flatMap(group => [
      ...group.launchTemplates.map(({ ref }) => ref),
      ...allInstances(group).flatMap(({ launchTemplate }) => launchTemplate ?? []),
    ]),
  ]
  const { items, failures } = inventory.launchTemplates
  return {
    ...inventory,
    launchTemplates: {
      items: items.map(template => ({
        ...template,
        versions: template.versions.filter(
          ({ number }) =>
            number === template.defaultVersion ||
            number === template.latestVersion ||
            refs.some(ref => ref.id === template.id && ref.version === String(number)),
        ),
      })),
      failures,
    },
  }
}

/** Which of the reads fail, by their turn: mostly a few, sometimes many. */
export const arbitraryFailures: fc.Arbitrary<ReadonlySet<number>> = fc
  .oneof(
    { weight: 4, arbitrary: fc.uniqueArray(fc.nat(35), { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.nat(35), { minLength: 10, maxLength: 30 }) },
  )
  .map(turns => new Set(turns))

/** The same account-Region, with the reads failed whose turn is in `failing`. */
export const withFailures = (
  whole: Inventory.RegionInventory,
  failing: ReadonlySet<number>,
): Inventory.RegionInventory => {
  let turn = 0
  const fails = () => failing.has(turn++)
  const failure = (action: string, resource?: string): Failure => ({
    action,
    class: 'denied',
    reason: `${action} was refused`,
    ...(resource !== undefined && { resource }),
  })
  const failed: Failure[] = []
  const refuse = <T>(read: Read<T>, action: string, into: Failure[], resource?: string): Read<T> => {
    if (!fails()) return read
    into.push(failure(action, resource))
    return { ok: false, action, reason: `${action} was refused` }
  }
  /** A list that was refused, or broke off: then what was on the pages before stays. */
  const cut = <T>({ items, failures }: Collected<T>, action: string): Collected<T> => {
    if (!fails()) return { items, failures }
    return {
      items: fails() ? items.slice(0, Math.ceil(items.length / 2)) : [],
      failures: [...failures, failure(action)],
    }
  }

  const imdsDefaults = refuse(whole.imdsDefaults, 'ec2:GetInstanceMetadataDefaults', failed)

  const listed = cut(whole.clusters, 'eks:ListClusters')
  const clusterFailures = [...listed.failures]
  const clusters = listed.items.map(item => {
    const addonFailures: Failure[] = []
    const kept = fails()
      ? { items: [], failures: [failure('eks:ListAddons', item.name)] }
      : {
          items: item.addons.items.map(addon => ({
            ...addon,
            ...(addon.detail && {
              detail: refuse(addon.detail, 'eks:DescribeAddon', addonFailures, `${item.name}/${addon.name}`),
            }),
          })),
          failures: addonFailures,
        }
    return { ...item, detail: refuse(item.detail, 'eks:DescribeCluster', clusterFailures, item.name), addons: kept }
  })

  const groupFailures: Failure[] = listed.failures.map(() => ({
    ...failure('eks:ListNodegroups'),
    class: 'not-asked',
  }))
  const nodeGroups = clusters.flatMap(({ name }) => {
    const groups = whole.nodeGroups.items.filter(({ clusterName }) => clusterName === name)
    const broken = fails()
    if (broken) groupFailures.push(failure('eks:ListNodegroups', name))
    return groups
      .filter(() => !broken || fails())
      .map(group => ({
        ...group,
        detail: refuse(group.detail, 'eks:DescribeNodegroup', groupFailures, `${name}/${group.name}`),
      }))
  })

  const templates = cut(whole.launchTemplates, 'ec2:DescribeLaunchTemplateVersions')
  const brokenOff = templates.failures.length > 0
  const templateFailures = [...templates.failures]
  const launchTemplates = templates.items.map(template => {
    const { latestVersion, ...rest } = template
    const known = brokenOff && fails() ? rest : template
    const versions = known.versions.filter(({ number }) => known === template || number !== latestVersion)
    return {
      ...known,
      versions: versions.map(one => ({
        ...one,
        data: refuse(one.data, 'ec2:DescribeLaunchTemplateVersions', templateFailures, template.id),
      })),
    }
  })
  const asgs = cut(whole.autoScalingGroups, 'autoscaling:DescribeAutoScalingGroups')
  const poolFailures: Failure[] = []
  const groups = asgs.items.map(({ warmPool, ...group }) => ({
    ...group,
    ...(warmPool && { warmPool: refuse(warmPool, 'autoscaling:DescribeWarmPool', poolFailures, group.name) }),
  }))
  const parameterFailures: Failure[] = []
  return asCollected({
    ...whole,
    imdsDefaults,
    clusters: { items: clusters, failures: clusterFailures },
    nodeGroups: { items: nodeGroups, failures: groupFailures },
    launchTemplates: { items: launchTemplates, failures: templateFailures },
    autoScalingGroups: { items: groups, failures: [...asgs.failures, ...poolFailures] },
    imageParameters: {
      items: whole.imageParameters.items.map(({ name, imageId }) => ({
        name,
        imageId: refuse(imageId, 'ssm:GetParameters', parameterFailures, name),
      })),
      failures: parameterFailures,
    },
    images: cut(whole.images, 'ec2:DescribeImages'),
    failures: failed,
  })
}
