import type { ClusterSubject, VersionSupport } from './subjects.ts'

const policyGuide = 'https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html'
const millisecondsOfADay = 86_400_000

/** What a cluster's upgrade policy says: what AWS does at the end of standard support. */
type SupportType = 'STANDARD' | 'EXTENDED'

/** The day from which AWS moves a control plane to a newer Kubernetes version by itself. */
export interface ControlPlaneMove {
  /** ISO date. */
  readonly date: string
  readonly supportType: SupportType
  /** Who says the upgrade policy. */
  readonly policySource: string
}

/**
 * When AWS moves a control plane: under `STANDARD` at the end of standard support, under `EXTENDED`, which is the
 * default, at the end of extended support. Source: EKS User Guide, "View current cluster upgrade policy".
 */
export const controlPlaneMoveOf = (
  supportType: SupportType | undefined,
  { endOfStandardSupport, endOfExtendedSupport }: VersionSupport,
): ControlPlaneMove => ({
  date: supportType === 'STANDARD' ? endOfStandardSupport : endOfExtendedSupport,
  supportType: supportType ?? 'EXTENDED',
  policySource: supportType ? 'eks:DescribeCluster' : `not given; EXTENDED is the default by ${policyGuide}`,
})

/** Days from when a subject was read to the begin of an ISO date (UTC); 0 on that day, negative after it. */
export const daysUntil = (date: string, { judgedAt }: Pick<ClusterSubject, 'judgedAt'>): number =>
  Math.round((Date.parse(date.slice(0, 10)) - Date.parse(judgedAt.slice(0, 10))) / millisecondsOfADay)
