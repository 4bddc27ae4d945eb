import { describe, expect, test } from '@jest/globals'
import type { Planned, Who } from '../../src/app/plan.ts'
import { type ScanPorts, type ScanRequest, scan } from '../../src/app/scan.ts'
import { checks } from '../../src/checks/index.ts'
import { byPlace } from '../../src/core/finding.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { OpenAccount } from '../../src/core/ports.ts'
import { startRun } from '../../src/core/run.ts'
import * as build from '../support/build.ts'
import { enabled, hub, member, memberId, openAccounts, organization, readHealthy } from './fakes.ts'

const everyone: Who = { kind: 'organization' }
const request = (over: Partial<ScanRequest> = {}): ScanRequest => ({
  run: startRun(new Date('2026-11-22T02:00:00.000Z'), '3fa91c'),
  who: everyone,
  policy: defaultPolicy,
  checks,
  toolVersion: '0.1.0',
  ...over,
})
const ports = (over: Partial<ScanPorts> = {}): ScanPorts => ({
  organization: organization(),
  openAccount: openAccounts(),
  apiCalls: () => ({ 'eks:ListClusters': 4, 'ec2:DescribeRegions': 2 }),
  now: () => new Date('2026-11-22T02:10:00.000Z'),
  ...over,
})
const quiet = { planned: () => {}, scanned: () => {} }
const scanned = (of: Partial<ScanRequest> = {}, over: Partial<ScanPorts> = {}) => scan(request(of), ports(over), quiet)
const rows = ({ coverage }: Awaited<ReturnType<typeof scanned>>) =>
  coverage.map(({ accountId, region, status }) => `${accountId} ${region} ${status}`)

/** Opens accounts as usual and keeps their ids, in order. */
const watched = (open: OpenAccount = openAccounts()) => {
  const opened: string[] = []
  const openAccount: OpenAccount = target => {
    opened.push(target.accountId)
    return open(target)
  }
  return { opened, openAccount }
}

describe('the result', () => {
  test('holds run, names, counts and calls, sorted', async () => {
    const result = await scanned()
    expect(result).toMatchObject({
      run: request().run,
      finishedAt: '2026-11-22T02:10:00.000Z',
      toolVersion: '0.1.0',
      accountNames: { [hub.accountId]: 'account 1', [memberId]: 'account 2' },
      looked: { clusters: 4, nodeGroups: 4, launchTemplates: 0 },
    })
    expect(Object.keys(result.apiCalls)).toEqual(['ec2:DescribeRegions', 'eks:ListClusters'])
  })

  test('is the same whichever account and Region answers first', async () => {
    const slow = new Set([hub.accountId, 'us-east-1'])
    const lateBy =
      (late: boolean): OpenAccount =>
      async target => {
        const access = await openAccounts()(target)
        if (access.status !== 'open') return access
        return {
          status: 'open',
          reader: {
            ...access.reader,
            readRegion: async region => {
              if (late === (slow.has(target.accountId) || slow.has(region)))
                await new Promise(resolve => setImmediate(resolve))
              return access.reader.readRegion(region)
            },
          },
        }
      }
    expect(await scanned({}, { openAccount: lateBy(true) })).toEqual(await scanned({}, { openAccount: lateBy(false) }))
  })

  test('has its findings sorted by account, Region, severity, check and resource', async () => {
    const { findings } = await scanned()
    expect(findings.length).toBeGreaterThan(1)
    expect(findings.toReversed().toSorted(byPlace)).toEqual(findings)
  })

  test('has no finding of a check that the policy disables or the scope leaves out', async () => {
    const id = 'account-imdsv2-default-required'
    const disabled: Policy = { ...defaultPolicy, checks: { ...defaultPolicy.checks, disable: [id] } }
    const run = (only: string[]) => startRun(new Date(0), '000000', { checks: only })
    const idsOf = async (of: Partial<ScanRequest>) =>
      new Set((await scanned(of)).findings.map(({ checkId }) => checkId))
    expect(await idsOf({})).toContain(id)
    expect(await idsOf({ policy: disabled })).not.toContain(id)
    expect(await idsOf({ run: run([id]) })).toEqual(new Set([id]))
    expect(await idsOf({ run: run(['node-group-off-amazon-linux-2']) })).toEqual(new Set())
  })
})

