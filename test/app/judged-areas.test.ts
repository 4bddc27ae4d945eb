import { describe, expect, test } from '@jest/globals'
import { type Night, scanAccount } from '../../src/app/scan-account.ts'
import { checks } from '../../src/checks/index.ts'
import { judgedBy } from '../../src/core/evaluate.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { AccountReader } from '../../src/core/ports.ts'
import * as build from '../support/build.ts'
import { enabled, openAccounts } from './fakes.ts'

// What a scan hands over to be remembered: what was judged, and what may be missing from it.

const target = build.target()
const night: Night = {
  policy: defaultPolicy,
  checks,
  scope: {},
  calendar: new Map(),
  hubRegions: async () => ['eu-west-1'],
  regionsBefore: async () => [],
  today: '2026-11-22',
}
const scanned = (over: Partial<AccountReader> = {}, of: Partial<Night> = {}) =>
  scanAccount(target, { ...night, ...of }, openAccounts({ [target.accountId]: over }))
const places = ({ areas }: Awaited<ReturnType<typeof scanned>>) => areas.map(area => [area.region, area.isComplete])

const refusingImages: AccountReader['readRegion'] = async region => ({
  status: 'read',
  inventory: build.inventory({
    region,
    ...(region === 'us-east-1' && { images: build.refused('ec2:DescribeImages') }),
  }),
})

describe('the areas of an account', () => {
  test('are its Regions that were read, and the account itself', async () => {
    expect(places(await scanned())).toEqual([
      ['eu-west-1', true],
      ['us-east-1', true],
      ['global', true],
    ])
  })

  test('are incomplete where something was not read, and then so is the account', async () => {
    expect(places(await scanned({ readRegion: refusingImages }))).toEqual([
      ['eu-west-1', true],
      ['us-east-1', false],
      ['global', false],
    ])
  })

  test('leave out Regions that are not enabled, which leaves the account complete', async () => {
    const listRegions = async () =>
      build.complete({ name: 'eu-west-1', enabled: true }, { name: 'us-east-1', enabled: false })
    expect(places(await scanned({ listRegions }))).toEqual([
      ['eu-west-1', true],
      ['global', true],
    ])
  })

  test('are without the account where its Regions could not be listed completely, or only some were asked for', async () => {
    const listRegions = async () => ({
      ...enabled('eu-west-1'),
      failures: build.refused('ec2:DescribeRegions').failures,
    })
    expect(places(await scanned({ listRegions }))).toEqual([
      ['eu-west-1', false],
      ['global', false],
    ])
    expect(places(await scanned({}, { scope: { regions: ['eu-west-1'] } }))).toEqual([['eu-west-1', true]])
  })

  test('are none where the account could not be opened', async () => {
    const refuse = async () => ({ status: 'no-role' as const, reason: 'no role' })
    expect((await scanAccount(target, night, refuse)).areas).toEqual([])
  })

  test('hold the findings of the scan, each once, and every check where its kind belongs', async () => {
    const { areas, judgement } = await scanned()
    expect(areas.flatMap(({ findings }) => findings)).toEqual(judgement.findings)
    for (const { region, judged } of areas) {
      const expected = checks.filter(({ appliesTo }) => (appliesTo === 'account') === (region === 'global'))
      expect(judged.map(({ checkId, revision }) => [checkId, revision])).toEqual(
        expected.map(one => [one.id, one.revision]),
      )
    }
  })

  test('say what was listed', async () => {
    const [here] = (
      await scanned({
        readRegion: async region => ({
          status: 'read',
          inventory: build.inventory({ region, clusters: build.refused('eks:ListClusters') }),
        }),
      })
    ).areas
    expect(here?.listed).toMatchObject({ clusters: false, nodeGroups: false, launchTemplates: true })
  })
})

describe('what was judged', () => {
  const subjects = joinSubjects(build.inventory())

  test('names every resource of its kind, whatever the verdict', () => {
    const ids = Object.fromEntries(
      judgedBy(checks, subjects).map(({ checkId, resourceIds }) => [checkId, [...resourceIds]]),
    )
    expect(ids).toMatchObject({
      'cluster-vpc-cni-ready': [build.cluster().arn],
      'node-group-imdsv2-required': subjects['node-group'].map(({ resource }) => resource.id),
      'launch-template-imdsv2-required': [],
      'account-imdsv2-default-required': [],
    })
  })

  test('costs no memory by check: those of a kind share one set', () => {
    const sets = new Set(judgedBy(checks, subjects).map(({ resourceIds }) => resourceIds))
    expect(sets.size).toBe(new Set(checks.map(({ appliesTo }) => appliesTo)).size)
  })
})
