import * as z from 'zod'
import { RegionCoverage } from './coverage.ts'
import { RunId, Scope } from './run.ts'
import type { AreaState, CoverageEvent, FindingEvent, StoredFinding } from './stored.ts'
import { severities } from './verdict.ts'

const counts = z.int().min(0)

/** The totals of one account in one run, from which a digest is made without reading its findings. */
export const Totals = z
  .strictObject({
    clusters: counts,
    nodeGroups: counts,
    launchTemplates: counts,
    pass: counts,
    unknown: counts,
    fail: z.record(z.enum(severities), counts).readonly(),
    /** Calls that AWS answered, by IAM action. */
    apiCalls: z.record(z.string(), counts).readonly(),
  })
  .readonly()
export type Totals = z.infer<typeof Totals>

/** What one account came to in one run: one item, its Regions within. */
export const AccountReport = z
  .strictObject({
    runId: RunId,
    accountId: z.string(),
    name: z.string(),
    /** Names of the organizational units from the root's child down; null where they are not known. */
    ouPath: z.array(z.string()).readonly().nullable(),
    regions: z.array(RegionCoverage.unwrap().omit({ accountId: true }).readonly()).readonly(),
    totals: Totals,
  })
  .readonly()
export type AccountReport = z.infer<typeof AccountReport>

/** A run as it is remembered. */
export const RunRecord = z
  .strictObject({
    id: RunId,
    startedAt: z.iso.datetime(),
    scope: Scope,
    toolVersion: z.string(),
    /** Accounts that were planned. */
    accountCount: counts,
    /** Absent while it runs, and for ever of one that crashed. */
    finishedAt: z.iso.datetime().optional(),
    /** When the digest was published; absent where it was not. */
    digestSentAt: z.iso.datetime().optional(),
    /** Why the digest could not be published. */
    digestFailure: z.string().optional(),
  })
  .readonly()
export type RunRecord = z.infer<typeof RunRecord>

/** Who may write: one unscoped run at a time, until it releases the lease or lets it run out. */
export interface Lease {
  readonly runId: string
  /** UTC. */
  readonly until: string
}

export type StoreEvent = FindingEvent | CoverageEvent

/** What is remembered of one account-Region. */
export interface Area {
  readonly findings: readonly StoredFinding[]
  readonly state: AreaState | undefined
}

/**
 * The store in the terms of its write protocol (DESIGN §7). Every write may be repeated. A conditional one answers false
 * when somebody else wrote since `before` was read: then the caller reads again and compares again.
 * All methods throw PostureError when the table is missing, denies or keeps throttling, or holds an item of a newer schema.
 */
export interface Store {
  readArea(accountId: string, region: string): Promise<Area>
  /**
   * Writes a finding whole when what is stored still has `before`'s `changedIn` (or nothing is stored and there is no
   * `before`) and no later run wrote it.
   */
  putFinding(finding: StoredFinding, before: StoredFinding | undefined): Promise<boolean>
  /** Removes `pending` where the finding still has this `changedIn` and `pending`; else it does nothing. */
  settleFinding(finding: StoredFinding): Promise<void>
  /** Deletes a finding that is only unknown, under the condition of {@link putFinding} with it as `before`. */
  dropFinding(finding: StoredFinding): Promise<boolean>
  putArea(state: AreaState, before: AreaState | undefined): Promise<boolean>
  settleArea(state: AreaState): Promise<void>
  /** Writes an event under its key of run, thing and kind; one that is there stays as it is. */
  putEvent(event: StoreEvent): Promise<void>
  hasEvent(
    event:
      | Pick<FindingEvent, 'runId' | 'findingId' | 'kind'>
      | Pick<CoverageEvent, 'runId' | 'accountId' | 'region' | 'kind'>,
  ): Promise<boolean>
  eventsOf(runId: string): Promise<readonly StoreEvent[]>
  putAccount(report: AccountReport): Promise<void>
  accountsOf(runId: string): Promise<readonly AccountReport[]>
  /** Creates the run, or leaves it as it is. */
  startRun(run: RunRecord): Promise<void>
  /** Sets fields of a run that is there. */
  updateRun(
    runId: string,
    fields: Partial<Pick<RunRecord, 'finishedAt' | 'digestSentAt' | 'digestFailure' | 'accountCount'>>,
  ): Promise<void>
  readRun(runId: string): Promise<RunRecord | undefined>
  /** The newest runs first, at most `most`. */
  latestRuns(most: number): Promise<readonly RunRecord[]>
  /** Takes the lease, renews one's own, or takes over one that ran out; else answers who holds it. */
  takeLease(lease: Lease, now: string): Promise<Lease | undefined>
  releaseLease(runId: string): Promise<void>
  readLease(): Promise<Lease | undefined>
  /** Findings that are open and fail, or open and unknown, the worst severity first. */
  openFindings(): Promise<readonly StoredFinding[]>
}
