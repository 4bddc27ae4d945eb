import type { ImdsOptions, LaunchTemplate } from './inventory.ts'
import type { UserDataFacts } from './user-data.ts'

/** What every launch says, whatever starts it. */
interface Launch {
  /** As written: an AMI id or `resolve:ssm:…`; absent where the launch names the AMI. */
  readonly imageId?: string | undefined
  readonly instanceType?: string | undefined
  readonly metadataOptions: ImdsOptions
  /** Absent where it was left unread: no EKS group launches from it as a person wrote it. */
  readonly userData?: UserDataFacts | undefined
}

/** One version of a launch template, as the group that uses it sees it. */
export interface TemplateLaunch extends Launch {
  readonly kind: 'launch template'
  readonly templateId: string
  readonly templateName: string
  readonly version: number
  /**
   * EKS completes a user's template in a copy of its own and launches from the copy; true where only the user's
   * template could be seen, so that what it leaves out is not known.
   */
  readonly completedByEks: boolean
}

/** A launch configuration: an account default or an AMI is not known to fill in what it leaves out. */
export interface ConfigurationLaunch extends Launch {
  readonly kind: 'launch configuration'
  readonly name: string
}

/** The newest node of an EC2NodeClass, which shows what Karpenter would launch: its templates live for a minute. */
export interface NodeClassLaunch extends Launch {
  readonly kind: 'EC2NodeClass'
  readonly name: string
  readonly instanceId: string
}

/** What starts a node. */
export type LaunchSource = TemplateLaunch | ConfigurationLaunch | NodeClassLaunch

/** The facts of user data that is empty, or of a launch that a person gave none. */
export const noUserData: UserDataFacts = {
  encoding: [],
  format: 'empty',
  bootstrap: 'none',
  bootstrapCalls: [],
  parts: [],
  nodeConfig: { status: 'absent', missing: [], problems: [] },
  constructs: [],
  cluster: {},
}

/** `launch template web (lt-0a) version 3`: the place as evidence names it. */
export const describeLaunch = (launch: LaunchSource): string => {
  if (launch.kind === 'launch configuration') return `launch configuration ${launch.name}`
  // An instance does not outlive the night, so no evidence names it.
  if (launch.kind === 'EC2NodeClass') return `EC2NodeClass ${launch.name}, as its newest node shows`
  return `launch template ${launch.templateName} (${launch.templateId}) version ${launch.version}`
}

const eksNodegroupRole = /AWSServiceRoleForAmazonEKSNodegroup/
const controllerNames = [/^karpenter\.k8s\.aws\//, /^eks-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/]

/**
 * Whether EKS, Karpenter or EKS Auto Mode made the template, so that no person can be asked to change it.
 * Marks: facts of the EKS managed node group copy (name, creator), Karpenter's `karpenter.k8s.aws/<hash>` names, and
 * the operator that EC2 names for managed resources.
 */
export const isControllerMade = ({
  name,
  createdBy = '',
  operator,
}: Pick<LaunchTemplate, 'name' | 'createdBy' | 'operator'>): boolean =>
  operator !== undefined || eksNodegroupRole.test(createdBy) || controllerNames.some(pattern => pattern.test(name))
