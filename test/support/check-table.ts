import { describe, expect, test } from '@jest/globals'
import type { Check, SubjectKind, SubjectOf } from '../../src/core/check.ts'
import { findingOf } from '../../src/core/finding.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { Severity, Status } from '../../src/core/verdict.ts'

/** A case: a subject, under the default policy unless it says otherwise. */
export interface Row<K extends SubjectKind> {
  readonly subject: SubjectOf[K]
  readonly policy?: Policy
  /** What the finding weighs; asserted for failing rows. @default the check's severity */
  readonly severity?: Severity
}

type Rows<K extends SubjectKind> = Readonly<Record<string, Row<K>>>

/** Every check shows rows of all four verdicts; one that cannot have a verdict leaves its rows empty. */
type Table<K extends SubjectKind> = Readonly<Record<Status, Rows<K>>>

/** Runs a check over a table of cases: the status is asserted, and what a person reads is held by a snapshot. */
export const checkTable = <K extends SubjectKind>(check: Check<K>, table: Table<K>): void => {
  describe(check.id, () => {
    for (const [status, rows] of Object.entries(table)) {
      for (const [name, row] of Object.entries<Row<K>>(rows)) {
        test(`${status}: ${name}`, () => {
          const { subject, policy = defaultPolicy, severity = check.severity } = row
          const verdict = check.evaluate(subject, policy)
          expect(verdict.status).toBe(status)
          if (verdict.status === 'pass' || verdict.status === 'skip') return

          const finding = findingOf(check, subject.resource, verdict, policy)
          if (status === 'fail') expect(finding?.severity).toBe(severity)
          const evidence = verdict.evidence.map(({ what, value, source }) => `${what} | ${value} | ${source}`)
          expect([verdict.message, ...evidence].join('\n')).toMatchSnapshot()
        })
      }
    }
  })
}
