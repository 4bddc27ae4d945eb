import { type Decision, decide, type Question } from './decision.ts'
import type { Image } from './inventory.ts'
import { type NotRead, notRead, type Read } from './read.ts'

export type OsFamily = 'al2' | 'al2023' | 'bottlerocket' | 'ubuntu' | 'windows'

export const osNames = {
  al2: 'Amazon Linux 2',
  al2023: 'Amazon Linux 2023',
  bottlerocket: 'Bottlerocket',
  ubuntu: 'Ubuntu',
  windows: 'Windows',
} as const satisfies Record<OsFamily, string>

// The accounts that publish EKS AMIs, by Region (eksctl, pkg/apis/eksctl.io/v1alpha5/types.go, read 2026-11).
const eksImageOwners = new Set(
  `602401143452 800184023465 533267051163 761377655185 759879836304 558608220178 961992271922 918309763551 877085696533
  590381155156 455263428931 900612956339 013241004608 151742754352 900889452093 296578399912 491585149902 151610086707
  333609536671 121268973566 066635153087 730335286997 725322719131 608367168043 187977181151 321162350305 676585237158
  171035529773 249663109785`.split(/\s+/),
)

// Names that EKS, Amazon Linux, Bottlerocket, Canonical and Microsoft give to their AMIs, and the names that the build
// of awslabs/amazon-eks-ami gives to custom ones (`amazon-eks-al2023-arm64-node-…`).
const families: readonly (readonly [RegExp, OsFamily])[] = [
  [/^amazon-eks-node-al2023-/, 'al2023'],
  [/^amazon-eks-al2023-(arm64-|fips-|nvidia-|neuron-)*node-/, 'al2023'],
  [/^al2023-ami-/, 'al2023'],
  [/^amazon-eks-(arm64-|gpu-|fips-|nvidia-|neuron-)*node-\d/, 'al2'],
  [/^amzn2-ami-/, 'al2'],
  [/^bottlerocket-/, 'bottlerocket'],
  [/^ubuntu(-eks)?(-pro)?\//, 'ubuntu'],
  [/^Windows_Server-/, 'windows'],
]

const parameterArn = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(?=\/)/

const publicParameters: readonly (readonly [RegExp, OsFamily])[] = [
  [/^\/aws\/service\/eks\/optimized-ami\/[^/]+\/amazon-linux-2023\//, 'al2023'],
  [/^\/aws\/service\/eks\/optimized-ami\/[^/]+\/amazon-linux-2(-arm64|-gpu)?\//, 'al2'],
  [/^\/aws\/service\/bottlerocket\//, 'bottlerocket'],
  [/^\/aws\/service\/canonical\/ubuntu\//, 'ubuntu'],
  [/^\/aws\/service\/ami-windows-latest\//, 'windows'],
]

const amiTypes: readonly (readonly [RegExp, OsFamily])[] = [
  [/^AL2023_/, 'al2023'],
  [/^AL2_/, 'al2'],
  [/^BOTTLEROCKET_/, 'bottlerocket'],
  [/^WINDOWS_/, 'windows'],
]

const match = (table: readonly (readonly [RegExp, OsFamily])[], text: string) =>
  table.find(([pattern]) => pattern.test(text))?.[1]

/** A family, and how the image tells it. */
export interface ImageFamily {
  readonly os: OsFamily
  readonly how: string
}

/**
 * The OS family of an image by its name, then its platform, then its description; undefined when none of them tells.
 * An EKS name under an owner that is not EKS counts, and `how` names the owner.
 */
export const familyOfImage = (image: Image): ImageFamily | undefined => {
  const byName = match(families, image.name ?? '')
  if (byName) return { os: byName, how: `by name ${image.name}, owner ${image.ownerId ?? 'not given'}` }
  if (image.platform?.toLowerCase() === 'windows') return { os: 'windows', how: 'by its platform' }
  const byDescription = familyOfDescription(image.description ?? '')
  return byDescription && { os: byDescription, how: `by description "${image.description}"` }
}

const familyOfDescription = (description: string): OsFamily | undefined => {
  const al2023 = /amazon ?linux ?2023/i.test(description)
  const al2 = /amazon ?linux ?2(?!\d)/i.test(description)
  if (al2023 === al2) return undefined
  return al2023 ? 'al2023' : 'al2'
}

/** The family of the AMIs behind one of AWS's public SSM parameters; undefined for any other parameter. */
export const familyOfParameter = (name: string): OsFamily | undefined =>
  match(publicParameters, name.replace(parameterArn, ''))

/** Whether EKS published the image, so that EKS's own end dates hold for it. */
export const isEksPublished = (image: Image): boolean => eksImageOwners.has(image.ownerId ?? '')

/** What is known of an image that a node runs or would run. */
export interface ImageSeen {
  readonly image: Read<Image>
  /** The image that it was copied or built from, where its own words do not tell. */
  readonly source?: Image | undefined
  /** Why that image may only not have been read, where it was not found. */
  readonly sourceGap?: NotRead | undefined
  /** The parameter that a template names instead of an AMI id. */
  readonly parameter?: string | undefined
}

/**
 * The OS family of what a group runs or would launch: the node group's amiType unless it is CUSTOM, else AWS's public
 * parameter that names the image, whose path fixes the family, else the image by name, description and source image.
 * User data can only ever support an answer, for bootstrap.sh also exists on Ubuntu.
 */
export const decideOs = (seen: ImageSeen, amiType?: string): Decision<OsFamily> => {
  const { image, parameter } = seen
  const questions: Question<OsFamily>[] = []
  if (amiType !== undefined) questions.push(askAmiType(amiType))
  const byParameter = parameter === undefined ? undefined : familyOfParameter(parameter)
  if (parameter !== undefined && byParameter !== undefined) {
    const said = `${osNames[byParameter]}, by AWS's public parameter`
    questions.push({ level: 'image parameter', source: parameter, ask: () => ({ value: byParameter, said }) })
  }
  questions.push({ level: 'image', source: describeImage(image), ask: () => askImage(seen) })
  const words = image.ok ? describeImage(image) : 'its AMI'
  return decide(questions, notRead(untold, `neither name, description nor source of ${words} tells it`))
}

const untold = 'OS of the AMI'

/** Whether a family is not known because the image was read and tells it nowhere, and not because a read failed. */
export const isUntold = ({ action }: NotRead): boolean => action === untold

const askAmiType = (amiType: string): Question<OsFamily> => ({
  level: 'node group',
  source: 'node group',
  ask: () => {
    const os = match(amiTypes, amiType)
    return os ? { value: os, said: `${osNames[os]}, by amiType ${amiType}` } : { silent: amiType }
  },
})

const askImage = ({ image, source, sourceGap }: ImageSeen) => {
  if (!image.ok) return image
  const own = familyOfImage(image.value)
  if (own) return { value: own.os, said: `${osNames[own.os]}, ${own.how}` }
  const origin = source && familyOfImage(source)
  if (origin)
    return { value: origin.os, said: `${osNames[origin.os]}, by its source image ${source.id}, ${origin.how}` }
  return sourceGap ?? { silent: 'not told' }
}

const describeImage = (image: Read<Image>) =>
  image.ok ? `AMI ${image.value.id}${image.value.name ? ` (${image.value.name})` : ''}` : 'AMI'
