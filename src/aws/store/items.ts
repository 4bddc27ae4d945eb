import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type Attribute, CustomAttributeType, Entity, Service } from 'electrodb'
import { sha256Hex } from '../../core/sha256.ts'
import type { AccountReport, Lease, RunRecord } from '../../core/store.ts'
import {
  type AreaState,
  type CoverageEvent,
  CoverageEventKind,
  type FindingEvent,
  findingEvents,
  type StoredFinding,
} from '../../core/stored.ts'
import { severities } from '../../core/verdict.ts'

/**
 * The schema of the items that this version writes, stamped on each. To be raised when an older program would misread
 * one; an entity's `version` stays what it is, because ElectroDB passes over items of another one without a word.
 */
export const schemaVersion = 2

/** A run's events are spread over partitions, since one takes a thousand writes a second. */
export const shards = [...'0123456789abcdef'] as const

/** What an event is about, and the shard of its run that it is in. */
export const keyOf = (
  event: Pick<FindingEvent, 'findingId'> | Pick<CoverageEvent, 'accountId' | 'region'>,
): { readonly thing: string; readonly shard: string } => {
  const thing = 'findingId' in event ? event.findingId : `${event.accountId}#${event.region}`
  return { thing, shard: sha256Hex(thing).slice(0, 1) }
}

/** The kinds of items, each with every field of its type. */
export const entitiesIn = (client: DynamoDBClient, table: string) => {
  // A field that is there but undefined, as zod lets it be, is as good as absent.
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const store = { client: documents, table }
  const finding = new Entity(findingModel, store)
  const area = new Entity(areaModel, store)
  return {
    finding,
    area,
    /** The findings and the state of an account-Region, in one query. */
    areas: new Service({ finding, area }).collections.areas,
    event: new Entity(eventModel, store),
    account: new Entity(accountModel, store),
    run: new Entity(runModel, store),
    told: new Entity(toldModel, store),
    text: new Entity(textModel, store),
    lease: new Entity(leaseModel, store),
  }
}

/** ElectroDB drops fields that its model does not name, so the compiler asks for all of them. */
type AllOf<Field extends string> = Readonly<Record<Field | 'schemaVersion', Attribute>>

const text = { type: 'string', required: true } as const
const optionalText = { type: 'string' } as const
const whole = { type: 'number', required: true } as const
const flag = { type: 'boolean', required: true } as const
const oneOf = <const V extends readonly string[]>(type: V) => ({ type, required: true }) as const
/** Part of a key alone: not given back. */
const ofKey = { type: 'string', required: true, hidden: true } as const
const stamp = { type: 'number', required: true, default: schemaVersion } as const

const model = <const E extends string>(entity: E) => ({ service: 'eks-node-posture', entity, version: '1' }) as const

/** A key's field; its template names the attributes: pk`RUN#${'runId'}`. ElectroDB would turn them to lower case. */
const key =
  <const F extends string>(field: F) =>
  <const C extends readonly string[]>({ raw }: TemplateStringsArray, ...composite: C) =>
    ({
      field,
      composite,
      template: String.raw({ raw }, ...composite.map(attribute => `\${${attribute}}`)),
      casing: 'none',
    }) as const

const pk = key('pk')
const sk = key('sk')
const list = key('list')
const place = key('place')

const ofArea = pk`AR#${'accountId'}#${'region'}`

const findingModel = {
  model: model('finding'),
  attributes: {
    id: text,
    checkId: text,
    revision: whole,
    state: oneOf(['open', 'resolved', 'retired', 'waived']),
    verdict: oneOf(['fail', 'unknown']),
    severity: oneOf(severities),
    accountId: text,
    region: text,
    resource: { type: CustomAttributeType<StoredFinding['resource']>('any'), required: true },
    title: text,
    message: text,
    evidence: { type: CustomAttributeType<StoredFinding['evidence']>('any'), required: true },
    controls: { type: CustomAttributeType<StoredFinding['controls']>('any'), required: true },
    owner: { type: 'any' },
    nodes: { type: 'any' },
    causedBy: { type: CustomAttributeType<StoredFinding['causedBy']>('any'), required: true },
    waiver: { type: CustomAttributeType<NonNullable<StoredFinding['waiver']> | null>('any') },
    firstSeen: text,
    changedIn: text,
    pending: { type: findingEvents },
    unconfirmedSince: optionalText,
    unseenSince: optionalText,
    resolvedAt: optionalText,
    reopenCount: whole,
    schemaVersion: stamp,
  } satisfies AllOf<keyof StoredFinding>,
  indexes: {
    byArea: { collection: 'areas', pk: ofArea, sk: sk`F#${'id'}` },
    open: {
      index: 'lists',
      condition: ({ state }: { readonly state?: unknown }) => state === 'open' || state === 'waived',
      pk: list`FINDINGS#${'state'}#${'verdict'}#${'severity'}`,
      sk: place`${'firstSeen'}#${'id'}`, // the oldest first, so that a digest reads no more than it prints
    },
  },
} as const

