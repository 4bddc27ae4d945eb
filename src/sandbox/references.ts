import { isKnownVersion } from './cluster-versions.ts'
import { type AmiType, isPublished } from './images.ts'
import type { AutoScalingGroup, Cluster, Instances, NodeGroup, Nodes, Organization, Region } from './schema.ts'
import { inBase64, versionOf } from './templates.ts'
import { tooLong } from './user-data.ts'
import { accountsOf, regionsOf, type Step, unitsNamed } from './walk.ts'

type Path = readonly Step[]
interface Problem {
  readonly path: Path
  readonly message: string
}

/** What each part of an organization says about another part that is not so, each with its place in the YAML. */
export const problemsOf = (organization: Organization): Problem[] => [
  ...repeatedAccounts(organization),
  ...accountsOf(organization).flatMap(({ account, path }) =>
    Object.keys(account.regions).flatMap(name => unknownRegion(organization, name, [...path, 'regions', name])),
  ),
  ...Object.entries(organization.images).flatMap(([name, { sourceImageId: source }]) =>
    problemIf(
      source !== undefined && !isImage(organization, source),
      ['images', name, 'sourceImageId'],
      `there is no image ${source}`,
    ),
  ),
  ...problemsOfClusterVersions(organization),
  ...problemsOfPolicies(organization),
  ...problemsOfFaults(organization),
  ...regionsOf(organization).flatMap(({ region, path }) => problemsOfRegion(organization, region, path)),
]

const problemIf = (wrong: boolean, path: Path, message: string): Problem[] => (wrong ? [{ path, message }] : [])

const unknownRegion = ({ regions }: Organization, name: string, path: Path) =>
  problemIf(!regions.includes(name), path, `${name} is not one of the organization's Regions`)

const repeatedAccounts = (organization: Organization) => {
  const seen = new Set<string>()
  return accountsOf(organization).flatMap(({ accountId, path }) => {
    const repeated = seen.has(accountId)
    seen.add(accountId)
    return problemIf(repeated, path, `account ${accountId} stands in two places`)
  })
}

const problemsOfClusterVersions = ({ clusterVersions }: Organization) =>
  Object.entries(clusterVersions).flatMap(([version, { releaseDate, ...ends }]) =>
    problemIf(
      !isKnownVersion(version) && !(releaseDate && ends.endOfStandardSupportDate && ends.endOfExtendedSupportDate),
      ['clusterVersions', version],
      'is no version that the sandbox knows, so it needs its three dates',
    ),
  )

const problemsOfPolicies = (organization: Organization) =>
  organization.policies.flatMap(({ unit, regions = [] }, index) => [
    ...problemIf(
      unitsNamed(organization, unit).length !== 1,
      ['policies', index, 'unit'],
      `there is no single unit ${unit}; write its path from the root, as in Workloads/Payments`,
    ),
    ...regions.flatMap((name, at) => unknownRegion(organization, name, ['policies', index, 'regions', at])),
  ])

const problemsOfFaults = (organization: Organization) => {
  const { management, hub } = organization.organization
  const ids = new Set([management, hub, ...accountsOf(organization).map(({ accountId }) => accountId)])
  return organization.faults.flatMap(({ account, region }, index) => [
    ...problemIf(account !== undefined && !ids.has(account), ['faults', index, 'account'], `there is no such account`),
    ...(region ? unknownRegion(organization, region, ['faults', index, 'region']) : []),
  ])
}

const problemsOfRegion = (organization: Organization, region: Region, path: Path): Problem[] => {
  const see: Sight = {
    image: (name, at) =>
      problemIf(name !== undefined && !isImage(organization, name), [...path, ...at], `there is no image ${name}`),
    template: (reference, at) =>
      problemIf(
        reference !== undefined && !versionOf(region.launchTemplates, reference),
        [...path, ...at],
        `there is no launch template ${reference}`,
      ),
    problemIf: (wrong, at, message) => problemIf(wrong, [...path, ...at], message),
  }
  return [
    ...problemsOfTemplates(see, region),
    ...Object.entries(region.clusters).flatMap(([name, cluster]) =>
      Object.entries(cluster.nodeGroups).flatMap(([group, nodeGroup]) =>
        problemsOfNodeGroup(see, region, cluster, nodeGroup, ['clusters', name, 'nodeGroups', group]),
      ),
    ),
    ...Object.entries(region.launchConfigurations).flatMap(([name, { image }]) =>
      see.image(image, ['launchConfigurations', name, 'image']),
    ),
    ...Object.entries(region.autoScalingGroups).flatMap(([name, group]) =>
      problemsOfAutoScalingGroup(see, region, group, ['autoScalingGroups', name]),
    ),
    ...Object.entries(region.instances).flatMap(([name, instances]) =>
      problemsOfInstances(see, region, instances, ['instances', name]),
    ),
  ]
}

