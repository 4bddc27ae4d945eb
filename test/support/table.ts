import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { tableDefinition } from '../../src/aws/store.ts'
import { dynamodbLocalFolder } from './judges.ts'

/** A DynamoDB to make tables in. */
export interface Engine {
  readonly client: DynamoDBClient
  stop(): Promise<void>
}

const host = '127.0.0.1'

export const clientAt = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 2,
  })

/** dynalite, in memory. */
export const startDynalite = async (): Promise<Engine> => {
  const server = dynalite({ createTableMs: 0 })
  server.listen(0, host)
  await once(server, 'listening')
  const client = clientAt(`http://${host}:${(server.address() as AddressInfo).port}`)
  const stop = async () => {
    client.destroy()
    server.close()
    await once(server, 'close')
  }
  return { client, stop }
}

/** DynamoDB Local, in memory, silent to AWS. It listens on every address of the machine, and cannot be told otherwise. */
export const startDynamodbLocal = async (): Promise<Engine> => {
  const port = await freePort()
  const java = spawn(
    'java',
    [
      `-Djava.library.path=${dynamodbLocalFolder}`,
      ...['-cp', join(dynamodbLocalFolder, '*')],
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      ...['-inMemory', '-disableTelemetry', '-port', `${port}`],
    ],
    { stdio: 'ignore' },
  )
  const killJava = () => java.kill('SIGKILL')
  process.once('exit', killJava)
  const endpoint = `http://${host}:${port}`
  await answering(endpoint, java)
  const client = clientAt(endpoint)
  const stop = async () => {
    client.destroy()
    process.off('exit', killJava)
    const gone = once(java, 'exit')
    killJava()
    await gone
  }
  return { client, stop }
}

const freePort = async () => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const answering = async (endpoint: string, java: ChildProcess) => {
  for (let tries = 0; tries < 300 && java.exitCode === null; tries++) {
    const isUp = await fetch(endpoint).then(
      () => true,
      () => false,
    )
    if (isUp) return
    await setTimeout(100)
  }
  java.kill('SIGKILL')
  throw new Error(`DynamoDB Local did not come up at ${endpoint}.`)
}

let tables = 0

/** An empty table of our own shape. */
export const newTable = async ({ client }: Engine): Promise<string> => {
  tables += 1
  const TableName = `store-${tables}`
  await client.send(new CreateTableCommand({ ...tableDefinition, TableName }))
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 }, { TableName })
  return TableName
}

export type StoredItem = Readonly<Record<string, unknown>>

/** Every item of the table, or of its index, as it is stored: by partition and sort key. */
export const dump = async ({ client }: Engine, TableName: string, IndexName?: string): Promise<StoredItem[]> => {
  const items: StoredItem[] = []
  const documents = DynamoDBDocumentClient.from(client)
  for await (const page of paginateScan({ client: documents }, { TableName, ...(IndexName && { IndexName }) })) {
    items.push(...(page.Items ?? []))
  }
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ pk, sk }: StoredItem) => `${pk} ${sk}`
