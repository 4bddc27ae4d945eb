import { isWhollyRead, type UserDataFacts, type UserDataProblem } from '../core/user-data.ts'

/**
 * Who provisions the nodes: `managed`, a managed node group whose launch template names no AMI; `managed-ami`, one whose
 * template does; `self-managed`, an Auto Scaling group of one's own; `karpenter`.
 */
export const provisioningPaths = ['managed', 'managed-ami', 'self-managed', 'karpenter'] as const
export type ProvisioningPath = (typeof provisioningPaths)[number]

/**
 * What is wrong with user data only because of who provisions the nodes. EKS and Karpenter add what brings a node into its
 * cluster; beside an AMI id in the launch template, and on nodes of one's own, nobody does.
 * @returns the problems of that kind alone, each at line 1: they are about the user data as a whole.
 * https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
 */
export const problemsOfPath = (facts: UserDataFacts, path: ProvisioningPath): readonly UserDataProblem[] => {
  // Karpenter adds its own NodeConfig, after the user's since 1.0 and before it until then, so a cluster section is not wrong.
  if (path === 'karpenter') return []
  const problems = path === 'managed' ? notMergeable(facts) : notJoining(facts)
  return problems.map(problem => ({ ...problem, line: 1 }))
}

type Problems = readonly Omit<UserDataProblem, 'line'>[]

/** What EKS refuses to merge its own part with; Bottlerocket's TOML and PowerShell it takes as they are. */
const notMergeable = ({ format }: UserDataFacts): Problems => {
  if (format !== 'shell' && format !== 'cloud-config' && format !== 'nodeconfig') return []
  const message =
    'EKS refuses user data that is not MIME multipart in a launch template without an AMI id (Ec2LaunchTemplateInvalidConfiguration): make it a part of a multipart/mixed message.'
  return [{ id: 'user-data-not-mime', message }]
}

const notJoining = (facts: UserDataFacts): Problems => {
  const { nodeConfig, bootstrap } = facts
  if (nodeConfig.status === 'partial') {
    const message = `The NodeConfig leaves out ${inWords(nodeConfig.missing)}, ${advice(nodeConfig.missing)}`
    return [{ id: 'cluster-fields-missing', message }]
  }
  if (bootstrap === 'bottlerocket') return settingsMissing(facts)
  return bootstrap === 'none' && isWhollyRead(facts) ? noBootstrap(facts) : []
}

const noBootstrap = ({ format }: UserDataFacts): Problems => {
  const message =
    format === 'powershell'
      ? 'Nothing here calls Start-EKSBootstrap.ps1 and EKS merges nothing into this user data, so the node never joins: call it with -EKSClusterName.'
      : 'Nothing here brings the node into its cluster and EKS merges nothing into this user data, so the node never joins: add a NodeConfig with the cluster section, from aws eks describe-cluster.'
  return [{ id: 'bootstrap-missing', message }]
}

const settingsMissing = ({ cluster, nodeConfig }: UserDataFacts): Problems => {
  // Settings that could not be read are a problem of their own.
  if (nodeConfig.problems.some(({ id }) => id.startsWith('bottlerocket-'))) return []
  const values = {
    'cluster-name': cluster.name,
    'api-server': cluster.endpoint,
    'cluster-certificate': cluster.caSha256,
  }
  const missing = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [`settings.kubernetes.${key}`] : [],
  )
  if (missing.length === 0) return []
  const message = `The settings give no usable ${inWords(missing)}, ${advice(missing)}`
  return [{ id: 'cluster-settings-missing', message }]
}

const advice = ({ length }: readonly string[]): string => {
  const them = length > 1 ? 'them' : 'it'
  return `and nobody else supplies ${them} here, so the node cannot join: take ${them} from aws eks describe-cluster.`
}

const inWords = (fields: readonly string[]): string => {
  const last = fields.at(-1) ?? 'the cluster section'
  return fields.length < 2 ? last : `${fields.slice(0, -1).join(', ')} and ${last}`
}
