import type { ImdsOptions, LaunchTemplate } from './inventory.ts'
import type { UserDataFacts } from './user-data.ts'

/** What starts a node: one version of a launch template, as the group that uses it sees it. */
export interface LaunchSource {
  readonly templateId: string
  readonly templateName: string
  readonly version: number
  /** As written: an AMI id or `resolve:ssm:…`; absent where the launch names the AMI. */
  readonly imageId?: string | undefined
  readonly metadataOptions: ImdsOptions
  /** Absent where it was left unread: no EKS group launches from the version as a person wrote it. */
  readonly userData?: UserDataFacts | undefined
  /**
   * EKS completes a user's template in a copy of its own and launches from the copy; true where only the user's
   * template could be seen, so that what it leaves out is not known.
   */
  readonly completedByEks: boolean
}

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
export const describeLaunch = ({ templateId, templateName, version }: LaunchSource): string =>
  `launch template ${templateName} (${templateId}) version ${version}`

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
