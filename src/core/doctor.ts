import type { Identity } from './identity.ts'
import type { Hub, RegionState } from './ports.ts'
import type { Collected, Failure } from './read.ts'
import type { Target } from './target.ts'

/** Every row that a diagnosis can have, in the order in which they are told; docs/doctor.md explains each. */
export const rowIds = [
  'identity',
  'organization',
  'accounts',
  'unit-names',
  'kubernetes-calendar',
  'role',
  'hub-region',
  'regions',
  'region',
  'read',
  'table',
  'table-read',
  'table-write',
  'topic',
  'topic-publish',
  'bucket',
  'bucket-read',
  'bucket-write',
  'stack-set',
  'stack-set-account',
] as const
export type RowId = (typeof rowIds)[number]

/** `unknown` is what could not be told, and never as good as `works`; `not-tried` is what there was nothing to try on. */
export const rowStatuses = ['works', 'fails', 'unknown', 'not-tried'] as const
export type RowStatus = (typeof rowStatuses)[number]

/** One thing that works or does not, with every subject and account that it holds for. */
export interface Row {
  readonly id: RowId
  readonly status: RowStatus
  /** Whether a scan, as it was asked about, cannot do without. */
  readonly needed: boolean
  /** What it is about: actions, Regions, a role, a table. */
  readonly subjects: readonly string[]
  /** Ids, sorted; empty where no account is meant. */
  readonly accounts: readonly string[]
  /** What was seen, in a clause; null where the status says it all. */
  readonly detail: string | null
  /** What to do about it, in a sentence; null where there is nothing to do. */
  readonly fix: string | null
}

/** What an identity may do, and what it may not. */
export interface Diagnosis {
  readonly identity: Identity
  readonly hub: Hub
  /** Names by account id, for reports. */
  readonly accountNames: Readonly<Record<string, string>>
  /** How many accounts were to be entered, of how many that a scan asks; the seed where they are a sample. */
  readonly tried: { readonly accounts: number; readonly of: number; readonly seed: string | null }
  readonly rows: readonly Row[]
}

/** Whether a scan lacks something that it needs, or is not known to have it. */
export const lacks = ({ needed, status }: Row): boolean => needed && (status === 'fails' || status === 'unknown')

/** What trying something came to. */
export type Tried =
  | { readonly status: 'works' }
  | { readonly status: 'refused'; readonly failure: Failure }
  /** There is nothing to try it on. */
  | { readonly status: 'not-tried'; readonly why: string }

/** An IAM action, and what trying it came to. */
export interface TriedAction {
  readonly action: string
  readonly tried: Tried
}

/** Who asks, as STS says. */
export interface Caller {
  readonly hub: Hub
  readonly arn: string
}

/** The policy that refused a role, where AWS names one. */
export type Refuser =
  | 'identity-based policy'
  | 'role trust policy'
  | 'service control policy'
  | 'resource control policy'
  | 'permissions boundary'
  | 'session policy'
  | 'VPC endpoint policy'

/** What assuming the role of an account led to. */
export type Entry =
  | { readonly status: 'entered'; readonly account: EnteredAccount }
  | { readonly status: 'refused'; readonly failure: Failure; readonly by: Refuser | undefined }

/** A Region as it answers to the cheapest read there is. */
export type RegionTried =
  | { readonly status: 'answers'; readonly cluster: string | undefined }
  | { readonly status: 'not-enabled' }
  | { readonly status: 'refused'; readonly failure: Failure }

/** Where reads are tried, and which of those that only an opt-in check makes. */
export interface ReadsPlace {
  readonly region: string
  /** A cluster there, for the reads that need one. */
  readonly cluster: string | undefined
  readonly imdsV1Calls: boolean
}

/** An account that let us in. Nothing here throws for what AWS refuses. */
export interface EnteredAccount {
  listRegions(): Promise<Collected<RegionState>>
  tryRegion(region: string): Promise<RegionTried>
  /** Every read that a scan can need, by action and sorted: as a dry run where AWS has one, else a small real one. */
  tryReads(place: ReadsPlace): Promise<readonly TriedAction[]>
}

export type EnterAccount = (target: Target) => Promise<Entry>

/** A table, topic or bucket: whether it is there, what is wrong with it, and what may be done with it. */
export interface ThingTried {
  readonly found:
    | { readonly status: 'there'; readonly problems: readonly string[] }
    | { readonly status: 'missing' }
    | { readonly status: 'refused'; readonly failure: Failure }
  readonly reads: readonly TriedAction[]
  readonly writes: readonly TriedAction[]
}

/** The instance of a StackSet in an account. */
export interface StackInstance {
  readonly accountId: string
  /** As CloudFormation says it: CURRENT, OUTDATED, INOPERABLE. */
  readonly status: string
  /** Whether somebody changed the stack by hand, where drift detection ran and saw it. */
  readonly drifted: boolean
  readonly reason: string | undefined
}

/** Lists the instances of the StackSet, as the management account itself or as a delegated administrator. */
export type ListStackInstances = (asManagement: boolean) => Promise<Collected<StackInstance>>
