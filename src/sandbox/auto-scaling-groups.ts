import { hexOf, pastOf, uuidOf } from './ids.ts'
import { launchConfigurationOf } from './launch-configurations.ts'
import { arnIn, imageAsWritten, imageInForce, type Place } from './place.ts'
import type { AutoScalingGroup, OfInstance } from './schema.ts'
import { idOfTemplate, readReference, versionOf } from './templates.ts'

interface Scaling {
  readonly minSize?: number | undefined
  readonly maxSize?: number | undefined
  readonly desiredSize?: number | undefined
  readonly nodes?: readonly { readonly count: number; readonly lifecycleState: string }[] | undefined
}

/** A launch template as Auto Scaling names it. */
export interface TemplateSpecification {
  readonly LaunchTemplateId: string
  readonly LaunchTemplateName: string
  readonly Version: string
}

/** What some instances of a group have in common. */
export interface Launched {
  readonly count: number
  readonly lifecycleState: string
  readonly instanceType: string
  readonly launchTemplate?: TemplateSpecification | undefined
  readonly launchConfigurationName?: string | undefined
  /** Auto Scaling tells it only where it is not the template's: an override or a replaced root volume. */
  readonly imageId?: string | undefined
  /** Tags beside those of the group. */
  readonly tags?: Readonly<Record<string, string>>
  readonly written: OfInstance
}

/** One instance of a group. */
export interface Member {
  readonly id: string
  /** The same for all that one entry of `nodes` stands for. */
  readonly reservationId: string
  readonly availabilityZone: string
  readonly launched: Launched
}

type Launching =
  | { readonly LaunchConfigurationName: string }
  | { readonly LaunchTemplate: Partial<TemplateSpecification> }
  | { readonly MixedInstancesPolicy: object }

/** One member of DescribeAutoScalingGroups' answer, in the names of the wire. */
export interface GroupOnWire {
  readonly AutoScalingGroupName: string
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[]
  readonly [member: string]: unknown
}

/** A group's two answers: DescribeAutoScalingGroups leaves out the warm pool, which DescribeWarmPool tells. */
export interface GroupModel {
  readonly onWire: GroupOnWire
  readonly warmPool: WarmPool | undefined
  readonly tags: Readonly<Record<string, string>>
  /** Its instances, the warm pool's too. */
  readonly members: readonly Member[]
}

interface WarmPool {
  readonly WarmPoolConfiguration: object
  readonly Instances: readonly object[]
}

const defaultSize = 2

/** Minimum, maximum and desired size; what is not written follows the nodes in service, and they are two by default. */
export const sizesOf = ({ minSize, maxSize, desiredSize, nodes }: Scaling) => {
  const inService = nodes?.filter(node => !isWarm(node.lifecycleState)).reduce((sum, { count }) => sum + count, 0)
  const desired = desiredSize ?? inService ?? defaultSize
  return { minSize: minSize ?? Math.min(1, desired), maxSize: maxSize ?? Math.max(desired, 1), desiredSize: desired }
}

const isWarm = (lifecycleState: string) => lifecycleState.startsWith('Warmed')

/** Auto Scaling's answer for one group. */
export const groupOnWire = (
  place: Place,
  name: string,
  launching: Launching,
  sizes: ReturnType<typeof sizesOf>,
  tags: Readonly<Record<string, string>>,
  launched: readonly Launched[],
): GroupModel => {
  const members = membersOf(place, name, launched)
  const instances = members.map(memberOnWire)
  const warm = instances.filter(({ LifecycleState }) => isWarm(LifecycleState))
  const warmPool = warm.length > 0 ? warmPoolOf(warm) : undefined
  const id = uuidOf('group', place.accountId, place.name, name)
  const onWire = {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: arnIn(place, 'autoscaling', `autoScalingGroup:${id}:autoScalingGroupName/${name}`),
    ...launching,
    MinSize: sizes.minSize,
    MaxSize: sizes.maxSize,
    DesiredCapacity: sizes.desiredSize,
    DefaultCooldown: 300,
    AvailabilityZones: ['a', 'b'].map(zone => place.name + zone),
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 15,
    Instances: instances.filter(({ LifecycleState }) => !isWarm(LifecycleState)),
    CreatedTime: pastOf(place.organization.now, place.accountId, place.name, name),
    ...(warmPool && { WarmPoolConfiguration: warmPool.WarmPoolConfiguration, WarmPoolSize: warm.length }),
    Tags: Object.entries(tags).map(([Key, Value]) => ({
      ResourceId: name,
      ResourceType: 'auto-scaling-group',
      Key,
      Value,
      PropagateAtLaunch: true,
    })),
  }
  return { onWire, warmPool, tags, members }
}

