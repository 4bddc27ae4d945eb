export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof severities)[number]

/** -1, 0 or 1, the worse severity first. */
export const bySeverity = (a: Severity, b: Severity): number => Math.sign(severities.indexOf(a) - severities.indexOf(b))

/** One row of proof: what was looked at, the value found, and the place that said so. */
export interface Evidence {
  readonly what: string
  readonly value: string
  readonly source: string
}

/**
 * What a check says of one subject. Messages are full sentences that name the resource; neither they nor the evidence
 * hold ages, day counts or instance counts, so nothing changes from night to night by itself.
 */
export type Verdict =
  | { readonly status: 'pass' }
  /** The question does not arise: knowledge, not a gap. */
  | { readonly status: 'skip' }
  | {
      readonly status: 'fail'
      readonly message: string
      readonly evidence: readonly Evidence[]
      /** Where this case weighs otherwise than the check as a whole. */
      readonly severity?: Severity
    }
  | { readonly status: 'unknown'; readonly message: string; readonly evidence: readonly Evidence[] }

export type Status = Verdict['status']

export const pass: Verdict = { status: 'pass' }
export const skip: Verdict = { status: 'skip' }

const order = ['fail', 'unknown', 'pass', 'skip'] as const satisfies readonly Status[]

/**
 * One verdict for a subject of several parts: fail before unknown before pass before skip, among fails the most
 * severe, the first of equals. The evidence of every part with that status is kept, each row once.
 * @param fallback what a fail without a severity of its own weighs: the check's.
 */
export const worstOf = <T>(parts: readonly T[], judge: (part: T) => Verdict, fallback: Severity): Verdict => {
  const weight = (verdict: Verdict) => (verdict.status === 'fail' ? (verdict.severity ?? fallback) : fallback)
  const verdicts = parts
    .map(judge)
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || bySeverity(weight(a), weight(b)))
  const worst = verdicts[0] ?? skip
  if (worst.status === 'pass' || worst.status === 'skip') return worst
  const evidence = verdicts.flatMap(verdict => (verdict.status === worst.status ? verdict.evidence : []))
  return { ...worst, evidence: distinctRows(evidence) }
}

/** Each row of evidence once. */
export const distinctRows = (rows: readonly Evidence[]): Evidence[] => [
  ...new Map(rows.map(row => [JSON.stringify([row.what, row.value, row.source]), row])).values(),
]
