import type { CoverageStatus } from './coverage.ts'
import type { Decision } from './decision.ts'
import type { ImdsDecisions } from './imds.ts'
import type { Cluster, Image, ImdsDefaults, ImdsOptions, LaunchTemplate, LaunchTemplateRef, Tags } from './inventory.ts'
import type { LaunchSource, TemplateLaunch } from './launch.ts'
import type { OsFamily } from './os-family.ts'
import type { NotRead, Read } from './read.ts'
import type { UserDataFacts } from './user-data.ts'

/** What a finding is about. `id` outlives the night: an ARN, or a string that stands for one for ever. */
export interface Resource {
  readonly type: 'account' | 'cluster' | 'node-group' | 'launch-template' | 'image'
  readonly id: string
  readonly name: string
  readonly accountId: string
  readonly region: string
  readonly clusterName: string | null
  readonly tags: Read<Tags>
}

/** How a person calls a resource: a node group with its cluster, for `web` alone stands in many of them. */
export const fullName = ({ type, name, clusterName }: Pick<Resource, 'type' | 'name' | 'clusterName'>): string =>
  type === 'node-group' && clusterName !== null ? `${clusterName}/${name}` : name

/** What starts and ends the nodes of a group; `standalone` nodes belong to no group at all. */
export type Provisioner = 'managed' | 'self-managed' | 'karpenter' | 'auto-mode' | 'batch' | 'standalone'

/** What a person made the group with, as its tags tell. */
export type Origin = 'eksctl' | 'CloudFormation' | 'Terraform' | 'Cluster API'

/** Nodes that share one source. */
export interface NodeGroup {
  readonly provisioner: Provisioner
  readonly name: string
  readonly clusterName: string
  /** The names of the Auto Scaling groups behind it. */
  readonly autoScalingGroups: readonly string[]
  /** The instance types that it may start, or that run where nothing says it. */
  readonly instanceTypes: readonly string[]
  readonly origin?: Origin | undefined
  /** The version of eksctl that made it: `0.175.0`. */
  readonly eksctlVersion?: string | undefined
  /** Of a managed group what EKS says of it. */
  readonly managed?: ManagedBy | undefined
  /** Of a managed group why EKS could not be asked what it is. */
  readonly undescribed?: NotRead | undefined
}

/** What EKS says of a managed node group. */
export interface ManagedBy {
  readonly amiType: string
  /** The user's template, which is what a person fixes; EKS launches from a copy of it. Undefined where there is none. */
  readonly ownTemplate: { readonly ref: LaunchTemplateRef; readonly launch: Read<TemplateLaunch> } | undefined
}

/** One template or configuration that can start a node of the group: the base, or an override. */
export interface Variant {
  readonly launch: Read<LaunchSource>
  readonly image: Read<Image>
  readonly os: Decision<OsFamily>
  readonly imds: ImdsDecisions
  /** What a person wrote: of a managed group in its own template, never the part of it that EKS adds in its copy. */
  readonly userData: Read<UserDataFacts>
  /** Whether a node that started from it has been in service for an hour or longer. */
  readonly inService: Read<boolean>
}

/** What runs. */
export interface Node {
  readonly image: Read<Image>
  readonly os: Decision<OsFamily>
  /** The metadata options in force on it. */
  readonly imds: Read<ImdsOptions>
}

/** How pods of a cluster can have credentials without those of their node. */
export type PodCredentials = 'EKS Pod Identity' | 'IAM OIDC provider' | 'none'

/** The newest eksctl that left its version on something in an account-Region. */
export interface EksctlSeen {
  readonly newest: string | undefined
  /** Why there may have been a newer one. */
  readonly gap: NotRead | undefined
}

export interface NodeGroupSubject {
  readonly resource: Resource
  readonly group: NodeGroup
  readonly cluster: Cluster
  readonly variants: readonly Variant[]
  /** Warm pool included. */
  readonly nodes: Read<readonly Node[]>
  readonly defaults: Read<ImdsDefaults>
  readonly podCredentials: Read<PodCredentials>
  /** Of the whole account-Region. */
  readonly eksctl: EksctlSeen
  /** Calls with IMDSv1 that CloudWatch counted of its nodes; undefined unless the opt-in check asks for them. */
  readonly imdsV1Calls?: Read<CountedCalls> | undefined
}

/** What CloudWatch counted of a group's nodes. */
export interface CountedCalls {
  readonly calls: number
  /** Hours of nodes for which there are counts. */
  readonly hours: number
  /** Hours that its nodes have run in the time that was asked for. */
  readonly nodeHours: number
  /** The time that was asked for, in days. */
  readonly days: number
}

export interface ClusterSubject {
  readonly resource: Resource
  readonly cluster: Cluster
  readonly groups: readonly NodeGroupSubject[]
  /** Why there may be more groups than these. */
  readonly unlisted: NotRead | undefined
  /** How long EKS supports its version. */
  readonly support: Read<VersionSupport>
  /** When the Region was read: the one clock of the checks. */
  readonly judgedAt: string
}

/** Until when EKS supports a Kubernetes version, as ISO dates. */
export interface VersionSupport {
  readonly endOfStandardSupport: string
  readonly endOfExtendedSupport: string
  readonly source: string
}

/** A custom AMI that EKS groups run or would launch. */
export interface ImageSubject {
  readonly resource: Resource
  readonly image: Read<Image>
  /** The node groups that use it, as `cluster/name`. */
  readonly groups: readonly string[]
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
  /** Whether a node group or a template in it allows IMDSv1 tonight. */
  readonly allowsImdsV1: Read<boolean>
  /** Why there may be more Regions than these. */
  readonly unlisted: NotRead | undefined
}

/** The subjects of one account-Region, by kind. */
export interface RegionSubjects {
  readonly cluster: readonly ClusterSubject[]
  readonly 'node-group': readonly NodeGroupSubject[]
  readonly 'launch-template': readonly LaunchTemplateSubject[]
  readonly image: readonly ImageSubject[]
}
