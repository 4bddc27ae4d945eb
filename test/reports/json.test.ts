import { describe, expect, test } from '@jest/globals'
import { coverageStatuses } from '../../src/core/coverage.ts'
import { reportFormats, reports } from '../../src/reports/index.ts'
import { json } from '../../src/reports/json.ts'
import { causeId, exported, hub } from './exported.ts'
import { expectGolden } from './golden.ts'
import { clean, result } from './result.ts'

// biome-ignore lint/suspicious/noExplicitAny: a consumer knows no more of the text than its documentation
const parsed = (of = result): any => JSON.parse(json(of))

describe('the JSON', () => {
  test('is one object with everything', async () => {
    await expectGolden('result.json.txt', json(exported))
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
      'owner',
      'nodes',
      'causedBy',
      'waiver',
    ]
    const { findings, run } = parsed({ ...exported, firstSeen: {} })
    for (const finding of findings) {
      expect(Object.keys(finding)).toEqual(fields)
      expect(Object.keys(finding.resource)).toEqual(['type', 'id', 'name', 'clusterName'])
      expect(finding.firstSeen).toBeNull()
    }
    expect(Object.keys(run)).toEqual(['id', 'startedAt', 'finishedAt', 'toolVersion', 'undelivered'])
    expect(
      findings.filter((one: { resource: { clusterName: unknown } }) => one.resource.clusterName === null),
    ).toHaveLength(3)
  })

  test('says who answers for a finding, how many nodes it has, what it follows from and who waived it', () => {
    const { findings, summary } = parsed(exported)
    const of = (name: string) => findings.filter((one: { resource: { name: string } }) => one.resource.name === name)
    expect(of('web')).toMatchObject([
      { owner: 'payments', nodes: 6, causedBy: [], waiver: null },
      { owner: 'payments', nodes: 6, causedBy: [causeId], waiver: null },
    ])
    expect(of('lab')).toMatchObject([{ nodes: null, waiver: { owner: 'team-lab', expires: '2026-12-31' } }])
    expect(of('ci')).toMatchObject([{ owner: null }])
    expect(summary).toMatchObject({ fail: { critical: 2, high: 0, info: 0 }, caused: 1, waived: 1 })
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
      caused: 0,
      waived: 0,
      unknown: 0,
      pass: 9,
    })
    expect(parsed(clean).findings).toEqual([])
  })
})

test('every format is a report of the same result', () => {
  expect(reportFormats).toEqual(Object.keys(reports))
  expect(reportFormats).toEqual(expect.arrayContaining(['table', 'json', 'csv', 'markdown', 'html', 'ocsf', 'asff']))
  for (const format of reportFormats) expect(reports[format](exported, { hub })).toContain('payments-prod')
})