const warmPoolOf = (Instances: readonly object[]): WarmPool => ({
  WarmPoolConfiguration: { PoolState: 'Stopped', MinSize: Instances.length },
  Instances,
})

const membersOf = (place: Place, group: string, entries: readonly Launched[]): Member[] =>
  entries
    .flatMap((launched, entry) => Array.from({ length: launched.count }, () => ({ launched, entry })))
    .map(({ launched, entry }, index) => ({
      id: `i-0${hexOf(16, 'instance', place.accountId, place.name, group, index)}`,
      reservationId: `r-0${hexOf(16, 'reservation', place.accountId, place.name, group, entry)}`,
      availabilityZone: place.name + (index % 2 === 0 ? 'a' : 'b'),
      launched,
    }))

const memberOnWire = ({ id, availabilityZone, launched }: Member) => ({
  InstanceId: id,
  InstanceType: launched.instanceType,
  AvailabilityZone: availabilityZone,
  LifecycleState: launched.lifecycleState,
  HealthStatus: 'Healthy',
  LaunchConfigurationName: launched.launchConfigurationName,
  LaunchTemplate: launched.launchTemplate,
  ImageId: launched.imageId,
  ProtectedFromScaleIn: false,
})

/** An Auto Scaling group that the account's people wrote. */
export const autoScalingGroupOf = (place: Place, name: string, group: AutoScalingGroup): GroupModel => {
  const sizes = sizesOf(group)
  const inForce = versionOf(place.region.launchTemplates, group.launchTemplate)
  const configured = launchConfigurationOf(place, group.launchConfigurationName)?.instanceType
  const instanceType = inForce?.version.instanceType ?? configured ?? group.overrides?.[0]?.instanceType ?? 't3.large'
  const nodes = group.nodes ?? [{ count: sizes.desiredSize, lifecycleState: 'InService' }]
  return groupOnWire(
    place,
    name,
    launchingOf(place, group),
    sizes,
    { ...(group.cluster && { [`kubernetes.io/cluster/${group.cluster}`]: 'owned' }), ...group.tags },
    nodes.map(({ count, lifecycleState, ...node }: NonNullable<AutoScalingGroup['nodes']>[number]) => {
      const reference = node.launchTemplate ?? group.launchTemplate
      return {
        count,
        lifecycleState,
        instanceType: node.instanceType ?? instanceType,
        launchTemplate: reference === undefined ? undefined : runningVersion(place, reference),
        launchConfigurationName: group.launchConfigurationName,
        imageId: node.image && imageInForce(place, node.image),
        written: node,
      }
    }),
  )
}

const launchingOf = (place: Place, group: AutoScalingGroup): Launching => {
  if (group.launchTemplate === undefined) return { LaunchConfigurationName: group.launchConfigurationName ?? '' }
  const specification = specificationOf(place, group.launchTemplate)
  if (group.overrides === undefined) return { LaunchTemplate: asGiven(specification, group.launchTemplate) }
  return mixedInstances(
    specification,
    group.overrides.map(({ instanceType, launchTemplate, image }) => ({
      InstanceType: instanceType,
      LaunchTemplateSpecification: launchTemplate && specificationOf(place, launchTemplate),
      ImageId: image && imageAsWritten(place, image),
    })),
  )
}

/** Auto Scaling tells no version of a group's template where it was given none. */
const asGiven = ({ Version, ...template }: TemplateSpecification, reference: string) =>
  reference.includes(':') ? { ...template, Version } : template

/** A mixed instances policy with Auto Scaling's default distribution. */
export const mixedInstances = (LaunchTemplateSpecification: TemplateSpecification, Overrides: readonly object[]) => ({
  MixedInstancesPolicy: {
    LaunchTemplate: { LaunchTemplateSpecification, Overrides },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotAllocationStrategy: 'lowest-price',
    },
  },
})

const specificationOf = (place: Place, reference: string): TemplateSpecification => {
  const { name, version } = readReference(reference)
  const id = place.region.launchTemplates[name]?.id ?? idOfTemplate(place, name)
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: version }
}

/** As an instance tells it: always a number, whatever its group was told. */
const runningVersion = (place: Place, reference: string): TemplateSpecification => ({
  ...specificationOf(place, reference),
  Version: String(versionOf(place.region.launchTemplates, reference)?.number),
})
