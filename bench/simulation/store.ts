import type { Store } from '../../src/core/store.ts'
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
  return {
    ...runs,
    readArea: (accountId, region) => of({ accountId }).readArea(accountId, region),
    putFinding: (finding, before) => of(finding).putFinding(finding, before),
    settleFinding: finding => of(finding).settleFinding(finding),
    dropFinding: finding => of(finding).dropFinding(finding),
    putArea: (state, before) => of(state).putArea(state, before),
    settleArea: state => of(state).settleArea(state),
    putEvent: event => of(event).putEvent(event),
    hasEvent: async event => {
      const found = await Promise.all([...shards.values()].map(shard => shard.hasEvent(event)))
      return found.includes(true)
    },
    eventsOf: async runId => (await Promise.all([...shards.values()].map(shard => shard.eventsOf(runId)))).flat(),
    openFindings: async () =>
      (await Promise.all([...shards.values()].map(shard => shard.openFindings())))
        .flat()
        .sort((a, b) => bySeverity(a.severity, b.severity)),
  }
}

/** What DynamoDB would charge for. */
export interface Units {
  reads: number
  writes: number
}

const readUnitBytes = 4_096
const writeUnitBytes = 1_024
/** A finding is in the index as well, wholly. */
const copiesOfFinding = 2

type Method = keyof Store
const readers: readonly Method[] = [
  ...(['readArea', 'hasEvent', 'eventsOf', 'accountsOf', 'readRun'] as const),
  ...(['latestRuns', 'readLease', 'openFindings'] as const),
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
      const answer: unknown = await carry(() => method(...args))
      if (readers.some(reader => reader === name)) units.reads += unitsOf(answer, readUnitBytes)
      else
        units.writes += unitsOf(args[0], writeUnitBytes) * (ofFindings.some(one => one === name) ? copiesOfFinding : 1)
      return answer
    },
  ])
  return Object.fromEntries(wrapped) as Store
}

const unitsOf = (value: unknown, bytes: number) => Math.max(1, Math.ceil((JSON.stringify(value) ?? '').length / bytes))
