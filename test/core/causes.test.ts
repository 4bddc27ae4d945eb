import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checks } from '../../src/checks/index.ts'
import { type Assignment, evaluate, unassigned } from '../../src/core/evaluate.ts'
import { isCause, isOpenFail } from '../../src/core/finding.ts'
import type { LaunchTemplate, RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import { known } from '../../src/core/read.ts'
import { bySeverity } from '../../src/core/verdict.ts'
import * as build from '../support/build.ts'
import { arbitraryInventory, withoutNodes } from './arbitrary.ts'

const cause = 'launch-template-imdsv2-required'
const effect = 'node-group-imdsv2-required'
const imdsChecks = checks.filter(({ id }) => id === cause || id === effect)

const findingsOf = (inventory: RegionInventory, policy: Policy = defaultPolicy, assignment: Assignment = unassigned) =>
  evaluate(imdsChecks, joinSubjects(inventory), policy, assignment).findings

const requiring = (template: LaunchTemplate): LaunchTemplate => ({
  ...template,
  versions: template.versions.map(({ number, data }) => ({
    number,
    data: data.ok
      ? known({ ...data.value, metadataOptions: { ...data.value.metadataOptions, httpTokens: 'required' as const } })
      : data,
  })),
})

/** The account-Region once somebody has mended these templates, and EKS has copied them again. */
const mended = (inventory: RegionInventory, ids: ReadonlySet<string>): RegionInventory => {
  const copies = inventory.nodeGroups.items.flatMap(({ name, detail }) =>
    detail.ok && ids.has(detail.value.launchTemplate?.id ?? '') ? [name.replace('ng', 'lt-copy')] : [],
  )
  const items = inventory.launchTemplates.items.map(template =>
    ids.has(template.id) || copies.includes(template.id) ? requiring(template) : template,
  )
  return { ...inventory, launchTemplates: { ...inventory.launchTemplates, items } }
}

test('to mend what a finding follows from is to mend it, and it is open itself and weighs as much', () => {
  let linked = 0
  fc.assert(
    fc.property(arbitraryInventory.map(withoutNodes), inventory => {
      const findings = findingsOf(inventory)
      const byId = new Map(findings.map(one => [one.id, one]))
      for (const one of findings.filter(found => !isCause(found))) {
        linked += 1
        const causes = one.causedBy.flatMap(id => byId.get(id) ?? [])
        expect(causes).toHaveLength(one.causedBy.length)
        for (const other of causes) {
          expect({ check: other.checkId, open: isOpenFail(other), cause: isCause(other) }).toEqual({
            ...{ check: cause, open: true, cause: true },
          })
          expect(bySeverity(other.severity, one.severity)).toBeLessThanOrEqual(0)
        }
        const ids = new Set(causes.map(({ resource }) => resource.id.split('/').at(-1) ?? ''))
        expect(findingsOf(mended(inventory, ids)).filter(({ id }) => id === one.id)).toEqual([])
      }
    }),
    { numRuns: 800, seed: 20261122 },
  )
  expect(linked).toBeGreaterThan(20)
})

describe('a group that starts from a template that allows IMDSv1', () => {
  const web = (metadataOptions: object) =>
    build.inventory({
      launchTemplates: build.complete(build.launchTemplate([{ imageId: build.al2023Image.id, metadataOptions }])),
      nodeGroups: build.complete<never>(),
      autoScalingGroups: build.complete(build.autoScalingGroup()),
    })
  const optional = web({ httpTokens: 'optional' })
  const groupIn = (findings: ReturnType<typeof findingsOf>) => {
    const found = findings.find(({ checkId }) => checkId === effect)
    if (!found) throw new Error('the group does not fail')
    return found
  }
  const waiver = { owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: '2027-01-01' }
  const waiving = (checkId: string): Assignment => ({
    ...unassigned,
    waive: id => known(id === checkId ? { waiver, index: 0 } : undefined),
  })

  test('follows from the finding of the template', () => {
    const findings = findingsOf(optional)
    const template = findings.find(({ checkId }) => checkId === cause)
    expect(groupIn(findings).causedBy).toEqual([template?.id])
  })

  test('counts by itself where the template is waived, or it is itself', () => {
    for (const checkId of [cause, effect]) {
      expect(groupIn(findingsOf(optional, defaultPolicy, waiving(checkId))).causedBy).toEqual([])
    }
  })

  test('counts by itself where posture.yaml lets the template weigh less', () => {
    const lighter: Policy = { ...defaultPolicy, checks: { ...defaultPolicy.checks, severity: { [cause]: 'low' } } }
    expect(groupIn(findingsOf(optional, lighter)).causedBy).toEqual([])
  })

  test('counts by itself where the check of templates is off', () => {
    const alone = evaluate(
      imdsChecks.filter(({ id }) => id === effect),
      joinSubjects(optional),
      defaultPolicy,
    )
    expect(groupIn(alone.findings).causedBy).toEqual([])
  })
})
