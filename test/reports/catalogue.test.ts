import { describe, expect, test } from '@jest/globals'
import { defineCheck } from '../../src/core/check.ts'
import { pass } from '../../src/core/verdict.ts'
import { catalogueJson, catalogueTable, explainCheck } from '../../src/reports/catalogue.ts'
import { expectGolden } from './golden.ts'

const plainCheck = defineCheck({
  id: 'node-group-plain',
  revision: 1,
  title: 'Node group is plain',
  severity: 'critical',
  appliesTo: 'node-group',
  why: 'What is not plain breaks at night.',
  fix: 'Make it plain, then replace the nodes.',
  references: ['https://docs.aws.amazon.com/eks/', 'https://kubernetes.io/'],
  controls: [
    { framework: 'AWS Security Hub', id: 'EC2.8', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'AC-3', mapping: 'derived' },
  ],
  evaluate: () => pass,
})
const optInCheck = defineCheck({
  ...plainCheck,
  id: 'account-calm',
  revision: 3,
  title: 'Account is calm',
  severity: 'low',
  appliesTo: 'account',
  optIn: true,
  evaluate: () => pass,
})
const both = [plainCheck, optInCheck]

describe('the catalogue', () => {
  test('is a line a check, in columns, and tells what is opt-in', async () => {
    await expectGolden('catalogue.txt', catalogueTable(both))
  })

  test('explains one check so that a person can act', async () => {
    await expectGolden('explain.txt', `${explainCheck(plainCheck)}\n---\n\n${explainCheck(optInCheck)}`)
  })

  test('is JSON with every field but the function, opt-in or not', async () => {
    await expectGolden('catalogue.json.txt', catalogueJson(both))
    const fields = Object.keys(plainCheck).filter(field => field !== 'evaluate')
    for (const check of JSON.parse(catalogueJson(both)))
      expect(Object.keys(check).sort()).toEqual([...fields, 'optIn'].sort())
  })
})
