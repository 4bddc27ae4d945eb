import type { CoverageStatus } from './coverage.ts'
import type { Decision } from './decision.ts'
import type { ImdsDecisions } from './imds.ts'
import type { Cluster, Image, ImdsDefaults, LaunchTemplate, LaunchTemplateRef, Tags } from './inventory.ts'
import type { LaunchSource } from './launch.ts'
import type { OsFamily } from './os-family.ts'
import type { NotRead, Read } from './read.ts'
import type { UserDataFacts } from './user-data.ts'

/** What a finding is about. `id` outlives the night: an ARN, or a string that stands for one for ever. */
export interface Resource {
  readonly type: 'account' | 'cluster' | 'node-group' | 'launch-template'
  readonly id: string
  readonly name: string
  readonly accountId: string
  readonly region: string
  readonly clusterName: string | null
  readonly tags: Tags
}

/** How a person calls a resource: a node group with its cluster, for `web` alone stands in many of them. */
export const fullName = ({ type, name, clusterName }: Pick<Resource, 'type' | 'name' | 'clusterName'>): string =>
  type === 'node-group' && clusterName !== null ? `${clusterName}/${name}` : name

/** Nodes that share one source. */
export interface NodeGroup {
  readonly provisioner: 'managed' | 'self-managed'
  readonly name: string
  readonly clusterName: string
  /** The names of the Auto Scaling groups behind it. */
  readonly autoScalingGroups: readonly string[]
  /** Of a managed group what EKS says of it; undefined where it could not be described. */
  readonly managed?: ManagedBy | undefined
}

/** What EKS says of a managed node group. */
export interface ManagedBy {
  readonly amiType: string
  /** The user's template, which is what a person fixes; EKS launches from a copy of it. Undefined where there is none. */
  readonly ownTemplate: { readonly ref: LaunchTemplateRef; readonly launch: Read<LaunchSource> } | undefined
}

/** One template or configuration that can start a node of the group: the base, or an override. */
export interface Variant {
  readonly launch: Read<LaunchSource>
  readonly image: Read<Image>
  readonly os: Decision<OsFamily>
  readonly imds: ImdsDecisions
  /** What a person wrote: of a managed group in its own template, never the part of it that EKS adds in its copy. */
  readonly userData: Read<UserDataFacts>
}

/** What runs. */
export interface Node {
  readonly image: Read<Image>
  readonly os: Decision<OsFamily>
}

export interface NodeGroupSubject {
  readonly resource: Resource
  readonly group: NodeGroup
  readonly cluster: Cluster
  readonly variants: readonly Variant[]
  /** Warm pool included. */
  readonly nodes: Read<readonly Node[]>
  readonly defaults: Read<ImdsDefaults>
}

export interface ClusterSubject {
  readonly resource: Resource
  readonly cluster: Cluster
  readonly groups: readonly NodeGroupSubject[]
  /** Why there may be more groups than these. */
  readonly unlisted: NotRead | undefined
}

/** A version of a template that matters: in use, default or latest. */
export interface JudgedVersion {
  readonly number: number
  readonly roles: readonly string[]
  readonly imds: ImdsDecisions
}

export interface LaunchTemplateSubject {
  readonly resource: Resource
  readonly template: LaunchTemplate
  readonly versions: readonly Read<JudgedVersion>[]
  /** EKS node groups that launch from it, as `cluster/name`. */
  readonly eksGroups: readonly string[]
  /** Other Auto Scaling groups that launch from it, by name. */
  readonly otherGroups: Read<readonly string[]>
}

/** An account's defaults in one of its Regions, or why they were not read. */
export interface AccountRegion {
  readonly region: string
  readonly status: CoverageStatus
  readonly defaults: Read<ImdsDefaults>
}

export interface AccountSubject {
  readonly resource: Resource
  readonly regions: readonly AccountRegion[]
  /** Why there may be more Regions than these. */
  readonly unlisted: NotRead | undefined
}

/** The subjects of one account-Region, by kind. */
export interface RegionSubjects {
  readonly cluster: readonly ClusterSubject[]
  readonly 'node-group': readonly NodeGroupSubject[]
  readonly 'launch-template': readonly LaunchTemplateSubject[]
}
