import type { Instance, Tags } from './inventory.ts'
import type { Origin, Provisioner } from './subjects.ts'

/*
 * Whose a node or a group is, by its tags. Facts: EKS for managed groups (`eks:nodegroup-name`), Karpenter
 * (`karpenter.sh/nodepool`, `karpenter.k8s.aws/ec2nodeclass`), EKS Auto Mode (`eks:kubernetes-node-pool-name`), AWS Batch
 * (`AWSBatchServiceTag`), eksctl (`alpha.eksctl.io/…`), Cluster API (`sigs.k8s.io/cluster-api-provider-aws/…`).
 */

const clusterTag = /^(?:kubernetes\.io|k8s\.io)\/cluster\/(.+)$/
/** The tags whose value is the name of a cluster. */
export const clusterNameTags = ['aws:eks:cluster-name', 'eks:cluster-name', 'eks:eks-cluster-name'] as const
const clusterApiTag = /^sigs\.k8s\.io\/cluster-api-provider-aws\//
const managedStack = /^eksctl-.+-nodegroup-/

/** The version of eksctl that made something. */
export const eksctlVersionTag = 'alpha.eksctl.io/eksctl-version'

/**
 * The clusters that tags name, EKS's own tags first; kops and others use the same tag, so not all are EKS's.
 */
export const clusterNames = ({ tags }: { readonly tags: Tags }): string[] => [
  ...new Set([
    ...clusterNameTags.flatMap(key => tags[key] ?? []),
    ...Object.keys(tags).flatMap(key => clusterTag.exec(key)?.[1] ?? []),
  ]),
]

/** The tags whose key names a cluster, whatever their value. */
export const clusterKeyTags = (clusterName: string): readonly string[] => [
  `kubernetes.io/cluster/${clusterName}`,
  `k8s.io/cluster/${clusterName}`,
]

const ownerTags = [
  clusterTag,
  clusterApiTag,
  /^(?:aws:)?eks:/,
  /^karpenter\.(?:sh|k8s\.aws)\//,
  /^(?:alpha\.)?eksctl\.(?:io|cluster\.k8s\.io)\//,
  /^aws:batch:/,
  /^(?:AWSBatchServiceTag|aws:autoscaling:groupName|aws:cloudformation:stack-name|ManagedBy|managed-by)$/,
]

/** Whether a tag tells whose a node is. Any other may hold what is nobody's business. */
export const tellsOwner = (key: string): boolean => ownerTags.some(pattern => pattern.test(key))

/** Whether AWS Batch made an Auto Scaling group or an instance. */
export const isOfBatch = ({ tags }: { readonly tags: Tags }): boolean =>
  tags['AWSBatchServiceTag'] !== undefined || Object.keys(tags).some(key => key.startsWith('aws:batch:'))

/** What starts and ends an instance outside every Auto Scaling group, and the name of its group there. */
export const ownerOf = ({ tags, operator }: Pick<Instance, 'tags' | 'operator'>): InstanceOwner | undefined => {
  if (tags['aws:autoscaling:groupName'] !== undefined) return undefined
  const nodePool = tags['eks:kubernetes-node-pool-name']
  if (nodePool !== undefined || operator === eksOperator) {
    return { provisioner: 'auto-mode', name: nodePool ?? 'auto-mode' }
  }
  const nodeClass = karpenterTags.map(key => tags[key]).find(name => name !== undefined)
  if (nodeClass !== undefined) return { provisioner: 'karpenter', name: nodeClass }
  if (isOfBatch({ tags })) return { provisioner: 'batch', name: tags['aws:batch:compute-environment'] ?? 'batch' }
  return { provisioner: 'standalone', name: 'standalone' }
}

/** The service that EC2 names as the operator of EKS Auto Mode's instances. */
const eksOperator = 'eks.amazonaws.com'
/** The EC2NodeClass, or what stands in its place where a version of Karpenter left it out. */
const karpenterTags = ['karpenter.k8s.aws/ec2nodeclass', 'karpenter.sh/nodepool', 'karpenter.sh/provisioner-name']

export interface InstanceOwner {
  readonly provisioner: Exclude<Provisioner, 'managed' | 'self-managed'>
  readonly name: string
}

/** Today's, and those that eksctl wrote in 2018 and 2019. */
const eksctlGroupTags = [
  'alpha.eksctl.io/nodegroup-name',
  'eksctl.io/v1alpha2/nodegroup-name',
  'eksctl.cluster.k8s.io/v1alpha1/nodegroup-name',
]

/** What a person made a group with. A stale eksctl tag counts for nothing where EKS's own tag names another group. */
export const originOf = (tags: Tags): { readonly origin?: Origin; readonly eksctlVersion?: string } => {
  const eksctlGroup = eksctlGroupTags.map(key => tags[key]).find(name => name !== undefined)
  const eksGroup = tags['eks:nodegroup-name']
  if (eksctlGroup !== undefined && (eksGroup === undefined || eksGroup === eksctlGroup)) {
    const eksctlVersion = tags[eksctlVersionTag]
    return { origin: 'eksctl', ...(eksctlVersion !== undefined && { eksctlVersion }) }
  }
  if (Object.keys(tags).some(key => clusterApiTag.test(key))) return { origin: 'Cluster API' }
  const stack = tags['aws:cloudformation:stack-name']
  if (stack !== undefined) return { origin: managedStack.test(stack) ? 'eksctl' : 'CloudFormation' }
  return /terraform/i.test(tags['ManagedBy'] ?? tags['managed-by'] ?? '') ? { origin: 'Terraform' } : {}
}
