import type {
  AutoScalingGroup,
  AutoScalingInstance,
  Image,
  LaunchTemplate,
  LaunchTemplateRef,
  RegionInventory,
} from './inventory.ts'
import type { LaunchSource } from './launch.ts'
import type { ImageSeen } from './os-family.ts'
import { causedBy, known, type NotRead, notRead, type Read } from './read.ts'

/** How a launch template writes a parameter that holds its AMI. */
export const ssmPrefix = 'resolve:ssm:'

/** The maps of one account-Region, made once, so that no check and no join searches a list. */
export interface Lookup {
  readonly launchOf: (ref: LaunchTemplateRef, options?: { readonly completedByEks: boolean }) => Read<LaunchSource>
  /** What is known of an AMI as a launch template writes it. */
  readonly imageOf: (imageId: string | undefined) => ImageSeen
  /** What is known of the AMI that an instance was started from. */
  readonly imageOfInstance: (instance: AutoScalingInstance) => ImageSeen
  readonly groupNamed: (name: string) => AutoScalingGroup | undefined
}

export const lookupIn = (inventory: RegionInventory): Lookup => {
  const templates = new Map(inventory.launchTemplates.items.map(template => [template.id, template]))
  const images = new Map(inventory.images.items.map(image => [image.id, image]))
  const parameters = new Map(inventory.imageParameters.items.map(({ name, imageId }) => [name, imageId]))
  const groups = new Map(inventory.autoScalingGroups.items.map(group => [group.name, group]))
  const [templateFailure] = inventory.launchTemplates.failures
  const [imageFailure] = inventory.images.failures

  const imageById = (id: string): Read<Image> => {
    const image = images.get(id)
    if (image) return known(image)
    return (
      causedBy(imageFailure) ??
      notRead('ec2:DescribeImages', `AMI ${id} is not visible: deregistered, not shared, or hidden by Allowed AMIs`)
    )
  }

  const seen = (image: Read<Image>, parameter?: string): ImageSeen => ({
    image,
    source: image.ok && image.value.sourceImageId ? images.get(image.value.sourceImageId) : undefined,
    parameter,
  })

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
    return known({ templateId, templateName, version: version.number, completedByEks, ...version.data.value })
  }

  return {
    launchOf,
    imageOf,
    imageOfInstance: instance => {
      if (instance.imageId !== undefined) return imageOf(instance.imageId)
      if (!instance.launchTemplate) return seen(withoutTemplate(instance))
      const launch = launchOf(instance.launchTemplate)
      if (!launch.ok) return seen(launch)
      const { imageId } = launch.value
      if (!imageId?.startsWith(ssmPrefix)) return imageOf(imageId)
      // The parameter may have named another AMI on the day when the instance started.
      const name = imageId.slice(ssmPrefix.length)
      return seen(
        notRead('ec2:DescribeInstances', `parameter ${name} tells today's AMI, not that of running nodes`),
        name,
      )
    },
    groupNamed: name => groups.get(name),
  }
}

/** A version as written, `$Default` and `$Latest` resolved. */
export const numberOf = (template: LaunchTemplate, version: string): number | undefined => {
  if (version === '$Default') return template.defaultVersion
  if (version === '$Latest') return template.latestVersion
  return Number(version)
}

const withoutTemplate = ({ launchConfiguration }: AutoScalingInstance): NotRead =>
  launchConfiguration === undefined
    ? notRead('autoscaling:DescribeAutoScalingGroups', 'an instance names neither an AMI nor a launch template')
    : notRead('autoscaling:DescribeLaunchConfigurations', `launch configuration ${launchConfiguration} is not read`)
