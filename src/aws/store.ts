import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { AccountReport, type Lease, RunRecord, type Store } from '../core/store.ts'
import { AreaState, CoverageEvent, FindingEvent, StoredFinding } from '../core/stored.ts'
import { severities } from '../core/verdict.ts'
import { asking } from './store/failure.ts'
import { entitiesIn, keyOf, shards } from './store/items.ts'
import { type Item, parserFor } from './store/parse.ts'
import { hubTimeouts } from './timeouts.ts'

export { tableDefinition } from './store/definition.ts'

/** The store in the DynamoDB table of that name, in the Region and with the credentials of the environment. */
export const openTable = (tableName: string, configuration: DynamoDBClientConfig = {}): Store =>
  storeIn(
    new DynamoDBClient({ retryMode: 'adaptive', maxAttempts: 8, requestHandler: hubTimeouts, ...configuration }),
    tableName,
  )

const consistent = { consistent: true } as const
/** DynamoDB's own pages are of a megabyte, which takes several times that in memory. */
const accountsOfPage = 100
const everyPage = { pages: 'all', ...consistent } as const
/** A condition that does not hold is an answer, and no error. */
const conditional = { returnOnConditionCheckFailure: true } as const

/**
 * The store in a table of the shape `tableDefinition`. What it reads was written last, but for `listFindings` and
 * `latestRuns`: they read the index, which lags by moments.
 */
