import { describe, expect, test } from '@jest/globals'
import { type Night, notAsked, scanAccount } from '../../src/app/scan-account.ts'
import { checks } from '../../src/checks/index.ts'
import { nothingJudged, selectChecks } from '../../src/core/evaluate.ts'
import type { ImdsOptions } from '../../src/core/inventory.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { AccountReader, OpenAccount, RegionState } from '../../src/core/ports.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { enabled, openAccounts, readHealthy } from './fakes.ts'

const target = build.target()
const neverAsked = async (): Promise<never> => {
  throw new Error('the Regions of the hub were asked for')
}
const night = (over: Partial<Night> = {}): Night => ({
  policy: defaultPolicy,
  checks,
  scope: {},
  calendar: new Map(),
  hubRegions: neverAsked,
  regionsBefore: async () => [],
  today: '2026-11-22',
  ...over,
})
const policyOf = (scope: Partial<Policy['scope']>): Policy => ({
  ...defaultPolicy,
  scope: { ...defaultPolicy.scope, ...scope },
})

const scanned = (over: Partial<AccountReader> = {}, of: Night = night()) =>
  scanAccount(target, of, openAccounts({ [target.accountId]: over }))
const rows = ({ coverage }: Awaited<ReturnType<typeof scanned>>) =>
  coverage.map(({ region, status, detail }) => [region, status, detail])

describe('an account', () => {
  test('has one coverage row for each of its Regions, and is judged in each', async () => {
    const result = await scanned()
    expect(rows(result)).toEqual([
      ['eu-west-1', 'ok', null],
      ['us-east-1', 'ok', null],
    ])
    expect(result.target).toEqual(target)
    expect(result.looked).toEqual({ clusters: 2, nodeGroups: 2, launchTemplates: 0 })
    expect(result.judgement.verdicts.pass).toBeGreaterThan(0)
  })

  test('is opened with the share of AWS’s rates that the policy gives', async () => {
    const shares: (number | undefined)[] = []
    const open: OpenAccount = async (asked, share) => {
      shares.push(share)
      return openAccounts()(asked)
    }
    const policy = { ...defaultPolicy, limits: { ...defaultPolicy.limits, share: 0.1 } }
    await scanAccount(target, night({ policy }), open)
    expect(shares).toEqual([0.1])
  })

  test.each([
    ['no-role', 'sts:AssumeRole: the role does not exist'],
    ['error', 'sts:AssumeRole: throttled'],
  ] as const)('that cannot be opened has the status %s in every Region of the hub', async (status, reason) => {
    const refuse: OpenAccount = async () => ({ status, reason })
    const result = await scanAccount(target, night({ hubRegions: async () => ['eu-west-1', 'us-east-1'] }), refuse)
    expect(rows(result)).toEqual([
      ['eu-west-1', status, reason],
      ['us-east-1', status, reason],
    ])
    expect(result.judgement).toEqual(nothingJudged)
  })

  test('that cannot be opened has the Regions excluded that are out of scope', async () => {
    const refuse: OpenAccount = async () => ({ status: 'no-role', reason: 'no role' })
    const hubRegions = async () => ['eu-west-1', 'us-east-1']
    const scoped = night({ hubRegions, scope: { regions: ['us-east-1'] } })
    expect(rows(await scanAccount(target, scoped, refuse))).toEqual([
      ['eu-west-1', 'excluded', 'not among the Regions asked for'],
      ['us-east-1', 'no-role', 'no role'],
    ])
  })

  test('that is excluded keeps its own rule in every Region', async () => {
    const scoped = night({ hubRegions: async () => ['eu-west-1', 'us-east-1'], scope: { regions: ['us-east-1'] } })
    expect(rows(await notAsked(target, scoped, 'excluded', 'posture.yaml: scope.accounts.exclude'))).toEqual([
      ['eu-west-1', 'excluded', 'posture.yaml: scope.accounts.exclude'],
      ['us-east-1', 'excluded', 'posture.yaml: scope.accounts.exclude'],
    ])
  })

  test('whose reader breaks is a bug, and no data', async () => {
    const broken = async () => {
      throw new TypeError('undefined is not a Region')
    }
    await expect(scanned({ readRegion: broken })).rejects.toThrow(TypeError)
    await expect(scanned({ listRegions: broken })).rejects.toThrow(TypeError)
    await expect(scanAccount(target, night(), broken)).rejects.toThrow(TypeError)
  })
})

