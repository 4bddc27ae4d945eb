import { describe, expect, test } from '@jest/globals'
import { type Circumstances, compare } from '../../src/core/compare.ts'
import type { StoredFinding } from '../../src/core/stored.ts'
import { finding, next, nights, now, type Says, type State, states, stored, told, written } from './nights.ts'

const table: Record<State, Record<Says, string>> = {
  nothing: {
    pass: '–',
    fail: 'new: open fail',
    'fail of another severity': 'new: open fail',
    unknown: 'put: open unknown',
    gone: '–',
    'not-read': '–',
    unseen: '–',
    retired: '–',
  },
  fail: {
    pass: 'resolved: resolved fail',
    fail: '–',
    'fail of another severity': 'severity-changed: open fail',
    unknown: 'unconfirmed: open fail unconfirmed',
    gone: 'resolved: resolved fail',
    'not-read': 'unconfirmed: open fail unconfirmed',
    unseen: 'unconfirmed: open fail unconfirmed unseen',
    retired: 'retired: retired fail',
  },
  // `unconfirmed` comes once, and one event says that it is seen again: the one that weighs more.
  unconfirmed: {
    pass: 'resolved: resolved fail',
    fail: 'confirmed: open fail',
    'fail of another severity': 'severity-changed: open fail',
    unknown: '–',
    gone: 'resolved: resolved fail',
    'not-read': '–',
    unseen: 'put: open fail unconfirmed unseen',
    retired: 'retired: retired fail',
  },
  unknown: {
    pass: 'drop',
    fail: 'new: open fail',
    'fail of another severity': 'new: open fail',
    unknown: '–',
    gone: 'drop',
    'not-read': '–',
    unseen: 'put: open unknown unseen',
    retired: 'drop',
  },
  resolved: {
    pass: '–',
    fail: 'reopened: open fail',
    'fail of another severity': 'reopened: open fail',
    unknown: '–',
    gone: '–',
    'not-read': '–',
    unseen: '–',
    retired: '–',
  },
  retired: {
    pass: '–',
    fail: 'reopened: open fail',
    'fail of another severity': 'reopened: open fail',
    unknown: '–',
    gone: '–',
    'not-read': '–',
    unseen: '–',
    retired: '–',
  },
  waived: {
    pass: 'resolved: resolved fail',
    fail: 'waiver-expired: open fail',
    'fail of another severity': 'waiver-expired: open fail',
    unknown: '–',
    gone: 'resolved: resolved fail',
    'not-read': '–',
    unseen: 'put: waived fail unseen',
    retired: 'retired: retired fail',
  },
  unseen: {
    pass: 'resolved: resolved fail',
    fail: 'confirmed: open fail',
    'fail of another severity': 'severity-changed: open fail',
    // It is there again, or may have been meanwhile: the days begin anew.
    unknown: 'put: open fail unconfirmed',
    gone: 'resolved: resolved fail',
    'not-read': 'put: open fail unconfirmed',
    unseen: '–',
    retired: 'retired: retired fail',
  },
  'unseen for long': {
    pass: 'resolved: resolved fail',
    fail: 'confirmed: open fail',
    'fail of another severity': 'severity-changed: open fail',
    unknown: 'put: open fail unconfirmed',
    gone: 'resolved: resolved fail',
    'not-read': 'put: open fail unconfirmed',
    unseen: 'retired: retired fail',
    retired: 'retired: retired fail',
  },
  'waived and unseen for long': {
    pass: 'resolved: resolved fail',
    fail: 'waiver-expired: open fail',
    'fail of another severity': 'waiver-expired: open fail',
    unknown: 'put: waived fail',
    gone: 'resolved: resolved fail',
    'not-read': 'put: waived fail',
    unseen: 'retired: retired fail',
    retired: 'retired: retired fail',
  },
  'unknown and unseen for long': {
    pass: 'drop',
    fail: 'new: open fail',
    'fail of another severity': 'new: open fail',
    unknown: 'put: open unknown',
    gone: 'drop',
    'not-read': 'put: open unknown',
    unseen: 'drop',
    retired: 'drop',
  },
}
const cells = (Object.keys(table) as State[]).flatMap(state =>
  (Object.keys(nights) as Says[]).map(says => ({ state, says, expected: table[state][says] })),
)

