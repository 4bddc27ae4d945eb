import { describe, expect, test } from '@jest/globals'
import { defaultPolicy, expected, expectedOf, leavesOut, type Policy, severityFor } from '../../src/core/policy.ts'
import { known, notRead } from '../../src/core/read.ts'

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

test('what is expected by a tag is expected of the groups with that tag, and not known where tags were not read', () => {
  const policy: Policy = {
    ...defaultPolicy,
    expect: [
      { cluster: 'pay*', tag: 'network=cilium', hopLimit: 3, reason: 'Cilium' },
      { tag: 'role=a=b', hopLimit: 4, reason: 'Docker in Docker' },
      { cluster: 'payments', hopLimit: 2, reason: 'late' },
    ],
  }
  const limitOf = (clusterName: string, tags: Readonly<Record<string, string>>) => {
    const found = expectedOf(policy, { clusterName, tags: known(tags) }, 'hopLimit')
    return found.ok ? found.value?.hopLimit : found
  }
  expect(limitOf('payments', { network: 'cilium' })).toBe(3)
  expect(limitOf('shop', { network: 'cilium' })).toBeUndefined()
  expect(limitOf('shop', { role: 'a=b' })).toBe(4)
  expect(limitOf('payments', { network: 'vpc' })).toBe(2)
  expect(expected(policy, 'payments', 'hopLimit')?.hopLimit).toBe(2)

  const unread = notRead('eks:DescribeNodegroup', 'access denied')
  expect(expectedOf(policy, { clusterName: 'payments', tags: unread }, 'hopLimit')).toEqual(unread)
  expect(expectedOf(policy, { clusterName: 'payments', tags: unread }, 'vpcCni')).toEqual(known(undefined))
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
    securityHub: { import: false },
  })
  expect(severityFor(defaultPolicy, 'image-imdsv2-supported')).toBeUndefined()
})
