import * as z from 'zod'
import { usesNodeCredentials } from '../src/core/dependants.ts'
import { familyOfImage } from '../src/core/os-family.ts'
import { clusterNames, clusterNameTags, ownerOf } from '../src/core/ownership.ts'
import type { Instance } from '../src/sandbox/instances.ts'
import { type AccountModel, type Model, modelOf, type RegionModel } from '../src/sandbox/model.ts'
import type { Organization } from '../src/sandbox/organization.ts'
import { matchesAny } from '../src/sandbox/patterns.ts'
import { imageInForce, parameterOf } from '../src/sandbox/place.ts'
import type { Template, TemplateVersion } from '../src/sandbox/templates.ts'

/** Calls by IAM action. */
export type Calls = Readonly<Record<string, number>>

// The most that AWS puts on a page; for DescribeImages, the most values of one filter.
const pageSizes: Calls = {
  'organizations:ListAccounts': 20,
  'eks:ListClusters': 100,
  'eks:ListAddons': 100,
  'eks:ListNodegroups': 100,
  'eks:ListInsights': 100,
  'eks:ListFargateProfiles': 100,
  'ec2:DescribeInstances': 1000,
  'ec2:DescribeLaunchTemplates': 200,
  'ec2:DescribeLaunchTemplateVersions': 200,
  'ec2:DescribeImages': 200,
  'autoscaling:DescribeAutoScalingGroups': 100,
  'autoscaling:DescribeWarmPool': 50,
  // As many as one call can name.
  'autoscaling:DescribeLaunchConfigurations': 50,
}
/** Values of one filter. */
const filterSize = 200
const ssmPrefix = 'resolve:ssm:'

/** The calls that a scan of this organization cannot do without (DESIGN §11), from what the organization holds. */
export const neededCalls = (organization: Organization): Calls => {
  const model = modelOf(organization)
  const tally = tallyOf(() => true)
  tally.add('sts:GetCallerIdentity')
  tally.list('organizations:ListAccounts', [...model.accounts.values()])
  tally.add('organizations:DescribeOrganizationalUnit', unitsOnPaths(model))
  tally.add('eks:DescribeClusterVersions')
  for (const account of model.accounts.values()) addAccount(tally, model, account)
  return tally.calls
}

const unitsOnPaths = ({ accounts }: Model) =>
  new Set([...accounts.values()].flatMap(({ path }) => path.split('/').filter(step => step.startsWith('ou-')))).size

const addAccount = (tally: Tally, model: Model, { id, account }: AccountModel) => {
  const { hub } = model.organization.organization
  if (account.state !== 'ACTIVE') return
  if (id !== hub) tally.add('sts:AssumeRole')
  if (id !== hub && account.role.trust !== 'ok') return
  tally.add('ec2:DescribeRegions')
  const regions = model.organization.regions.filter(region => account.regions[region] !== 'not-opted-in')
  const clusters = regions.map(region => addRegion(tally.in(mayIn(model, id, region)), model.regionOf(id, region)))
  if (clusters.some(count => count > 0)) tally.add('iam:ListOpenIDConnectProviders')
}

const mayIn = (model: Model, accountId: string, region: string) => (action: string) => {
  const { management, hub } = model.organization.organization
  const matches = (patterns: readonly string[]) => matchesAny(patterns, action)
  const isDeniedByPolicy = accountId !== management && model.denyingPolicy(accountId, region, matches) !== undefined
  const isDeniedByRole = accountId !== hub && matches(model.accounts.get(accountId)?.account.role.deny ?? [])
  return !isDeniedByPolicy && !isDeniedByRole
}

/** What the calls so far have told of an account-Region. */
interface Seen {
  readonly model: RegionModel
  readonly clusters: ReadonlySet<string>
  readonly templates: ReadonlyMap<string, Template>
  readonly managed: readonly Nodegroup[]
  readonly groups: readonly Group[]
  /** The nodes of clusters that EC2 lists, by id. */
  readonly instances: ReadonlyMap<string, Instance>
  /** The images of launch configurations, by name. */
  readonly configurations: ReadonlyMap<string, string>
  /** The account's default for HttpTokens is known to be silent, so that images decide where templates do not. */
  readonly isDefaultSilent: boolean
}

