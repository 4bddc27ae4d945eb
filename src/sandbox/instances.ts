import type { GroupModel, Member } from './auto-scaling-groups.ts'
import { fractionOf, hexOf, pastOf } from './ids.ts'
import type { VisibleImage } from './images.ts'
import { type AppliedOptions, optionsAtLaunch } from './imds.ts'
import { createdTimeOf, launchConfigurationOf } from './launch-configurations.ts'
import { idOfImage, imageInForce, type Place } from './place.ts'
import type { Instances, OfInstance, Operator } from './schema.ts'
import { createTimeOf, idOfTemplate, inBase64, type Template, type TemplateVersion, versionOf } from './templates.ts'

/** An instance as EC2 keeps it. */
export interface Instance {
  readonly id: string
  /** Instances that one launch started share it. */
  readonly reservationId: string
  readonly imageId: string
  readonly instanceType: string
  readonly architecture: string
  readonly state: State
  readonly launchTime: Date
  readonly availabilityZone: string
  readonly tags: Readonly<Record<string, string>>
  readonly metadataOptions: AppliedOptions
  readonly operator: Operator | undefined
  /** As AWS holds it, so in base64. */
  readonly userData: string | undefined
  /** Calls a day to the metadata service without a token, and since when. */
  readonly callsWithoutToken: { readonly perDay: number; readonly since: Date }
}

export type State = NonNullable<OfInstance['state']>

/** What is needed of an account-Region to tell its instances. */
export interface Sources {
  readonly place: Place
  readonly templates: readonly Template[]
  readonly autoScalingGroups: readonly GroupModel[]
  readonly imageOf: (id: string) => VisibleImage | undefined
}

/** What an instance was launched from. */
type Launch = Partial<Pick<TemplateVersion, 'imageId' | 'instanceType' | 'userData' | 'metadataOptions' | 'createTime'>>

/** What differs between the instance of a group and one without. */
interface Particulars {
  readonly id: string
  readonly reservationId: string
  readonly imageId: string | undefined
  readonly instanceType: string | undefined
  readonly availabilityZone: string
  readonly state: State
  readonly tags: Readonly<Record<string, string>>
  readonly operator?: Operator | undefined
  readonly userData?: string | undefined
  readonly written: OfInstance
}

/** Every instance of an account-Region: those of its Auto Scaling groups, then those that stand alone. */
export const instancesOf = (sources: Sources): Instance[] => {
  const versions = new Map(
    sources.templates.flatMap(({ id, versions }) => versions.map(version => [`${id}:${version.number}`, version])),
  )
  const imdsSupport = imdsSupportOf(sources.place)
  const launched = (launch: Launch, particulars: Particulars) => instanceOf(sources, imdsSupport, launch, particulars)
  return [
    ...sources.autoScalingGroups.flatMap(group =>
      group.members.map(member => launched(launchOfMember(sources.place, versions, member), ofMember(group, member))),
    ),
    ...Object.entries(sources.place.region.instances).flatMap(([name, written]) =>
      Array.from({ length: written.count }, (_, index) =>
        launched(launchOfAlone(sources.place, written), ofAlone(sources.place, name, written, index)),
      ),
    ),
  ]
}

/** Also of images that the account cannot see: EC2 did see them. */
const imdsSupportOf = ({ organization }: Place) => {
  const byId = new Map(
    Object.entries(organization.images).map(([name, image]) => [idOfImage(organization, name), image.imdsSupport]),
  )
  return (imageId: string) => byId.get(imageId)
}

const instanceOf = (
  { place, imageOf }: Sources,
  imdsSupport: (imageId: string) => string | undefined,
  launch: Launch,
  { written, ...particulars }: Particulars,
): Instance => {
  const imageId =
    particulars.imageId ?? imageInForceOf(place, launch) ?? `ami-0${hexOf(16, 'unwritten', particulars.id)}`
  const image = imageOf(imageId)
  const launchTime = written.launchTime ?? launchTimeOf(place, particulars.reservationId, launch, image)
  return {
    ...particulars,
    imageId,
    instanceType: particulars.instanceType ?? launch.instanceType ?? 't3.large',
    architecture: image?.architecture ?? 'x86_64',
    launchTime,
    operator: particulars.operator,
    userData: particulars.userData ?? launch.userData,
    metadataOptions: optionsAtLaunch({
      instance: written.metadataOptions,
      template: launch.metadataOptions,
      accountDefaults: place.region.instanceMetadataDefaults,
      imdsSupport: imdsSupport(imageId),
    }),
    callsWithoutToken: { perDay: written.metadataNoToken ?? 0, since: written.metadataSince ?? launchTime },
  }
}

