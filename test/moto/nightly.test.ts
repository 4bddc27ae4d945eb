import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { publishTo } from '../../src/aws/publish.ts'
import { openTable, tableDefinition } from '../../src/aws/store.ts'
import { bareEnvironment, type Outcome, run } from '../support/cli.ts'
import { eventsIn } from '../support/collect.ts'
import { describeWith, moto } from '../support/judges.ts'
import { anyKey } from './make.ts'
import { makeAcme } from './organization.ts'
import { type Moto, startMoto } from './server.ts'

const region = 'us-east-1'
const TableName = 'nightly'

/** The envelope in which SNS hands a message to a queue. */
interface Envelope {
  readonly Subject: string
  readonly Message: string
  readonly MessageAttributes: Readonly<Record<string, { readonly Value: string }>>
}

describeWith(moto, () => {
  let server: Moto
  let topic = ''
  let queue: () => Promise<Envelope[]>
  const nights: Outcome[] = []

  beforeAll(async () => {
    server = await startMoto()
    await makeAcme(server.url)
    const here = { endpoint: server.url, region, credentials: anyKey }
    await new DynamoDBClient(here).send(new CreateTableCommand({ ...tableDefinition, TableName }))
    ;({ topic, queue } = await subscribedQueue(here))
    nights.push(await night(), await night())
  }, 180_000)

  afterAll(() => server?.stop())

  const night = (...more: string[]) => {
    const environment = {
      ...bareEnvironment,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: anyKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: anyKey.secretAccessKey,
    }
    const asked = ['--org', '--config', 'test/moto/posture.yaml', '--fail-on', 'never']
    const kept = ['--endpoint-url', server.url, '--table', TableName, '--publish', topic]
    return run(environment, 'scan', ...asked, ...kept, ...more)
  }

  test('both nights end well', () => {
    expect(nights.map(({ code }) => code)).toEqual([0, 0])
  })

  test("the digest of each night reaches the queue through moto's SNS, the same bytes as on the terminal", async () => {
    const messages = await queue()
    expect(messages).toHaveLength(2)
    for (const [index, { Message, Subject, MessageAttributes }] of messages.entries()) {
      expect(nights[index]?.stdout.endsWith(`\n${Message}`)).toBe(true)
      expect(MessageAttributes['kind']?.Value).toBe('digest')
      expect(Message).toContain(String(MessageAttributes['runId']?.Value))
      expect(Subject.length).toBeLessThan(100)
    }
    expect(messages[0]?.Message).toMatch(/^\d+ first seen \(baseline\)\./)
    expect(messages[1]?.Message).toMatch(/^Nothing changed since /)
  })

  test("moto's DynamoDB holds both runs, what is open, and no event of the second night", async () => {
    const store = openTable(TableName, { endpoint: server.url, region, credentials: anyKey })
    const [second, first] = await store.latestRuns(5)
    expect([first, second].every(record => record?.finishedAt && record.digestSentAt)).toBe(true)
    expect((await eventsIn(store, first?.id ?? '')).length).toBeGreaterThan(10)
    expect(await eventsIn(store, second?.id ?? '')).toEqual([])
    const open = await store.listFindings()
    expect(open.length).toBeGreaterThan(10)
    expect(new Set(open.map(({ changedIn }) => changedIn))).toEqual(new Set([first?.id]))
  })

  test('a topic that is gone loses nothing: the run is kept with the reason, and the command ends with 2', async () => {
    const gone = `${topic}-gone`
    const { code, stderr } = await night('--publish', gone)
    expect(stderr).toContain(`sns:Publish to ${gone}: `)
    expect(code).toBe(2)
    const [last] = await openTable(TableName, { endpoint: server.url, region, credentials: anyKey }).latestRuns(1)
    expect(last?.finishedAt).toBeDefined()
    expect(last?.digestFailure).toContain(gone)
  })

  // What an account of the organization subscribes with, as docs/notifications.md says.
  test('a filter policy lets through what is about one account, of a unit, or of a check', async () => {
    const filtered = {
      account: { accountId: ['111122223333'] },
      unit: { ouPath: [{ prefix: '/Shops/' }] },
      check: { checkIds: ['c2'] },
      digest: { kind: ['digest'] },
    }
    const here = { endpoint: server.url, region, credentials: anyKey }
    const sns = new SNSClient(here)
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }))
    const queues = await Promise.all(
      Object.entries(filtered).map(([name, policy]) =>
        subscribe(here, TopicArn, name, { FilterPolicy: JSON.stringify(policy) }),
      ),
    )
    const publish = publishTo(TopicArn, sns)
    const alert = { kind: 'alert', maxSeverity: 'high', runId: 'r' }
    const about = (text: string, accountId: string, ouPath: string, checkIds: readonly string[]) =>
      publish({ subject: 's', text, attributes: { ...alert, accountId, ouPath, checkIds } })
    await about('ours', '111122223333', '/Shops/Prod/', ['c1', 'c2'])
    await about('of our unit', '222233334444', '/Shops/', ['c1'])
    await about('of a unit of another name', '333344445555', '/Shops-old/', ['c3'])
    await publish({ subject: 's', text: 'all', attributes: { kind: 'digest', runId: 'r' } })
    const received = await Promise.all(queues.map(async take => (await take()).map(({ Message }) => Message)))
    expect(received).toEqual([['ours'], ['ours', 'of our unit'], ['ours'], ['all']])
  })

  test('a table that is missing is one sentence and exit code 2', async () => {
    const { code, stdout, stderr } = await night('--table', 'nowhere')
    expect(stderr).toMatch(/nowhere/)
    expect(stderr).not.toContain('    at ')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

type Here = ConstructorParameters<typeof SNSClient>[0] & { region: string }

/** A topic with a queue behind it, and a way to take what is in the queue, in order. */
const subscribedQueue = async (here: Here) => {
  const { TopicArn = '' } = await new SNSClient(here).send(new CreateTopicCommand({ Name: 'posture' }))
  return { topic: TopicArn, queue: await subscribe(here, TopicArn, 'morning') }
}

const subscribe = async (here: Here, TopicArn: string, QueueName: string, Attributes: Record<string, string> = {}) => {
  const sqs = new SQSClient(here)
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }))
  const Endpoint = TopicArn.replace(':sns:', ':sqs:').replace(/[^:]+$/, QueueName)
  await new SNSClient(here).send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }))
  return async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    return Messages.map(({ Body = '' }) => JSON.parse(Body) as Envelope)
  }
}