/** Gives how many clusters were listed. */
const addRegion = (tally: Tally, model: RegionModel): number => {
  const { region } = model.place
  const clusters = new Set(tally.list('eks:ListClusters', Object.keys(region.clusters)))
  const versions = tally.list('ec2:DescribeLaunchTemplateVersions', model.templates.flatMap(defaultAndLatest))
  const templates = new Map(versions.map(({ template }) => [template.id, template]))
  const isDefaultKnown = tally.add('ec2:GetInstanceMetadataDefaults')
  const managed = [...clusters].flatMap(name => addCluster(tally, model, name))

  const hasOwn = [...templates.values()].some(isOfAPerson)
  if (hasOwn) tally.list('ec2:DescribeLaunchTemplates', model.templates)
  const groups = hasOwn || clusters.size > 0 ? addGroups(tally, model, clusters) : []
  const isDefaultSilent = isDefaultKnown && region.instanceMetadataDefaults.httpTokens === undefined
  const instances = addInstances(tally, model, clusters)
  const configurations = addConfigurations(tally, model, groups, clusters)
  const seen = { model, clusters, templates, managed, groups, instances, configurations, isDefaultSilent }
  addPinned(tally, seen)
  addImages(tally, seen)
  return clusters.size
}

/** One list of all nodes, and the user data of one node for each cluster, EC2NodeClass of Karpenter and AMI. */
const addInstances = (tally: Tally, model: RegionModel, clusters: ReadonlySet<string>) => {
  if (clusters.size === 0) return new Map<string, Instance>()
  const nodes = [...model.instances().values()]
    .filter(({ state }) => state === 'pending' || state === 'running')
    .filter(instance => clusterOf(instance, clusters) !== undefined)
  const listed = tally.list('ec2:DescribeInstances', nodes)
  // A page of a list of one's own for each filter that would be too long.
  const filters = Math.ceil((clusterNameTags.length + clusters.size * 2) / filterSize)
  tally.add('ec2:DescribeInstances', filters - 1)
  const classes = listed.flatMap(instance => {
    const owner = ownerOf({ tags: instance.tags, operator: instance.operator?.principal })
    return owner?.provisioner === 'karpenter'
      ? [[clusterOf(instance, clusters), owner.name, instance.imageId].join()]
      : []
  })
  tally.add('ec2:DescribeInstanceAttribute', new Set(classes).size)
  return new Map(listed.map(instance => [instance.id, instance]))
}

const clusterOf = (instance: Instance, clusters: ReadonlySet<string>) =>
  clusterNames(instance).find(name => clusters.has(name))

const addConfigurations = (
  tally: Tally,
  { place }: RegionModel,
  groups: readonly Group[],
  clusters: ReadonlySet<string>,
): ReadonlyMap<string, string> => {
  const used = groups
    .filter(group => isNode(group, clusters))
    .flatMap(group => [group, ...group.Instances].flatMap(({ LaunchConfigurationName: name }) => name ?? []))
  const names = [...new Set(used)]
  const read = names.length > 0 ? tally.list('autoscaling:DescribeLaunchConfigurations', names) : []
  return new Map(
    read.flatMap(name => {
      const written = place.region.launchConfigurations[name]?.image
      const image = written && imageInForce(place, written)
      return image ? [[name, image] as const] : []
    }),
  )
}

/** Each once, also where they are the same one. */
const defaultAndLatest = (template: Template) =>
  [...new Set([template.defaultVersion, template.versions.length])].map(number => ({ template, number }))

const isOfAPerson = ({ name, createdBy, operator }: Template) =>
  operator === undefined && !name.startsWith('karpenter.k8s.aws/') && !createdBy.includes('EKSNodegroup')

const addCluster = (tally: Tally, { place, nodegroups }: RegionModel, name: string): Nodegroup[] => {
  const cluster = place.region.clusters[name]
  const addons = Object.keys(cluster?.addons ?? {})
  tally.add('eks:DescribeCluster')
  const installed = tally.list('eks:ListAddons', addons)
  tally.add('eks:DescribeAddon', installed.filter(addon => addon === 'vpc-cni' || usesNodeCredentials(addon)).length)
  tally.list('eks:ListInsights', cluster?.insights ?? [])
  tally.list('eks:ListFargateProfiles', cluster?.fargateProfiles ?? [])
  // One association is enough to know that there is one.
  tally.add('eks:ListPodIdentityAssociations')
  const groups = tally.list('eks:ListNodegroups', [...(nodegroups.get(name)?.values() ?? [])])
  return groups.filter(() => tally.add('eks:DescribeNodegroup')).map(group => Nodegroup.parse(group))
}

const addGroups = (tally: Tally, { autoScalingGroups }: RegionModel, clusters: ReadonlySet<string>): Group[] => {
  const listed = tally.list('autoscaling:DescribeAutoScalingGroups', autoScalingGroups)
  return listed.map(({ onWire, warmPool }) => {
    const group = Group.parse(onWire)
    if (!warmPool || !isNode(group, clusters)) return group
    const pool = tally.list('autoscaling:DescribeWarmPool', z.array(Source).parse(warmPool.Instances))
    return { ...group, Instances: [...group.Instances, ...pool] }
  })
}

