import * as z from 'zod'
import { hexOf } from './ids.ts'

/** DescribeImages' answer for one image, in EC2's member names on the wire. */
export interface VisibleImage {
  readonly imageId: string
  readonly name: string
  readonly imageOwnerId: string
  readonly description?: string | undefined
  readonly architecture: string
  readonly platform?: string | undefined
  readonly imdsSupport?: string | undefined
  readonly sourceImageId?: string | undefined
  readonly sourceImageRegion?: string | undefined
  readonly creationDate: string
  readonly deprecationTime?: string | undefined
}

/** EKS's amiType values, without CUSTOM: EKS answers that, nobody asks for it. */
export const AmiType = z.enum([
  'AL2_x86_64',
  'AL2_x86_64_GPU',
  'AL2_ARM_64',
  'AL2023_x86_64_STANDARD',
  'AL2023_ARM_64_STANDARD',
  'AL2023_x86_64_NVIDIA',
  'AL2023_ARM_64_NVIDIA',
  'AL2023_x86_64_NEURON',
  'BOTTLEROCKET_x86_64',
  'BOTTLEROCKET_ARM_64',
  'BOTTLEROCKET_x86_64_NVIDIA',
  'BOTTLEROCKET_ARM_64_NVIDIA',
  'BOTTLEROCKET_x86_64_FIPS',
  'BOTTLEROCKET_ARM_64_FIPS',
  'WINDOWS_CORE_2019_x86_64',
  'WINDOWS_FULL_2019_x86_64',
  'WINDOWS_CORE_2022_x86_64',
  'WINDOWS_FULL_2022_x86_64',
  'WINDOWS_CORE_2025_x86_64',
  'WINDOWS_FULL_2025_x86_64',
])
export type AmiType = z.infer<typeof AmiType>
export type Family = 'AL2' | 'AL2023' | 'BOTTLEROCKET' | 'WINDOWS'

const firstMinor = 23
const lastMinor = 36
const lastAl2Minor = 32
const eksOwner = '602401143452'
const bottlerocketOwner = '092701018921'
const windowsOwner = '801119661308'

// AL2's is the last release that was ever published (awslabs/amazon-eks-ami, CHANGELOG).
const newestRelease = { AL2: '20251209', AL2023: '20261112', BOTTLEROCKET: '1.52.0', WINDOWS: '20261111' } as const

/** The operating system of an amiType, as its name begins. */
export const familyOf = (amiType: AmiType) => amiType.slice(0, amiType.indexOf('_')) as Family

/** True where EKS published an image at all: Kubernetes 1.32 is the last with AL2. */
export const isPublished = (amiType: AmiType, version: string) =>
  familyOf(amiType) !== 'AL2' || minorOf(version) <= lastAl2Minor

/** The minor version: 31 of 1.31. */
export const minorOf = (version: string) => Number(version.split('.')[1])

/** The release that DescribeNodegroup names as `releaseVersion` when nobody wrote another one. */
export const releaseVersionOf = (amiType: AmiType, version: string) => {
  const family = familyOf(amiType)
  if (family === 'BOTTLEROCKET') return `${newestRelease[family]}-${hexOf(8, 'bottlerocket', version)}`
  return `${version}.10-${newestRelease[family]}`
}