describe('the transition table', () => {
  test.each(cells)('$state, tonight $says: $expected', ({ state, says, expected }) => {
    expect(told(next(state, says))).toBe(expected)
  })

  test.each(cells)('$state, tonight $says, is written once', ({ state, says }) => {
    const first = next(state, says)
    if (first?.kind !== 'put') return
    expect(compare(first.finding, nights[says], now)).toBeUndefined()
  })

  test.each(cells)('$state, tonight $says: whatever is written carries the run and nothing that is pending', cell => {
    const owing = states[cell.state] && { ...states[cell.state], pending: 'new' as const }
    const transition = compare(owing as StoredFinding | undefined, nights[cell.says], now)
    if (transition?.kind !== 'put') return
    expect(transition.finding.changedIn).toBe(now.runId)
    expect(transition.finding).not.toHaveProperty('pending')
  })
})

describe('a count of nodes', () => {
  const failing = (stored: StoredFinding, nodes: number | null) =>
    told(compare(stored, { says: 'fail', finding: finding({ nodes }) }, now))

  test('is no change by itself', () => {
    expect(failing(stored({ nodes: 3 }), 4)).toBe('–')
    expect(failing(stored({ nodes: 3 }), null)).toBe('–')
  })

  // Of a night that could not read them all; else a fault that is over would stay in the finding for ever.
  test('that is missing is made up for, once and without a word', () => {
    expect(failing(stored({ nodes: null }), 4)).toBe('put: open fail')
    expect(failing(stored({ nodes: null }), null)).toBe('–')
  })
})

describe('an area that was not judged like this before', () => {
  const transitions = (states: readonly State[]) =>
    states.map(state => told(next(state, 'fail', { judgedBefore: false })))

  test('gives a baseline where it would be new or back', () => {
    expect(transitions(['nothing', 'unknown', 'resolved', 'retired'])).toEqual(Array(4).fill('baseline: open fail'))
  })

  test('changes nothing else', () => {
    expect(transitions(['fail', 'unconfirmed', 'waived'])).toEqual([
      '–',
      'confirmed: open fail',
      'waiver-expired: open fail',
    ])
  })
})

describe('a waiver', () => {
  test.each<[State, Partial<Circumstances>]>([
    ['nothing', {}],
    ['nothing', { judgedBefore: false }],
    ['fail', {}],
    ['unconfirmed', {}],
    ['unknown', {}],
    ['resolved', {}],
    ['retired', {}],
  ])('makes %s that fails waived (%j)', (state, over) => {
    expect(told(next(state, 'fail', { ...over, waived: true }))).toBe('waived: waived fail')
    expect(told(next(state, 'fail of another severity', { ...over, waived: true }))).toBe('waived: waived fail')
  })

  test('keeps what is waived, in the words and the severity of tonight', () => {
    expect(next('waived', 'fail', { waived: true })).toBeUndefined()
    const heavier = next('waived', 'fail of another severity', { waived: true })
    expect(told(heavier)).toBe('put: waived fail')
    expect(written(heavier).severity).toBe('critical')
  })

  test('is about fails alone', () => {
    for (const says of ['pass', 'unknown', 'gone', 'not-read', 'unseen', 'retired'] as const) {
      for (const state of Object.keys(states) as State[]) {
        expect(told(next(state, says, { waived: true }))).toBe(table[state][says])
      }
    }
  })
})

describe('a check of another revision', () => {
  test.each<[State, string]>([
    ['fail', 'retired: retired fail'],
    ['unconfirmed', 'retired: retired fail'],
    ['waived', 'retired: retired fail'],
    ['unknown', 'drop'],
  ])('that passes %s does not count it as fixed', (state, expected) => {
    expect(told(next(state, 'pass', { revision: 2 }))).toBe(expected)
  })

  test('still sees that a resource is gone', () => {
    expect(told(next('fail', 'gone', { revision: 2 }))).toBe('resolved: resolved fail')
  })

  test('that fails is noted without an event, and from then on its pass is a fix', () => {
    const noted = next('fail', 'fail', { revision: 2 })
    expect(told(noted)).toBe('put: open fail')
    expect(written(noted).revision).toBe(2)
    expect(told(compare(written(noted), nights.pass, { ...now, revision: 2 }))).toBe('resolved: resolved fail')
  })
})
