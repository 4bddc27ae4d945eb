import * as z from 'zod'
import { RegionCoverage } from './coverage.ts'
import { Estate } from './estate.ts'
import { FailCounts } from './fail-counts.ts'
import { RunId, Scope } from './run.ts'
import type { AreaState, CoverageEvent, FindingEvent, StoredFinding } from './stored.ts'
import type { Severity } from './verdict.ts'

const counts = z.int().min(0)
const Timestamp = z.iso.datetime()

/** The totals of one account in one run: what was looked at, and what the checks said of it on that night. */
export const Totals = z
  .strictObject({
    clusters: counts,
    nodeGroups: counts,
    launchTemplates: counts,
    pass: counts,
    unknown: counts,
    /** Fails that count by themselves: not those that follow from others, nor those that are waived. */
    fail: FailCounts,
    /** Calls that AWS answered, by IAM action. */
    apiCalls: z.record(z.string(), counts).readonly(),
  })
  .readonly()
export type Totals = z.infer<typeof Totals>

/**
 * What stands open in an account after a run, whether or not it could be read on that night. Fails that follow from others
 * are counted as `caused` alone.
 */
export const Standing = z
  .strictObject({
    fail: FailCounts,
    caused: counts,
    unknown: counts,
    waived: counts,
    /** Fails that this night could not confirm. */
    unconfirmed: counts,
    /** Fails that are open for longer than posture.yaml's `dueDays`. */
    pastDue: FailCounts,
    /** Since when the oldest fail is open; null where none is. */
    oldest: Timestamp.nullable(),
    /** Who answers for how many, the most first; `owner` is null for those for which nobody is named. */
    owners: z.array(z.strictObject({ owner: z.string().nullable(), fail: FailCounts }).readonly()).readonly(),
    /** The clusters with the worst fails, the worst first; `nodes` counts those of the groups that fail. */
    clusters: z
      .array(z.strictObject({ region: z.string(), name: z.string(), fail: FailCounts, nodes: counts }).readonly())
      .readonly(),
  })
  .readonly()
export type Standing = z.infer<typeof Standing>

/** Where the account's IMDS defaults come from, and what an EC2 declarative policy that requires IMDSv2 would close. */
export const DefaultsSource = z
  .strictObject({
    /** Regions of which the defaults were read. */
    regions: counts,
    /** Those among them that a declarative policy manages. */
    byPolicy: counts,
    /** Fails that a default of `required` would close where no policy manages it. */
    closable: counts,
  })
  .readonly()
export type DefaultsSource = z.infer<typeof DefaultsSource>

const ReportedRegion = z
  .strictObject({
    ...RegionCoverage.unwrap().omit({ accountId: true }).shape,
    /** What it comes to, or came to when it was last read; null where it never was, and of an account that is not active. */
    estate: Estate.nullable(),
    /** The start of the run that read it last; null where none did. */
    estateAsOf: Timestamp.nullable(),
  })
  .readonly()

/** What one account came to in one run: one item, its Regions within. */
export const AccountReport = z
  .strictObject({
    runId: RunId,
    accountId: z.string(),
    name: z.string(),
    /** Names of the organizational units from the root's child down; null where they are not known. */
    ouPath: z.array(z.string()).readonly().nullable(),
    regions: z.array(ReportedRegion).readonly(),
    totals: Totals,
    standing: Standing,
    defaults: DefaultsSource,
    /** The waivers that matched something, by their place in the list of the night's posture.yaml. */
    waiversUsed: z.array(counts).readonly(),
  })
  .readonly()
export type AccountReport = z.infer<typeof AccountReport>