export const storeIn = (client: DynamoDBClient, tableName: string): Store => {
  const items = entitiesIn(client, tableName)
  const ask = asking(client, tableName)
  const { known, parse } = parserFor(tableName)

  const write = async (action: string, go: () => Promise<{ readonly rejected: boolean }>) => {
    const { rejected } = await ask(action, go)
    return !rejected
  }

  const findingIn = (finding: Item & { readonly id: string }) => parse(`Finding ${finding.id}`, StoredFinding, finding)

  /** Visits what a query answers, a page in memory at a time. */
  const eachPage = async <T>(
    action: string,
    query: (cursor: string | null) => Promise<{ readonly data: readonly T[]; readonly cursor: string | null }>,
    visit: (item: T) => void,
  ) => {
    let cursor: string | null = null
    do {
      const page = await ask(action, () => query(cursor))
      for (const item of page.data) visit(item)
      cursor = page.cursor
    } while (cursor !== null)
  }

  const readLease = async (): Promise<Lease | undefined> => {
    const { data } = await ask('dynamodb:GetItem', () => items.lease.get({}).go(consistent))
    if (!data) return undefined
    const { runId, until } = known('The lease', data)
    return { runId, until }
  }

  const takeLease = async (lease: Lease, now: string): Promise<Lease | undefined> => {
    const isTaken = await write('dynamodb:PutItem', () =>
      items.lease
        .put(lease)
        .where(
          ({ runId, until }, { notExists, eq, lte }) =>
            `${notExists(runId)} OR ${eq(runId, lease.runId)} OR ${lte(until, now)}`,
        )
        .go(conditional),
    )
    if (isTaken) return undefined
    // Whoever held it may have released it since.
    return (await readLease()) ?? takeLease(lease, now)
  }

  return {
    readArea: async (accountId, region) => {
      const { data } = await ask('dynamodb:Query', () => items.areas({ accountId, region }).go(everyPage))
      const [state] = data.area
      return {
        findings: data.finding.map(finding => parse(`Finding ${finding.id}`, StoredFinding, finding)),
        state: state && parse(`The state of ${accountId} ${region}`, AreaState, state),
      }
    },

    putFinding: (finding, before) =>
      write('dynamodb:PutItem', () =>
        items.finding
          .put(present(finding))
          .where(({ changedIn }, conditions) => unchanged(changedIn, conditions, finding, before))
          .go(conditional),
      ),
    settleFinding: async ({ accountId, region, id, changedIn, pending }) => {
      if (pending === undefined) return
      await write('dynamodb:UpdateItem', () =>
        items.finding
          .update({ accountId, region, id })
          .remove(['pending'])
          .where((stored, { eq }) => `${eq(stored.changedIn, changedIn)} AND ${eq(stored.pending, pending)}`)
          .go(conditional),
      )
    },
    dropFinding: finding =>
      write('dynamodb:DeleteItem', () =>
        items.finding
          .delete(finding)
          .where(
            ({ changedIn, verdict }, { eq }) => `${eq(changedIn, finding.changedIn)} AND ${eq(verdict, 'unknown')}`,
          )
          .go(conditional),
      ),

    putArea: (state, before) =>
      write('dynamodb:PutItem', () =>
        items.area
          .put(present(state))
          .where(({ changedIn }, conditions) => unchanged(changedIn, conditions, state, before))
          .go(conditional),
      ),
    settleArea: async ({ accountId, region, changedIn, pending }) => {
      if (pending === undefined) return
      await write('dynamodb:UpdateItem', () =>
        items.area
          .update({ accountId, region })
          .remove(['pending'])
          .where((stored, { eq }) => `${eq(stored.changedIn, changedIn)} AND ${eq(stored.pending, pending)}`)
          .go(conditional),
      )
    },

    putEvent: async event => {
      await write('dynamodb:PutItem', () =>
        items.event
          .put(present({ ...event, ...keyOf(event) }))
          .where(({ runId }, { notExists }) => notExists(runId))
          .go(conditional),
      )
    },
    hasEvent: async event => {
      const { data } = await ask('dynamodb:GetItem', () =>
        items.event.get({ runId: event.runId, kind: event.kind, ...keyOf(event) }).go(consistent),
      )
      return data !== null
    },
    eachEvent: async (runId, visit) => {
      for (const shard of shards) {
        const query = items.event.query.byRun({ runId, shard })
        await eachPage(
          'dynamodb:Query',
          cursor => query.go({ ...consistent, cursor }),
          event =>
            visit(
              event.findingId === undefined
                ? parse(`An event of run ${runId}`, CoverageEvent, event)
                : parse(`An event of run ${runId}`, FindingEvent, event),
            ),
        )
      }
    },
    historyOf: async ({ findingId: thing }) => {
      const { data } = await ask('dynamodb:Query', () => items.event.query.byThing({ thing }).go({ pages: 'all' }))
      return data.map(event => parse(`An event of finding ${thing}`, FindingEvent, event))
    },

    putAccount: async report => {
      await ask('dynamodb:PutItem', () => items.account.put(report).go())
    },
    readAccount: async (runId, accountId) => {
      const { data } = await ask('dynamodb:GetItem', () => items.account.get({ runId, accountId }).go(consistent))
      return data ? parse(`The report of account ${accountId}`, AccountReport, data) : undefined
    },
    eachAccount: (runId, visit) =>
      eachPage(
        'dynamodb:Query',
        cursor => items.account.query.byRun({ runId }).go({ ...consistent, cursor, limit: accountsOfPage }),
        report => visit(parse(`The report of account ${report.accountId}`, AccountReport, report)),
      ),

    startRun: async run => {
      await write('dynamodb:PutItem', () =>
        items.run
          .put(present(run))
          .where(({ id }, { notExists }) => notExists(id))
          .go(conditional),
      )
    },
    updateRun: async (id, fields) => {
      await write('dynamodb:UpdateItem', () => items.run.patch({ id }).set(present(fields)).go(conditional))
    },
    readRun: async id => {
      const { data } = await ask('dynamodb:GetItem', () => items.run.get({ id }).go(consistent))
      return data ? parse(`Run ${id}`, RunRecord, data) : undefined
    },
    latestRuns: async most => {
      const { data } = await ask('dynamodb:Query', () =>
        items.run.query.byTime({}).go({ order: 'desc', count: most, limit: most }),
      )
      return data.map(run => parse(`Run ${run.id}`, RunRecord, run))
    },
    claimMessages: (id, until, now) =>
      write('dynamodb:UpdateItem', () =>
        items.run
          .patch({ id })
          .set({ claimedUntil: until })
          .where(
            ({ digestSentAt, claimedUntil }, { notExists, lte }) =>
              `${notExists(digestSentAt)} AND (${notExists(claimedUntil)} OR ${lte(claimedUntil, now)})`,
          )
          .go(conditional),
      ),
    putTold: async (runId, part) => {
      await ask('dynamodb:PutItem', () => items.told.put({ runId, part }).go())
    },
    toldOf: async runId => {
      const { data } = await ask('dynamodb:Query', () => items.told.query.byRun({ runId }).go(everyPage))
      return new Set(data.map(({ part }) => part))
    },
    putText: async (runId, what, text) => {
      await ask('dynamodb:PutItem', () => items.text.put({ runId, what, text }).go())
    },
    readText: async (runId, what) => {
      const { data } = await ask('dynamodb:GetItem', () => items.text.get({ runId, what }).go(consistent))
      return data ? known(`The ${what} of run ${runId}`, data).text : undefined
    },

    takeLease,
    releaseLease: async runId => {
      await write('dynamodb:DeleteItem', () =>
        items.lease
          .delete({})
          .where((stored, { eq }) => eq(stored.runId, runId))
          .go(conditional),
      )
    },
    readLease,

    listFindings: async () => {
      const lists = openKinds.flatMap(kind => severities.map(severity => ({ ...kind, severity })))
      const answers = await Promise.all(
        lists.map(list => ask('dynamodb:Query', () => items.finding.query.open(list).go({ pages: 'all' }))),
      )
      return answers.flatMap(({ data }) => data.map(findingIn))
    },
    oldestFails: async (severity, most) => {
      const { data } = await ask('dynamodb:Query', () =>
        items.finding.query.open({ state: 'open', verdict: 'fail', severity }).go({ count: most, limit: most }),
      )
      return data.map(findingIn)
    },
  }
}

/** What is listed: what is open, then what is waived. */
const openKinds = [
  { state: 'open', verdict: 'fail' },
  { state: 'open', verdict: 'unknown' },
  { state: 'waived', verdict: 'fail' },
] as const

/** The fields that have a value: zod lets optional ones be there without, ElectroDB does not. */
const present = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

interface Versioned {
  readonly changedIn: string
}

interface Conditions<A> {
  readonly notExists: (attribute: A) => string
  readonly eq: (attribute: A, value: string) => string
  readonly lte: (attribute: A, value: string) => string
}

/** What is stored is still what was compared, and no later run wrote it: run ids sort as runs do. */
const unchanged = <A>(
  changedIn: A,
  { notExists, eq, lte }: Conditions<A>,
  after: Versioned,
  before: Versioned | undefined,
) => (before ? `${eq(changedIn, before.changedIn)} AND ${lte(changedIn, after.changedIn)}` : notExists(changedIn))
