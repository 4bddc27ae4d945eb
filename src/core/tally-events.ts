import { firstOf } from './bounded.ts'
import { addFails, countFails, type FailCounts, noFails } from './fail-counts.ts'
import { isCause } from './finding.ts'
import type { StoreEvent } from './store.ts'
import { CoverageEventKind, type FindingEvent, FindingEventKind } from './stored.ts'
import { compareText } from './text.ts'
import { bySeverity } from './verdict.ts'

/** What happened in a run: every event counted, and of each kind the worst. */
export interface EventTally {
  /** Events of findings that count by themselves, and of coverage. */
  readonly counts: Readonly<Record<StoreEvent['kind'], number>>
  /** Events of findings that follow from others. */
  readonly caused: Readonly<Record<StoreEvent['kind'], number>>
  /** Findings that were first seen where nothing was judged before, by severity. */
  readonly baseline: FailCounts
  /** Of each kind those that weigh most; `counts` says how many there were. */
  readonly rows: Readonly<Record<FindingEventKind, readonly FindingEvent[]>>
}

const kinds = [...FindingEventKind.options, ...CoverageEventKind.options] as const
const none = () => Object.fromEntries(kinds.map(kind => [kind, 0])) as Record<StoreEvent['kind'], number>

/**
 * Counts events in constant memory; in what order they come makes no difference.
 * @param most how many rows of each kind are kept.
 */
export const tallyEvents = (most: number): { add(event: StoreEvent): void; result(): EventTally } => {
  const counts = none()
  const caused = none()
  const rows = new Map(FindingEventKind.options.map(kind => [kind, firstOf(most, byWeight)]))
  let baseline = noFails
  return {
    add: event => {
      if ('findingId' in event && !isCause(event)) {
        caused[event.kind] += 1
        return
      }
      counts[event.kind] += 1
      if (!('findingId' in event)) return
      rows.get(event.kind)?.add(event)
      if (event.kind === 'baseline') baseline = addFails([baseline, countFails([event])])
    },
    result: () => ({
      counts,
      caused,
      baseline,
      rows: Object.fromEntries([...rows].map(([kind, { items }]) => [kind, items])) as EventTally['rows'],
    }),
  }
}

/** The worst first, then by place. */
export const byWeight = (a: FindingEvent, b: FindingEvent): number =>
  bySeverity(a.severity, b.severity) ||
  compareText(a.accountId, b.accountId) ||
  compareText(a.region, b.region) ||
  compareText(a.checkId, b.checkId) ||
  compareText(a.resource.id, b.resource.id)