const isNode = ({ Tags }: Group, clusters: ReadonlySet<string>) =>
  Tags.some(({ Key }) => clusters.has(Key.replace('kubernetes.io/cluster/', '')))

/** All missing versions of a template come with one read of it. */
const addPinned = (tally: Tally, seen: Seen) => {
  const byTemplate = Map.groupBy(versionsNamed(seen), ({ id }) => id)
  for (const [id, template] of seen.templates) {
    const held = new Set(defaultAndLatest(template).map(({ number }) => number))
    const named = new Set((byTemplate.get(id) ?? []).map(({ version }) => numberOf(template, version)))
    const missing = [...named].filter(number => !held.has(number))
    if (missing.length > 0) tally.list('ec2:DescribeLaunchTemplateVersions', missing)
  }
}

/** The template versions that node groups, Auto Scaling groups and the nodes in none of them name. */
const versionsNamed = ({ managed, groups, instances }: Seen): Ref[] => [
  ...managed.flatMap(({ launchTemplate }) => launchTemplate ?? []),
  ...groups.flatMap(group => [...launchesOf(group), ...group.Instances]).flatMap(refOf),
  ...outsideGroups(instances).flatMap(({ tags }) => {
    const id = tags['aws:ec2launchtemplate:id']
    const version = tags['aws:ec2launchtemplate:version']
    return id !== undefined && version !== undefined ? [{ id, version }] : []
  }),
]

const outsideGroups = (instances: Seen['instances']) =>
  [...instances.values()].filter(({ tags }) => tags['aws:autoscaling:groupName'] === undefined)

const numberOf = ({ defaultVersion, versions }: Template, version: string) => {
  if (version === '$Default') return defaultVersion
  return version === '$Latest' ? versions.length : Number(version)
}

const addImages = (tally: Tally, seen: Seen) => {
  const { place, images, publishedImages } = seen.model
  const written = new Set([...imagesOfNodes(seen), ...imagesOfOthers(seen), ...imagesThatDecideTokens(seen)])
  const ids = new Set<string>()
  for (const image of written) {
    if (!image.startsWith(ssmPrefix)) ids.add(image)
    else if (tally.add('ssm:GetParameters')) ids.add(parameterOf(place, image.slice(ssmPrefix.length)) ?? '')
  }
  ids.delete('')
  if (ids.size === 0) return
  const visible = tally
    .list('ec2:DescribeImages', [...ids])
    .flatMap(id => images.get(id) ?? publishedImages.get(id) ?? [])
  const sources = visible
    .filter(
      ({ imageId, name, description, platform }) =>
        !familyOfImage(described({ id: imageId, name, description, platform })),
    )
    .flatMap(({ sourceImageId }) => sourceImageId ?? [])
    .filter(id => !ids.has(id))
  if (sources.length > 0) tally.list('ec2:DescribeImages', [...new Set(sources)])
}

const described = ({
  description = '',
  platform = '',
  ...image
}: Partial<Record<string, string>> & { id: string }) => ({
  ...image,
  description,
  platform,
})

/** The images that tell the OS of what node groups launch or run, where nothing else does. */
const imagesOfNodes = ({ clusters, templates, managed, groups, instances, configurations }: Seen) => {
  const amiTypes = new Map(
    managed.flatMap(({ amiType, resources }) => resources.autoScalingGroups.map(({ name }) => [name, amiType])),
  )
  const imageOf = (source: Source) =>
    source.ImageId ??
    configurations.get(source.LaunchConfigurationName ?? '') ??
    refOf(source).flatMap(ref => versionOf(templates, ref)?.imageId ?? [])
  const imageOfNode = (node: Source) => instances.get(node.InstanceId ?? '')?.imageId ?? imageOf(node)

  // What a template names beside the copy that EKS made of it is evidence: a parameter may name another image by now.
  const ofPeople = managed.flatMap(({ amiType, launchTemplate }) =>
    amiType === 'CUSTOM' && launchTemplate ? (versionOf(templates, launchTemplate)?.imageId ?? []) : [],
  )
  const ofGroups = groups
    .filter(group => amiTypes.has(group.AutoScalingGroupName) || isNode(group, clusters))
    .flatMap(group => {
      const amiType = amiTypes.get(group.AutoScalingGroupName) ?? 'CUSTOM'
      const launches = launchesOf(group)
      if (amiType === 'CUSTOM') {
        return [...launches, { LaunchConfigurationName: group.LaunchConfigurationName }]
          .flatMap(imageOf)
          .concat(group.Instances.flatMap(imageOfNode))
      }
      // The amiType speaks for what is launched today, so for the nodes that came from the same version; EKS's copy of
      // the template always says what HttpTokens is.
      const today = new Set(launches.flatMap(refOf).map(({ id, version }) => `${id}:${version}`))
      const isOfToday = (source: Source) =>
        source.ImageId === undefined && refOf(source).every(({ id, version }) => today.has(`${id}:${version}`))
      return group.Instances.filter(node => !isOfToday(node)).flatMap(imageOfNode)
    })
  return [...ofPeople, ...ofGroups]
}

