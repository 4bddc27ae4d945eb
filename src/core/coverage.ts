import * as z from 'zod'
import { type Cluster, failuresOf, type RegionInventory } from './inventory.ts'
import { Failure } from './read.ts'

/** In the order of precedence: the first that applies is the status of an account-Region. */
export const coverageStatuses = [
  'excluded',
  'account-inactive',
  'not-reached',
  'no-role',
  'error',
  'region-disabled',
  'region-denied',
  'partial',
  'ok',
] as const
export const CoverageStatus = z.enum(coverageStatuses)
export type CoverageStatus = z.infer<typeof CoverageStatus>

/** Whether the account-Region was looked into at all, wholly or in part. */
export const isCovered = (status: CoverageStatus): boolean => status === 'ok' || status === 'partial'

/** Whether there was nothing to read, because a person or the account's own state says so: no gap in what is known. */
export const isIntended = (status: CoverageStatus): boolean =>
  status === 'excluded' || status === 'account-inactive' || status === 'region-disabled'

/**
 * Whether a run looked at a place at all, or would have.
 * @param regions the coverage of the place's account.
 * @param region where the place is: one of these Regions, or the account as a whole.
 */
export const isInScope = (
  regions: readonly { readonly region: string; readonly status: CoverageStatus }[],
  region: string,
): boolean => {
  const own = regions.filter(one => one.region === region)
  return (own.length > 0 ? own : regions).some(({ status }) => status !== 'excluded')
}

/** How far one account-Region was read: every one of the organization has exactly one of these. */
export const RegionCoverage = z
  .strictObject({
    accountId: z.string(),
    region: z.string(),
    status: CoverageStatus,
    /**
     * One sentence for a person: the rule, the state, the policy, the failures, or what kinds of node are not judged;
     * null when there is nothing to say.
     */
    detail: z.string().nullable(),
    failures: z.array(Failure).readonly(),
  })
  .readonly()
export type RegionCoverage = z.infer<typeof RegionCoverage>

/**
 * The coverage of an account-Region that was read: `ok`, or what its failures make of it.
 * @param others what is known to be missing although no read failed.
 */
export const coverageOf = (inventory: RegionInventory, others: readonly Failure[] = []): RegionCoverage => {
  const { accountId, region } = inventory
  const failures = [...failuresOf(inventory), ...others]
  const row = (status: CoverageStatus, detail: string | null): RegionCoverage => ({
    accountId,
    region,
    status,
    detail,
    failures,
  })
  const notJudged = notJudgedIn(inventory)
  if (failures.length === 0) return row('ok', notJudged ?? null)

  const asked = failures.filter(failure => failure.class !== 'not-asked')
  const nothingRead = !inventory.imdsDefaults.ok && isEmpty(inventory.clusters) && isEmpty(inventory.launchTemplates)
  const scp = asked.find(failure => failure.class === 'denied-by-scp')
  if (nothingRead && scp && asked.every(failure => failure.class === 'denied-by-scp')) {
    return row('region-denied', scp.reason)
  }
  const detail = describeFailures(asked)
  return row(nothingRead ? 'error' : 'partial', notJudged ? `${detail}; ${notJudged}` : detail)
}

const isEmpty = (list: { readonly items: readonly unknown[]; readonly failures: readonly unknown[] }) =>
  list.items.length === 0 && list.failures.length > 0

/** `ec2:DescribeImages: AccessDenied …; eks:ListClusters (2): …`, each action with its first reason. */
const describeFailures = (failures: readonly Failure[]) =>
  [...Map.groupBy(failures, failure => failure.action)]
    .map(
      ([action, [first, ...others]]) =>
        `${action}${others.length > 0 ? ` (${others.length + 1})` : ''}: ${first?.reason}`,
    )
    .sort()
    .join('; ')

/** Nodes that are no EC2 instances of the account, by cluster: AWS tells neither their AMI nor their metadata options. */
const notJudgedIn = ({ clusters }: RegionInventory): string | undefined => {
  const counted = clusters.items.flatMap(cluster => {
    const kinds = kindsNotJudged(cluster)
    return kinds.length > 0 ? [`${kinds.join(' and ')} of cluster ${cluster.name}`] : []
  })
  return counted.length > 0 ? `not judged, for they are no instances of the account: ${counted.join(', ')}` : undefined
}

const kindsNotJudged = ({ detail, fargateProfiles: { items: profiles } }: Cluster): string[] => [
  ...(profiles.length > 0 ? [`${profiles.length} Fargate profile${profiles.length === 1 ? '' : 's'}`] : []),
  ...(detail.ok && detail.value.hybrid ? ['hybrid nodes'] : []),
]
