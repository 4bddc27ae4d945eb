import type { Store } from '../../src/core/store.ts'
import { compareText } from '../../src/core/text.ts'
import { bySeverity } from '../../src/core/verdict.ts'
import { type MemoryStore, memoryStore } from '../../test/support/memory-store.ts'

/** A store in memory for an organization of any size: the tests' own, one for each account and one for the runs. */
export const storeByAccount = (): Store => {
  const runs = memoryStore()
  const shards = new Map<string, MemoryStore>()
  const of = ({ accountId }: { readonly accountId: string }) => {
    const shard = shards.get(accountId) ?? memoryStore()
    shards.set(accountId, shard)
    return shard
  }
  const everywhere = <T>(ask: (shard: MemoryStore) => Promise<T>) => Promise.all([...shards.values()].map(ask))
  return {
    ...runs,
    readArea: (accountId, region) => of({ accountId }).readArea(accountId, region),
    putFinding: (finding, before) => of(finding).putFinding(finding, before),
    settleFinding: finding => of(finding).settleFinding(finding),
    dropFinding: finding => of(finding).dropFinding(finding),
    putArea: (state, before) => of(state).putArea(state, before),
    settleArea: state => of(state).settleArea(state),
    putEvent: event => of(event).putEvent(event),
    hasEvent: async event => (await everywhere(shard => shard.hasEvent(event))).includes(true),
    eachEvent: async (runId, visit) => {
      for (const shard of shards.values()) await shard.eachEvent(runId, visit)
    },
    historyOf: async thing => (await everywhere(shard => shard.historyOf(thing))).flat(),
    listFindings: async () =>
      (await everywhere(shard => shard.listFindings())).flat().sort((a, b) => bySeverity(a.severity, b.severity)),
    oldestFails: async (severity, most) =>
      (await everywhere(shard => shard.oldestFails(severity, most)))
        .flat()
        .sort((a, b) => compareText(a.firstSeen, b.firstSeen))
        .slice(0, most),
  }
}

/** What DynamoDB would charge for. */
export interface Units {
  reads: number
  writes: number
  /** Findings that were put, which take several units each. */
  findings: number
}

const readUnitBytes = 4_096
const writeUnitBytes = 1_024
/** A finding is in the index as well, wholly. */
const copiesOfFinding = 2

type Method = keyof Store
const readers: readonly Method[] = [
  ...(['readArea', 'hasEvent', 'eachEvent', 'historyOf', 'readAccount', 'eachAccount', 'readRun'] as const),
  ...(['latestRuns', 'readLease', 'listFindings', 'oldestFails', 'toldOf', 'readText'] as const),
]
const ofFindings: readonly Method[] = ['putFinding', 'settleFinding', 'dropFinding']

/**
 * The same store, whose calls are counted in DynamoDB's units and carried by `carry`. Sizes are those of the items as JSON.
 */
export const counted = (store: Store, units: Units, carry: <T>(call: () => Promise<T>) => Promise<T>): Store => {
  const methods = Object.entries(store).filter(([, method]) => typeof method === 'function')
  const wrapped = methods.map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      const visited: unknown[] = []
      const answer: unknown = await carry(() => method(...args.map(arg => watched(arg, visited))))
      if (name === 'putFinding') units.findings += 1
      if (readers.some(reader => reader === name)) units.reads += unitsOf(answer ?? visited, readUnitBytes)
      else
        units.writes += unitsOf(args[0], writeUnitBytes) * (ofFindings.some(one => one === name) ? copiesOfFinding : 1)
      return answer
    },
  ])
  return Object.fromEntries(wrapped) as Store
}

/** A visitor is shown items one by one, and each of them was read. */
const watched = (arg: unknown, visited: unknown[]) =>
  typeof arg === 'function'
    ? (item: unknown) => {
        visited.push(item)
        arg(item)
      }
    : arg

const unitsOf = (value: unknown, bytes: number) => Math.max(1, Math.ceil((JSON.stringify(value) ?? '').length / bytes))
