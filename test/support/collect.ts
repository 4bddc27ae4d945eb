import type { AccountReport, Store, StoreEvent } from '../../src/core/store.ts'

/** What a store visits one by one, as lists. */

export const eventsIn = async (store: Pick<Store, 'eachEvent'>, runId: string): Promise<readonly StoreEvent[]> => {
  const events: StoreEvent[] = []
  await store.eachEvent(runId, event => void events.push(event))
  return events
}

export const accountsIn = async (
  store: Pick<Store, 'eachAccount'>,
  runId: string,
): Promise<readonly AccountReport[]> => {
  const reports: AccountReport[] = []
  await store.eachAccount(runId, report => void reports.push(report))
  return reports
}
