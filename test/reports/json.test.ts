import { describe, expect, test } from '@jest/globals'
import { coverageStatuses } from '../../src/core/coverage.ts'
import { reportFormats, reports } from '../../src/reports/index.ts'
import { json } from '../../src/reports/json.ts'
import { expectGolden } from './golden.ts'
import { clean, result } from './result.ts'

// biome-ignore lint/suspicious/noExplicitAny: a consumer knows no more of the text than its documentation
const parsed = (of = result): any => JSON.parse(json(of))

describe('the JSON', () => {
  test('is one object with everything', async () => {
    await expectGolden('result.json.txt', json(result))
  })

  test('is the same bytes for the same result, whatever the order of its fields', () => {
    const turned = Object.fromEntries(Object.entries(result).toReversed()) as unknown as typeof result
    expect(json(turned)).toBe(json(result))
  })

  test('ends with a line break and holds one document', () => {
    expect(json(result)).toMatch(/^\{[\s\S]*\}\n$/)
  })

  test('names every field of every finding, with null where there is no value', () => {
    const fields = [
      'id',
      'checkId',
      'status',
      'severity',
      'accountId',
      'region',
      'resource',
      'title',
      'message',
      'evidence',
      'firstSeen',
      'controls',
    ]
    for (const finding of parsed().findings) {
      expect(Object.keys(finding)).toEqual(fields)
      expect(Object.keys(finding.resource)).toEqual(['type', 'id', 'name', 'clusterName'])
      expect(finding.firstSeen).toBeNull()
    }
    expect(
      parsed().findings.filter((one: { resource: { clusterName: unknown } }) => one.resource.clusterName === null),
    ).toHaveLength(3)
  })

  test('lists each unknown as a finding, and no pass', () => {
    const statuses = parsed().findings.map(({ status }: { status: string }) => status)
    expect(statuses.filter((status: string) => status === 'unknown')).toHaveLength(5)
    expect(new Set(statuses)).toEqual(new Set(['fail', 'unknown']))
  })

  test('has one coverage row for each account-Region, with null where there is nothing to say', () => {
    const { coverage } = parsed()
    expect(coverage).toHaveLength(result.coverage.length)
    for (const row of coverage) expect(Object.keys(row)).toEqual(['accountId', 'region', 'status', 'detail'])
    expect(coverage.find(({ status }: { status: string }) => status === 'ok').detail).toBeNull()
    expect(new Set(coverage.map(({ status }: { status: string }) => status))).toEqual(new Set(coverageStatuses))
  })

  test('names every severity also where nothing fails', () => {
    expect(parsed(clean).summary).toEqual({
      accounts: 1,
      regions: 1,
      clusters: 1,
      nodeGroups: 2,
      launchTemplates: 0,
      fail: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
      unknown: 0,
      pass: 9,
    })
    expect(parsed(clean).findings).toEqual([])
  })
})

test('every format is a report of the same result', () => {
  expect(reportFormats).toEqual(Object.keys(reports))
  expect(reportFormats).toEqual(expect.arrayContaining(['table', 'json']))
  for (const format of reportFormats) expect(reports[format](result, {})).toContain('payments-prod')
})
