import * as z from 'zod'
import type { RegionInventory } from './inventory.ts'
import { failuresOf } from './inventory.ts'
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

/** How far one account-Region was read: every one of the organization has exactly one of these. */
export const RegionCoverage = z
  .strictObject({
    accountId: z.string(),
    region: z.string(),
    status: CoverageStatus,
    /** One sentence for a person: the rule, the state, the policy or the failures; null when there is nothing to say. */
    detail: z.string().nullable(),
    failures: z.array(Failure).readonly(),
  })
  .readonly()
export type RegionCoverage = z.infer<typeof RegionCoverage>

/** The coverage of an account-Region that was read: `ok`, or what its failures make of it. */
export const coverageOf = (inventory: RegionInventory): RegionCoverage => {
  const { accountId, region } = inventory
  const failures = failuresOf(inventory)
  const row = (status: CoverageStatus, detail: string | null): RegionCoverage => ({
    accountId,
    region,
    status,
    detail,
    failures,
  })
  if (failures.length === 0) return row('ok', null)

  const asked = failures.filter(failure => failure.class !== 'not-asked')
  const nothingRead = !inventory.imdsDefaults.ok && isEmpty(inventory.clusters) && isEmpty(inventory.launchTemplates)
  const scp = asked.find(failure => failure.class === 'denied-by-scp')
  if (nothingRead && scp && asked.every(failure => failure.class === 'denied-by-scp')) {
    return row('region-denied', scp.reason)
  }
  return row(nothingRead ? 'error' : 'partial', describeFailures(asked))
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