describe('a Region', () => {
  const twoRegions = async () =>
    build.complete({ name: 'ap-southeast-3', enabled: false }, { name: 'eu-west-1', enabled: true })

  test('that is not enabled is not read', async () => {
    const read: string[] = []
    const readRegion: AccountReader['readRegion'] = region => {
      read.push(region)
      return readHealthy(region)
    }
    expect(rows(await scanned({ listRegions: twoRegions, readRegion }))).toEqual([
      ['ap-southeast-3', 'region-disabled', 'the Region is not enabled for the account'],
      ['eu-west-1', 'ok', null],
    ])
    expect(read).toEqual(['eu-west-1'])
  })

  const refusing: AccountReader['readRegion'] = async () => ({
    status: 'region-disabled',
    reason: 'UnrecognizedClientException',
  })

  test('that turns out not to be enabled says so, where nobody could list the Regions', async () => {
    const listRegions = async () => build.refused<RegionState>('ec2:DescribeRegions')
    const hubRegions = async () => ['eu-west-1']
    const found = rows(await scanned({ listRegions, readRegion: refusing }, night({ hubRegions })))
    expect(new Set(found.map(([, status]) => status))).toEqual(new Set(['region-disabled']))
  })

  // The same error means a token that is no good, and a Region that is not read must not look like one that is not there.
  test('that is listed as enabled and refuses the credentials is an error', async () => {
    const listRegions = async () => enabled('eu-west-1')
    expect(rows(await scanned({ listRegions, readRegion: refusing }))).toEqual([
      ['eu-west-1', 'error', 'UnrecognizedClientException'],
    ])
  })

  test('that was asked for by name is tried where the Regions cannot be listed', async () => {
    const listRegions = async () => build.refused<RegionState>('ec2:DescribeRegions')
    const hubRegions = async () => ['eu-west-1']
    const named = await scanned({ listRegions }, night({ hubRegions, scope: { regions: ['us-east-1', 'af-south-1'] } }))
    expect(
      rows(named)
        .filter(([, status]) => status !== 'excluded')
        .map(([region]) => region),
    ).toEqual(['af-south-1', 'us-east-1'])
  })

  test.each<[string, Partial<Night>, string]>([
    ['the command line', { scope: { regions: ['us-east-1'] } }, 'not among the Regions asked for'],
    [
      'an include',
      { policy: policyOf({ regions: { include: ['us-east-1'] } }) },
      'posture.yaml: scope.regions.include',
    ],
    [
      'an exclude',
      { policy: policyOf({ regions: { exclude: ['eu-west-1'] } }) },
      'posture.yaml: scope.regions.exclude',
    ],
  ])('that %s leaves out is not read', async (_, over, rule) => {
    const readRegion: AccountReader['readRegion'] = region => {
      if (region === 'eu-west-1') throw new Error('read')
      return readHealthy(region)
    }
    expect(rows(await scanned({ readRegion }, night(over)))).toEqual([
      ['eu-west-1', 'excluded', rule],
      ['us-east-1', 'ok', null],
    ])
  })

  // The first status that applies: a Region out of scope is excluded, whether or not it is enabled.
  test('that is out of scope and not enabled is excluded', async () => {
    const scoped = night({ scope: { regions: ['eu-west-1'] } })
    expect(rows(await scanned({ listRegions: twoRegions }, scoped))[0]).toEqual([
      'ap-southeast-3',
      'excluded',
      'not among the Regions asked for',
    ])
  })

  test('in which reads failed is partial, with the failures', async () => {
    const readRegion: AccountReader['readRegion'] = async region => ({
      status: 'read',
      inventory: build.inventory({ region, images: build.refused('ec2:DescribeImages') }),
    })
    const { coverage } = await scanned({ listRegions: async () => enabled('eu-west-1'), readRegion })
    expect(coverage).toMatchObject([
      { status: 'partial', detail: 'ec2:DescribeImages: access denied', failures: [{ action: 'ec2:DescribeImages' }] },
    ])
  })
})

describe('an account that may not list its Regions', () => {
  const denied = build.refused<never>('ec2:DescribeRegions')
  const hubRegions = async () => ['us-east-1', 'eu-west-1']

  test('is tried in those of the hub, each partial for that reason', async () => {
    expect(rows(await scanned({ listRegions: async () => denied }, night({ hubRegions })))).toEqual([
      ['eu-west-1', 'partial', 'ec2:DescribeRegions: access denied'],
      ['us-east-1', 'partial', 'ec2:DescribeRegions: access denied'],
    ])
  })

  test('is tried also in the Regions that it could tell, each once', async () => {
    const listRegions = async () => ({ ...enabled('eu-west-1', 'sa-east-1'), failures: denied.failures })
    expect(rows(await scanned({ listRegions }, night({ hubRegions }))).map(([region]) => region)).toEqual([
      'eu-west-1',
      'sa-east-1',
      'us-east-1',
    ])
  })

  // Its other Regions may have any default, so what was seen cannot pass for all of it.
  test('is unknown as a whole where what was seen would pass, and fails where that fails', async () => {
    const accountStatus = async (httpTokens: 'required' | 'optional') => {
      const readRegion: AccountReader['readRegion'] = async region => ({
        status: 'read',
        inventory: build.inventory({ region, imdsDefaults: known({ httpTokens }) }),
      })
      const { judgement } = await scanned({ listRegions: async () => denied, readRegion }, night({ hubRegions }))
      return judgement.findings.find(({ checkId }) => checkId === 'account-imdsv2-default-required')
    }
    expect(await accountStatus('required')).toMatchObject({
      status: 'unknown',
      region: 'global',
      evidence: [{ what: 'ec2:DescribeRegions', value: 'not known', source: 'access denied' }, {}, {}],
    })
    expect(await accountStatus('optional')).toMatchObject({ status: 'fail', region: 'global' })
  })
})