/** Of the nodes in no Auto Scaling group. */
const imagesOfOthers = ({ instances }: Seen) => outsideGroups(instances).map(({ imageId }) => imageId)

const versionOf = (templates: Seen['templates'], { id, version }: Ref): TemplateVersion | undefined => {
  const template = templates.get(id)
  return template?.versions[numberOf(template, version) - 1]
}

/** Where neither template nor account says what HttpTokens is, the image does. */
const imagesThatDecideTokens = (seen: Seen) => {
  const { templates, isDefaultSilent } = seen
  if (!isDefaultSilent) return []
  const named = versionsNamed(seen)
  const inUse = [...templates.values()]
    .filter(isOfAPerson)
    .flatMap(template => [
      ...defaultAndLatest(template).map(({ number }) => template.versions[number - 1]),
      ...named.filter(({ id }) => id === template.id).map(ref => versionOf(templates, ref)),
    ])
  return inUse.flatMap(version => (version?.metadataOptions?.httpTokens === undefined ? (version?.imageId ?? []) : []))
}

/** Counts calls of one account-Region, or of none. */
interface Tally {
  readonly calls: Calls
  /** Counts calls; false where they are refused, so that nothing is known from them. */
  readonly add: (action: string, count?: number) => boolean
  /** Counts as many calls as the list has pages, an empty list having one; a refused list is empty. */
  readonly list: <T>(action: string, items: readonly T[]) => readonly T[]
  /** The same counts, where other calls are refused. */
  readonly in: (may: (action: string) => boolean) => Tally
}

const tallyOf = (may: (action: string) => boolean, calls: Record<string, number> = {}): Tally => {
  const add: Tally['add'] = (action, count = 1) => {
    if (count > 0) calls[action] = (calls[action] ?? 0) + count
    return may(action)
  }
  const list: Tally['list'] = (action, items) => {
    const pages = Math.max(1, Math.ceil(items.length / (pageSizes[action] ?? Number.POSITIVE_INFINITY)))
    return add(action, may(action) ? pages : 1) ? items : []
  }
  return { calls, add, list, in: mayThere => tallyOf(mayThere, calls) }
}

const Specification = z.object({ LaunchTemplateId: z.string(), Version: z.string().default('$Default') })
const Override = z.object({ LaunchTemplateSpecification: Specification.optional(), ImageId: z.string().optional() })
/** What something starts from: a node, or the next one. */
const Source = z.object({
  InstanceId: z.string().optional(),
  LaunchTemplate: Specification.optional(),
  LaunchConfigurationName: z.string().optional(),
  ImageId: z.string().optional(),
})
type Source = z.infer<typeof Source>

/** As much of Auto Scaling's answer as tells what launches and what runs. */
const Group = z.object({
  AutoScalingGroupName: z.string(),
  LaunchTemplate: Specification.optional(),
  LaunchConfigurationName: z.string().optional(),
  MixedInstancesPolicy: z
    .object({
      LaunchTemplate: z.object({ LaunchTemplateSpecification: Specification, Overrides: z.array(Override) }),
    })
    .optional(),
  Instances: z.array(Source),
  Tags: z.array(z.object({ Key: z.string() })),
})
type Group = z.infer<typeof Group>

/** As much of DescribeNodegroup's answer. */
const Nodegroup = z.object({
  amiType: z.string(),
  launchTemplate: z.object({ id: z.string(), version: z.string() }).optional(),
  resources: z.object({ autoScalingGroups: z.array(z.object({ name: z.string() })) }),
})
type Nodegroup = z.infer<typeof Nodegroup>
type Ref = NonNullable<Nodegroup['launchTemplate']>

const refOf = ({ LaunchTemplate: spec }: Source): Ref[] =>
  spec ? [{ id: spec.LaunchTemplateId, version: spec.Version }] : []

/** The base and every override, each with the template or the image that it launches. */
const launchesOf = ({ LaunchTemplate, MixedInstancesPolicy }: Group): Source[] => {
  const { LaunchTemplateSpecification: base = LaunchTemplate, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {}
  if (!base) return []
  return [
    { LaunchTemplate: base },
    ...Overrides.map(({ LaunchTemplateSpecification: own = base, ImageId }) => ({ LaunchTemplate: own, ImageId })),
  ]
}
