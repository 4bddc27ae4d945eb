import { linkCauses } from './causes.ts'
import type { AnySubject, Check, SubjectKind, Subjects } from './check.ts'
import { nodesIn } from './estate.ts'
import { type Finding, findingOf } from './finding.ts'
import type { OwnerOf } from './owner.ts'
import type { Policy } from './policy.ts'
import { known, unknownBecause } from './read.ts'
import type { Status, Verdict } from './verdict.ts'
import type { Waive } from './waive.ts'

/** What the checks said of some subjects: every fail and unknown as a finding, and how many verdicts of each kind. */
export interface Judgement {
  readonly findings: readonly Finding[]
  readonly verdicts: Readonly<Record<Status, number>>
  /** The waivers that matched something, by their place in posture.yaml's list. */
  readonly waiversUsed: ReadonlySet<number>
}

/** How posture.yaml assigns what is found in one account: whose it is, and whether it counts. */
export interface Assignment {
  readonly ownerOf: OwnerOf
  readonly waive: Waive
}

/** Nobody answers for anything, and nothing is waived. */
export const unassigned: Assignment = { ownerOf: () => null, waive: () => known(undefined) }

/**
 * That a check gave a verdict on each of these resources, by id. Where it made no finding of one, that one passed or was
 * skipped: most do, so they are not listed one by one.
 */
export interface Judged {
  readonly checkId: string
  readonly revision: number
  readonly resourceIds: ReadonlySet<string>
}

export const nothingJudged: Judgement = {
  findings: [],
  verdicts: { pass: 0, fail: 0, unknown: 0, skip: 0 },
  waiversUsed: new Set(),
}

/** The checks that a night runs: opt-in ones when enabled, without those disabled or out of scope. */
export const selectChecks = <C extends Pick<Check, 'id' | 'optIn'>>(
  checks: readonly C[],
  { checks: { enable, disable } }: Pick<Policy, 'checks'>,
  scope?: readonly string[],
): readonly C[] =>
  checks.filter(
    ({ id, optIn = false }) =>
      (!optIn || enable.includes(id)) && !disable.includes(id) && (scope?.includes(id) ?? true),
  )

/** Runs every check on every subject of its kind. A check that throws is `unknown`, and the others go on. */
export const evaluate = (
  checks: readonly Check[],
  subjects: Subjects,
  policy: Policy,
  { ownerOf, waive }: Assignment = unassigned,
): Judgement => {
  const findings: Finding[] = []
  const verdicts = { ...nothingJudged.verdicts }
  const waiversUsed = new Set<number>()
  for (const check of checks) {
    for (const subject of subjects[check.appliesTo] ?? []) {
      const { verdict, match } = weigh(check, subject, judge(check, subject, policy), waive)
      verdicts[verdict.status] += 1
      if (match) waiversUsed.add(match.index)
      const finding = findingOf(check, subject.resource, verdict, policy)
      if (!finding) continue
      findings.push({
        ...finding,
        owner: ownerOf(subject),
        nodes: nodesIn(subject),
        waiver: match?.waiver ?? null,
      })
    }
  }
  return { findings: linkCauses(findings, subjects), verdicts, waiversUsed }
}

/** A fail, with what waives it. Where that hangs on tags which were not read, it is not known whether the fail counts. */
const weigh = (check: Check, { resource }: AnySubject, verdict: Verdict, waive: Waive) => {
  if (verdict.status !== 'fail') return { verdict }
  const match = waive(check.id, resource)
  if (match.ok) return { verdict, match: match.value }
  const message = `${verdict.message} Whether posture.yaml waives it is not known.`
  return { verdict: unknownBecause(match, message, verdict.evidence) }
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

const judge = (check: Check, subject: AnySubject, policy: Policy): Verdict => {
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
  waiversUsed: new Set(judgements.flatMap(judgement => [...judgement.waiversUsed])),
})

const total = (judgements: readonly Judgement[], status: Status) =>
  judgements.reduce((sum, { verdicts }) => sum + verdicts[status], 0)
