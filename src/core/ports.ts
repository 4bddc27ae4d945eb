import type { AsffFinding } from './asff.ts'
import type { RegionCoverage } from './coverage.ts'
import type { RegionInventory } from './inventory.ts'
import type { Collected } from './read.ts'
import type { OrganizationalUnit, Target } from './target.ts'
import type { VersionCalendar } from './version-support.ts'

/** Who the scanner is, as STS says, and where it runs. */
export interface Hub {
  readonly accountId: string
  readonly partition: string
  /** The Region of the hub's own configuration: asked first in every account. */
  readonly region: string
}

/** An account as AWS Organizations lists it. */
export interface OrganizationAccount {
  readonly accountId: string
  readonly arn: string
  readonly name: string
  readonly state: Target['state']
  readonly ouPath: readonly OrganizationalUnit[] | null
}

/** A Region as DescribeRegions lists it in an account. */
export interface RegionState {
  readonly name: string
  readonly enabled: boolean
}

/** The organization, asked with the hub's own credentials. */
export interface OrganizationReader {
  /** @throws {PostureError} when there are no credentials or STS cannot be reached. */
  whoAmI(): Promise<Hub>
  /** Every account of the organization. @throws {PostureError} when the hub may not list them. */
  listAccounts(): Promise<readonly OrganizationAccount[]>
  /** The organization of the hub's account; undefined where it is in none or may not know. */
  describeOrganization(): Promise<Organization | undefined>
  /** Until when EKS supports which version; empty where it does not tell, and then {@link publishedVersions} count. */
  describeClusterVersions(): Promise<VersionCalendar>
}

export interface Organization {
  readonly id: string
  readonly managementAccountId: string
}

/** One account, entered by its role. */
export interface AccountReader {
  /** Every Region that exists for the account, enabled or not. */
  listRegions(): Promise<Collected<RegionState>>
  /** Never throws for what AWS refuses: that is data in the inventory. */
  readRegion(region: string, wanted?: Wanted): Promise<RegionRead>
}

/** What is read for an opt-in check alone. */
export interface Wanted {
  /** Calls with IMDSv1 that CloudWatch counted of nodes that allow it: it is paid for each answer. @default false */
  readonly imdsV1Calls?: boolean
}

/** A Region that was read, or one that turned out not to be enabled for the account. */
export type RegionRead =
  | { readonly status: 'read'; readonly inventory: RegionInventory }
  | { readonly status: 'region-disabled'; readonly reason: string }

/** What assuming the role of an account led to. */
export type AccountAccess =
  | { readonly status: 'open'; readonly reader: AccountReader }
  | { readonly status: Extract<RegionCoverage['status'], 'no-role' | 'error'>; readonly reason: string }

/** @param share of AWS's published rates that the calls to the account may take, above 0 and at most 1. @default 0.25 */
export type OpenAccount = (target: Target, share?: number) => Promise<AccountAccess>

/** A message for people and the machines that filter it. */
export interface Message {
  /** Under 100 characters, without line breaks. */
  readonly subject: string
  readonly text: string
  /** By which subscriptions filter; a list is matched by any of its members. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>
}

/** @throws {PostureError} when the topic is missing, denies or cannot be reached. */
export type Publish = (message: Message) => Promise<void>

/**
 * Imports findings into the Security Hub of one account and Region, in the order they come; to import one twice changes
 * nothing.
 * @throws {PostureError} when Security Hub is not enabled, denies, cannot be reached or refuses some of them; the others
 * are imported all the same.
 */
export type ImportFindings = (findings: AsyncIterable<AsffFinding>) => Promise<void>

/** Time is asked of this port alone, and read once per account-Region into `collectedAt`. */
export type Now = () => Date

/** For whoever has to wait. Tests and simulations drive it themselves. */
export interface Clock {
  /** Milliseconds since any moment; they only grow. */
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
}
