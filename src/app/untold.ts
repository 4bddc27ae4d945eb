import type { RunRecord, Store, StoreEvent } from '../core/store.ts'
import type { AreaState, FindingEventKind, StoredFinding } from '../core/stored.ts'
import { wholeRunsBefore } from './runs.ts'

type UntoldPorts = Pick<Store, 'latestRuns' | 'eachEvent' | 'readArea'>

/**
 * Visits what the messages of a run tell: its own events, then those of the whole runs since the one that it is compared
 * with. Those never ended, so that nobody was told of them; what does not hold any more is left out.
 */
export const eachEventToTell = async (
  run: RunRecord,
  store: UntoldPorts,
  visit: (event: StoreEvent) => void,
): Promise<void> => {
  await store.eachEvent(run.id, visit)
  for (const { id } of await crashedBefore(run, store)) {
    const holding = await holdingOf(id, store)
    await store.eachEvent(id, event => {
      if (holding.has(keyOf(event.kind, event))) visit(event)
    })
  }
}

const crashedBefore = async (run: RunRecord, store: UntoldPorts): Promise<readonly RunRecord[]> =>
  (await wholeRunsBefore(run, store)).filter(
    ({ id, finishedAt, isOrganization }) =>
      finishedAt === undefined && isOrganization === run.isOrganization && id > (run.previousRunId ?? ''),
  )

/** What of the places that a run wrote to holds now, by the events that would say so. */
const holdingOf = async (runId: string, store: UntoldPorts): Promise<ReadonlySet<string>> => {
  const places = new Map<string, Pick<StoreEvent, 'accountId' | 'region'>>()
  await store.eachEvent(runId, ({ accountId, region }) => {
    places.set(`${accountId} ${region}`, { accountId, region })
  })
  const holding = new Set<string>()
  for (const { accountId, region } of places.values()) {
    const { findings, state } = await store.readArea(accountId, region)
    for (const finding of findings) {
      for (const kind of kindsOf(finding)) holding.add(keyOf(kind, { findingId: finding.id }))
    }
    if (state) holding.add(keyOf(coverageKindOf(state), state))
  }
  return holding
}

const keyOf = (
  kind: StoreEvent['kind'],
  event: { readonly findingId: string } | Pick<AreaState, 'accountId' | 'region'>,
) => `${kind} ${'findingId' in event ? event.findingId : `${event.accountId} ${event.region}`}`

const coverageKindOf = ({ covered }: AreaState) => (covered ? 'coverage-regained' : 'coverage-lost')

/** What a finding may have come to in order to be as it is. */
const kindsOf = ({ state, verdict, unconfirmedSince }: StoredFinding): readonly FindingEventKind[] => {
  if (state !== 'open') return [state]
  if (verdict === 'unknown') return []
  const doubt = unconfirmedSince === undefined ? 'confirmed' : 'unconfirmed'
  return ['new', 'baseline', 'reopened', 'waiver-expired', 'severity-changed', doubt]
}
