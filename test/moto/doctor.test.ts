import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { connectionWith } from '../../src/aws/connection.ts'
import { tryBucket } from '../../src/aws/doctor/bucket.ts'
import { tryTable } from '../../src/aws/doctor/table.ts'
import { tryTopic } from '../../src/aws/doctor/topic.ts'
import { tableDefinition } from '../../src/aws/store.ts'
import type { TriedAction } from '../../src/core/doctor.ts'
import { describeWith, moto } from '../support/judges.ts'
import { anyKey } from './make.ts'
import { type Moto, startMoto } from './server.ts'

const region = 'eu-west-1'
const Bucket = 'posture-runs'

describeWith(moto, () => {
  let server: Moto
  let topic = ''
  const here = () => ({ endpoint: server.url, region, credentials: anyKey })
  const connection = () =>
    connectionWith({
      sessionName: 'test',
      now: () => new Date(),
      region,
      endpointUrl: server.url,
      credentials: anyKey,
      maxAttempts: 1,
    })

  beforeAll(async () => {
    server = await startMoto()
    const dynamodb = new DynamoDBClient(here())
    await dynamodb.send(new CreateTableCommand({ ...tableDefinition, TableName: 'posture' }))
    const { BillingMode, AttributeDefinitions, KeySchema } = tableDefinition
    const others = { BillingMode, AttributeDefinitions: AttributeDefinitions?.slice(0, 2), KeySchema }
    await dynamodb.send(new CreateTableCommand({ ...others, TableName: 'without-index' }))
    const sns = new SNSClient(here())
    topic = (await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn ?? ''
    await sns.send(new CreateTopicCommand({ Name: 'alerts.fifo', Attributes: { FifoTopic: 'true' } }))
    const place = { CreateBucketConfiguration: { LocationConstraint: region } } as const
    await new S3Client(here()).send(new CreateBucketCommand({ Bucket, ...place }))
  }, 90_000)
  afterAll(() => server?.stop())

  const worked = (all: readonly TriedAction[]) =>
    all.flatMap(({ action, tried }) => (tried.status === 'works' ? [action] : []))

  test('a table of ours may be read and written, and holds nothing afterwards', async () => {
    const { found, reads, writes } = await tryTable(connection(), 'posture')
    expect(found).toEqual({ status: 'there', problems: [] })
    expect(worked(reads)).toEqual(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Query of index lists'])
    expect(worked(writes)).toEqual(['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'])
    const { Count } = await new DynamoDBClient(here()).send(new ScanCommand({ TableName: 'posture' }))
    expect(Count).toBe(0)
  })

  test('a table of another shape is not written to, and one that is not there is missing', async () => {
    expect(await tryTable(connection(), 'without-index')).toEqual({
      found: { status: 'there', problems: ['it has no index lists'] },
      reads: [],
      writes: [],
    })
    expect(await tryTable(connection(), 'nowhere')).toMatchObject({ found: { status: 'missing' } })
  })

  test('a bucket may be read and written, and holds nothing afterwards', async () => {
    const { found, reads, writes } = await tryBucket(connection(), Bucket)
    expect(found).toEqual({ status: 'there', problems: [] })
    expect([...worked(reads), ...worked(writes)]).toEqual(['s3:GetObject', 's3:PutObject'])
    expect((await new S3Client(here()).send(new ListObjectVersionsCommand({ Bucket }))).Versions).toBeUndefined()
    expect(await tryBucket(connection(), 'nowhere-at-all')).toMatchObject({ found: { status: 'missing' } })
  })

  test('a topic is looked at and gets no message; a FIFO topic and one that is gone are told', async () => {
    const looked = await tryTopic(connection(), topic)
    expect(looked.found).toEqual({ status: 'there', problems: [] })
    expect(looked.writes).toMatchObject([{ action: 'sns:Publish', tried: { status: 'not-tried' } }])
    expect(await (await fetch(`${server.url}/moto-api/data.json`)).text()).toContain('"sent_notifications": []')
    expect(await tryTopic(connection(), `${topic}.fifo`)).toMatchObject({
      found: { problems: [expect.stringContaining('FIFO')] },
    })
    expect(await tryTopic(connection(), `${topic}-gone`)).toMatchObject({ found: { status: 'missing' } })
  })
})
