import { type FirstOf, firstOf } from './bounded.ts'
import { isCause } from './finding.ts'
import type { StoreEvent } from './store.ts'
import type { FindingEvent } from './stored.ts'
import { byWeight } from './tally-events.ts'
import { bySeverity, type Severity } from './verdict.ts'

/** What of a night alerts: a fail that is new, back, or whose waiver has ended. */
export const alerting = ['new', 'reopened', 'waiver-expired'] as const
export type Alerting = (typeof alerting)[number]

/** What one account is told of a night. */
export interface Alert {
  readonly accountId: string
  readonly maxSeverity: Severity
  /** How many findings there are of each kind. */
  readonly counts: Readonly<Record<Alerting, number>>
  readonly checkIds: readonly string[]
  /** Those that weigh most. */
  readonly rows: readonly FindingEvent[]
}

/** How many findings an alert names; its other numbers count all of them. */
const mostRows = 20

interface Draft {
  readonly rows: FirstOf<FindingEvent>
  readonly counts: Record<Alerting, number>
  readonly checkIds: Set<string>
}

/**
 * Collects the alerts of a run from its events, one an account.
 * @param minSeverity what weighs less alerts nobody. Findings that follow from others are told by those.
 */
export const collectAlerts = (minSeverity: Severity): { add(event: StoreEvent): void; result(): readonly Alert[] } => {
  const drafts = new Map<string, Draft>()
  return {
    add: event => {
      if (!isAlerting(event) || !isCause(event) || bySeverity(event.severity, minSeverity) > 0) return
      const draft = drafts.get(event.accountId) ?? newDraft()
      drafts.set(event.accountId, draft)
      draft.rows.add(event)
      draft.counts[event.kind] += 1
      draft.checkIds.add(event.checkId)
    },
    result: () =>
      [...drafts]
        .map(([accountId, { rows, counts, checkIds }]) => ({
          accountId,
          maxSeverity: rows.items[0]?.severity ?? minSeverity,
          counts,
          checkIds: [...checkIds].sort(),
          rows: rows.items,
        }))
        .sort((a, b) => (a.accountId < b.accountId ? -1 : 1)),
  }
}

const newDraft = (): Draft => ({
  rows: firstOf(mostRows, byWeight),
  counts: { new: 0, reopened: 0, 'waiver-expired': 0 },
  checkIds: new Set(),
})

const isAlerting = (event: StoreEvent): event is FindingEvent & { readonly kind: Alerting } =>
  alerting.some(kind => kind === event.kind)
