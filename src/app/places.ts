import type { Store } from '../core/store.ts'
import type { AreaState, CoverageEvent, FindingEvent, StoredFinding } from '../core/stored.ts'
import type { Place } from './write-protocol.ts'

/** Where a finding is kept. */
export const placeOfFinding = (
  { accountId, region, id }: Pick<StoredFinding, 'accountId' | 'region' | 'id'>,
  store: Store,
): Place<StoredFinding> => ({
  name: `Finding ${id}`,
  read: async () => (await store.readArea(accountId, region)).findings.find(finding => finding.id === id),
  put: store.putFinding,
  drop: store.dropFinding,
  settle: store.settleFinding,
  eventOf: findingEventOf,
})

const findingEventOf = (finding: StoredFinding): FindingEvent | undefined => {
  const { changedIn, pending, id, checkId, severity, accountId, region, resource, message } = finding
  const { owner, causedBy, firstSeen, waiver } = finding
  if (pending === undefined) return undefined
  const what = { runId: changedIn, kind: pending, findingId: id }
  const event = { ...what, checkId, severity, accountId, region, resource, message, owner, causedBy, firstSeen }
  return pending === 'waived' && waiver ? { ...event, waiver } : event
}

/**
 * Where the state of an area is kept.
 * @param detail what is said of the area's coverage tonight, for an event about it.
 */
export const placeOfArea = (
  accountId: string,
  region: string,
  detail: string | null,
  store: Store,
): Place<AreaState> => ({
  name: `The state of ${accountId} ${region}`,
  read: async () => (await store.readArea(accountId, region)).state,
  put: store.putArea,
  // A state is never dropped.
  drop: async () => true,
  settle: store.settleArea,
  eventOf: (state): CoverageEvent | undefined =>
    state.pending && { runId: state.changedIn, kind: state.pending, accountId, region, detail },
})