test('an account is judged once, over all of its Regions', async () => {
  const { judgement } = await scanned()
  const ofAccount = judgement.findings.filter(({ resource }) => resource.type === 'account')
  expect(ofAccount).toHaveLength(1)
  expect(ofAccount[0]?.message).toContain('in eu-west-1, us-east-1')
})

describe('whether something in an account allows IMDSv1', () => {
  const required = { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 } as const
  /** Of an account in which the default and every node require IMDSv2, unless a template says otherwise. */
  const enforcedStatus = async (checksOfNight: Night['checks'], metadataOptions: ImdsOptions = required) => {
    const readRegion: AccountReader['readRegion'] = async region => ({
      status: 'read',
      inventory: build.inventory({
        region,
        imdsDefaults: known({ httpTokens: 'required', httpTokensEnforced: 'disabled' }),
        launchTemplates: build.complete(build.launchTemplate([{ metadataOptions }])),
        nodeGroups: build.complete(),
        autoScalingGroups: build.complete(),
      }),
    })
    const listRegions = async () => enabled('eu-west-1')
    const { judgement } = await scanned({ listRegions, readRegion }, night({ checks: checksOfNight }))
    return judgement.findings.find(({ checkId }) => checkId === 'account-imdsv2-enforced')
  }
  const imdsChecks = [
    'launch-template-imdsv2-required',
    'node-group-imdsv2-required',
    'node-group-nodes-imdsv2-required',
  ]

  test('is known where all that ask for it were run', async () => {
    expect(await enforcedStatus(checks)).toMatchObject({ status: 'fail' })
  })

  test.each(imdsChecks)('is not known without %s, disabled or out of scope', async left => {
    const disabled = { ...defaultPolicy, checks: { ...defaultPolicy.checks, disable: [left] } }
    const unknown = {
      status: 'unknown',
      evidence: expect.arrayContaining([expect.objectContaining({ source: expect.stringContaining(left) })]),
    }
    expect(await enforcedStatus(selectChecks(checks, disabled))).toMatchObject(unknown)
    const scope = ['account-imdsv2-enforced', ...imdsChecks.filter(id => id !== left)]
    expect(await enforcedStatus(selectChecks(checks, defaultPolicy, scope))).toMatchObject(unknown)
  })

  test('is known by one that fails, whatever the others would say', async () => {
    const scope = ['account-imdsv2-enforced', 'launch-template-imdsv2-required']
    const optional = { ...required, httpTokens: 'optional' } as const
    expect(await enforcedStatus(selectChecks(checks, defaultPolicy, scope), optional)).toBeUndefined()
  })
})

test('an account is not judged by a run that was told to look at some of its Regions', async () => {
  const { judgement } = await scanned({}, night({ scope: { regions: ['eu-west-1'] } }))
  expect(judgement.findings.filter(({ resource }) => resource.type === 'account')).toEqual([])
})

test('no more Regions are read at once than the policy allows', async () => {
  let underWay = 0
  let most = 0
  const readRegion: AccountReader['readRegion'] = async region => {
    underWay += 1
    most = Math.max(most, underWay)
    await new Promise(resolve => setImmediate(resolve))
    underWay -= 1
    return readHealthy(region)
  }
  const listRegions = async () => enabled('a-b-1', 'a-b-2', 'a-b-3', 'a-b-4', 'a-b-5')
  const policy = { ...defaultPolicy, limits: { ...defaultPolicy.limits, regions: 2 } }
  await scanned({ listRegions, readRegion }, night({ policy }))
  expect(most).toBe(2)
})

test.each([
  ['enables the check that judges it', ['node-group-imdsv1-not-called'], true],
  ['does not', [], false],
])('what CloudWatch counted is wanted where the policy %s: %s', async (_, enable, expected) => {
  const wanted: unknown[] = []
  const policy = { ...defaultPolicy, checks: { ...defaultPolicy.checks, enable } }
  await scanned(
    {
      listRegions: async () => enabled('eu-west-1'),
      readRegion: async (region, what) => {
        wanted.push(what)
        return readHealthy(region, target.accountId)
      },
    },
    night({ policy, checks: selectChecks(checks, policy) }),
  )
  expect(wanted).toEqual([{ imdsV1Calls: expected }])
})

test('an insight of EKS that nothing accounts for makes a Region partial', async () => {
  const insight = {
    name: 'Amazon Linux 2 compatibility',
    status: 'ERROR',
    lastRefreshTime: '2026-11-22T00:00:00.000Z',
  } as const
  const clusters = build.complete(build.cluster({}, undefined, { insights: build.complete(insight) }))
  const { coverage, areas } = await scanned({
    listRegions: async () => enabled('eu-west-1'),
    readRegion: async region => ({ status: 'read', inventory: build.inventory({ region, clusters }) }),
  })
  expect(coverage).toMatchObject([{ status: 'partial', detail: expect.stringContaining('insight-disagrees') }])
  expect(areas[0]).toMatchObject({ region: 'eu-west-1', isComplete: false })
})
