import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What a benchmark measures again and again. */
export type Task = () => unknown

/** Repeated measurements of one thing. */
export interface Samples {
  readonly median: number
  /** The middle half of the samples, as a share of the median. */
  readonly spread: number
}

/** A subject measured against a reference in the same run, so that no machine's speed is part of the answer. */
export interface Comparison {
  /** The ratio of each pair of neighbours; machine drift is in both of a pair. */
  readonly ratio: Samples
  readonly subject: Samples
  readonly reference: Samples
}

export interface Repeats {
  /** Pairs that are run and not counted, until the compiler has seen the code. */
  readonly warmUps: number
  readonly repeats: number
}

/** One number of the report. */
export interface Figure {
  readonly name: string
  /** Null where there was nothing to measure. */
  readonly value: number | null
  readonly unit: 'ratio' | 'MB' | 'ms' | 'calls'
  readonly budget?: number
  /** Told beside the value, but not held against it. */
  readonly isAdvice?: boolean
  /** How it came about: what was compared, the spread, what stands out. */
  readonly note: string
}

/** The value in the middle; of an even number of samples the mean of the two there. */
export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

/** The distance between the quartiles as a share of the median: 0 where all samples are the same. */
export const spread = (samples: readonly number[]): number =>
  (quantile(samples, 0.75) - quantile(samples, 0.25)) / median(samples)

/** The value below which this share of the samples lies, between two samples in proportion. */
const quantile = (samples: readonly number[], share: number): number => {
  if (samples.length === 0) throw new RangeError('there are no samples')
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** The summary of some samples. */
export const summaryOf = (samples: readonly number[]): Samples => ({ median: median(samples), spread: spread(samples) })

/** The comparison of samples that were taken in turn: one of the subject, one of the reference, and so on. */
export const comparisonOf = (
  pairs: readonly { readonly subject: number; readonly reference: number }[],
): Comparison => ({
  ratio: summaryOf(pairs.map(({ subject, reference }) => subject / reference)),
  subject: summaryOf(pairs.map(({ subject }) => subject)),
  reference: summaryOf(pairs.map(({ reference }) => reference)),
})

/** Runs subject and reference in turn, A B A B, and compares their processor time in milliseconds. */
export const compareCpu = async (
  subject: Task,
  reference: Task,
  { warmUps, repeats }: Repeats,
): Promise<Comparison> => {
  const pairs: { subject: number; reference: number }[] = []
  for (let round = -warmUps; round < repeats; round++) {
    const pair = { subject: await cpuMsOf(subject), reference: await cpuMsOf(reference) }
    if (round >= 0) pairs.push(pair)
  }
  return comparisonOf(pairs)
}

/** Processor time of all threads, in user and system mode. What came before is collected first, so nobody else pays. */
const cpuMsOf = async (task: Task): Promise<number> => {
  collectGarbage()
  const before = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

let collect: (() => void) | undefined

/** A full garbage collection, without a flag on the command line. */
export const collectGarbage = (): void => {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}

/** Whether a figure keeps its budget, which nothing does that was not measured; undefined where none is held against it. */
export const isKept = ({ value, budget, isAdvice }: Figure): boolean | undefined => {
  if (isAdvice) return undefined
  if (value === null) return false
  return budget === undefined ? undefined : value <= budget
}

/** Half a spread, as the notes of figures say it: `±1.5 %` of 0.03. */
export const inPercent = (share: number): string => `±${(share * 50).toFixed(1)} %`
