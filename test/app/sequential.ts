import { compare, type Tonight } from '../../src/core/compare.ts'
import type { Run } from '../../src/core/run.ts'
import type { FindingEventKind, StoredFinding } from '../../src/core/stored.ts'
import * as build from '../support/build.ts'
import { account, area, finding, runOf, unlisted } from './memory.ts'

/** What runs that come one after the other make of one finding, without any store. */

export const says = ['pass', 'fail', 'worse', 'unknown', 'gone', 'not-read', 'retired'] as const
export type Says = (typeof says)[number]

export const before = runOf(1)
const stored = (over: Partial<StoredFinding> = {}): StoredFinding => {
  const { status, ...rest } = finding()
  return {
    ...rest,
    revision: 1,
    state: 'open',
    verdict: status,
    firstSeen: before.startedAt,
    changedIn: before.id,
    reopenCount: 0,
    ...over,
  }
}

/** What is stored at first, and whether the event that it may owe was told before the crash. */
export const starts = {
  nothing: { finding: undefined, told: false },
  fail: { finding: stored(), told: false },
  unconfirmed: { finding: stored({ unconfirmedSince: before.startedAt }), told: false },
  unknown: { finding: stored({ verdict: 'unknown' }), told: false },
  resolved: { finding: stored({ state: 'resolved', resolvedAt: before.startedAt }), told: false },
  retired: { finding: stored({ state: 'retired', resolvedAt: before.startedAt }), told: false },
  waived: { finding: stored({ state: 'waived' }), told: false },
  'fail that owes new': { finding: stored({ pending: 'new' }), told: false },
  'fail that told new': { finding: stored({ pending: 'new' }), told: true },
  'resolved that owes it': { finding: stored({ state: 'resolved', pending: 'resolved' }), told: false },
} satisfies Record<string, { finding: StoredFinding | undefined; told: boolean }>
export type Start = (typeof starts)[keyof typeof starts]

const tonight: Record<Says, Tonight> = {
  pass: { says: 'pass' },
  fail: { says: 'fail', finding: finding() },
  worse: { says: 'fail', finding: finding({ severity: 'critical' }) },
  unknown: { says: 'unknown', finding: finding({ status: 'unknown' }) },
  gone: { says: 'gone' },
  'not-read': { says: 'not-read' },
  retired: { says: 'retired' },
}

/** The scan of an account that says this of the finding. */
export const accountThat = (what: Says) => {
  const said = tonight[what]
  const nobody = [{ checkId: 'c1', revision: 1, resourceIds: new Set<string>() }]
  if ('finding' in said) return account([area({ findings: [said.finding] })])
  if (what === 'pass') return account([area()])
  if (what === 'not-read') return account([area({ judged: nobody, listed: unlisted, isComplete: false })], 'partial')
  if (what === 'gone') return account([area({ judged: nobody })])
  return account([area({ judged: [] })], 'ok', { target: build.target({ state: 'CLOSED' }) })
}

export interface Actor {
  readonly run: Run
  readonly says: Says
  /** Whether it crashed before it told what it did. */
  readonly owes?: boolean
}

export interface Ledger {
  readonly finding: StoredFinding | undefined
  readonly events: readonly FindingEventKind[]
  /** Whether what is pending was not told yet. */
  readonly owes: boolean
}

/** What a run makes of a finding that nobody else touches meanwhile. */
export const inTurn = (ledger: Ledger, { run, says: what, owes = false }: Actor): Ledger => {
  const { finding: first, events } = ledger
  if (first && first.changedIn >= run.id) return ledger
  const { pending, ...rest } = first ?? {}
  const settled = first && (rest as StoredFinding)
  // A run that takes over what another owes does nothing else to the finding.
  if (settled && pending && ledger.owes) {
    const takenOver = { ...settled, changedIn: run.id }
    return owes
      ? { finding: { ...takenOver, pending }, events, owes }
      : { finding: takenOver, events: [...events, pending], owes }
  }
  const circumstances = { runId: run.id, at: run.startedAt, revision: 1, judgedBefore: true, waived: false }
  const transition = compare(settled, tonight[what], circumstances)
  if (!transition) return { finding: settled, events, owes: false }
  if (transition.kind === 'drop') return { finding: undefined, events, owes: false }
  const { finding: next, event } = transition
  if (owes && event) return { finding: { ...next, pending: event }, events, owes }
  return { finding: next, events: event ? [...events, event] : events, owes: false }
}

/** The run that wrote last is left out: of equals, any may have. */
export const inWords = (found: StoredFinding | undefined, events: readonly FindingEventKind[]) => {
  const { changedIn, ...rest } = found ?? {}
  return JSON.stringify([Object.entries(rest).sort(), [...events].sort()])
}

export const ordersOf = (actors: readonly Actor[]): Actor[][] =>
  actors.length === 0
    ? [[]]
    : actors.flatMap(actor => ordersOf(actors.filter(other => other !== actor)).map(rest => [actor, ...rest]))
