import { describe, expect, test } from '@jest/globals'
import { defaultPolicy, expected, leavesOut, type Policy, severityFor } from '../../src/core/policy.ts'

describe('a selection', () => {
  test.each<[string, Parameters<typeof leavesOut>[0], string[], ReturnType<typeof leavesOut>]>([
    ['has everything without a rule', {}, ['a'], undefined],
    ['has what it includes', { include: ['a', 'b'] }, ['b'], undefined],
    ['leaves out what it does not include', { include: ['a'] }, ['b'], 'include'],
    ['leaves out what it excludes', { exclude: ['a'] }, ['a'], 'exclude'],
    ['has what it does not exclude', { exclude: ['a'] }, ['b'], undefined],
    ['leaves out what it includes and excludes', { include: ['a'], exclude: ['a'] }, ['a'], 'exclude'],
    [
      'has an account whose OU lies below an included one',
      { include: ['ou-root'] },
      ['ou-root', 'ou-below'],
      undefined,
    ],
    [
      'leaves out an account whose OU lies below an excluded one',
      { include: ['ou-below'], exclude: ['ou-root'] },
      ['ou-root', 'ou-below'],
      'exclude',
    ],
    ['has nothing under an empty include', { include: [] }, ['a'], 'include'],
    ['has everything under an empty exclude', { exclude: [] }, ['a'], undefined],
  ])('%s', (_, selection, candidates, rule) => {
    expect(leavesOut(selection, candidates)).toBe(rule)
  })
})

test('what is expected of a cluster is said by the first entry that matches and speaks of it', () => {
  const policy: Policy = {
    ...defaultPolicy,
    expect: [
      { cluster: 'payments-*', hopLimit: 3, reason: 'Cilium' },
      { cluster: '*', podsNeedImds: false },
      { cluster: 'payments-eu', hopLimit: 2, reason: 'late', vpcCni: '1.18.1' },
    ],
  }
  expect(expected(policy, 'payments-eu', 'hopLimit')?.hopLimit).toBe(3)
  expect(expected(policy, 'payments-eu', 'podsNeedImds')?.podsNeedImds).toBe(false)
  expect(expected(policy, 'payments-eu', 'vpcCni')?.vpcCni).toBe('1.18.1')
  expect(expected(policy, 'shop', 'hopLimit')).toBeUndefined()
})

test('without posture.yaml nothing is excluded, expected, enabled, waived or weighed otherwise', () => {
  expect(defaultPolicy).toEqual({
    version: 1,
    scope: { accounts: {}, ous: {}, regions: {} },
    checks: { enable: [], disable: [], severity: {} },
    expect: [],
    owners: { accounts: {}, ous: {} },
    dueDays: {},
    alerts: { minSeverity: 'high' },
    digest: { whenNothingChanged: 'one-line' },
    limits: { accounts: 8, regions: 4, share: 0.25 },
    waivers: [],
  })
  expect(severityFor(defaultPolicy, 'image-imdsv2-supported')).toBeUndefined()
})
