import { autoScalingGroupOf, type GroupModel } from './auto-scaling-groups.ts'
import { hexOf } from './ids.ts'
import { publishedImages, type VisibleImage } from './images.ts'
import { type Instance, instancesOf } from './instances.ts'
import { managedGroupOf } from './node-groups.ts'
import { idOfImage, type Place } from './place.ts'
import { Account, type Image, type Organization, Region } from './schema.ts'
import { type Template, templatesOf } from './templates.ts'
import { accountsOf, unitsNamed, unitsOf } from './walk.ts'

/** What AWS would keep for one account-Region. */
export interface RegionModel {
  readonly place: Place
  readonly templates: readonly Template[]
  readonly autoScalingGroups: readonly GroupModel[]
  /** DescribeNodegroup's answers, by cluster and name. */
  readonly nodegroups: ReadonlyMap<string, ReadonlyMap<string, object>>
  /** The images that are the account's to see: those that were written and the older releases that its nodes run. */
  readonly images: ReadonlyMap<string, VisibleImage>
  /** The newest image of each amiType and Kubernetes version, one map for all accounts of a Region. */
  readonly publishedImages: ReadonlyMap<string, VisibleImage>
  /** By id, in the order in which they are told. Built when it is first asked for. */
  instances(): ReadonlyMap<string, Instance>
}

/** An organizational unit with the ids that AWS gives it. */
export interface UnitModel {
  readonly id: string
  readonly name: string
  /** `o-acme/r-1a2b/ou-1a2b-…/`, as in Account.Paths without the account. */
  readonly path: string
}

export interface AccountModel {
  readonly id: string
  readonly account: Account
  /** Names from the root down, joined by slashes; empty at the root. */
  readonly unitName: string
  readonly path: string
}

/** An organization with everything that is derived from what was written. */
export interface Model {
  readonly organization: Organization
  readonly accounts: ReadonlyMap<string, AccountModel>
  readonly units: readonly UnitModel[]
  /** Built when it is first asked for, because a large organization is never read at once. */
  regionOf(accountId: string, region: string): RegionModel
  /** The policy that denies this action to this account in this Region. */
  denyingPolicy(
    accountId: string,
    region: string,
    matches: (patterns: readonly string[]) => boolean,
  ): string | undefined
}

const emptyRegion = Region.parse({})

/** Derives ids, paths and EKS's own resources from an organization. */
export const modelOf = (organization: Organization): Model => {
  const units = unitModelsOf(organization)
  const accounts = accountModelsOf(organization, units)
  const policies = organization.policies.map(policy => ({
    ...policy,
    unitName: unitsNamed(organization, policy.unit)[0]?.name ?? policy.unit,
  }))
  const regions = new Map<string, RegionModel>()
  const published = new Map<string, ReadonlyMap<string, VisibleImage>>()

  return {
    organization,
    accounts,
    units: [...units.values()],
    regionOf: (accountId, name) => {
      const key = `${accountId}/${name}`
      const known = regions.get(key)
      if (known) return known
      const ofAws = published.get(name) ?? publishedImages(name)
      published.set(name, ofAws)
      const written = accounts.get(accountId)?.account.regions[name]
      const region = written === undefined || written === 'not-opted-in' ? emptyRegion : written
      const made = regionModelOf({ organization, accountId, name, region }, ofAws)
      regions.set(key, made)
      return made
    },
    denyingPolicy: (accountId, region, matches) => {
      const unitName = accounts.get(accountId)?.unitName ?? ''
      return policies.find(
        policy =>
          `${unitName}/`.startsWith(`${policy.unitName}/`) &&
          (policy.regions?.includes(region) ?? true) &&
          matches(policy.deny),
      )?.id
    },
  }
}

const unitModelsOf = (organization: Organization) => {
  const { id: organizationId } = organization.organization
  const root = hexOf(4, 'root', organizationId)
  const models = new Map<string, UnitModel>()
  for (const { name, unit } of unitsOf(organization)) {
    const parent = models.get(name.slice(0, Math.max(name.lastIndexOf('/'), 0)))
    const id = name === '' ? `r-${root}` : (unit.id ?? `ou-${root}-${hexOf(8, 'unit', name)}`)
    const path = `${parent?.path ?? `${organizationId}/`}${id}/`
    models.set(name, { id, name: name.slice(name.lastIndexOf('/') + 1), path })
  }
  return models
}

const accountModelsOf = (organization: Organization, units: ReadonlyMap<string, UnitModel>) => {
  const { management, hub } = organization.organization
  const models = new Map<string, AccountModel>()
  const add = (id: string, account: Account, unitName: string) =>
    models.set(id, { id, account, unitName, path: `${units.get(unitName)?.path}${id}/` })
  for (const { accountId, account, unitName } of accountsOf(organization)) add(accountId, account, unitName)
  if (!models.has(management)) add(management, Account.parse({ name: 'management' }), '')
  if (!models.has(hub)) add(hub, Account.parse({ name: 'hub' }), '')
  return models
}

const regionModelOf = (place: Place, published: ReadonlyMap<string, VisibleImage>): RegionModel => {
  const managed = Object.entries(place.region.clusters).flatMap(([clusterName, cluster]) =>
    Object.entries(cluster.nodeGroups).map(([name, group]) => ({
      clusterName,
      name,
      ...managedGroupOf(place, clusterName, cluster, name, group),
    })),
  )
  const templates = [...templatesOf(place), ...managed.map(({ copy }) => copy)]
  const autoScalingGroups = [
    ...Object.entries(place.region.autoScalingGroups).map(([name, group]) => autoScalingGroupOf(place, name, group)),
    ...managed.map(({ autoScalingGroup }) => autoScalingGroup),
  ]
  const images = new Map([
    ...managed.flatMap(group => group.images.map(image => [image.imageId, image] as const)),
    ...writtenImages(place.organization),
  ])
  const imageOf = (id: string) => images.get(id) ?? published.get(id)
  let instances: ReadonlyMap<string, Instance> | undefined
  return {
    place,
    templates,
    autoScalingGroups,
    nodegroups: new Map(
      [...Map.groupBy(managed, ({ clusterName }) => clusterName)].map(([cluster, groups]) => [
        cluster,
        new Map(groups.map(({ name, nodegroup }) => [name, nodegroup])),
      ]),
    ),
    publishedImages: published,
    images,
    instances: () => {
      instances ??= new Map(instancesOf({ place, templates, autoScalingGroups, imageOf }).map(one => [one.id, one]))
      return instances
    },
  }
}

const writtenImages = (organization: Organization) =>
  Object.entries(organization.images)
    .filter(([, image]) => image.visible)
    .map(([name, image]) => [idOfImage(organization, name), visibleImage(organization, name, image)] as const)

const visibleImage = (organization: Organization, name: string, image: Image): VisibleImage => ({
  imageId: idOfImage(organization, name),
  name: image.name,
  imageOwnerId: image.ownerId,
  description: image.description,
  architecture: image.architecture,
  platform: image.platform,
  imdsSupport: image.imdsSupport,
  sourceImageId: image.sourceImageId && idOfSource(organization, image.sourceImageId),
  sourceImageRegion: image.sourceImageRegion,
  creationDate: image.creationDate ?? '2025-11-03T09:00:00.000Z',
  deprecationTime: image.deprecationTime,
})

const idOfSource = (organization: Organization, reference: string) =>
  reference.startsWith('ami-') ? reference : idOfImage(organization, reference)
