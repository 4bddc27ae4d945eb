import { describe, expect, test } from '@jest/globals'
import { addTotals } from '../../src/core/handover.ts'
import type { Totals } from '../../src/core/store.ts'

const totals = (over: Partial<Totals> = {}): Totals => ({
  clusters: 1,
  nodeGroups: 2,
  launchTemplates: 3,
  pass: 4,
  unknown: 5,
  fail: { critical: 1, high: 0, medium: 0, low: 0, info: 0 },
  apiCalls: {},
  ...over,
})

describe('the sum of totals', () => {
  test('adds every number, in groups as well, and keeps what only one has', () => {
    const apiCalls = { 'eks:ListClusters': 2, 'ec2:DescribeRegions': 1 }
    expect(addTotals([totals({ apiCalls: { 'eks:ListClusters': 3 } }), totals({ apiCalls })])).toEqual({
      clusters: 2,
      nodeGroups: 4,
      launchTemplates: 6,
      pass: 8,
      unknown: 10,
      fail: { critical: 2, high: 0, medium: 0, low: 0, info: 0 },
      apiCalls: { 'eks:ListClusters': 5, 'ec2:DescribeRegions': 1 },
    })
  })

  test('of one is that one', () => {
    expect(addTotals([totals()])).toEqual(totals())
  })
})
