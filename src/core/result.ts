import { isCovered, type RegionCoverage } from './coverage.ts'
import type { Finding } from './finding.ts'
import type { Run } from './run.ts'
import { type Severity, type Status, severities } from './verdict.ts'

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
  /** Accounts of the result by id, for names in reports. */
  readonly accountNames: Readonly<Record<string, string>>
  readonly coverage: readonly RegionCoverage[]
  readonly findings: readonly Finding[]
  /** By finding id since when it stands, as a store knows it; empty where nothing is kept. */
  readonly firstSeen: Readonly<Record<string, string>>
  readonly verdicts: Readonly<Record<Status, number>>
  readonly looked: Looked
  /** Calls that AWS answered, by IAM action. */
  readonly apiCalls: Readonly<Record<string, number>>
}

/** How many findings fail, by severity, every severity named. */
const failsBySeverity = (findings: readonly Finding[]): Record<Severity, number> => {
  const counts = Object.fromEntries(severities.map(severity => [severity, 0])) as Record<Severity, number>
  for (const { status, severity } of findings) if (status === 'fail') counts[severity] += 1
  return counts
}

/** The numbers of a result: what was read, and what came of it. */
export interface Summary extends Looked {
  /** Accounts of which at least one Region was read. */
  readonly accounts: number
  /** Account-Regions that were read, wholly or in part. */
  readonly regions: number
  readonly fail: Readonly<Record<Severity, number>>
  readonly unknown: number
  readonly pass: number
}

/** Counts a result; findings are counted under the severity that the policy gave them. */
export const summarise = ({ coverage, looked, findings, verdicts }: ScanResult): Summary => {
  const covered = coverage.filter(({ status }) => isCovered(status))
  return {
    accounts: new Set(covered.map(({ accountId }) => accountId)).size,
    regions: covered.length,
    ...looked,
    fail: failsBySeverity(findings),
    unknown: verdicts.unknown,
    pass: verdicts.pass,
  }
}