/** What a whole organization came to in a run: the points of a burn-down. */
export const RunTotals = z
  .strictObject({
    ...Estate.unwrap().shape,
    fail: FailCounts,
    caused: counts,
    unknown: counts,
    waived: counts,
    /** Account-Regions whose estate is that of an earlier night, for this one could not read them. */
    staleRegions: counts,
    /** By organizational unit, the most fails first; what does not fit into the item is in the last one, under `null`. */
    units: z
      .array(
        z
          .strictObject({
            path: z.array(z.string()).readonly().nullable(),
            accounts: counts,
            nodes: counts,
            al2Nodes: counts,
            imdsV1Nodes: counts,
            fail: FailCounts,
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly()
export type RunTotals = z.infer<typeof RunTotals>

/** A run as it is remembered. */
export const RunRecord = z
  .strictObject({
    id: RunId,
    startedAt: z.iso.datetime(),
    scope: Scope,
    toolVersion: z.string(),
    /** Accounts that were planned. */
    accountCount: counts,
    /** Whether it looks at the organization, and not at accounts that somebody named. */
    isOrganization: z.boolean(),
    /** The last whole run that had ended when this one began: what it is compared with. */
    previousRunId: RunId.optional(),
    /** Absent while it runs, and for ever of one that crashed. */
    finishedAt: Timestamp.optional(),
    /** What it came to; absent until it has ended, and of a scoped run. */
    totals: RunTotals.optional(),
    /** Whether its messages are to be sent; a run that nobody wanted to publish owes nothing. */
    owesMessages: z.boolean().optional(),
    /** Whether its findings are to be imported into Security Hub. */
    owesImport: z.boolean().optional(),
    /** Until when somebody is at sending them, and others keep away. */
    claimedUntil: Timestamp.optional(),
    /** When the last of what it owes was sent, or it turned out that there was nothing to send. */
    digestSentAt: Timestamp.optional(),
    /** Why something of it could not be sent, as of the last try. It stays when a later one succeeds. */
    digestFailure: z.string().optional(),
  })
  .readonly()
export type RunRecord = z.infer<typeof RunRecord>

/** The fields of a run that change. */
export type RunFields = Partial<
  Pick<
    RunRecord,
    | 'finishedAt'
    | 'totals'
    | 'owesMessages'
    | 'owesImport'
    | 'claimedUntil'
    | 'digestSentAt'
    | 'digestFailure'
    | 'accountCount'
  >
>

/** A text that a run keeps, by what it is: the policy of the night as JSON, and its digest as it is sent. */
export type RunText = 'policy' | 'digest'

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
  /** Visits the events of a run, in no order, without holding them all. */
  eachEvent(runId: string, visit: (event: StoreEvent) => void): Promise<void>
  /** What happened to a finding, or to the coverage of an account-Region, run by run; from the index. */
  historyOf(thing: { readonly findingId: string }): Promise<readonly FindingEvent[]>
  putAccount(report: AccountReport): Promise<void>
  readAccount(runId: string, accountId: string): Promise<AccountReport | undefined>
  /** Visits the reports of a run by account id, without holding them all. */
  eachAccount(runId: string, visit: (report: AccountReport) => void): Promise<void>
  /** Creates the run, or leaves it as it is. */
  startRun(run: RunRecord): Promise<void>
  /** Sets fields of a run that is there. */
  updateRun(runId: string, fields: RunFields): Promise<void>
  /**
   * Claims the sending of a run's messages until a time, unless they were sent, or somebody else's claim still holds.
   * @returns whether it is the caller's.
   */
  claimMessages(runId: string, until: string, now: string): Promise<boolean>
  /** Notes that a part of what the run owes was sent; {@link toldOf} answers those parts. */
  putTold(runId: string, part: string): Promise<void>
  toldOf(runId: string): Promise<ReadonlySet<string>>
  putText(runId: string, what: RunText, text: string): Promise<void>
  readText(runId: string, what: RunText): Promise<string | undefined>
  readRun(runId: string): Promise<RunRecord | undefined>
  /** The newest runs first, at most `most`. */
  latestRuns(most: number): Promise<readonly RunRecord[]>
  /** Takes the lease, renews one's own, or takes over one that ran out; else answers who holds it. */
  takeLease(lease: Lease, now: string): Promise<Lease | undefined>
  releaseLease(runId: string): Promise<void>
  readLease(): Promise<Lease | undefined>
  /** Findings that are open and fail, those that are open and unknown, and those that are waived, each the worst first. */
  listFindings(): Promise<readonly StoredFinding[]>
  /** Open fails of a severity, the oldest first, at most `most`; no more than those is read. */
  oldestFails(severity: Severity, most: number): Promise<readonly StoredFinding[]>
}
