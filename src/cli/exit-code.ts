import { isCovered, isIntended } from '../core/coverage.ts'
import { isOpenFail } from '../core/finding.ts'
import type { Policy } from '../core/policy.ts'
import { type ScanResult, summarise } from '../core/result.ts'
import { bySeverity, type Severity, severities } from '../core/verdict.ts'

export const failOnLevels = [...severities.filter(severity => severity !== 'info'), 'never'] as const
export type FailOn = (typeof failOnLevels)[number]

/** 0 clean, 1 findings at or over the threshold, 2 the tool could not do its work. */
export type ExitCode = 0 | 1 | 2

/**
 * The exit code of a scan. Neither `unknown` nor what is waived counts against `failOn`; with `strict` anything that is not known, a finding
 * or an account-Region that was not wholly read, ends with 2.
 */
export const exitCodeOf = (result: ScanResult, { failOn, strict }: { failOn: FailOn; strict: boolean }): ExitCode => {
  const known = result.coverage.every(({ status }) => status === 'ok' || isIntended(status))
  if (strict && (!known || summarise(result).unknown > 0)) return 2
  if (failOn === 'never') return 0
  const isBadEnough = (severity: Severity) => bySeverity(severity, failOn) <= 0
  return result.findings.some(finding => isOpenFail(finding) && isBadEnough(finding.severity)) ? 1 : 0
}

/**
 * The names in a scope that nothing in the organization bears, in a sentence; undefined when each of them does. A name
 * that is misspelt would else be a part that nobody looks at.
 */
export const unmatchedIn = ({ coverage, run }: ScanResult, { scope }: Policy): string | undefined => {
  const known = new Set(coverage.flatMap(({ accountId, region }) => [accountId, region]))
  const { regions, accounts } = scope
  const named = [...(run.scope.regions ?? []), ...(regions.include ?? []), ...(accounts.include ?? [])]
  const unmatched = [...new Set(named)].filter(name => !known.has(name))
  if (unmatched.length === 0) return undefined
  return `No account and no Region of this scan is called ${unmatched.join(' or ')}: check --region and the scope of posture.yaml.`
}

/**
 * Why a scan that ended did not do its work, in a sentence; undefined when it did. A part of the organization that
 * was not reached is coverage, but nothing reached at all is a failure.
 */
export const failureOf = ({ coverage }: ScanResult, hubAccountId: string): string | undefined => {
  if (coverage.every(({ status }) => isIntended(status))) {
    return 'Nothing was read, for every account and Region is out of scope, not enabled or not active: check --region, --account and the scope of posture.yaml.'
  }
  const asked = coverage.filter(({ status }) => !isIntended(status))
  const members = asked.filter(({ accountId }) => accountId !== hubAccountId)
  const [first] = members
  if (first && members.every(({ status }) => status === 'no-role')) {
    const count = new Set(members.map(({ accountId }) => accountId)).size
    return `The role could be assumed in none of ${count === 1 ? '1 account' : `${count} accounts`} (${first.detail}): deploy it there, or name yours with --role and its external id with EXTERNAL_ID.`
  }
  if (asked.length > 0 && !asked.some(({ status }) => isCovered(status))) {
    return `None of ${asked.length} account-Regions could be read: the first says ${asked[0]?.detail}.`
  }
  return undefined
}
