import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checks } from '../../src/checks/index.ts'
import { closableIn } from '../../src/core/declarative-policy.ts'
import { evaluate, unassigned } from '../../src/core/evaluate.ts'
import { isCause, isOpenFail } from '../../src/core/finding.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { arbitraryInventory, withoutNodes } from './arbitrary.ts'
import { arbitraryFailures, withFailures } from './failing-reads.ts'

const imdsChecks = checks.filter(({ id }) => /^(?:node-group|launch-template)-imdsv2-required$/.test(id))

const judged = (inventory: RegionInventory) => {
  const subjects = joinSubjects(inventory)
  return { subjects, ...evaluate(imdsChecks, subjects, defaultPolicy) }
}
const closable = (inventory: RegionInventory) => {
  const { subjects, findings } = judged(inventory)
  return closableIn(subjects, findings)
}

/** What closes when the account's default is judged again as the policy would set it. */
const closed = (inventory: RegionInventory) => {
  const defaults = inventory.imdsDefaults.ok ? inventory.imdsDefaults.value : {}
  const then = { ...inventory, imdsDefaults: known({ ...defaults, httpTokens: 'required' as const }) }
  const left = new Set(judged(then).findings.map(({ id }) => id))
  return judged(inventory).findings.filter(one => isOpenFail(one) && isCause(one) && !left.has(one.id)).length
}

test('what a declarative policy would close is what closes when everything is judged again under it', () => {
  let most = 0
  fc.assert(
    fc.property(arbitraryInventory.map(withoutNodes), inventory => {
      most = Math.max(most, closable(inventory))
      expect(closable(inventory)).toBe(closed(inventory))
    }),
    { numRuns: 1000, seed: 20261122 },
  )
  expect(most).toBeGreaterThan(1)
})

test('where reads failed it promises no more than what closes', () => {
  fc.assert(
    fc.property(arbitraryInventory.map(withoutNodes), arbitraryFailures, (whole, failing) => {
      const part = withFailures(whole, failing)
      expect(closable(part)).toBeLessThanOrEqual(closed(part))
    }),
    { numRuns: 500, seed: 20261122 },
  )
})

describe('what a declarative policy would close', () => {
  const web = (metadataOptions: object) => ({
    launchTemplates: build.complete(build.launchTemplate([{ imageId: build.al2023Image.id, metadataOptions }])),
    nodeGroups: build.complete<never>(),
    autoScalingGroups: build.complete(build.autoScalingGroup()),
  })

  test.each([
    ['a template that leaves it to the account', {}, 1],
    ['nothing of a template that says optional itself', { httpTokens: 'optional' }, 0],
    ['nothing of one that is right', { httpTokens: 'required' }, 0],
  ])('is %s', (_, options, expected) => {
    expect(closable(build.inventory(web(options)))).toBe(expected)
  })

  test('is nothing that is waived', () => {
    const subjects = joinSubjects(build.inventory(web({})))
    const waiver = { owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: '2027-01-01' }
    const waived = evaluate(imdsChecks, subjects, defaultPolicy, {
      ...unassigned,
      waive: () => known({ waiver, index: 0 }),
    })
    expect(closableIn(subjects, waived.findings)).toBe(0)
  })
})
