import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checks } from '../../src/checks/index.ts'
import type { Check, SubjectKind } from '../../src/core/check.ts'
import { isListed, listedOf } from '../../src/core/completeness.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { accountSubject, joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import { known, notRead } from '../../src/core/read.ts'
import type { AccountRegion } from '../../src/core/subjects.ts'
import type { Status } from '../../src/core/verdict.ts'
import * as build from '../support/build.ts'
import { arbitraryInventory } from './arbitrary.ts'
import { arbitraryFailures, withFailures } from './failing-reads.ts'

// Promise 1 of the product: a read that failed is unknown, never pass, and never resolves a finding. Nor may it raise an
// alarm, so it makes no fail and changes no severity.

/** What a verdict over a complete inventory may become once reads fail. A pass may only ever be lost. */
const allowed: Readonly<Record<Status, readonly Status[]>> = {
  pass: ['pass', 'unknown'],
  fail: ['fail', 'unknown'],
  unknown: ['unknown'],
  skip: ['skip', 'unknown'],
}

// A cluster whose groups were not all seen may need its VPC CNI after all, and the one it has is good: the answer to a
// question that, had all been seen, would not have arisen.
const answeredAnyway = 'cluster-vpc-cni-ready: skip became pass'

const vouching: Policy = { ...defaultPolicy, expect: [{ cluster: 'shop', vpcCni: '1.18.1' }] }

interface Judged {
  readonly status: Status
  /** Of a fail, what it weighs. */
  readonly severity: string | undefined
}

const kinds: readonly Exclude<SubjectKind, 'account'>[] = ['cluster', 'node-group', 'launch-template', 'image']

const verdictsOf = (inventory: RegionInventory, policy: Policy): ReadonlyMap<string, Judged> => {
  const subjects = joinSubjects(inventory)
  const judge = (check: Check, kind: (typeof kinds)[number]) =>
    subjects[kind].map((subject): readonly [string, Judged] => {
      const verdict = check.evaluate(subject, policy)
      const severity = verdict.status === 'fail' ? (verdict.severity ?? check.severity) : undefined
      return [`${check.id} of ${subject.resource.id}`, { status: verdict.status, severity }]
    })
  return new Map(
    kinds.flatMap(kind => checks.filter(({ appliesTo }) => appliesTo === kind).flatMap(check => judge(check, kind))),
  )
}

/** What failed reads changed and may not change, in words. */
const brokenPromises = (whole: RegionInventory, part: RegionInventory, policy: Policy): string[] => {
  const before = verdictsOf(whole, policy)
  return [...verdictsOf(part, policy)].flatMap(([place, { status, severity }]) => {
    const complete = before.get(place)
    if (!complete) return status === 'unknown' ? [] : [`${place}: not there when complete, but ${status}`]
    const change = `${complete.status} became ${status}`
    if (`${place.split(' ')[0]}: ${change}` === answeredAnyway) return []
    if (!allowed[complete.status].includes(status)) return [`${place}: ${change}`]
    const isSevere = status !== 'fail' || complete.severity === severity
    return isSevere ? [] : [`${place}: ${complete.severity} became ${severity}`]
  })
}

test.each([
  ['the default policy', defaultPolicy],
  ['a policy that vouches for a VPC CNI', vouching],
])('failed reads only ever make a verdict unknown, under %s', (_, policy) => {
  fc.assert(
    fc.property(arbitraryInventory, arbitraryFailures, (whole, failing) => {
      expect(brokenPromises(whole, withFailures(whole, failing), policy)).toEqual([])
    }),
    { numRuns: 3000, seed: 20261122 },
  )
})

test('failed reads never make a resource seem to be gone, which would resolve its findings', () => {
  const resourcesOf = (inventory: RegionInventory) => {
    const subjects = joinSubjects(inventory)
    return kinds.flatMap(kind => subjects[kind].map(({ resource }) => resource))
  }
  fc.assert(
    fc.property(arbitraryInventory, arbitraryFailures, (whole, failing) => {
      const part = withFailures(whole, failing)
      const seen = new Set(resourcesOf(part).map(({ id }) => id))
      const listed = listedOf(part)
      const lost = resourcesOf(whole).filter(resource => !seen.has(resource.id) && isListed(listed, resource))
      expect(lost.map(({ id }) => id)).toEqual([])
    }),
    { numRuns: 3000, seed: 20261122 },
  )
})

const arbitraryRegion: fc.Arbitrary<AccountRegion> = fc
  .tuple(fc.stringMatching(/^[a-z]{2}-west-[1-9]$/), fc.constantFrom('required', 'optional', undefined))
  .map(([region, httpTokens]) => ({ region, status: 'ok', defaults: known(httpTokens ? { httpTokens } : {}) }))

test('of an account, failed or unlisted Regions only ever make a verdict unknown', () => {
  const accountChecks = checks.filter(({ appliesTo }) => appliesTo === 'account')
  expect(accountChecks.length).toBeGreaterThan(0)
  const denied = notRead('ec2:GetInstanceMetadataDefaults', 'access denied')
  const unlisted = notRead('ec2:DescribeRegions', 'access denied')
  fc.assert(
    fc.property(
      fc.array(arbitraryRegion),
      fc.array(fc.constantFrom('read', 'denied', 'unlisted')),
      fc.boolean(),
      (regions, fates, allows) => {
        const fateOf = (index: number) => fates[index] ?? 'read'
        const part = regions.flatMap((region, index): AccountRegion[] => {
          if (fateOf(index) === 'unlisted') return []
          return [fateOf(index) === 'read' ? region : { ...region, status: 'partial', defaults: denied }]
        })
        const isListed = !fates.includes('unlisted')
        // What fails in the part that was read fails in the whole; that nothing does is known of the whole alone.
        const isWhole = fates.slice(0, regions.length).every(fate => fate === 'read') && isListed
        const allowsImdsV1 = isWhole ? known(allows) : denied
        for (const check of accountChecks) {
          const { status: before } = check.evaluate(
            accountSubject(build.target(), regions, known(allows)),
            defaultPolicy,
          )
          const subject = accountSubject(build.target(), part, allowsImdsV1, isListed ? undefined : unlisted)
          expect(allowed[before]).toContain(check.evaluate(subject, defaultPolicy).status)
        }
      },
    ),
    { seed: 20261122 },
  )
})
