import { describe, expect, test } from '@jest/globals'
import { supportOf, WrittenCalendar } from '../../src/core/version-support.ts'

const dates = { endOfStandardSupport: '2030-01-01', endOfExtendedSupport: '2031-01-01', source: 'EKS' }
const calendar = new Map([['1.33', dates]])

describe('the support of a Kubernetes version', () => {
  test('is what EKS told the hub', () => {
    expect(supportOf('1.33', calendar)).toEqual({ ok: true, value: dates })
  })

  test('is what AWS has published where EKS did not tell', () => {
    expect(supportOf('1.31', calendar)).toMatchObject({ ok: true, value: { endOfExtendedSupport: '2026-11-26' } })
    expect(supportOf('1.33', new Map())).toMatchObject({ ok: true, value: { endOfStandardSupport: '2026-07-29' } })
  })

  test('is not known where neither tells', () => {
    expect(supportOf('1.99', calendar)).toMatchObject({ ok: false, action: 'eks:DescribeClusterVersions' })
  })

  test('is the same after it was written and read', () => {
    const read = WrittenCalendar.parse(JSON.parse(JSON.stringify(Object.fromEntries(calendar))))
    expect(new Map(Object.entries(read))).toEqual(calendar)
  })
})
