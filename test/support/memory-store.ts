import type { AccountReport, Lease, RunRecord, Store, StoreEvent } from '../../src/core/store.ts'
import type { AreaState, FindingEvent, StoredFinding } from '../../src/core/stored.ts'
import { compareText } from '../../src/core/text.ts'
import { bySeverity } from '../../src/core/verdict.ts'

/** A write that took effect: one that lost its condition, or that wrote what was there, is none. */
export interface Write {
  readonly call: keyof Store
  /** The key of the item. */
  readonly item: string
  readonly before: unknown
  readonly after: unknown
}

/** A store in memory, exact about its conditions, that tells what was written. */
export interface MemoryStore extends Store {
  readonly writes: readonly Write[]
  readonly findings: () => readonly StoredFinding[]
  readonly areas: () => readonly AreaState[]
  readonly events: () => readonly StoreEvent[]
  /** Another store with the same content, and no writes so far. */
  readonly copy: () => MemoryStore
}

type Items = ReadonlyMap<string, unknown>
type Entry = { readonly changedIn: string; readonly pending?: string | undefined }
type EventKey = Parameters<Store['hasEvent']>[0]

const findingKey = ({ accountId, region, id }: Pick<StoredFinding, 'accountId' | 'region' | 'id'>) =>
  `finding ${accountId} ${region} ${id}`
const areaKey = ({ accountId, region }: Pick<AreaState, 'accountId' | 'region'>) => `area ${accountId} ${region}`
const eventKey = (event: EventKey) =>
  'findingId' in event
    ? `event ${event.runId} ${event.findingId} ${event.kind}`
    : `event ${event.runId} ${event.accountId} ${event.region} ${event.kind}`

export const memoryStore = (content: Items = new Map()): MemoryStore => {
  const items = new Map(content)
  const writes: Write[] = []
  const listed = <T>(prefix: string) =>
    [...items].filter(([key]) => key.startsWith(prefix)).map(([, item]) => item) as T[]

  const write = (call: keyof Store, item: string, after: unknown) => {
    writes.push({ call, item, before: items.get(item), after })
    if (after === undefined) items.delete(item)
    else items.set(item, after)
  }
  /** The condition of the protocol: unchanged since `before` was read, and not written by a later run. */
  const holds = (key: string, before: Entry | undefined, changedIn: string) => {
    const stored = items.get(key) as Entry | undefined
    return stored?.changedIn === before?.changedIn && (!stored || stored.changedIn <= changedIn)
  }
  const put = (call: keyof Store, key: string, next: Entry, before: Entry | undefined) => {
    if (!holds(key, before, next.changedIn)) return false
    write(call, key, next)
    return true
  }
  const settle = (call: keyof Store, key: string, { changedIn, pending }: Entry) => {
    const stored = items.get(key) as Entry | undefined
    if (stored?.changedIn !== changedIn || stored.pending === undefined || stored.pending !== pending) return
    const { pending: settled, ...rest } = stored
    write(call, key, rest)
  }

  return {
    ...accountsAndRuns(items, listed, write),
    readArea: async (accountId, region) => ({
      findings: listed<StoredFinding>(`finding ${accountId} ${region} `),
      state: items.get(areaKey({ accountId, region })) as AreaState | undefined,
    }),
    putFinding: async (finding, before) => put('putFinding', findingKey(finding), finding, before),
    settleFinding: async finding => settle('settleFinding', findingKey(finding), finding),
    dropFinding: async finding => {
      const key = findingKey(finding)
      if (!holds(key, finding, finding.changedIn)) return false
      write('dropFinding', key, undefined)
      return true
    },
    putArea: async (state, before) => put('putArea', areaKey(state), state, before),
    settleArea: async state => settle('settleArea', areaKey(state), state),
    putEvent: async event => {
      if (!items.has(eventKey(event))) write('putEvent', eventKey(event), event)
    },
    hasEvent: async event => items.has(eventKey(event)),
    eachEvent: async (runId, visit) => listed<StoreEvent>(`event ${runId} `).forEach(visit),
    historyOf: async ({ findingId }) =>
      listed<StoreEvent>('event ').filter(
        event => 'findingId' in event && event.findingId === findingId,
      ) as FindingEvent[],
    listFindings: async () =>
      listed<StoredFinding>('finding ')
        .filter(({ state }) => state === 'open' || state === 'waived')
        .sort(
          (a, b) =>
            compareText(a.state, b.state) || compareText(a.verdict, b.verdict) || bySeverity(a.severity, b.severity),
        ),
    oldestFails: async (severity, most) =>
      listed<StoredFinding>('finding ')
        .filter(finding => finding.state === 'open' && finding.verdict === 'fail' && finding.severity === severity)
        .sort((a, b) => compareText(a.firstSeen, b.firstSeen) || compareText(a.id, b.id))
        .slice(0, most),
    writes,
    findings: () => listed('finding '),
    areas: () => listed('area '),
    events: () => listed('event '),
    copy: () => memoryStore(items),
  }
}

