import { describe, expect, test } from '@jest/globals'
import { compare } from '../../src/core/compare.ts'
import type { Finding } from '../../src/core/finding.ts'
import type { StoredFinding } from '../../src/core/stored.ts'
import { before, finding, next, nights, now, states, stored, told, written } from './nights.ts'

describe('words', () => {
  const others: readonly Partial<Finding>[] = [
    { title: 'Other' },
    { message: 'Other.' },
    { evidence: [] },
    { controls: [] },
    { resource: { ...finding().resource, name: 'renamed' } },
  ]

  test.each(others)('that change are written without an event: %j', other => {
    const failing = compare(states.fail, { says: 'fail', finding: finding(other) }, now)
    expect(told(failing)).toBe('put: open fail')
    expect(written(failing)).toEqual({ ...stored(other as Partial<StoredFinding>), changedIn: now.runId })
    const unknown = { ...finding({ status: 'unknown', message: 'Not known.' }), ...other }
    expect(told(compare(states.unknown, { says: 'unknown', finding: unknown }, now))).toBe('put: open unknown')
    const waived = compare(states.waived, { says: 'fail', finding: finding(other) }, { ...now, waived: true })
    expect(told(waived)).toBe('put: waived fail')
  })

  test('are compared by value, whatever the order of keys in the store', () => {
    const shuffled = stored({
      resource: { clusterName: 'shop', name: 'web', id: 'arn:web', type: 'node-group' },
      evidence: [{ source: 'launch template web', value: 'optional', what: 'HttpTokens' }],
      controls: [{ mapping: 'derived', id: '4.6', framework: 'CIS' }],
    })
    expect(compare(shuffled, nights.fail, now)).toBeUndefined()
  })

  test('of an unknown do not replace those of the fail that it cannot confirm', () => {
    expect(written(next('fail', 'unknown'))).toMatchObject({
      message: 'Node group web allows IMDSv1.',
      severity: 'high',
    })
  })
})

describe('what a finding remembers', () => {
  test('when it was first seen to fail', () => {
    expect(written(next('nothing', 'fail')).firstSeen).toBe(now.at)
    expect(written(next('unknown', 'fail')).firstSeen).toBe(now.at)
    expect(written(next('fail', 'fail of another severity')).firstSeen).toBe(before)
    expect(written(next('resolved', 'fail')).firstSeen).toBe(before)
  })

  test('since when it could not be confirmed, until it is seen again or closed', () => {
    expect(written(next('fail', 'not-read')).unconfirmedSince).toBe(now.at)
    for (const says of ['fail', 'pass', 'gone', 'retired'] as const) {
      expect(written(next('unconfirmed', says))).not.toHaveProperty('unconfirmedSince')
    }
  })

  test('when it was closed, until it is back', () => {
    for (const says of ['pass', 'gone', 'retired'] as const) {
      expect(written(next('fail', says)).resolvedAt).toBe(now.at)
    }
    expect(written(next('resolved', 'fail'))).not.toHaveProperty('resolvedAt')
  })

  test('how often it came back', () => {
    expect(written(next('nothing', 'fail')).reopenCount).toBe(0)
    expect(written(next('resolved', 'fail')).reopenCount).toBe(3)
    expect(written(next('resolved', 'fail', { waived: true })).reopenCount).toBe(3)
  })
})
