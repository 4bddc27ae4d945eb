import type { Instance } from './instances.ts'

const dayMs = 86_400_000

/** What EC2 counts: calls without a token that the metadata service answered, and those that it rejected. */
export type Metric = 'MetadataNoToken' | 'MetadataNoTokenRejected'

export const isMetric = (name: string): name is Metric =>
  name === 'MetadataNoToken' || name === 'MetadataNoTokenRejected'

/** The sum of one period, at the period's beginning. */
export interface Datapoint {
  readonly atMs: number
  readonly value: number
}

interface Range {
  readonly startMs: number
  readonly endMs: number
  readonly periodMs: number
}

/**
 * The datapoints of an instance, the oldest first: one for every period that ends after its launch, none of an instance
 * that does not run. Calls are spread evenly over the day and rounded so that a day's periods sum up to what was written.
 */
export const datapointsOf = (instance: Instance, metric: Metric, { startMs, endMs, periodMs }: Range): Datapoint[] => {
  if (instance.state !== 'running') return []
  const launchMs = instance.launchTime.getTime()
  const before = Math.max(0, Math.floor((launchMs - startMs) / periodMs))
  const count = Math.max(0, Math.ceil((endMs - startMs) / periodMs) - before)
  return Array.from({ length: count }, (_, index) => {
    const atMs = startMs + (before + index) * periodMs
    const untilMs = Math.min(atMs + periodMs, endMs)
    return { atMs, value: counts(instance, metric) ? callsUntil(instance, untilMs) - callsUntil(instance, atMs) : 0 }
  })
}

/** With tokens optional every such call is answered, with tokens required it is rejected; a closed endpoint hears none. */
const counts = ({ metadataOptions: { httpEndpoint, httpTokens } }: Instance, metric: Metric) =>
  httpEndpoint === 'enabled' && (metric === 'MetadataNoToken') === (httpTokens === 'optional')

const callsUntil = ({ launchTime, callsWithoutToken: { perDay, since } }: Instance, atMs: number) =>
  Math.floor((Math.max(0, atMs - Math.max(since.getTime(), launchTime.getTime())) / dayMs) * perDay)
