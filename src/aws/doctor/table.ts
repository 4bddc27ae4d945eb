import {
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  type KeySchemaElement,
  PutItemCommand,
  QueryCommand,
  type TableDescription,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { ThingTried, TriedAction } from '../../core/doctor.ts'
import { type Ask, askAtMost } from '../ask.ts'
import type { Connection } from '../connection.ts'
import { tableDefinition } from '../store/definition.ts'
import { tryAction } from './try.ts'

/** An item that there never is. */
const key = { pk: { S: 'DOCTOR' }, sk: { S: 'DOCTOR' } }
/** Never true, so a write with it leaves nothing, and is refused for the condition only once it is allowed. */
const impossible = { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(pk)' }

/** Tries what a run does with the table of that name; a write carries a condition that can never hold. */
export const tryTable = async (connection: Connection, TableName: string): Promise<ThingTried> => {
  const client = connection.client(DynamoDBClient, 'dynamodb')
  const ask = askAtMost(1)
  const action = 'dynamodb:DescribeTable'
  const described = await ask(action, () => client.send(new DescribeTableCommand({ TableName })), TableName)
  if (described.status === 'gone') return { found: { status: 'missing' }, reads: [], writes: [] }
  const problems = described.status === 'ok' ? problemsOf(described.value.Table ?? {}) : []
  if (problems.length > 0) return { found: { status: 'there', problems }, reads: [], writes: [] }
  const [reads, writes] = [await tryToRead(client, ask, TableName), await tryToWrite(client, ask, TableName)]
  if (described.status === 'ok') return { found: { status: 'there', problems }, reads, writes }
  return { found: { status: 'refused', failure: described.failure }, reads, writes }
}

const tryToRead = (client: DynamoDBClient, ask: Ask, TableName: string): Promise<TriedAction[]> => {
  const byKey = { KeyConditionExpression: 'pk = :value', ExpressionAttributeValues: { ':value': key.pk } }
  const byList = { ...byKey, IndexName: indexName, KeyConditionExpression: '#list = :value' }
  const names = { ExpressionAttributeNames: { '#list': 'list' } }
  return Promise.all([
    tryAction(ask, 'dynamodb:GetItem', () => client.send(new GetItemCommand({ TableName, Key: key }))),
    tryAction(ask, 'dynamodb:Query', () => client.send(new QueryCommand({ TableName, ...byKey, Limit: 1 }))),
    tryAction(ask, `dynamodb:Query of index ${indexName}`, () =>
      client.send(new QueryCommand({ TableName, ...byList, ...names, Limit: 1 })),
    ),
  ])
}

const tryToWrite = (client: DynamoDBClient, ask: Ask, TableName: string): Promise<TriedAction[]> => {
  const of = { TableName, ...impossible }
  const change = { UpdateExpression: 'SET doctor = :value', ExpressionAttributeValues: { ':value': key.pk } }
  return Promise.all([
    tryAction(ask, 'dynamodb:DeleteItem', () => client.send(new DeleteItemCommand({ ...of, Key: key }))),
    tryAction(ask, 'dynamodb:PutItem', () => client.send(new PutItemCommand({ ...of, Item: key }))),
    tryAction(ask, 'dynamodb:UpdateItem', () => client.send(new UpdateItemCommand({ ...of, Key: key, ...change }))),
  ])
}

const [index] = tableDefinition.GlobalSecondaryIndexes ?? []
const indexName = index?.IndexName ?? ''

const problemsOf = (table: TableDescription): string[] => {
  const found = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === indexName)
  return [
    ...(table.TableStatus === 'ACTIVE' ? [] : [`it is ${table.TableStatus}`]),
    ...keyProblems('its key', table.KeySchema, tableDefinition.KeySchema),
    ...(found
      ? [
          ...keyProblems(`the key of index ${indexName}`, found.KeySchema, index?.KeySchema),
          ...(found.Projection?.ProjectionType === 'ALL' ? [] : [`index ${indexName} does not project ALL`]),
        ]
      : [`it has no index ${indexName}`]),
  ]
}

const keyProblems = (what: string, actual: KeySchemaElement[] = [], wanted: KeySchemaElement[] = []) => {
  const [has, needs] = [actual, wanted].map(schema =>
    schema.map(({ AttributeName, KeyType }) => `${AttributeName} (${KeyType})`).join(', '),
  )
  return has === needs ? [] : [`${what} is ${has || 'none'} in place of ${needs}`]
}
