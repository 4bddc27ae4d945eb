import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { storeIn } from '../../src/aws/store.ts'
import { PostureError } from '../../src/core/errors.ts'
import { describeWith, dynamodbLocal } from '../support/judges.ts'
import { memoryStore } from '../support/memory-store.ts'
import { dump, type Engine, newTable, startDynalite, startDynamodbLocal } from '../support/table.ts'
import { contractSuite, finding, tableSuite, writeOneOfEach } from './store-suite.ts'

let dynalite: Engine
beforeAll(async () => {
  dynalite = await startDynalite()
})
afterAll(() => dynalite.stop())

describe('the store in memory that tests use', () => contractSuite(async () => memoryStore()))

describe('on dynalite', () => tableSuite(() => dynalite))

describeWith(dynamodbLocal, () => {
  let local: Engine
  beforeAll(async () => {
    local = await startDynamodbLocal()
  })
  afterAll(() => local.stop())

  tableSuite(() => local)

  test('both engines store the same items', async () => {
    const dumps = []
    for (const engine of [dynalite, local]) {
      const tableName = await newTable(engine)
      await writeOneOfEach(storeIn(engine.client, tableName))
      dumps.push({ table: await dump(engine, tableName), index: await dump(engine, tableName, 'lists') })
    }
    const [ours, theirs] = dumps
    expect(ours?.table).toHaveLength(10)
    expect(ours?.index).toHaveLength(5)
    expect(ours).toEqual(theirs)
  })
})

describe('what goes wrong is one sentence', () => {
  /** A client to whom AWS answers this, and nothing else. */
  const refusedWith = (name: string, message: string) =>
    failingWith(Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } }))
  const failingWith = (error: Error) =>
    new DynamoDBClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 2,
      requestHandler: { handle: () => Promise.reject(error) },
    })

  test.each([
    {
      what: 'a denial',
      client: refusedWith(
        'AccessDeniedException',
        'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: dynamodb:PutItem on resource: x because no identity-based policy allows the dynamodb:PutItem action',
      ),
      says: 'dynamodb:PutItem on table posture in eu-west-1 failed: access denied (AccessDeniedException): no identity-based policy allows it. Allow this identity dynamodb:PutItem on the table and its index.',
    },
    {
      what: 'throttling after every retry',
      client: refusedWith('ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.'),
      says: 'dynamodb:PutItem on table posture in eu-west-1 failed: still throttled after every retry (ProvisionedThroughputExceededException). Run it again when less is written to the table.',
    },
    {
      what: 'an item that is too large',
      client: refusedWith('ValidationException', 'Item size has exceeded the maximum allowed size'),
      says: 'dynamodb:PutItem on table posture in eu-west-1 failed: ValidationException: Item size has exceeded the maximum allowed size. Check the table, its Region and the credentials, then run it again.',
    },
    {
      what: 'an endpoint that is down',
      client: failingWith(Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:443'), { code: 'ECONNREFUSED' })),
      says: 'dynamodb:PutItem on table posture in eu-west-1 failed: the endpoint could not be reached (ECONNREFUSED). Check the network and AWS_ENDPOINT_URL_DYNAMODB.',
    },
    {
      what: 'no Region',
      client: new DynamoDBClient({ region: (): Promise<string> => Promise.reject(new Error('Region is missing')) }),
      says: 'No AWS Region is configured: set AWS_REGION or a Region in the profile.',
    },
    {
      what: 'no credentials',
      client: new DynamoDBClient({
        region: 'eu-west-1',
        credentials: async () => {
          throw Object.assign(new Error('Could not load credentials from any providers'), {
            name: 'CredentialsProviderError',
          })
        },
      }),
      says: 'dynamodb:PutItem on table posture in eu-west-1 failed: no credentials could be loaded (Could not load credentials from any providers). Log in, or name a profile that has credentials.',
    },
  ])('$what', async ({ client, says }) => {
    const put = storeIn(client, 'posture').putFinding(finding(), undefined)
    await expect(put).rejects.toThrow(PostureError)
    await expect(put).rejects.toThrow(says)
  })

  test('a bug of ours is none of these', async () => {
    const broken = { ...finding(), state: 'lost' } as never
    const put = storeIn(dynalite.client, await newTable(dynalite)).putFinding(broken, undefined)
    await expect(put).rejects.not.toThrow(PostureError)
  })
})