const areaModel = {
  model: model('area'),
  attributes: {
    accountId: text,
    region: text,
    judged: { type: CustomAttributeType<AreaState['judged']>('any'), required: true },
    covered: flag,
    changedIn: text,
    pending: { type: CoverageEventKind.options },
    schemaVersion: stamp,
  } satisfies AllOf<keyof AreaState>,
  indexes: {
    byArea: { collection: 'areas', pk: ofArea, sk: sk`AREA` },
  },
} as const

const eventModel = {
  model: model('event'),
  attributes: {
    shard: ofKey,
    thing: ofKey,
    runId: text,
    kind: text,
    findingId: optionalText,
    checkId: optionalText,
    severity: optionalText,
    accountId: text,
    region: text,
    resource: { type: CustomAttributeType<FindingEvent['resource']>('any') },
    message: optionalText,
    owner: { type: 'any' },
    causedBy: { type: CustomAttributeType<FindingEvent['causedBy']>('any') },
    firstSeen: optionalText,
    waiver: { type: CustomAttributeType<NonNullable<FindingEvent['waiver']>>('any') },
    detail: { type: 'any' },
    schemaVersion: stamp,
  } satisfies AllOf<keyof FindingEvent | keyof CoverageEvent | 'shard' | 'thing'>,
  indexes: {
    byRun: {
      pk: pk`RUN#${'runId'}#${'shard'}`,
      sk: sk`E#${'thing'}#${'kind'}`,
    },
    byThing: { index: 'lists', pk: list`HISTORY#${'thing'}`, sk: place`${'runId'}#${'kind'}` },
  },
} as const

const accountModel = {
  model: model('account'),
  attributes: {
    runId: text,
    accountId: text,
    name: text,
    ouPath: { type: CustomAttributeType<AccountReport['ouPath']>('any'), required: true },
    regions: { type: CustomAttributeType<AccountReport['regions']>('any'), required: true },
    totals: { type: CustomAttributeType<AccountReport['totals']>('any'), required: true },
    standing: { type: CustomAttributeType<AccountReport['standing']>('any'), required: true },
    defaults: { type: CustomAttributeType<AccountReport['defaults']>('any'), required: true },
    waiversUsed: { type: CustomAttributeType<AccountReport['waiversUsed']>('any'), required: true },
    schemaVersion: stamp,
  } satisfies AllOf<keyof AccountReport>,
  indexes: {
    byRun: { pk: pk`RUN#${'runId'}`, sk: sk`ACC#${'accountId'}` },
  },
} as const

const runModel = {
  model: model('run'),
  attributes: {
    id: text,
    startedAt: text,
    scope: { type: CustomAttributeType<RunRecord['scope']>('any'), required: true },
    toolVersion: text,
    accountCount: whole,
    isOrganization: flag,
    previousRunId: optionalText,
    finishedAt: optionalText,
    totals: { type: CustomAttributeType<NonNullable<RunRecord['totals']>>('any') },
    owesMessages: { type: 'boolean' },
    owesImport: { type: 'boolean' },
    claimedUntil: optionalText,
    digestSentAt: optionalText,
    digestFailure: optionalText,
    schemaVersion: stamp,
  } satisfies AllOf<keyof RunRecord>,
  indexes: {
    byId: { pk: pk`RUN#${'id'}`, sk: sk`META` },
    byTime: { index: 'lists', pk: list`RUNS`, sk: place`${'id'}` },
  },
} as const

const toldModel = {
  model: model('told'),
  attributes: { runId: text, part: text, schemaVersion: stamp },
  indexes: { byRun: { pk: pk`RUN#${'runId'}`, sk: sk`TOLD#${'part'}` } },
} as const

const textModel = {
  model: model('text'),
  attributes: { runId: text, what: text, text, schemaVersion: stamp },
  indexes: { byRun: { pk: pk`RUN#${'runId'}`, sk: sk`TEXT#${'what'}` } },
} as const

const leaseModel = {
  model: model('lease'),
  attributes: { runId: text, until: text, schemaVersion: stamp } satisfies AllOf<keyof Lease>,
  indexes: { only: { pk: pk`LEASE`, sk: sk`LEASE` } },
} as const
