import * as z from 'zod'
import { type Action, action, type Call, pageOf } from '../action.ts'
import { type Datapoint, datapointsOf, isMetric } from '../metrics.ts'

const mostDatapoints = 100_800
const minuteMs = 60_000
const dayMs = 86_400_000

const epochSeconds = z.number().transform(seconds => seconds * 1000)

const Query = z.strictObject({
  Id: z.string().regex(/^[a-z]\w*$/, { error: 'must begin with a lower-case letter' }),
  Label: z.string().optional(),
  ReturnData: z.literal(true).optional(),
  // The sandbox computes no Expression, so it refuses one rather than to leave it out.
  MetricStat: z.strictObject({
    Metric: z.strictObject({
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
    }),
    Period: z.int().min(60).multipleOf(60),
    Stat: z.literal('Sum', { error: 'The sandbox knows no statistic but Sum' }),
    Unit: z.literal('None').optional(),
  }),
})

const GetMetricData = z
  .strictObject({
    MetricDataQueries: z.array(Query).min(1).max(500),
    StartTime: epochSeconds,
    EndTime: epochSeconds,
    ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
    MaxDatapoints: z.int().min(1).max(mostDatapoints).default(mostDatapoints),
    NextToken: z.string().optional(),
  })
  .refine(({ StartTime, EndTime }) => StartTime < EndTime, {
    error: 'The parameter StartTime must be less than the parameter EndTime.',
  })
  .refine(({ MetricDataQueries }) => new Set(MetricDataQueries.map(({ Id }) => Id)).size === MetricDataQueries.length, {
    error: 'The values for parameter id in MetricDataQueries are not unique.',
  })

/** CloudWatch rounds a start down, the more the older it is, and keeps no finer period either. */
const resolutionMs = (startMs: number, nowMs: number) => {
  const days = (nowMs - startMs) / dayMs
  if (days < 15) return minuteMs
  return days < 63 ? 5 * minuteMs : 60 * minuteMs
}

const answer = (call: Call, { MetricStat }: z.output<typeof Query>, range: { startMs: number; endMs: number }) => {
  const { Metric, Period } = MetricStat
  const [dimension, ...others] = Metric.Dimensions
  const instance = dimension?.Name === 'InstanceId' && call.here().instances().get(dimension.Value)
  if (Metric.Namespace !== 'AWS/EC2' || !isMetric(Metric.MetricName) || !instance || others.length > 0) return []
  const resolution = resolutionMs(range.startMs, call.model.organization.now.getTime())
  const periodMs = Period * 1000
  if (periodMs % resolution !== 0) return []
  const startMs = Math.floor(range.startMs / resolution) * resolution
  return datapointsOf(instance, Metric.MetricName, { startMs, endMs: range.endMs, periodMs })
}

/** Amazon CloudWatch: what EC2 counts of calls to the metadata service. A metric that nobody has is empty, as AWS says it. */
export const cloudwatch: Readonly<Record<string, Action>> = {
  GetMetricData: action(GetMetricData, (input, call) => {
    const range = { startMs: input.StartTime, endMs: input.EndTime }
    const all = input.MetricDataQueries.flatMap((query, index) => {
      const ascending = answer(call, query, range)
      return (input.ScanBy === 'TimestampAscending' ? ascending : ascending.toReversed()).map(point => ({
        index,
        point,
      }))
    })
    const { items, next } = pageOf(all, input.NextToken, input.MaxDatapoints)
    const lastIndex = items.at(-1)?.index ?? 0
    const points = Map.groupBy(items, ({ index }) => index)
    return {
      MetricDataResults: input.MetricDataQueries.map((query, index) => ({
        Id: query.Id,
        Label: query.Label ?? query.MetricStat.Metric.MetricName,
        ...columnsOf((points.get(index) ?? []).map(({ point }) => point)),
        StatusCode: next !== undefined && index >= lastIndex ? 'PartialData' : 'Complete',
      })),
      NextToken: next,
      Messages: [],
    }
  }),
}

const columnsOf = (points: readonly Datapoint[]) => ({
  Timestamps: points.map(({ atMs }) => atMs / 1000),
  Values: points.map(({ value }) => value),
})
