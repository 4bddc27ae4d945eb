import fc from 'fast-check'
import type * as Inventory from '../../src/core/inventory.ts'
import { allInstances } from '../../src/core/inventory.ts'
import { selfManagedGroups } from '../../src/core/join-node-groups.ts'
import { clusterNames } from '../../src/core/ownership.ts'
import type { Collected, Failure, Read } from '../../src/core/read.ts'

/** What becomes of an account-Region when reads of it fail. */

const refsOf = (group: Inventory.AutoScalingGroup) => [
  ...group.launchTemplates.map(({ ref }) => ref),
  ...allInstances(group).flatMap(({ launchTemplate }) => launchTemplate ?? []),
]

/**
 * What the collector would have read of it: of a template only the default and latest versions, and those that something
 * names, with the user data of those that EKS groups launch from.
 */
export const asCollected = (inventory: Inventory.RegionInventory): Inventory.RegionInventory => {
  const own = inventory.nodeGroups.items.flatMap(({ detail }) => (detail.ok ? (detail.value.launchTemplate ?? []) : []))
  const refs = [
    ...own,
    ...inventory.autoScalingGroups.items.flatMap(refsOf),
    ...inventory.instances.items.flatMap(({ launchTemplate }) => launchTemplate ?? []),
  ]
  const ofEks = [...own, ...selfManagedGroups(inventory).flatMap(({ group }) => refsOf(group))]
  const names = (
    all: readonly Inventory.LaunchTemplateRef[],
    { id, defaultVersion, latestVersion }: Inventory.LaunchTemplate,
    number: number,
  ) =>
    all.some(
      ref =>
        ref.id === id &&
        (ref.version === String(number) ||
          (ref.version === '$Default' && number === defaultVersion) ||
          (ref.version === '$Latest' && number === latestVersion)),
    )
  return {
    ...inventory,
    launchTemplates: {
      ...inventory.launchTemplates,
      items: inventory.launchTemplates.items.map(template => ({
        ...template,
        versions: template.versions
          .filter(
            ({ number }) =>
              number === template.defaultVersion || number === template.latestVersion || names(refs, template, number),
          )
          .map(version => (names(ofEks, template, version.number) ? version : withoutUserData(version))),
      })),
    },
  }
}

const withoutUserData = ({ number, data }: Inventory.LaunchTemplateVersion): Inventory.LaunchTemplateVersion => {
  if (!data.ok) return { number, data }
  const { userData, ...rest } = data.value
  return { number, data: { ok: true, value: rest } }
}

const turns = fc.nat(90)

