import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { tableDefinition } from '../../src/aws/store.ts'
import type { AccountReport } from '../../src/core/store.ts'
import type { StoredFinding } from '../../src/core/stored.ts'
import { clientsOf, type Kept, type Published } from './wire.ts'

type Item = Readonly<Record<string, unknown>>

/** What the store holds, without what tells runs apart. */
export interface State {
  /**
   * Every item that lasts from run to run, by its key: without the run that wrote it and without counts of nodes, and of
   * its times those of the first night alone, for what is first seen later may be seen a night later.
   */
  readonly lasting: ReadonlyMap<string, string>
  /** Whether a run holds the lease. */
  readonly isHeld: boolean
  readonly findings: ReadonlyMap<string, StoredFinding>
  /** `kind thing` of every event since the first night, each as often as it was told. */
  readonly told: readonly string[]
  /** Runs that ended and owe a message still. */
  readonly owing: number
}

/** A DynamoDB in which tables may be made, in this process. */
export const openTables = async (): Promise<{ readonly endpoint: string; readonly close: () => void }> => {
  const server = dynalite({ createTableMs: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

const unstruck = (kept: Kept) => clientsOf(kept, () => undefined).dynamodb

/** An empty table in the same DynamoDB, and no files. */
export const newHouse = async (endpoint: string, tableName: string): Promise<Kept> => {
  const kept = { endpoint, tableName, files: new Map<string, string>(), published: [] as Published[] }
  await unstruck(kept).send(new CreateTableCommand({ ...tableDefinition, TableName: tableName }))
  return kept
}

/** The same content in a table of its own. */
export const copyOf = async (kept: Kept, tableName: string): Promise<Kept> => {
  const copy = { ...(await newHouse(kept.endpoint, tableName)), files: new Map(kept.files) }
  const items = await itemsOf(kept)
  const documents = DynamoDBDocumentClient.from(unstruck(copy))
  for (let index = 0; index < items.length; index += mostOfBatch) {
    const puts = items.slice(index, index + mostOfBatch).map(Item => ({ PutRequest: { Item } }))
    await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: puts } }))
  }
  return copy
}
const mostOfBatch = 25

/** What the store holds. @param before the run whose events are left out, with those of earlier ones. */
export const stateOf = async (kept: Kept, before: string | undefined): Promise<State> =>
  stateIn(await itemsOf(kept), before)

/** {@link stateOf}, and what is kept of a run: its coverage as `account Region status`, and whether it ended. */
export const lookAtRun = async (kept: Kept, before: string, runId: string | undefined) => {
  const items = await itemsOf(kept)
  const accounts = ofEntity(items, 'account').filter(item => item['runId'] === runId) as unknown as AccountReport[]
  return {
    state: stateIn(items, before),
    coverage: accounts
      .flatMap(({ accountId, regions }) => regions.map(({ region, status }) => `${accountId} ${region} ${status}`))
      .sort(),
    hasEnded: ofEntity(items, 'run').some(({ id, finishedAt }) => id === runId && finishedAt !== undefined),
  }
}

const ofEntity = (items: readonly Item[], name: string) => items.filter(({ __edb_e__ }) => __edb_e__ === name)

const stateIn = (items: readonly Item[], before: string | undefined): State => {
  const findings = ofEntity(items, 'finding') as unknown as StoredFinding[]
  return {
    lasting: new Map(
      items
        .filter(item => !isOfOneRun(item) && !isLease(item))
        .map(({ pk, sk, changedIn, nodes, ...item }) => [
          `${pk} ${sk}`,
          withoutLaterTimes(JSON.stringify(Object.entries(item).sort()), before),
        ]),
    ),
    isHeld: items.some(isLease),
    findings: new Map(findings.map(finding => [finding.id, finding])),
    told: ofEntity(items, 'event')
      .filter(({ runId }) => String(runId) > (before ?? ''))
      .map(({ kind, thing }) => `${kind} ${thing}`)
      .sort(),
    owing: ofEntity(items, 'run').filter(
      ({ finishedAt, owesMessages, digestSentAt }) => finishedAt && owesMessages && !digestSentAt,
    ).length,
  }
}

const itemsOf = async (kept: Kept): Promise<Item[]> => {
  const items: Item[] = []
  const documents = DynamoDBDocumentClient.from(unstruck(kept))
  for await (const page of paginateScan({ client: documents }, { TableName: kept.tableName })) {
    items.push(...(page.Items ?? []))
  }
  return items
}

const runId = /\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d\.\d{3}z-[0-9a-f]{6}/i
const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/gi

/** Runs, their events and reports are history: what lasts are the items whose key names no run. */
const isLease = ({ pk }: Item) => pk === 'LEASE'
const isOfOneRun = ({ pk, sk }: Item) => runId.test(`${pk} ${sk}`)

const withoutLaterTimes = (text: string, before = '') =>
  text.replace(moment, time => (before.startsWith(time) ? time : 'later'))
