import { eksctlSeenIn } from './eksctl.ts'
import { type CountedCallsOf, countedCallsIn } from './imdsv1-calls.ts'
import type {
  AutoScalingGroup,
  AutoScalingInstance,
  Image,
  Instance,
  LaunchTemplate,
  LaunchTemplateRef,
  RegionInventory,
} from './inventory.ts'
import type { ConfigurationLaunch, TemplateLaunch } from './launch.ts'
import type { ImageSeen } from './os-family.ts'
import { causedBy, known, type NotRead, notRead, type Read } from './read.ts'
import type { EksctlSeen } from './subjects.ts'

/** How a launch template writes a parameter that holds its AMI. */
export const ssmPrefix = 'resolve:ssm:'

const notVisible = 'is not visible: deregistered, not shared, or hidden by Allowed AMIs'

/** Whether an image is not known because AWS, when asked for it, did not show it; no read failed then. */
export const isNotVisible = ({ reason }: NotRead): boolean => reason.endsWith(notVisible)

/** The maps of one account-Region, made once, so that no check and no join searches a list. */
export interface Lookup {
  readonly launchOf: (ref: LaunchTemplateRef, options?: { readonly completedByEks: boolean }) => Read<TemplateLaunch>
  readonly configurationNamed: (name: string) => Read<ConfigurationLaunch>
  /** What is known of an AMI as a launch template writes it. */
  readonly imageOf: (imageId: string | undefined) => ImageSeen
  /** What is known of the AMI of an Auto Scaling group's instance: EC2 says it, or else the launch that started it. */
  readonly imageOfInstance: (instance: AutoScalingInstance) => ImageSeen
  readonly groupNamed: (name: string) => AutoScalingGroup | undefined
  /** The instance as EC2 describes it; undefined where EC2's list, read to its end, does not have it. */
  readonly instanceWith: (id: string) => Read<Instance> | undefined
  readonly eksctl: EksctlSeen
  /** What CloudWatch counted of some instances together. */
  readonly countedCallsOf: CountedCallsOf
}

export const lookupIn = (inventory: RegionInventory): Lookup => {
  const templates = new Map(inventory.launchTemplates.items.map(template => [template.id, template]))
  const images = new Map(inventory.images.items.map(image => [image.id, image]))
  const parameters = new Map(inventory.imageParameters.items.map(({ name, imageId }) => [name, imageId]))
  const groups = new Map(inventory.autoScalingGroups.items.map(group => [group.name, group]))
  const instances = new Map(inventory.instances.items.map(instance => [instance.id, instance]))
  const configurations = new Map(inventory.launchConfigurations.items.map(one => [one.name, one]))
  const [configurationFailure] = inventory.launchConfigurations.failures
  const [templateFailure] = inventory.launchTemplates.failures
  const [imageFailure] = inventory.images.failures
  const instancesUnread = causedBy(inventory.instances.failures[0])

  const imageById = (id: string): Read<Image> => {
    const image = images.get(id)
    if (image) return known(image)
    return causedBy(imageFailure) ?? notRead('ec2:DescribeImages', `AMI ${id} ${notVisible}`)
  }

  const seen = (image: Read<Image>, parameter?: string): ImageSeen => {
    const sourceId = image.ok ? image.value.sourceImageId : undefined
    const source = sourceId === undefined ? undefined : images.get(sourceId)
    const sourceGap = sourceId === undefined || source ? undefined : causedBy(imageFailure)
    return { image, source, sourceGap, parameter }
  }

  const imageOf = (imageId: string | undefined): ImageSeen => {
    if (imageId === undefined) {
      return seen(notRead('ec2:DescribeLaunchTemplateVersions', 'the launch template names no AMI'))
    }
    if (!imageId.startsWith(ssmPrefix)) return seen(imageById(imageId))
    const name = imageId.slice(ssmPrefix.length)
    const resolved = parameters.get(name) ?? notRead('ssm:GetParameters', `parameter ${name} was not read`)
    return seen(resolved.ok ? imageById(resolved.value) : resolved, name)
  }

  const launchOf: Lookup['launchOf'] = (ref, { completedByEks } = { completedByEks: false }) => {
    const template = templates.get(ref.id)
    const called = `launch template ${ref.name ?? ref.id}`
    if (!template) {
      return (
        causedBy(templateFailure) ??
        notRead('ec2:DescribeLaunchTemplateVersions', `${called} is not in this account-Region any more`)
      )
    }
    const number = numberOf(template, ref.version)
    const version = template.versions.find(candidate => candidate.number === number)
    if (!version) return notRead('ec2:DescribeLaunchTemplateVersions', `${called} has no version ${ref.version}`)
    if (!version.data.ok) return version.data
    const { id: templateId, name: templateName } = template
    const place = { kind: 'launch template', templateId, templateName, version: version.number } as const
    return known({ ...place, completedByEks, ...version.data.value })
  }

  const configurationNamed = (name: string): Read<ConfigurationLaunch> => {
    const configuration = configurations.get(name)
    if (configuration) return known({ kind: 'launch configuration', ...configuration })
    const reason = `launch configuration ${name} is not in this account-Region any more`
    return causedBy(configurationFailure) ?? notRead('autoscaling:DescribeLaunchConfigurations', reason)
  }

  const instanceWith: Lookup['instanceWith'] = id => {
    const instance = instances.get(id)
    return instance ? known(instance) : instancesUnread
  }

  return {
    launchOf,
    configurationNamed,
    imageOf,
    imageOfInstance: instance => {
      const described = instanceWith(instance.id)
      if (described?.ok === false) return seen(described)
      const imageId = described?.value.imageId ?? instance.imageId
      if (imageId !== undefined) return imageOf(imageId)
      if (instance.launchConfiguration !== undefined) {
        const configuration = configurationNamed(instance.launchConfiguration)
        return configuration.ok ? imageOf(configuration.value.imageId) : seen(configuration)
      }
      if (!instance.launchTemplate) return seen(withoutTemplate)
      const launch = launchOf(instance.launchTemplate)
      if (!launch.ok) return seen(launch)
      const written = launch.value.imageId
      if (!written?.startsWith(ssmPrefix)) return imageOf(written)
      // The parameter may have named another AMI on the day when the instance started.
      const name = written.slice(ssmPrefix.length)
      return seen(
        notRead('ec2:DescribeInstances', `parameter ${name} tells today's AMI, not that of running nodes`),
        name,
      )
    },
    groupNamed: name => groups.get(name),
    instanceWith,
    eksctl: eksctlSeenIn(inventory),
    countedCallsOf: countedCallsIn(inventory),
  }
}

/** A version as written, `$Default` and `$Latest` resolved. */
export const numberOf = (template: LaunchTemplate, version: string): number | undefined => {
  if (version === '$Default') return template.defaultVersion
  if (version === '$Latest') return template.latestVersion
  return Number(version)
}

const withoutTemplate: NotRead = notRead(
  'autoscaling:DescribeAutoScalingGroups',
  'an instance names neither an AMI nor a launch template',
)
