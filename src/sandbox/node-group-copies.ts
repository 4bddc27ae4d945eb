import { factsOf } from './clusters.ts'
import {
  type AmiType,
  type Family,
  familyOf,
  minorOf,
  publishedImage,
  releaseVersionOf,
  type VisibleImage,
} from './images.ts'
import { imageInForce, type Place } from './place.ts'
import type { Cluster, MetadataOptions, NodeGroup, Nodes } from './schema.ts'
import { createTimeOf, idOfTemplate, inBase64, type Template, type TemplateVersion, versionOf } from './templates.ts'
import { mergedUserData } from './user-data.ts'

/** A managed node group as it was written, and the UUID that all of EKS's names for it share. */
export interface Managed {
  readonly place: Place
  readonly clusterName: string
  readonly cluster: Cluster
  readonly name: string
  readonly group: NodeGroup
  readonly uuid: string
}

/** What one version of EKS's copy is made from. */
export interface Source {
  readonly launchTemplate: string | undefined
  readonly image: string | undefined
  readonly amiType: AmiType | undefined
  readonly version: string
  readonly releaseVersion: string | undefined
}

/** What EKS answers for `amiType` and `releaseVersion`, and the image behind them. */
interface Choice {
  readonly amiType: AmiType | 'CUSTOM'
  readonly releaseVersion: string
  readonly imageId: string
  /** The image where AWS published it. */
  readonly published: VisibleImage | undefined
}

const firstMinorWithAl2023 = 30

/**
 * The metadata options that EKS writes where the user's template is silent: hop limit 1 on AL2023 stands in the EKS user
 * guide (al2023.adoc), 2 elsewhere (launch-templates.adoc); beside an image of the user's EKS sets the hop limit alone.
 */
const eksDefaults: Record<Family | 'CUSTOM', MetadataOptions> = {
  AL2: { httpTokens: 'optional', httpPutResponseHopLimit: 2 },
  AL2023: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
  BOTTLEROCKET: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
  WINDOWS: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
  CUSTOM: { httpPutResponseHopLimit: 2 },
}

/** What the group's newest nodes are made from. */
export const currentSource = ({ place, cluster, group }: Managed): Source => ({
  launchTemplate: pinned(place, group.launchTemplate),
  image: undefined,
  amiType: group.amiType,
  version: group.version ?? cluster.version,
  releaseVersion: group.releaseVersion,
})

/** What some of its nodes were made from: the group's source, but for what they say themselves. */
export const sourceOf = (managed: Managed, nodes: Nodes): Source => {
  const current = currentSource(managed)
  const isOtherImage = nodes.amiType !== undefined || nodes.version !== undefined
  return {
    launchTemplate: pinned(managed.place, nodes.launchTemplate) ?? current.launchTemplate,
    image: nodes.image,
    amiType: nodes.amiType ?? current.amiType,
    version: nodes.version ?? current.version,
    releaseVersion: nodes.releaseVersion ?? (isOtherImage ? undefined : current.releaseVersion),
  }
}

// EKS resolves $Default and $Latest when it makes a version, so two spellings of one version are one source.
const pinned = (place: Place, reference: string | undefined) => {
  const found = versionOf(place.region.launchTemplates, reference)
  return found && `${found.name}:${found.number}`
}

/** Tells sources apart. */
export const keyOf = ({ launchTemplate, image, amiType, version, releaseVersion }: Source) =>
  JSON.stringify([launchTemplate, image, amiType, version, releaseVersion])

/** The image of a source: the user's own, from the nodes or the template, unless an amiType says that EKS chose. */
export const choiceOf = (place: Place, source: Source): Choice => {
  const own = source.image ?? (source.amiType ? undefined : templateOf(place, source)?.image)
  if (own !== undefined) {
    const imageId = imageInForce(place, own)
    return { amiType: 'CUSTOM', releaseVersion: imageId, imageId, published: undefined }
  }
  const amiType = source.amiType ?? defaultAmiType(source.version)
  const releaseVersion = source.releaseVersion ?? releaseVersionOf(amiType, source.version)
  const published = publishedImage(place.name, amiType, source.version, releaseVersion)
  return { amiType, releaseVersion, imageId: published.imageId, published }
}

const defaultAmiType = (version: string): AmiType =>
  minorOf(version) >= firstMinorWithAl2023 ? 'AL2023_x86_64_STANDARD' : 'AL2_x86_64'

const templateOf = (place: Place, { launchTemplate }: Source) =>
  versionOf(place.region.launchTemplates, launchTemplate)?.version

/** EKS's own launch template for a group, one version for each source, the newest last and default. */
export const copyOf = (managed: Managed, sources: readonly Source[]): Template => {
  const { place, clusterName, name } = managed
  const copyName = `eks-${managed.uuid}`
  return {
    id: idOfTemplate(place, copyName),
    name: copyName,
    createTime: createTimeOf(place, copyName, 1),
    createdBy: `arn:aws:sts::${place.accountId}:assumed-role/AWSServiceRoleForAmazonEKSNodegroup/EKS`,
    tags: { 'eks:cluster-name': clusterName, 'eks:nodegroup-name': name },
    operator: undefined,
    defaultVersion: sources.length,
    versions: sources.map((source, index) => copiedVersion(managed, source, index + 1, copyName)),
  }
}

const copiedVersion = (managed: Managed, source: Source, number: number, copyName: string): TemplateVersion => {
  const { place } = managed
  const template = templateOf(place, source)
  const { amiType, imageId } = choiceOf(place, source)
  const family = amiType === 'CUSTOM' ? amiType : familyOf(amiType)
  return {
    number,
    createTime: createTimeOf(place, copyName, number),
    description: undefined,
    imageId,
    instanceType: template?.instanceType,
    userData: userDataOf(managed, family, template?.userData && inBase64(template.userData)),
    metadataOptions: { ...eksDefaults[family], ...template?.metadataOptions },
  }
}

/** In base64: the user's own beside an image of the user's, else merged with EKS's. */
const userDataOf = ({ place, clusterName, cluster }: Managed, family: Family | 'CUSTOM', own: string | undefined) => {
  if (family === 'CUSTOM') return own
  const text = own && Buffer.from(own, 'base64').toString()
  return Buffer.from(mergedUserData(family, text, factsOf(place, clusterName, cluster))).toString('base64')
}
