import type { AsffFinding } from '../core/asff.ts'
import { isInScope } from '../core/coverage.ts'
import type { Hub, ImportFindings } from '../core/ports.ts'
import type { AccountReport, RunRecord, Store } from '../core/store.ts'
import type { FindingEventKind, StoredFinding } from '../core/stored.ts'
import { asffFinding } from '../reports/asff.ts'
import { knownRun } from './digest.ts'
import { findingOf } from './report.ts'
import { latestUntil } from './runs.ts'

export interface ImportPorts {
  readonly store: Pick<Store, 'readRun' | 'latestRuns' | 'eachAccount' | 'eachEvent' | 'readArea' | 'listFindings'>
  readonly importFindings: ImportFindings
  /** Whose Security Hub it is. */
  readonly hub: Hub
}

/** How many findings were imported. */
export interface Imported {
  readonly active: number
  readonly archived: number
}

/**
 * Imports what a run left into Security Hub: what is closed or waived since the whole run before it as archived, and every
 * fail that is open where the run looked as active, on every night, for a finding that is not updated is deleted after 90 days.
 *
 * May be repeated, and may come late: all imports of a run are of the time at which it ended, and Security Hub passes over
 * one that is not younger than what it has. What a run closed and is open by now is imported as open.
 * @throws {PostureError} when the store does not know the run, or Security Hub refuses something.
 */
export const importRun = async (runId: string, ports: ImportPorts): Promise<Imported> => {
  const run = await knownRun(runId, ports.store)
  const imported = { active: 0, archived: 0 }
  await ports.importFindings(findingsOf(run, ports, imported))
  return imported
}

async function* findingsOf(
  run: RunRecord,
  { store, hub }: ImportPorts,
  imported: { active: number; archived: number },
): AsyncGenerator<AsffFinding> {
  const updatedAt = run.finishedAt ?? run.startedAt
  const asff = (finding: StoredFinding) =>
    asffFinding(findingOf(finding), { hub, state: finding.state, firstSeen: finding.firstSeen, updatedAt })

  for await (const finding of closedBy(run, store)) {
    imported.archived += 1
    yield asff(finding)
  }
  const isTold = await placesOf(run, store)
  for (const finding of await store.listFindings()) {
    if (finding.state !== 'open' || finding.verdict !== 'fail' || !isTold(finding)) continue
    imported.active += 1
    yield asff(finding)
  }
}

/** Whether a run looked where a finding is; where posture.yaml excludes a place, nobody tells of it. */
const placesOf = async ({ id }: RunRecord, store: ImportPorts['store']) => {
  const regionsOf = new Map<string, AccountReport['regions']>()
  await store.eachAccount(id, ({ accountId, regions }) => void regionsOf.set(accountId, regions))
  return ({ accountId, region }: StoredFinding) => isInScope(regionsOf.get(accountId) ?? [], region)
}

const closing: ReadonlySet<FindingEventKind> = new Set(['resolved', 'retired', 'waived'])

/** What was closed or waived and still is, one account-Region after the other. */
async function* closedBy(run: RunRecord, store: ImportPorts['store']): AsyncGenerator<StoredFinding> {
  const areas = new Map<string, { accountId: string; region: string; ids: Set<string> }>()
  for (const id of await runsUpTo(run, store)) {
    await store.eachEvent(id, event => {
      if (!('findingId' in event) || !closing.has(event.kind)) return
      const { accountId, region, findingId } = event
      const area = areas.get(`${accountId} ${region}`) ?? { accountId, region, ids: new Set() }
      areas.set(`${accountId} ${region}`, { ...area, ids: area.ids.add(findingId) })
    })
  }
  for (const { accountId, region, ids } of areas.values()) {
    const { findings } = await store.readArea(accountId, region)
    yield* findings.filter(({ id, state }) => ids.has(id) && state !== 'open')
  }
}

/** The run, and the scoped ones since the whole run before it: nobody imports those by themselves. */
const runsUpTo = async ({ id, previousRunId = '' }: RunRecord, store: ImportPorts['store']) => {
  const recent = await latestUntil(runs => runs.some(run => run.id <= previousRunId), store)
  return [...new Set([id, ...recent.map(run => run.id).filter(other => other > previousRunId && other < id)])]
}
