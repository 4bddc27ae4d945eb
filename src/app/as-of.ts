import pMap from 'p-map'
import type { AccountReport, RunRecord, Store } from '../core/store.ts'
import type { FindingEvent, StoredFinding } from '../core/stored.ts'
import { compareText } from '../core/text.ts'
import { globalRegion } from './scan-account.ts'

const readsAtOnce = 8

/**
 * The findings that stood open, or waived, when an earlier run had ended: what was not written since as it is stored, the
 * others by their events. What was only unknown and has changed since left no event, and is not among them.
 * @param accounts the reports of the run, for the areas that it looked at.
 */
export const findingsAsOf = async (
  { id: runId }: Pick<RunRecord, 'id'>,
  accounts: readonly AccountReport[],
  store: Store,
): Promise<readonly StoredFinding[]> => {
  const areas = accounts.flatMap(({ accountId, regions }) =>
    [...regions.map(({ region }) => region), globalRegion].map(region => ({ accountId, region })),
  )
  const findings = await pMap(
    areas,
    async ({ accountId, region }) => {
      const { findings: stored } = await store.readArea(accountId, region)
      return Promise.all(stored.map(finding => (finding.changedIn <= runId ? finding : past(finding, runId, store))))
    },
    { concurrency: readsAtOnce },
  )
  return findings
    .flat()
    .filter(finding => finding !== undefined && /^(?:open|waived)$/.test(finding.state)) as readonly StoredFinding[]
}

/** A finding as its last event up to a run tells it; undefined where it had none by then. */
const past = async (finding: StoredFinding, runId: string, store: Store): Promise<StoredFinding | undefined> => {
  const events = (await store.historyOf({ findingId: finding.id })).filter(event => event.runId <= runId)
  const last = events.toSorted((a, b) => compareText(a.runId, b.runId)).at(-1)
  if (!last) return undefined
  const { severity, message, owner, causedBy, firstSeen, waiver = null } = last
  // Evidence is kept for the newest words alone.
  const evidence = message === finding.message ? finding.evidence : []
  return {
    ...finding,
    verdict: 'fail',
    state: stateAfter(last),
    severity,
    message,
    owner,
    causedBy,
    firstSeen,
    waiver,
    evidence,
  }
}

const stateAfter = ({ kind }: FindingEvent): StoredFinding['state'] =>
  kind === 'resolved' || kind === 'retired' || kind === 'waived' ? kind : 'open'
