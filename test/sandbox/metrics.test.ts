import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, test } from '@jest/globals'
import { clients, clientsInRole, refusalOf, sandboxOf, sandboxWith } from './support.ts'

const hour = 3600
const day = 24 * hour
const launchTime = '2026-11-01T00:00:00Z'
const all = clients(
  sandboxWith({
    launchConfigurations: { lc: { image: 'ami-0f', instanceType: 'm5.large' } },
    instances: {
      calling: { image: 'ami-0a', launchTime, metadataNoToken: 50 },
      quiet: { image: 'ami-0b', launchTime: '2026-11-20T12:30:00Z' },
      rejected: { image: 'ami-0c', launchTime, metadataNoToken: 48, metadataOptions: { httpTokens: 'required' } },
      stopped: { image: 'ami-0d', launchTime, metadataNoToken: 48, state: 'stopped' },
      closed: { image: 'ami-0e', launchTime, metadataNoToken: 48, metadataOptions: { httpEndpoint: 'disabled' } },
    },
    autoScalingGroups: {
      group: {
        launchConfigurationName: 'lc',
        nodes: [{ launchTime, metadataNoToken: 24, metadataSince: '2026-11-20T00:00:00Z' }],
      },
    },
  }),
)

/** The instance on the image `ami-0<letter>`. */
const idOf = async (letter: string) => {
  const { Reservations = [] } = await all.ec2.send(new DescribeInstancesCommand({}))
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  return instances.find(({ ImageId }) => ImageId === `ami-0${letter}`)?.InstanceId ?? ''
}

const queryOf = (instanceId: string, MetricName = 'MetadataNoToken', Period = hour, Id = 'a'): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: { Namespace: 'AWS/EC2', MetricName, Dimensions: [{ Name: 'InstanceId', Value: instanceId }] },
    Period,
    Stat: 'Sum',
  },
})

const until = new Date('2026-11-22T00:00:00Z')
const ago = (seconds: number) => new Date(until.getTime() - seconds * 1000)
const ask = (MetricDataQueries: MetricDataQuery[], input: Partial<GetMetricDataCommandInput> = {}, from = all) =>
  from.cloudwatch.send(new GetMetricDataCommand({ MetricDataQueries, StartTime: ago(day), EndTime: until, ...input }))
const valuesOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).MetricDataResults?.[0]?.Values ?? []
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('calls without a token', () => {
  test('make a datapoint a period, newest first, whose sum is what was written for a day', async () => {
    const { MetricDataResults: [result] = [] } = await ask([queryOf(await idOf('a'))])
    expect(result).toMatchObject({ Id: 'a', Label: 'MetadataNoToken', StatusCode: 'Complete' })
    expect(result?.Timestamps?.slice(0, 2)).toEqual([ago(hour), ago(2 * hour)])
    expect([result?.Values?.length, sum(result?.Values ?? [])]).toEqual([24, 50])
    expect(new Set(result?.Values)).toEqual(new Set([2, 3]))
    const ascending = await ask([queryOf(await idOf('a'))], { ScanBy: 'TimestampAscending' })
    expect(ascending.MetricDataResults?.[0]?.Timestamps?.[0]).toEqual(ago(day))
    expect(await valuesOf([queryOf(await idOf('a'), 'MetadataNoToken', day)])).toEqual([50])
  })

  test('an instance that makes none has zeros since its launch, and nothing before', async () => {
    const { MetricDataResults: [result] = [] } = await ask([queryOf(await idOf('b'))], { StartTime: ago(3 * day) })
    expect(result?.Timestamps?.at(-1)).toEqual(new Date('2026-11-20T12:00:00Z'))
    expect(new Set(result?.Values)).toEqual(new Set([0]))
    expect(result?.Values).toHaveLength(36)
  })

  test('a node of a group may have begun with them after its launch', async () => {
    const values = await valuesOf([queryOf(await idOf('f'), 'MetadataNoToken', day)], { StartTime: ago(4 * day) })
    expect(values).toEqual([24, 24, 0, 0])
  })

  test.each([
    ['c', 'MetadataNoToken', [0]],
    ['c', 'MetadataNoTokenRejected', [48]],
    ['a', 'MetadataNoTokenRejected', [0]],
    ['d', 'MetadataNoToken', []],
    ['e', 'MetadataNoToken', [0]],
    ['e', 'MetadataNoTokenRejected', [0]],
    ['a', 'CPUUtilization', []],
    ['z', 'MetadataNoToken', []],
  ])('the instance on ami-0%s has %s %j', async (letter, metric, values) => {
    expect(await valuesOf([queryOf(await idOf(letter), metric, day)])).toEqual(values)
  })

  test('several queries are answered in their order, in pages of datapoints', async () => {
    const queries = [
      queryOf(await idOf('a'), 'MetadataNoToken', hour, 'first'),
      queryOf(await idOf('b'), 'MetadataNoToken', hour, 'second'),
    ]
    const summary = async (NextToken?: string) => {
      const page = await ask(queries, { MaxDatapoints: 30, NextToken })
      const rows = page.MetricDataResults?.map(({ Id, Values, StatusCode }) => [Id, Values?.length, StatusCode])
      return { rows, next: page.NextToken }
    }
    const first = await summary()
    expect(first.rows).toEqual([
      ['first', 24, 'Complete'],
      ['second', 6, 'PartialData'],
    ])
    const second = await summary(first.next)
    expect(second).toEqual({
      rows: [
        ['first', 0, 'Complete'],
        ['second', 18, 'Complete'],
      ],
      next: undefined,
    })
  })

  test('a start is rounded down, and periods finer than what is kept give nothing', async () => {
    const id = await idOf('a')
    const odd = new Date('2026-11-21T22:10:47Z')
    const { MetricDataResults: [result] = [] } = await ask([queryOf(id)], { StartTime: odd })
    expect(result?.Timestamps).toEqual([new Date('2026-11-21T23:10:00Z'), new Date('2026-11-21T22:10:00Z')])
    expect(await valuesOf([queryOf(id, 'MetadataNoToken', 60)], { StartTime: ago(20 * day) })).toEqual([])
  })

  test.each<[string, (id: string) => ReturnType<typeof ask>]>([
    ['an expression', () => ask([{ Id: 'e', Expression: "SEARCH('{AWS/EC2,InstanceId}', 'Sum')" }])],
    ['an id twice', id => ask([queryOf(id), queryOf(id)])],
    ['a period of a second', id => ask([queryOf(id, 'MetadataNoToken', 1)])],
    ['an end before the start', id => ask([queryOf(id)], { EndTime: ago(2 * day) })],
    ['501 queries', id => ask(Array.from({ length: 501 }, (_, at) => queryOf(id, 'MetadataNoToken', hour, `q${at}`)))],
  ])('%s is refused', async (_what, call) => {
    expect(await refusalOf(call(await idOf('a')))).toMatchObject({
      name: 'InvalidParameterValueException',
      status: 400,
    })
  })

  test('a token that nobody gave is refused', async () => {
    const call = ask([queryOf(await idOf('a'))], { NextToken: '%' })
    expect(await refusalOf(call)).toMatchObject({ name: 'InvalidNextToken', status: 400 })
  })

  test('the role may be denied, a fault may throttle, and another action is unknown', async () => {
    const queries = [queryOf('i-0')]
    const role = await clientsInRole(sandboxOf({ role: { deny: 'cloudwatch:GetMetricData' } }))
    expect(await refusalOf(ask(queries, {}, role))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('cloudwatch:GetMetricData'),
    })
    const throttled = clients(sandboxOf({}, { faults: [{ action: 'cloudwatch:*', throttle: 1 }] }))
    expect(await refusalOf(ask(queries, {}, throttled))).toMatchObject({ name: 'Throttling' })
    const unknown = await refusalOf(all.cloudwatch.send(new ListMetricsCommand({})))
    expect(unknown).toMatchObject({ name: 'InvalidAction' })
  })
})
