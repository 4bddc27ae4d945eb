import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { storeIn, tableDefinition } from '../../src/aws/store.ts'
import type { StoredFinding } from '../../src/core/stored.ts'
import { accountsIn } from '../../test/support/collect.ts'
import { clientsOf, type Kept } from './wire.ts'

type Item = Readonly<Record<string, unknown>>

/** What the store holds, without what tells runs apart: ids and times. */
export interface State {
  /** Every item that lasts from run to run, by its key. */
  readonly lasting: ReadonlyMap<string, string>
  /** Whether a run holds the lease. */
  readonly isHeld: boolean
  readonly findings: ReadonlyMap<string, StoredFinding>
  /** `kind finding` of every event about a finding since the first night, each as often as it was told. */
  readonly told: readonly string[]
}

const unstruck = (kept: Kept) => clientsOf(kept, () => undefined).dynamodb

/** An empty table in the same DynamoDB, and no files. */
export const newHouse = async (endpoint: string, tableName: string): Promise<Kept> => {
  const kept = { endpoint, tableName, files: new Map<string, string>(), published: [] }
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

/** @param before the run whose events are left out, with those of earlier ones. */
export const stateOf = async (kept: Kept, before: string | undefined): Promise<State> => {
  const items = await itemsOf(kept)
  const findings = items.filter(({ __edb_e__ }) => __edb_e__ === 'finding') as unknown as StoredFinding[]
  return {
    lasting: new Map(
      items
        .filter(item => !isOfOneRun(item) && !isLease(item))
        .map(item => [`${item['pk']} ${item['sk']}`, withoutTimes(JSON.stringify(Object.entries(item).sort()))]),
    ),
    isHeld: items.some(isLease),
    findings: new Map(findings.map(finding => [finding.id, finding])),
    told: items
      .filter(({ findingId, runId }) => findingId !== undefined && String(runId) > (before ?? ''))
      .map(({ kind, findingId }) => `${kind} ${findingId}`)
      .sort(),
  }
}

/** The coverage that the accounts of a run reported, as `account Region status`. */
export const coverageOf = async (kept: Kept, runId: string): Promise<readonly string[]> => {
  const reports = await accountsIn(storeIn(unstruck(kept), kept.tableName), runId)
  return reports
    .flatMap(({ accountId, regions }) => regions.map(({ region, status }) => `${accountId} ${region} ${status}`))
    .sort()
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
const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z(?:-[0-9a-f]{6})?/gi

/** Runs, their events and reports are history: what lasts are the items whose key names no run. */
const isLease = ({ pk }: Item) => pk === 'LEASE'
const isOfOneRun = ({ pk, sk }: Item) => runId.test(`${pk} ${sk}`)

const withoutTimes = (text: string) => text.replace(moment, '#')
