import type { Check, SubjectKind, SubjectOf } from './check.ts'
import { type Finding, findingOf } from './finding.ts'
import type { Policy } from './policy.ts'
import type { Status, Verdict } from './verdict.ts'

/** What the checks said of some subjects: every fail and unknown as a finding, and how many verdicts of each kind. */
export interface Judgement {
  readonly findings: readonly Finding[]
  readonly verdicts: Readonly<Record<Status, number>>
}

/**
 * That a check gave a verdict on each of these resources, by id. Where it made no finding of one, that one passed or was
 * skipped: most do, so they are not listed one by one.
 */
export interface Judged {
  readonly checkId: string
  readonly revision: number
  readonly resourceIds: ReadonlySet<string>
}

/** Subjects by kind; a kind that is absent has none. */
export type Subjects = { readonly [K in SubjectKind]?: readonly SubjectOf[K][] }

export const nothingJudged: Judgement = { findings: [], verdicts: { pass: 0, fail: 0, unknown: 0, skip: 0 } }

/** The checks that a night runs: opt-in ones when enabled, without those disabled or out of scope. */
export const selectChecks = (
  checks: readonly Check[],
  { checks: { enable, disable } }: Policy,
  scope?: readonly string[],
): readonly Check[] =>
  checks.filter(
    ({ id, optIn = false }) =>
      (!optIn || enable.includes(id)) && !disable.includes(id) && (scope?.includes(id) ?? true),
  )

/** Runs every check on every subject of its kind. A check that throws is `unknown`, and the others go on. */
export const evaluate = (checks: readonly Check[], subjects: Subjects, policy: Policy): Judgement => {
  const findings: Finding[] = []
  const verdicts = { ...nothingJudged.verdicts }
  for (const check of checks) {
    for (const subject of subjects[check.appliesTo] ?? []) {
      const verdict = judge(check, subject, policy)
      verdicts[verdict.status] += 1
      const finding = findingOf(check, subject.resource, verdict, policy)
      if (finding) findings.push(finding)
    }
  }
  return { findings, verdicts }
}

/** Which resources {@link evaluate} judges by which check; the checks of a kind share one set. */
export const judgedBy = (checks: readonly Check[], subjects: Subjects): readonly Judged[] => {
  const idsOf = (kind: SubjectKind) => new Set(subjects[kind]?.map(({ resource }) => resource.id))
  const ids = new Map([...new Set(checks.map(({ appliesTo }) => appliesTo))].map(kind => [kind, idsOf(kind)]))
  return checks.map(({ id, revision, appliesTo }) => ({
    checkId: id,
    revision,
    resourceIds: ids.get(appliesTo) ?? new Set(),
  }))
}

const judge = (check: Check, subject: SubjectOf[SubjectKind], policy: Policy): Verdict => {
  try {
    return check.evaluate(subject, policy)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return {
      status: 'unknown',
      message: `Check ${check.id} broke on ${subject.resource.name}; this is a defect of eks-node-posture.`,
      evidence: [{ what: check.id, value: 'threw', source: reason }],
    }
  }
}

/** The sum of judgements. */
export const addJudgements = (judgements: readonly Judgement[]): Judgement => ({
  findings: judgements.flatMap(({ findings }) => findings),
  verdicts: {
    pass: total(judgements, 'pass'),
    fail: total(judgements, 'fail'),
    unknown: total(judgements, 'unknown'),
    skip: total(judgements, 'skip'),
  },
})

const total = (judgements: readonly Judgement[], status: Status) =>
  judgements.reduce((sum, { verdicts }) => sum + verdicts[status], 0)
