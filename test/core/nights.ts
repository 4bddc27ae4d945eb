import { type Circumstances, compare, type Tonight, type Transition } from '../../src/core/compare.ts'
import type { Finding } from '../../src/core/finding.ts'
import type { StoredFinding } from '../../src/core/stored.ts'

/** A finding in every state that is stored, and everything that a night can say of it. */

export const finding = (over: Partial<Finding> = {}): Finding => ({
  id: 'f1',
  checkId: 'node-group-imdsv2-required',
  status: 'fail',
  severity: 'high',
  accountId: '111122223333',
  region: 'eu-west-1',
  resource: { type: 'node-group', id: 'arn:web', name: 'web', clusterName: 'shop' },
  title: 'Node group requires IMDSv2',
  message: 'Node group web allows IMDSv1.',
  evidence: [{ what: 'HttpTokens', value: 'optional', source: 'launch template web' }],
  controls: [{ framework: 'CIS', id: '4.6', mapping: 'derived' }],
  owner: null,
  nodes: 3,
  causedBy: [],
  waiver: null,
  ...over,
})

export const earlier = '2026-11-20T02:00:00.000Z-aaaaaa'
export const before = '2026-11-20T02:00:00.000Z'
const longAgo = '2026-10-23T02:00:00.000Z'
export const now: Circumstances = {
  runId: '2026-11-22T02:00:00.000Z-bbbbbb',
  at: '2026-11-22T02:00:00.000Z',
  revision: 1,
  judgedBefore: true,
  waived: false,
}

export const stored = (over: Partial<StoredFinding> = {}): StoredFinding => {
  const { status, ...rest } = finding()
  return {
    ...rest,
    revision: 1,
    state: 'open',
    verdict: status,
    firstSeen: before,
    changedIn: earlier,
    reopenCount: 0,
    ...over,
  }
}

export const states = {
  nothing: undefined,
  fail: stored(),
  unconfirmed: stored({ unconfirmedSince: before }),
  unknown: stored({ verdict: 'unknown', message: 'Not known.' }),
  resolved: stored({ state: 'resolved', resolvedAt: before, reopenCount: 2 }),
  retired: stored({ state: 'retired', resolvedAt: before }),
  waived: stored({ state: 'waived' }),
  // Of a group that can have no node for a while: not seen since two days, and since a month.
  unseen: stored({ unconfirmedSince: before, unseenSince: before }),
  'unseen for long': stored({ unconfirmedSince: longAgo, unseenSince: longAgo }),
  'waived and unseen for long': stored({ state: 'waived', unseenSince: longAgo }),
  'unknown and unseen for long': stored({ verdict: 'unknown', message: 'Not known.', unseenSince: longAgo }),
} satisfies Record<string, StoredFinding | undefined>
export type State = keyof typeof states

export const nights = {
  pass: { says: 'pass' },
  fail: { says: 'fail', finding: finding() },
  'fail of another severity': { says: 'fail', finding: finding({ severity: 'critical' }) },
  unknown: { says: 'unknown', finding: finding({ status: 'unknown', message: 'Not known.' }) },
  gone: { says: 'gone' },
  'not-read': { says: 'not-read' },
  unseen: { says: 'unseen' },
  retired: { says: 'retired' },
} satisfies Record<string, Tonight>
export type Says = keyof typeof nights

/** `event: state verdict`, `put: …` without an event, `drop`, or nothing. */
export const told = (transition: Transition | undefined) => {
  if (!transition) return '–'
  if (transition.kind === 'drop') return 'drop'
  const { state, verdict, unconfirmedSince, unseenSince } = transition.finding
  const marks = [...(unconfirmedSince ? [' unconfirmed'] : []), ...(unseenSince ? [' unseen'] : [])]
  return `${transition.event ?? 'put'}: ${state} ${verdict}${marks.join('')}`
}

export const next = (state: State, says: Says, over: Partial<Circumstances> = {}) =>
  compare(states[state], nights[says], { ...now, ...over })

export const written = (transition: Transition | undefined): StoredFinding => {
  if (transition?.kind !== 'put') throw new Error(`nothing was written: ${told(transition)}`)
  return transition.finding
}
