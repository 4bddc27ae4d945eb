import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import check from '../../src/checks/node-group-imdsv2-required.ts'
import { byPlace, type Finding, findingId, findingOf } from '../../src/core/finding.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import { sha256Hex } from '../../src/core/sha256.ts'
import { compareText } from '../../src/core/text.ts'
import { pass, type Severity, skip, type Verdict } from '../../src/core/verdict.ts'
import { nodeGroup } from '../support/build.ts'

const { resource } = nodeGroup()
const fail = (severity?: Severity): Verdict => ({
  status: 'fail',
  message: 'It fails.',
  evidence: [],
  ...(severity && { severity }),
})
const unknown: Verdict = { status: 'unknown', message: 'Nobody knows.', evidence: [] }
const policyWith = (severity: Policy['checks']['severity']): Policy => ({
  ...defaultPolicy,
  checks: { ...defaultPolicy.checks, severity },
})

describe('the id of a finding', () => {
  const independent = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

  test('is the first 32 hex digits of SHA-256 of check id, newline, resource id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (checkId, resourceId) => {
        expect(findingId(checkId, resourceId)).toBe(independent(`${checkId}\n${resourceId}`).slice(0, 32))
        expect(sha256Hex(resourceId)).toBe(independent(resourceId))
      }),
      { seed: 20261122 },
    )
  })

  // A stored finding is found again by these very digits: they may never change.
  test('is stable for ever', () => {
    expect(
      findingId('node-group-imdsv2-required', 'arn:aws:eks:eu-west-1:111122223333:nodegroup/shop/web/0c5d0d3e'),
    ).toBe('3f19eb61313b5be22a9cf85340eb2deb')
  })

  test('does not depend on what was found', () => {
    expect(findingOf(check, resource, fail(), defaultPolicy)?.id).toBe(
      findingOf(check, resource, unknown, defaultPolicy)?.id,
    )
  })
})

describe('a finding', () => {
  test.each([pass, skip])('is made of no $status', verdict => {
    expect(findingOf(check, resource, verdict, defaultPolicy)).toBeUndefined()
  })

  test('holds what a report needs of the resource, and no tags', () => {
    expect(findingOf(check, resource, fail(), defaultPolicy)).toEqual({
      id: findingId(check.id, resource.id),
      checkId: 'node-group-imdsv2-required',
      status: 'fail',
      severity: 'high',
      accountId: '111122223333',
      region: 'eu-west-1',
      resource: { type: 'node-group', id: resource.id, name: 'web', clusterName: 'shop' },
      title: check.title,
      message: 'It fails.',
      evidence: [],
      controls: check.controls,
      owner: null,
      nodes: null,
      causedBy: [],
      waiver: null,
    })
  })

  test.each<[string, Verdict, Policy, Severity]>([
    ["the check's", fail(), defaultPolicy, 'high'],
    ["the verdict's before the check's", fail('critical'), defaultPolicy, 'critical'],
    ["the policy's before the verdict's", fail('critical'), policyWith({ [check.id]: 'info' }), 'info'],
    ["the check's where it is unknown", unknown, defaultPolicy, 'high'],
    ["the policy's also where it is unknown", unknown, policyWith({ [check.id]: 'low' }), 'low'],
    ["the check's where the policy speaks of another", fail(), policyWith({ other: 'low' }), 'high'],
  ])('has the severity of %s', (_, verdict, policy, severity) => {
    expect(findingOf(check, resource, verdict, policy)?.severity).toBe(severity)
  })
})

test('findings are sorted by account, Region, severity, check and resource', () => {
  const finding = (accountId: string, region: string, severity: Severity, checkId: string, id: string) =>
    ({ ...findingOf(check, { ...resource, accountId, region, id }, fail(severity), defaultPolicy), checkId }) as Finding
  const sorted = [
    finding('1', 'eu-west-1', 'critical', 'b', 'z'),
    finding('1', 'eu-west-1', 'info', 'a', 'a'),
    finding('1', 'us-east-1', 'high', 'a', 'b'),
    finding('1', 'us-east-1', 'high', 'b', 'a'),
    finding('1', 'us-east-1', 'high', 'b', 'b'),
    finding('2', 'eu-west-1', 'low', 'a', 'a'),
    finding('2', 'global', 'critical', 'a', 'a'),
  ]
  expect(sorted.toReversed().toSorted(byPlace)).toEqual(sorted)
  expect([...sorted.slice(3), ...sorted.slice(0, 3)].toSorted(byPlace)).toEqual(sorted)
})

test('texts are compared by code units and not as a locale would', () => {
  expect(['b', 'B', 'ä', 'a', '10', '9'].toSorted(compareText)).toEqual(['10', '9', 'B', 'a', 'b', 'ä'])
  expect(compareText('same', 'same')).toBe(0)
})