/** The image that AWS published for this amiType, Kubernetes version and release in this Region. */
export const publishedImage = (
  region: string,
  amiType: AmiType,
  version: string,
  releaseVersion = releaseVersionOf(amiType, version),
): VisibleImage => {
  const family = familyOf(amiType)
  const date = family === 'BOTTLEROCKET' ? newestRelease.AL2023 : (releaseVersion.split('-')[1] ?? newestRelease.AL2)
  const created = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`
  const { name, imageOwnerId, description } = namingOf[family](amiType, version, releaseVersion)
  return {
    imageId: `ami-0${hexOf(16, region, name)}`,
    name,
    imageOwnerId,
    description,
    architecture: architectureOf(amiType),
    platform: family === 'WINDOWS' ? 'Windows' : undefined,
    creationDate: `${created}T08:00:00.000Z`,
    deprecationTime: `${Number(date.slice(0, 4)) + 2}${created.slice(4)}T08:00:00.000Z`,
  }
}

/** Every newest published image of a Region, by id. */
export const publishedImages = (region: string): Map<string, VisibleImage> => {
  const images = new Map<string, VisibleImage>()
  for (let minor = firstMinor; minor <= lastMinor; minor++) {
    for (const amiType of AmiType.options.filter(type => isPublished(type, `1.${minor}`))) {
      const image = publishedImage(region, amiType, `1.${minor}`)
      images.set(image.imageId, image)
    }
  }
  return images
}

/** The value of one of AWS's public parameters in this Region, or undefined when AWS has no parameter of that name. */
export const publicParameter = (region: string, name: string): string | undefined => {
  const found = readPublicName(name)
  if (found === undefined || !isPublished(found.amiType, found.version)) return undefined
  const minor = minorOf(found.version)
  if (minor < firstMinor || minor > lastMinor) return undefined
  if (found.attribute === 'image_id') return publishedImage(region, found.amiType, found.version).imageId
  return releaseVersionOf(found.amiType, found.version)
}

const eksParameter =
  /^\/aws\/service\/eks\/optimized-ami\/(1\.\d+)\/amazon-linux-(2|2-arm64|2-gpu|2023\/(?:x86_64|arm64)\/(?:standard|nvidia|neuron))\/recommended\/(image_id|release_version)$/
const bottlerocketParameter =
  /^\/aws\/service\/bottlerocket\/aws-k8s-(1\.\d+)(-nvidia|-fips)?\/(x86_64|arm64)\/latest\/(image_id|image_version)$/

const readPublicName = (name: string) => {
  const [, version, variant, attribute] = eksParameter.exec(name) ?? []
  if (version && variant) return known(amiTypeOfLinux(variant), version, attribute)
  const [, brVersion, brVariant = '', arch, brAttribute] = bottlerocketParameter.exec(name) ?? []
  if (!brVersion || !arch) return undefined
  const cpu = arch === 'arm64' ? 'ARM_64' : 'x86_64'
  return known(`BOTTLEROCKET_${cpu}${brVariant.replace('-', '_').toUpperCase()}`, brVersion, brAttribute)
}

const known = (amiType: string, version: string, attribute: string | undefined) => {
  const parsed = AmiType.safeParse(amiType)
  return parsed.success ? { amiType: parsed.data, version, attribute } : undefined
}

const amiTypeOfLinux = (variant: string) => {
  if (variant === '2') return 'AL2_x86_64'
  if (variant === '2-gpu') return 'AL2_x86_64_GPU'
  if (variant === '2-arm64') return 'AL2_ARM_64'
  const [, arch, flavour = ''] = variant.split('/')
  return `AL2023_${arch === 'arm64' ? 'ARM_64' : 'x86_64'}_${flavour.toUpperCase()}`
}

const architectureOf = (amiType: AmiType) => (amiType.includes('ARM_64') ? 'arm64' : 'x86_64')

type Naming = (
  amiType: AmiType,
  version: string,
  release: string,
) => { name: string; imageOwnerId: string; description?: string }

const al2Kinds: Partial<Record<AmiType, string>> = { AL2_x86_64_GPU: '-gpu', AL2_ARM_64: '-arm64' }

const namingOf: Record<Family, Naming> = {
  AL2: (amiType, version, release) => {
    const kind = al2Kinds[amiType] ?? ''
    return {
      name: `amazon-eks${kind}-node-${version}-v${release.split('-')[1]}`,
      imageOwnerId: eksOwner,
      description: `EKS Kubernetes Worker AMI with AmazonLinux2 image, (k8s: ${version}.10, containerd: 1.7.*)`,
    }
  },
  AL2023: (amiType, version, release) => {
    const flavour = amiType.slice(amiType.lastIndexOf('_') + 1).toLowerCase()
    return {
      name: `amazon-eks-node-al2023-${architectureOf(amiType)}-${flavour}-${version}-v${release.split('-')[1]}`,
      imageOwnerId: eksOwner,
      description: `EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: ${version}.10, containerd: 2.1.*)`,
    }
  },
  BOTTLEROCKET: (amiType, version, release) => {
    const variant = /_(NVIDIA|FIPS)$/.exec(amiType)?.[1]?.toLowerCase()
    const flavour = variant ? `-${variant}` : ''
    return {
      name: `bottlerocket-aws-k8s-${version}${flavour}-${architectureOf(amiType)}-v${release}`,
      imageOwnerId: bottlerocketOwner,
    }
  },
  WINDOWS: (amiType, version, release) => {
    const [, edition = '', year = ''] = amiType.split('_')
    const variant = edition === 'CORE' ? 'Core' : 'Full'
    const date = release.split('-')[1] ?? newestRelease.WINDOWS
    return {
      name: `Windows_Server-${year}-English-${variant}-EKS_Optimized-${version}-${date.slice(0, 4)}.${date.slice(4, 6)}.${date.slice(6)}`,
      imageOwnerId: windowsOwner,
      description: `Microsoft Windows Server ${year} ${variant} EKS optimized AMI (k8s: ${version})`,
    }
  },
}
