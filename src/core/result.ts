import { isCovered, type RegionCoverage } from './coverage.ts'
import { countFails, type FailCounts } from './fail-counts.ts'
import { type Finding, isCause, isOpenFail } from './finding.ts'
import type { Run } from './run.ts'
import type { Status } from './verdict.ts'

/** How much was looked at. */
export interface Looked {
  readonly clusters: number
  readonly nodeGroups: number
  readonly launchTemplates: number
}

/** What a scan found, sorted; the value that every report is made from. */
export interface ScanResult {
  readonly run: Run
  readonly finishedAt: string
  readonly toolVersion: string
  /** Why not all of its messages and findings could be sent so far; null where they were, and where none was to be. */
  readonly undelivered: string | null
  /** Accounts of the result by id, for names in reports. */
  readonly accountNames: Readonly<Record<string, string>>
  readonly coverage: readonly RegionCoverage[]
  readonly findings: readonly Finding[]
  /** By finding id since when it stands, as a store knows it; empty where nothing is kept. */
  readonly firstSeen: Readonly<Record<string, string>>
  readonly verdicts: Readonly<Record<Exclude<Status, 'pass'>, number>> & {
    /** null where the result is narrowed to some checks, Regions or clusters, for nobody keeps what passed by those. */
    readonly pass: number | null
  }
  readonly looked: Looked
  /** Calls that AWS answered, by IAM action. */
  readonly apiCalls: Readonly<Record<string, number>>
}

/** The numbers of a result: what was read, and what came of it. */
export interface Summary extends Looked {
  /** Accounts of which at least one Region was read. */
  readonly accounts: number
  /** Account-Regions that were read, wholly or in part. */
  readonly regions: number
  /** Fails that count by themselves. */
  readonly fail: FailCounts
  /** Fails that follow from others, and are mended with them. */
  readonly caused: number
  /** Fails that posture.yaml waives. */
  readonly waived: number
  readonly unknown: number
  /** null where the result is narrowed. */
  readonly pass: number | null
}

/** Counts a result; findings are counted under the severity that the policy gave them. */
export const summarise = ({ coverage, looked, findings, verdicts }: ScanResult): Summary => {
  const open = findings.filter(isOpenFail)
  const covered = coverage.filter(({ status }) => isCovered(status))
  return {
    accounts: new Set(covered.map(({ accountId }) => accountId)).size,
    regions: covered.length,
    ...looked,
    fail: countFails(open.filter(isCause)),
    caused: open.filter(finding => !isCause(finding)).length,
    waived: findings.filter(({ waiver }) => waiver !== null).length,
    unknown: verdicts.unknown,
    pass: verdicts.pass,
  }
}