/** What the parts of a Region ask; paths are from the Region on. */
interface Sight {
  image(name: string | undefined, at: Path): Problem[]
  template(reference: string | undefined, at: Path): Problem[]
  problemIf(wrong: boolean, at: Path, message: string): Problem[]
}

// An AMI id that nobody described is allowed: an image that the account cannot see is a thing to simulate.
const isImage = ({ images }: Organization, name: string) =>
  /^(ami-|resolve:ssm:)/.test(name) || Object.hasOwn(images, name)

const problemsOfTemplates = (see: Sight, region: Region) =>
  Object.entries(region.launchTemplates).flatMap(([name, template]) => [
    ...see.problemIf(
      template.default > template.versions.length,
      ['launchTemplates', name, 'default'],
      `there is no version ${template.default}`,
    ),
    ...template.versions.flatMap(({ image, userData = '' }, index) => {
      const at: Path = ['launchTemplates', name, 'versions', index]
      const problem = tooLong(Buffer.from(inBase64(userData), 'base64'))
      return [
        ...see.image(image, [...at, 'image']),
        ...see.problemIf(problem !== undefined, [...at, 'userData'], problem ?? ''),
      ]
    }),
  ])

const problemsOfNodeGroup = (see: Sight, region: Region, cluster: Cluster, group: NodeGroup, at: Path): Problem[] => {
  const published = (amiType: AmiType | undefined, version: string, place: Path) =>
    see.problemIf(
      amiType !== undefined && !isPublished(amiType, version),
      [...place, 'amiType'],
      `AWS published no ${amiType} image for Kubernetes ${version}`,
    )
  const groupVersion = group.version ?? cluster.version
  const template = versionOf(region.launchTemplates, group.launchTemplate)
  return [
    ...see.template(group.launchTemplate, [...at, 'launchTemplate']),
    ...see.problemIf(
      Boolean(group.amiType && template?.version.image),
      [...at, 'amiType'],
      `cannot stand beside ${group.launchTemplate}, which holds an image: EKS refuses the two together`,
    ),
    ...published(group.amiType, groupVersion, at),
    ...problemsOfNodes(see, group.nodes, at),
    ...(group.nodes ?? []).flatMap(({ amiType, version = groupVersion }, index) =>
      published(amiType, version, [...at, 'nodes', index]),
    ),
  ]
}

const problemOfCluster = (see: Sight, { clusters }: Region, cluster: string | undefined, at: Path) =>
  see.problemIf(
    cluster !== undefined && !Object.hasOwn(clusters, cluster),
    [...at, 'cluster'],
    `there is no cluster ${cluster} here; for a cluster that is not of EKS write the tag itself`,
  )

const problemsOfAutoScalingGroup = (see: Sight, region: Region, group: AutoScalingGroup, at: Path): Problem[] => [
  ...see.problemIf(
    (group.launchTemplate === undefined) === (group.launchConfigurationName === undefined),
    at,
    'needs a launchTemplate or a launchConfigurationName, and not both',
  ),
  ...problemOfCluster(see, region, group.cluster, at),
  ...see.template(group.launchTemplate, [...at, 'launchTemplate']),
  ...(group.overrides ?? []).flatMap(({ launchTemplate, image }, index) => [
    ...see.template(launchTemplate, [...at, 'overrides', index, 'launchTemplate']),
    ...see.image(image, [...at, 'overrides', index, 'image']),
  ]),
  ...problemsOfNodes(see, group.nodes, at),
]

const problemsOfInstances = (see: Sight, region: Region, instances: Instances, at: Path): Problem[] => {
  const { cluster, image, launchTemplate, launchConfigurationName: configuration } = instances
  const template = versionOf(region.launchTemplates, launchTemplate)
  const isConfigured = configuration !== undefined && Object.hasOwn(region.launchConfigurations, configuration)
  return [
    ...problemOfCluster(see, region, cluster, at),
    ...see.image(image, [...at, 'image']),
    ...see.template(launchTemplate, [...at, 'launchTemplate']),
    ...see.problemIf(
      configuration !== undefined && !isConfigured,
      [...at, 'launchConfigurationName'],
      `there is no launch configuration ${configuration}`,
    ),
    ...see.problemIf(
      launchTemplate !== undefined && configuration !== undefined,
      at,
      'cannot have a launchTemplate and a launchConfigurationName',
    ),
    ...see.problemIf(
      image === undefined &&
        template?.version.image === undefined &&
        configuration === undefined &&
        (launchTemplate === undefined || template !== undefined),
      at,
      'needs an image, or a launchTemplate or launchConfigurationName that has one',
    ),
  ]
}

const problemsOfNodes = (see: Sight, nodes: readonly Pick<Nodes, 'launchTemplate' | 'image'>[] = [], at: Path) =>
  nodes.flatMap(({ launchTemplate, image }, index) => [
    ...see.template(launchTemplate, [...at, 'nodes', index, 'launchTemplate']),
    ...see.image(image, [...at, 'nodes', index, 'image']),
  ])