/** Undefined also where a parameter is gone that told the image: the instance had one all the same. */
const imageInForceOf = (place: Place, { imageId }: Launch) => {
  const inForce = imageId && imageInForce(place, imageId)
  return inForce?.startsWith('ami-') ? inForce : undefined
}

const hourMs = 3_600_000

/** After what it was launched from was made, and an hour ago at the latest. */
const launchTimeOf = (
  { organization, ...place }: Place,
  reservationId: string,
  launch: Launch,
  image: VisibleImage | undefined,
) => {
  const latestMs = organization.now.getTime() - hourMs
  const madeAt = launch.createTime ?? pastOf(organization.now, 'launch', place.accountId, place.name, reservationId)
  const madeMs = Math.max(madeAt.getTime(), image ? Date.parse(image.creationDate) : 0)
  const earliestMs = Math.min(madeMs, latestMs)
  const launchedMs = earliestMs + (latestMs - earliestMs) * fractionOf('launch', reservationId)
  return new Date(Math.floor(launchedMs / 1000) * 1000)
}

const launchOfMember = (place: Place, versions: ReadonlyMap<string, TemplateVersion>, { launched }: Member): Launch => {
  const { launchTemplate, launchConfigurationName } = launched
  if (launchTemplate) return versions.get(`${launchTemplate.LaunchTemplateId}:${launchTemplate.Version}`) ?? {}
  return launchOfConfiguration(place, launchConfigurationName)
}

const launchOfConfiguration = (place: Place, name: string | undefined): Launch => {
  const found = launchConfigurationOf(place, name)
  if (name === undefined || !found) return {}
  return {
    imageId: found.image,
    instanceType: found.instanceType,
    userData: found.userData && inBase64(found.userData),
    metadataOptions: found.metadataOptions,
    createTime: createdTimeOf(place, name, found),
  }
}

const ofMember = ({ onWire, tags }: GroupModel, { launched, ...member }: Member): Particulars => ({
  ...member,
  imageId: launched.imageId,
  instanceType: launched.instanceType,
  state: launched.written.state ?? stateOf(launched.lifecycleState),
  tags: {
    ...tags,
    ...launched.tags,
    'aws:autoscaling:groupName': onWire.AutoScalingGroupName,
    ...templateTags(launched.launchTemplate?.LaunchTemplateId, launched.launchTemplate?.Version),
  },
  written: launched.written,
})

const templateTags = (id: string | undefined, version: string | undefined) =>
  id !== undefined &&
  version !== undefined && { 'aws:ec2launchtemplate:id': id, 'aws:ec2launchtemplate:version': version }

/** Of an instance in this state of Auto Scaling's life cycle; it runs while a hook waits, also before its end. */
const stateOf = (lifecycleState: string): State => {
  const phase = lifecycleState.replace('Warmed:', '')
  if (phase === 'Stopped' || phase === 'Hibernated') return 'stopped'
  if (phase === 'Terminated') return 'terminated'
  if (phase === 'Terminating' || phase === 'Terminating:Proceed') return 'shutting-down'
  return phase === 'Pending' ? 'pending' : 'running'
}

const launchOfAlone = (place: Place, { launchTemplate, launchConfigurationName }: Instances): Launch => {
  const found = versionOf(place.region.launchTemplates, launchTemplate)
  if (!found) return launchOfConfiguration(place, launchConfigurationName)
  const { image, instanceType, userData, metadataOptions } = found.version
  return {
    imageId: image,
    instanceType,
    userData: userData && inBase64(userData),
    metadataOptions,
    createTime: createTimeOf(place, found.name, found.number),
  }
}

const ofAlone = (place: Place, name: string, written: Instances, index: number): Particulars => {
  const { cluster, image, instanceType, operator, tags, userData, state = 'running' } = written
  const seed = [place.accountId, place.name, name] as const
  return {
    id: `i-0${hexOf(16, 'instances', ...seed, index)}`,
    reservationId: `r-0${hexOf(16, 'instances', ...seed)}`,
    imageId: image && imageInForce(place, image),
    instanceType,
    availabilityZone: place.name + (index % 2 === 0 ? 'a' : 'b'),
    state,
    operator,
    userData: userData && inBase64(userData),
    tags: {
      ...(cluster && { [`kubernetes.io/cluster/${cluster}`]: 'owned' }),
      ...tags,
      ...tagsOfReference(place, written.launchTemplate),
    },
    written,
  }
}

const tagsOfReference = (place: Place, reference: string | undefined) => {
  const found = versionOf(place.region.launchTemplates, reference)
  if (!found) return {}
  const id = place.region.launchTemplates[found.name]?.id ?? idOfTemplate(place, found.name)
  return templateTags(id, String(found.number))
}
