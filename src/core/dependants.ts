import type { Addon } from './inventory.ts'
import { known, notRead, type Read } from './read.ts'
import { isAtLeast } from './versions.ts'

/** The list of EKS's own add-ons, each with the permissions that it asks for. */
export const dependantsSource = 'https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html'

/** What is known of an add-on whose pods take the credentials of their node. */
interface Dependant {
  /** The first version whose pods run on the host network, which no hop limit keeps from the metadata service. */
  readonly onHostNetworkSince?: string
}

/**
 * EKS add-ons whose pods call AWS, and without a role of their own do so with the credentials of their node, by name.
 * Read 2026-11-22. Left out are those that call nothing of AWS, those on the host network (vpc-cni,
 * eks-pod-identity-agent, aws-guardduty-agent), and adot, which needs permissions in some configurations alone.
 */
const dependants: ReadonlyMap<string, Dependant> = new Map([
  // aws-observability/helm-charts#82
  ['amazon-cloudwatch-observability', { onHostNetworkSince: '2.0.1' }],
  ['aws-ebs-csi-driver', {}],
  ['aws-efs-csi-driver', {}],
  ['aws-fsx-csi-driver', {}],
  ['aws-mountpoint-s3-csi-driver', {}],
  ['aws-privateca-connector-for-kubernetes', {}],
  ['external-dns', {}],
])

/** Whether the pods of an add-on of this name may take the credentials of their node. */
export const usesNodeCredentials = (name: string): boolean => dependants.has(name)

/** Whether pods of an add-on lose their credentials when pods do not reach the metadata service any more. */
export const dependsOnNodeCredentials = ({ name, detail }: Addon): Read<boolean> => {
  const dependant = dependants.get(name)
  if (!dependant) return known(false)
  if (!detail) return notRead('eks:DescribeAddon', `add-on ${name} was not described`)
  if (!detail.ok) return detail
  const { ownRole, version } = detail.value
  if (ownRole) return known(false)
  if (dependant.onHostNetworkSince === undefined) return known(true)
  const isOnHostNetwork = isAtLeast(version, dependant.onHostNetworkSince)
  return isOnHostNetwork === undefined
    ? notRead('eks:DescribeAddon', `${version} of add-on ${name} is not a version`)
    : known(!isOnHostNetwork)
}