/** The part of the store that knows no conditions but the lease's. */
const accountsAndRuns = (
  items: Map<string, unknown>,
  listed: <T>(prefix: string) => T[],
  write: (call: keyof Store, item: string, after: unknown) => void,
) => {
  const lease = () => items.get('lease') as Lease | undefined
  const readRun = async (runId: string) => items.get(`run ${runId}`) as RunRecord | undefined
  return {
    putAccount: async (report: AccountReport) =>
      write('putAccount', `account ${report.runId} ${report.accountId}`, report),
    readAccount: async (runId: string, accountId: string) =>
      items.get(`account ${runId} ${accountId}`) as AccountReport | undefined,
    eachAccount: async (runId: string, visit: (report: AccountReport) => void) =>
      listed<AccountReport>(`account ${runId} `)
        .sort((a, b) => compareText(a.accountId, b.accountId))
        .forEach(visit),
    claimMessages: async (runId: string, until: string, now: string) => {
      const run = items.get(`run ${runId}`) as RunRecord | undefined
      if (!run || run.digestSentAt !== undefined || (run.claimedUntil ?? '') > now) return false
      write('claimMessages', `run ${runId}`, { ...run, claimedUntil: until })
      return true
    },
    putTold: async (runId: string, accountId: string) => write('putTold', `told ${runId} ${accountId}`, accountId),
    toldOf: async (runId: string) => new Set(listed<string>(`told ${runId} `)),
    putText: async (runId: string, what: string, text: string) => write('putText', `text ${runId} ${what}`, text),
    readText: async (runId: string, what: string) => items.get(`text ${runId} ${what}`) as string | undefined,
    startRun: async (run: RunRecord) => {
      if (!items.has(`run ${run.id}`)) write('startRun', `run ${run.id}`, run)
    },
    updateRun: async (runId: string, fields: Partial<RunRecord>) => {
      const run = await readRun(runId)
      if (run) write('updateRun', `run ${runId}`, { ...run, ...fields })
    },
    readRun,
    latestRuns: async (most: number) =>
      listed<RunRecord>('run ')
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, most),
    takeLease: async (wanted: Lease, now: string) => {
      const held = lease()
      if (held && held.runId !== wanted.runId && held.until > now) return held
      write('takeLease', 'lease', wanted)
      return undefined
    },
    releaseLease: async (runId: string) => {
      if (lease()?.runId === runId) write('releaseLease', 'lease', undefined)
    },
    readLease: async () => lease(),
  } satisfies Partial<Store>
}

/** A call to the store that is about to be made. */
export interface Call {
  readonly name: keyof Store
  readonly args: readonly unknown[]
  readonly make: () => Promise<unknown>
}

/**
 * The same store for one run, every call of it a step: `step` decides when it is made, so that another run may come in
 * between, or this one crash.
 */
export const stepped = (store: Store, step: (call: Call) => Promise<unknown>): Store => {
  const calls = Object.entries(store).filter(([, call]) => typeof call === 'function')
  const steps = calls.map(([name, call]) => [
    name,
    (...args: unknown[]) => step({ name: name as keyof Store, args, make: async () => call(...args) }),
  ])
  return Object.fromEntries(steps) as Store
}