/** Which of the reads fail, by their turn: mostly a few, sometimes many. */
export const arbitraryFailures: fc.Arbitrary<ReadonlySet<number>> = fc
  .oneof(
    { weight: 4, arbitrary: fc.uniqueArray(turns, { minLength: 1, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.uniqueArray(turns, { minLength: 20, maxLength: 60 }) },
  )
  .map(failing => new Set(failing))

const failure = (action: string, resource?: string): Failure => ({
  action,
  class: 'denied',
  reason: `${action} was refused`,
  ...(resource !== undefined && { resource }),
})

const notAsked = (action: string, causes: readonly Failure[]): Failure[] =>
  causes.length > 0 ? [{ ...failure(action), class: 'not-asked' }] : []

/** The same account-Region, with the reads failed whose turn is in `failing`. */
export const withFailures = (
  whole: Inventory.RegionInventory,
  failing: ReadonlySet<number>,
): Inventory.RegionInventory => {
  let turn = 0
  const fails = () => failing.has(turn++)
  const failed: Failure[] = []
  const refuse = <T>(read: Read<T>, action: string, into: Failure[], resource?: string): Read<T> => {
    if (!fails()) return read
    into.push(failure(action, resource))
    return { ok: false, action, reason: `${action} was refused` }
  }
  /** A list that was refused, or broke off: then what was on the pages before stays. */
  const cut = <T>({ items, failures }: Collected<T>, action: string, resource?: string): Collected<T> => {
    if (!fails()) return { items, failures }
    return {
      items: fails() ? items.slice(0, Math.ceil(items.length / 2)) : [],
      failures: [...failures, failure(action, resource)],
    }
  }

  const imdsDefaults = refuse(whole.imdsDefaults, 'ec2:GetInstanceMetadataDefaults', failed)
  const listed = cut(whole.clusters, 'eks:ListClusters')
  const clusterFailures = [...listed.failures]
  const clusters = listed.items.map((item): Inventory.Cluster => {
    const { name } = item
    const addonFailures: Failure[] = []
    const addons = cut(item.addons, 'eks:ListAddons', name)
    const described = addons.items.map(addon => ({
      ...addon,
      ...(addon.detail && {
        detail: refuse(addon.detail, 'eks:DescribeAddon', addonFailures, `${name}/${addon.name}`),
      }),
    }))
    return {
      ...item,
      detail: refuse(item.detail, 'eks:DescribeCluster', clusterFailures, name),
      addons: { items: described, failures: [...addons.failures, ...addonFailures] },
      insights: cut(item.insights, 'eks:ListInsights', name),
      podIdentity: refuse(item.podIdentity, 'eks:ListPodIdentityAssociations', failed, name),
      fargateProfiles: cut(item.fargateProfiles, 'eks:ListFargateProfiles', name),
    }
  })

  const groupFailures = notAsked('eks:ListNodegroups', listed.failures)
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
  const groups = cut(whole.autoScalingGroups, 'autoscaling:DescribeAutoScalingGroups')
  const autoScalingGroups = groups.items.map(({ warmPool, ...group }) => ({
    ...group,
    ...(warmPool && { warmPool: refuse(warmPool, 'autoscaling:DescribeWarmPool', failed, group.name) }),
  }))

  // EC2 is asked for the instances of the clusters that were listed.
  const instances = cut(whole.instances, 'ec2:DescribeInstances')
  const listedNames = new Set(clusters.map(({ name }) => name))
  const nodes = {
    items: instances.items.filter(one => clusterNames(one).some(name => listedNames.has(name))),
    failures: [...instances.failures, ...notAsked('ec2:DescribeInstances', listed.failures)],
  }
  const hasClusters = clusters.length > 0
  const configurations = hasClusters
    ? cut(whole.launchConfigurations, 'autoscaling:DescribeLaunchConfigurations')
    : { items: [], failures: [] }
  const upstream = [...listed.failures, ...templates.failures, ...groups.failures, ...nodes.failures]
  const parameterFailures = notAsked('ssm:GetParameters', upstream)
  const images = cut(whole.images, 'ec2:DescribeImages')
  const { oidcProviders, imdsV1Calls, ...rest } = whole
  return asCollected({
    ...rest,
    imdsDefaults,
    clusters: { items: clusters, failures: clusterFailures },
    nodeGroups: { items: nodeGroups, failures: groupFailures },
    launchTemplates: { items: launchTemplates, failures: templateFailures },
    autoScalingGroups: { items: autoScalingGroups, failures: groups.failures },
    launchConfigurations: {
      items: configurations.items,
      failures: [
        ...configurations.failures,
        ...notAsked('autoscaling:DescribeLaunchConfigurations', [...listed.failures, ...groups.failures]),
      ],
    },
    instances: nodes,
    nodeClassUserData: whole.nodeClassUserData
      .filter(({ clusterName }) => listedNames.has(clusterName))
      .map(one => ({ ...one, userData: refuse(one.userData, 'ec2:DescribeInstanceAttribute', failed, one.nodeClass) })),
    ...(hasClusters &&
      oidcProviders && { oidcProviders: refuse(oidcProviders, 'iam:ListOpenIDConnectProviders', failed) }),
    ...(imdsV1Calls && {
      imdsV1Calls: withCause(
        cut(imdsV1Calls, 'cloudwatch:GetMetricData'),
        notAsked('cloudwatch:GetMetricData', nodes.failures),
      ),
    }),
    imageParameters: {
      items: whole.imageParameters.items.map(({ name, imageId }) => ({
        name,
        imageId: refuse(imageId, 'ssm:GetParameters', parameterFailures, name),
      })),
      failures: parameterFailures,
    },
    images: withCause(images, notAsked('ec2:DescribeImages', upstream)),
    failures: failed,
  })
}

const withCause = <T>({ items, failures }: Collected<T>, causes: readonly Failure[]): Collected<T> => ({
  items,
  failures: [...failures, ...causes],
})
