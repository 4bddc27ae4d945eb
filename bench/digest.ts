import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import * as z from 'zod'
import { storeIn, tableDefinition } from '../src/aws/store.ts'
import { noFails } from '../src/core/fail-counts.ts'
import { defaultPolicy } from '../src/core/policy.ts'
import { startRun } from '../src/core/run.ts'
import { standingOf } from '../src/core/standing.ts'
import type { Store } from '../src/core/store.ts'
import type { StoredFinding } from '../src/core/stored.ts'
import { severities } from '../src/core/verdict.ts'
import type { Figure } from './harness.ts'

const sizes = { few: 1_000, many: 100_000 }
const accounts = 1_000
const region = 'eu-west-1'
const run = startRun(new Date('2026-11-22T02:00:00.000Z'), 'be7c40')
const msPerHour = 60 * 60 * 1000
const ofOneWrite = 25
const eventsOfNight = 500
/** So that what is garbage is collected, and does not count as what a digest needs. */
const smallHeap = ['--max-old-space-size=64', '--max-semi-space-size=2']

/** What `digest-child.ts` prints. */
const Measured = z.strictObject({
  beforeMb: z.number(),
  peakMb: z.number(),
  requests: z.number(),
  findings: z.number(),
  bytes: z.number(),
})
type Measured = z.infer<typeof Measured>

/**
 * What the digest of a night costs with a thousand and with a hundred thousand open findings in a thousand accounts: reads of
 * the table, and the memory of its process; the table is in another one.
 */
export const benchDigest = async (): Promise<Figure[]> => {
  const few = await measure(sizes.few)
  const many = await measure(sizes.many)
  return [
    figureOf('1,000', few),
    figureOf('100,000', many),
    {
      name: 'digest, findings read, 100,000 over 1,000',
      value: many.findings / few.findings,
      unit: 'ratio',
      budget: 1,
      note: `${many.findings} rows of the index`,
    },
    {
      name: 'digest, peak memory, 100,000 over 1,000',
      value: many.peakMb / few.peakMb,
      unit: 'ratio',
      budget: 1.25,
      note: 'resident set of the process that makes it',
    },
  ]
}

const figureOf = (size: string, { requests, findings, beforeMb, peakMb, bytes }: Measured): Figure => ({
  name: `digest, requests with ${size} open findings`,
  value: requests,
  unit: 'calls',
  note: `${findings} findings read; resident ${beforeMb.toFixed(0)} MB before, ${peakMb.toFixed(0)} MB at most; a digest of ${bytes} bytes`,
})

const measure = async (open: number) => {
  const server = dynalite({ createTableMs: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } })
  try {
    await client.send(new CreateTableCommand({ ...tableDefinition, TableName: 'bench' }))
    await fill(client, open)
    const child = join(import.meta.dirname, 'digest-child.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [...smallHeap, child, endpoint, run.id])
    return Measured.parse(JSON.parse(stdout))
  } finally {
    client.destroy()
    server.close()
    await once(server, 'close')
  }
}

/** A night that is over: its run, the reports of its accounts, and the findings that stand open in them. */
const fill = async (client: DynamoDBClient, open: number) => {
  const store = storeIn(client, 'bench')
  await store.putText(run.id, 'policy', JSON.stringify({ ...defaultPolicy, dueDays: { critical: 14, high: 30 } }))
  await store.startRun({ ...run, toolVersion: '0', accountCount: accounts, isOrganization: true })
  const findings = Array.from({ length: open }, (_, index) => findingOf(index))
  for (const [accountId, mine] of Map.groupBy(findings, finding => finding.accountId)) {
    await store.putAccount(reportOf(accountId, mine))
  }
  await writeAll(client, store, findings)
  for (const finding of findings.slice(0, eventsOfNight)) await store.putEvent(eventOf(finding))
  await store.updateRun(run.id, { finishedAt: '2026-11-22T02:30:00.000Z' })
}

const findingOf = (index: number, turn = Math.floor(index / accounts)): StoredFinding => ({
  id: createHash('sha256').update(`${index}`).digest('hex').slice(0, 32),
  checkId: 'node-group-imdsv2-required',
  revision: 1,
  state: 'open',
  verdict: 'fail',
  severity: severities[index % severities.length] ?? 'high',
  accountId: `${100_000_000_000 + (index % accounts)}`,
  region,
  resource: { type: 'node-group', id: `arn:${index}`, name: `group-${index}`, clusterName: `cluster-${turn % 50}` },
  title: 'Node group requires IMDSv2',
  message: `Node group group-${index} starts nodes that allow IMDSv1.`,
  evidence: [{ what: 'HttpTokens', value: 'optional', source: 'launch template web (lt-0a) version 3' }],
  controls: [],
  owner: `team-${turn % 40}`,
  nodes: index % 10,
  causedBy: [],
  waiver: null,
  firstSeen: new Date(Date.parse(run.startedAt) - (index % 2_000) * msPerHour).toISOString(),
  changedIn: run.id,
  reopenCount: 0,
})

const eventOf = (finding: StoredFinding) => {
  const { id, checkId, severity, accountId, resource, message, owner, causedBy, firstSeen } = finding
  const about = { findingId: id, checkId, severity, accountId, region, resource, message, owner, causedBy, firstSeen }
  return { runId: run.id, kind: 'new', ...about } as const
}

const reportOf = (accountId: string, findings: readonly StoredFinding[]) => ({
  runId: run.id,
  accountId,
  name: `account-${accountId}`,
  ouPath: ['Units', `Unit ${Number(accountId) % 30}`],
  regions: [{ region, status: 'ok' as const, detail: null, failures: [], estate: null, estateAsOf: null }],
  totals: { clusters: 1, nodeGroups: 1, launchTemplates: 0, pass: 0, unknown: 0, fail: noFails, apiCalls: {} },
  standing: standingOf(findings, { dueDays: { critical: 14, high: 30 } }, run.startedAt),
  defaults: { regions: 1, byPolicy: 0, closable: 1 },
  waiversUsed: [],
})

/** The first finding is written by the store itself; the others are copies of its item, many in a request. */
const writeAll = async (client: DynamoDBClient, store: Store, [first, ...others]: readonly StoredFinding[]) => {
  if (!first) return
  await store.putFinding(first, undefined)
  const documents = DynamoDBDocumentClient.from(client)
  const template = await itemOf(documents, first.id)
  for (let from = 0; from < others.length; from += ofOneWrite) {
    const items = others.slice(from, from + ofOneWrite).map(finding => ({
      ...template,
      ...finding,
      pk: `AR#${finding.accountId}#${region}`,
      sk: `F#${finding.id}`,
      list: `FINDINGS#open#fail#${finding.severity}`,
      place: `${finding.firstSeen}#${finding.id}`,
    }))
    await documents.send(
      new BatchWriteCommand({ RequestItems: { bench: items.map(Item => ({ PutRequest: { Item } })) } }),
    )
  }
}

const itemOf = async (client: DynamoDBDocumentClient, id: string) => {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: 'bench' })) {
    const found = Items.find(item => item['sk'] === `F#${id}`)
    if (found) return found
  }
  throw new Error('the first finding was not written')
}
