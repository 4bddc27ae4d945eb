import { GetMetricDataCommand, type MetricDataQuery, type MetricDataResult } from '@aws-sdk/client-cloudwatch'
import { answersImdsV1, countedHours } from '../../core/imdsv1-calls.ts'
import type { ImdsV1Calls, Instance } from '../../core/inventory.ts'
import type { Collected, Failure } from '../../core/read.ts'
import { joined, listAll } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { batchesOf } from './shape.ts'

const action = 'cloudwatch:GetMetricData'
/** As many queries as one call takes; a week of hours of each fits into one answer. */
const batchSize = 500
const periodSeconds = 3600
const unanswered: ReadonlySet<string | undefined> = new Set(['Forbidden', 'InternalError'])

/**
 * The calls with IMDSv1 that CloudWatch counted of those instances that allow it, over the week before `collectedAt`. By
 * instance, for a search would leave out what has not been counted for two weeks, and is paid by what it finds.
 */
export const readImdsV1Calls = async (
  access: RegionAccess,
  instances: readonly Instance[],
  collectedAt: string,
): Promise<Collected<ImdsV1Calls>> => {
  const ids = instances.filter(({ metadataOptions }) => answersImdsV1(metadataOptions)).map(({ id }) => id)
  return joined(await Promise.all(batchesOf(ids, batchSize).map(batch => readBatch(access, batch, collectedAt))))
}

const readBatch = async (
  { ask, clients }: RegionAccess,
  ids: readonly string[],
  collectedAt: string,
): Promise<Collected<ImdsV1Calls>> => {
  const { startMs, endMs } = countedHours(collectedAt)
  const range = { StartTime: new Date(startMs), EndTime: new Date(endMs) }
  const { items, failures } = await listAll(ask, action, async NextToken => {
    const input = { ...range, MetricDataQueries: ids.map(queryOf), NextToken }
    const page = await clients.cloudWatch().send(new GetMetricDataCommand(input))
    return { items: page.MetricDataResults, next: page.NextToken }
  })
  if (failures.length > 0) return { items: [], failures }
  const results = Map.groupBy(items, ({ Id }) => Id)
  return joined(ids.map((instanceId, index) => countOf(instanceId, results.get(queryId(index)) ?? [])))
}

const queryId = (index: number) => `i${index}`

const queryOf = (instanceId: string, index: number): MetricDataQuery => ({
  Id: queryId(index),
  MetricStat: {
    Metric: {
      Namespace: 'AWS/EC2',
      MetricName: 'MetadataNoToken',
      Dimensions: [{ Name: 'InstanceId', Value: instanceId }],
    },
    Period: periodSeconds,
    Stat: 'Sum',
  },
})

const countOf = (instanceId: string, results: readonly MetricDataResult[]): Collected<ImdsV1Calls> => {
  const refused = results.find(({ StatusCode }) => unanswered.has(StatusCode))
  if (refused) return { items: [], failures: [notCounted(refused)] }
  const values = results.flatMap(({ Values = [] }) => Values)
  const calls = values.reduce((sum, value) => sum + value, 0)
  return { items: [{ instanceId, calls, hours: values.length }], failures: [] }
}

const notCounted = ({ StatusCode }: MetricDataResult): Failure => ({
  action,
  class: 'broken',
  reason: `CloudWatch answered ${StatusCode} for a metric`,
})