describe('every planned account and Region is in the coverage exactly once', () => {
  const ids = ['333333333333', '444444444444', '555555555555', '666666666666', '777777777777'] as const
  const [noRole, broken, suspended, excluded, regionless] = ids
  const listAccounts = async () => [
    member({ accountId: regionless }),
    member({ accountId: excluded }),
    member({ accountId: suspended, state: 'SUSPENDED' as const }),
    member({ accountId: broken }),
    member({ accountId: noRole }),
    member(),
    member({ accountId: hub.accountId }),
  ]
  const policy: Policy = { ...defaultPolicy, scope: { ...defaultPolicy.scope, accounts: { exclude: [excluded] } } }
  const open = openAccounts({
    [regionless]: { listRegions: async () => build.refused<never>('ec2:DescribeRegions') },
    [memberId]: {
      listRegions: async () =>
        build.complete({ name: 'ap-southeast-3', enabled: false }, { name: 'sa-east-1', enabled: true }),
    },
  })
  const openAccount: OpenAccount = async target => {
    if (target.accountId === noRole) return { status: 'no-role', reason: 'no role' }
    if (target.accountId === broken) return { status: 'error', reason: 'throttled' }
    return open(target)
  }

  test('whatever became of it, sorted by account and Region', async () => {
    const result = await scanned({ policy }, { organization: organization({ listAccounts }), openAccount })
    expect(rows(result)).toEqual([
      '111111111111 eu-west-1 ok',
      '111111111111 us-east-1 ok',
      '222222222222 ap-southeast-3 region-disabled',
      '222222222222 sa-east-1 ok',
      '333333333333 eu-west-1 no-role',
      '333333333333 us-east-1 no-role',
      '444444444444 eu-west-1 error',
      '444444444444 us-east-1 error',
      '555555555555 eu-west-1 account-inactive',
      '555555555555 us-east-1 account-inactive',
      '666666666666 eu-west-1 excluded',
      '666666666666 us-east-1 excluded',
      '777777777777 eu-west-1 partial',
      '777777777777 us-east-1 partial',
    ])
    expect(Object.keys(result.accountNames)).toHaveLength(7)
  })

  test('is told to the watcher account by account, after the plan', async () => {
    const told: string[] = []
    const watcher = {
      planned: (_: unknown, accounts: readonly Planned[]) => told.push(`planned ${accounts.length}`),
      scanned: ({ target }: { target: { accountId: string } }) => told.push(target.accountId),
    }
    await scan(request({ policy }), ports({ organization: organization({ listAccounts }), openAccount }), watcher)
    expect(told[0]).toBe('planned 7')
    expect(told.slice(1).sort()).toEqual([hub.accountId, memberId, ...ids])
  })
})

describe('the Regions of the hub', () => {
  test('are not asked for where every account tells its own', async () => {
    const { opened, openAccount } = watched()
    await scanned({}, { openAccount })
    expect(opened.sort()).toEqual([hub.accountId, memberId])
  })

  test('are asked for once, however many accounts need them', async () => {
    let asked = 0
    const suspended = ['3', '4', '5'].map(digit => member({ accountId: digit.repeat(12), state: 'SUSPENDED' }))
    const listRegions = async () => {
      asked += 1
      return enabled('eu-west-1')
    }
    const result = await scanned(
      {},
      {
        organization: organization({ listAccounts: async () => suspended }),
        openAccount: openAccounts({ [hub.accountId]: { listRegions } }),
      },
    )
    expect(rows(result)).toHaveLength(3)
    expect(asked).toBe(1)
  })

  test("are those enabled there, read with the hub's own credentials", async () => {
    const roles: (string | null)[] = []
    const openAccount: OpenAccount = async target => {
      roles.push(target.roleArn)
      const listRegions = async () =>
        build.complete({ name: 'ap-southeast-3', enabled: false }, { name: 'sa-east-1', enabled: true })
      return openAccounts({ [hub.accountId]: { listRegions } })(target)
    }
    const closed = organization({ listAccounts: async () => [member({ state: 'CLOSED' })] })
    expect(rows(await scanned({}, { organization: closed, openAccount }))).toEqual([
      `${memberId} sa-east-1 account-inactive`,
    ])
    expect(roles).toEqual([null])
  })

  test.each<[string, OpenAccount]>([
    [
      'cannot be listed',
      openAccounts({ [hub.accountId]: { listRegions: async () => build.refused<never>('ec2:DescribeRegions') } }),
    ],
    ['cannot be asked', async () => ({ status: 'error', reason: 'no credentials' })],
  ])('are the one that it runs in where they %s', async (_, openAccount) => {
    const closed = organization({ listAccounts: async () => [member({ state: 'CLOSED' })] })
    expect(rows(await scanned({}, { organization: closed, openAccount }))).toEqual([
      `${memberId} eu-west-1 account-inactive`,
    ])
  })
})

describe('the role', () => {
  const roleOf = async (of: Partial<ScanRequest>) => {
    const roles: (string | null)[] = []
    const openAccount: OpenAccount = target => {
      roles.push(target.roleArn)
      return openAccounts()(target)
    }
    await scanned({ who: { kind: 'accounts', ids: [memberId] }, ...of }, { openAccount })
    return roles
  }
  const inPolicy: Policy = { ...defaultPolicy, role: { name: 'from-policy' } }

  test.each<[string, Partial<ScanRequest>, string]>([
    ['has a default', {}, 'eks-node-posture-read'],
    ['is that of posture.yaml', { policy: inPolicy }, 'from-policy'],
    ['is that of the command line before it', { policy: inPolicy, roleName: 'from-flag' }, 'from-flag'],
  ])('%s', async (_, of, name) => {
    expect(await roleOf(of)).toEqual([`arn:aws:iam::${memberId}:role/${name}`])
  })
})

test('a scan of the own account needs no organization', async () => {
  const alone = organization({
    describeOrganization: async () => undefined,
    listAccounts: async () => {
      throw new Error('asked')
    },
  })
  const { coverage, findings } = await scanned({ who: { kind: 'own' } }, { organization: alone })
  expect(coverage.map(({ accountId, status }) => `${accountId} ${status}`)).toEqual(
    Array(2).fill(`${hub.accountId} ok`),
  )
  expect(findings.find(({ resource }) => resource.type === 'account')?.resource.id).toBe(
    `arn:aws:iam::${hub.accountId}:root`,
  )
})

test('a port that breaks is a bug, and ends the scan', async () => {
  const readRegion = async (region: string) => {
    if (region === 'us-east-1') throw new TypeError('undefined is not a cluster')
    return readHealthy(region)
  }
  await expect(scanned({}, { openAccount: openAccounts({ [memberId]: { readRegion } }) })).rejects.toThrow(
    new TypeError('undefined is not a cluster'),
  )
})
