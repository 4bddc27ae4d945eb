import { expect } from '@jest/globals'
import check from '../../src/checks/cluster-version-supported.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { complete } = build

/** Cluster `shop` at a version, read on 2026-11-22 unless said. */
const cluster = (detail: Parameters<typeof build.cluster>[0], collectedAt = '2026-11-22T02:00:00.000Z') =>
  build.clusterSubject({ clusters: complete(build.cluster(detail)), collectedAt })

/** As a source tells it that knows no upgrade policy. */
const silent = () => {
  const { detail, ...rest } = build.cluster({ version: '1.31' })
  if (!detail.ok) throw new Error('the built cluster is described')
  const { supportType, ...value } = detail.value
  expect(supportType).toBe('EXTENDED')
  return build.clusterSubject({ clusters: complete({ ...rest, detail: { ok: true, value } }) })
}

checkTable(check, {
  pass: {
    'standard support for years': { subject: cluster({ version: '1.36' }) },
    'standard support for ten days, and extended support after it': { subject: cluster({ version: '1.34' }) },
    '91 days before AWS moves it': {
      subject: cluster({ version: '1.36', supportType: 'STANDARD' }, '2027-05-03T00:00:00.000Z'),
    },
  },
  fail: {
    'a 1.31 cluster four days before the end of extended support': {
      subject: cluster({ version: '1.31' }),
      severity: 'critical',
    },
    'in extended support for months': { subject: cluster({ version: '1.32' }) },
    'the first day of extended support': { subject: cluster({ version: '1.34' }, '2026-12-02T00:00:00.000Z') },
    'ten days before standard support ends, with the policy STANDARD': {
      subject: cluster({ version: '1.34', supportType: 'STANDARD' }),
      severity: 'critical',
    },
    'exactly 30 days before AWS moves it': {
      subject: cluster({ version: '1.32' }, '2027-02-21T23:00:00.000Z'),
      severity: 'critical',
    },
    '31 days before AWS moves it': {
      subject: cluster({ version: '1.32' }, '2027-02-20T00:00:00.000Z'),
      severity: 'high',
    },
    'exactly 90 days before AWS moves it': {
      subject: cluster({ version: '1.36', supportType: 'STANDARD' }, '2027-05-04T23:59:59.000Z'),
      severity: 'high',
    },
    '91 days before AWS moves it, in extended support': {
      subject: cluster({ version: '1.32' }, '2026-12-22T00:00:00.000Z'),
    },
    'unsupported already': { subject: cluster({ version: '1.30' }), severity: 'critical' },
    'past the end of standard support with the policy STANDARD': {
      subject: cluster({ version: '1.33', supportType: 'STANDARD' }),
      severity: 'critical',
    },
    'the very day on which AWS moves it': {
      subject: cluster({ version: '1.31' }, '2026-11-26T01:00:00.000Z'),
      severity: 'critical',
    },
    'no upgrade policy told': { subject: silent(), severity: 'critical' },
  },
  unknown: {
    'a version that no calendar has': { subject: cluster({ version: '1.99' }) },
    'cluster not described': {
      subject: build.clusterSubject({
        clusters: complete({ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }),
      }),
    },
  },
  skip: {},
})
