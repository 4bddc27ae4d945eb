import { describe, expect, test } from '@jest/globals'
import { plan, type Who } from '../../src/app/plan.ts'
import { PostureError } from '../../src/core/errors.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { OrganizationAccount, OrganizationReader } from '../../src/core/ports.ts'
import type { Scope } from '../../src/core/run.ts'
import { Target } from '../../src/core/target.ts'
import { hub, member, memberId, organization } from './fakes.ts'

const everyone: Who = { kind: 'organization' }
const scopePolicy = (scope: Partial<Policy['scope']>): Policy => ({
  ...defaultPolicy,
  scope: { ...defaultPolicy.scope, ...scope },
})
const planned = (
  who: Who,
  {
    policy = defaultPolicy,
    scope = {},
    ports = {},
  }: { policy?: Policy; scope?: Scope; ports?: Partial<OrganizationReader> } = {},
) => plan(who, policy, scope, 'eks-node-posture-read', organization(ports))

/** Of the one member of an organization, whether it is asked and if not, why. */
const whyNot = async (over: Partial<OrganizationAccount>, policy: Policy = defaultPolicy, scope: Scope = {}) => {
  const { accounts } = await planned(everyone, { policy, scope, ports: { listAccounts: async () => [member(over)] } })
  expect(accounts).toHaveLength(1)
  const [account] = accounts
  return account?.unasked ? `${account.unasked.status}: ${account.unasked.detail}` : 'asked'
}

describe('the plan of an organization', () => {
  test('has every account, sorted, each with the role to assume but the hub', async () => {
    const { accounts, hub: self } = await planned(everyone)
    expect(self).toEqual(hub)
    expect(accounts.map(({ target }) => [target.accountId, target.roleArn])).toEqual([
      ['111111111111', null],
      [memberId, `arn:aws:iam::${memberId}:role/eks-node-posture-read`],
    ])
  })

  test('holds targets that their schema accepts, in the partition of the hub', async () => {
    const { accounts } = await planned(everyone, {
      ports: { whoAmI: async () => ({ ...hub, partition: 'aws-us-gov' }) },
    })
    for (const { target } of accounts) expect(Target.parse(target)).toEqual(target)
    expect(accounts.at(-1)?.target.roleArn).toBe(`arn:aws-us-gov:iam::${memberId}:role/eks-node-posture-read`)
  })

  test('does not ask for the organization where the accounts tell their own ARN', async () => {
    const describeOrganization = async () => {
      throw new Error('asked')
    }
    const { accounts } = await planned(everyone, { ports: { describeOrganization } })
    expect(accounts.at(-1)?.target.arn).toBe(`arn:aws:organizations::100000000000:account/o-acme/${memberId}`)
  })

  test.each(['whoAmI', 'listAccounts'] as const)('ends with the error of %s', async port => {
    const refuse = async () => {
      throw new PostureError('There are no credentials.')
    }
    await expect(planned(everyone, { ports: { [port]: refuse } })).rejects.toThrow(
      new PostureError('There are no credentials.'),
    )
  })
})

describe('an account is asked, or stays in the plan with the reason', () => {
  test.each<[string, Partial<OrganizationAccount>, Policy, Scope, string]>([
    ['active', {}, defaultPolicy, {}, 'asked'],
    [
      'not among those of the command line',
      {},
      defaultPolicy,
      { accounts: ['999999999999'] },
      'excluded: not among the accounts asked for',
    ],
    ['among those of the command line', {}, defaultPolicy, { accounts: [memberId] }, 'asked'],
    [
      'excluded by id',
      {},
      scopePolicy({ accounts: { exclude: [memberId] } }),
      {},
      'excluded: posture.yaml: scope.accounts.exclude',
    ],
    [
      'not included by id',
      {},
      scopePolicy({ accounts: { include: ['999999999999'] } }),
      {},
      'excluded: posture.yaml: scope.accounts.include',
    ],
    [
      'excluded by its unit',
      {},
      scopePolicy({ ous: { exclude: ['ou-ab12-prod'] } }),
      {},
      'excluded: posture.yaml: scope.ous.exclude',
    ],
    [
      'excluded by a unit above its own',
      {},
      scopePolicy({ ous: { exclude: ['ou-ab12-root'] } }),
      {},
      'excluded: posture.yaml: scope.ous.exclude',
    ],
    ['included by a unit above its own', {}, scopePolicy({ ous: { include: ['ou-ab12-root'] } }), {}, 'asked'],
    [
      'of a unit that is not included',
      {},
      scopePolicy({ ous: { include: ['ou-ab12-test'] } }),
      {},
      'excluded: posture.yaml: scope.ous.include',
    ],
    [
      'directly under the root, where units are included',
      { ouPath: [] },
      scopePolicy({ ous: { include: ['ou-ab12-prod'] } }),
      {},
      'excluded: posture.yaml: scope.ous.include',
    ],
    [
      'directly under the root, where units are excluded',
      { ouPath: [] },
      scopePolicy({ ous: { exclude: ['ou-ab12-prod'] } }),
      {},
      'asked',
    ],
    ['of an unknown unit, where none is asked for', { ouPath: null }, defaultPolicy, {}, 'asked'],
    // Neither asked nor excluded without knowing: whoever wrote the rule has to see that it could not be applied.
    [
      'of an unknown unit, where units are excluded',
      { ouPath: null },
      scopePolicy({ ous: { exclude: ['ou-ab12-prod'] } }),
      {},
      'error: posture.yaml selects by organizational unit, and Organizations did not tell the unit of the account',
    ],
    [
      'of an unknown unit, where units are included',
      { ouPath: null },
      scopePolicy({ ous: { include: ['ou-ab12-prod'] } }),
      {},
      'error: posture.yaml selects by organizational unit, and Organizations did not tell the unit of the account',
    ],
    [
      'of an unknown unit, excluded by id',
      { ouPath: null },
      scopePolicy({ accounts: { exclude: [memberId] }, ous: { include: ['ou-ab12-prod'] } }),
      {},
      'excluded: posture.yaml: scope.accounts.exclude',
    ],
    ['suspended', { state: 'SUSPENDED' }, defaultPolicy, {}, 'account-inactive: the account is SUSPENDED'],
    ['closed', { state: 'CLOSED' }, defaultPolicy, {}, 'account-inactive: the account is CLOSED'],
    [
      'about to be closed',
      { state: 'PENDING_CLOSURE' },
      defaultPolicy,
      {},
      'account-inactive: the account is PENDING_CLOSURE',
    ],
    [
      'not yet activated',
      { state: 'PENDING_ACTIVATION' },
      defaultPolicy,
      {},
      'account-inactive: the account is PENDING_ACTIVATION',
    ],
    // The first status of the list that applies: excluded before inactive, inactive before error.
    [
      'suspended and excluded',
      { state: 'SUSPENDED' },
      scopePolicy({ accounts: { exclude: [memberId] } }),
      {},
      'excluded: posture.yaml: scope.accounts.exclude',
    ],
    [
      'suspended, of an excluded unit',
      { state: 'SUSPENDED' },
      scopePolicy({ ous: { exclude: ['ou-ab12-prod'] } }),
      {},
      'excluded: posture.yaml: scope.ous.exclude',
    ],
    [
      'suspended, of an unknown unit',
      { state: 'SUSPENDED', ouPath: null },
      scopePolicy({ ous: { include: ['ou-ab12-prod'] } }),
      {},
      'account-inactive: the account is SUSPENDED',
    ],
  ])('%s', async (_, over, policy, scope, expected) => {
    expect(await whyNot(over, policy, scope)).toBe(expected)
  })
})

describe('the plan of single accounts', () => {
  const targets = async (who: Who, ports: Partial<OrganizationReader> = {}) =>
    (await planned(who, { ports })).accounts.map(({ target }) => target)

  test("is the hub's own, with its own credentials and the ARN that it has in its organization", async () => {
    expect(await targets({ kind: 'own' })).toEqual([
      {
        accountId: hub.accountId,
        name: hub.accountId,
        arn: `arn:aws:organizations::100000000000:account/o-acme/${hub.accountId}`,
        ouPath: null,
        state: 'ACTIVE',
        partition: 'aws',
        roleArn: null,
      },
    ])
  })

  test('has an ARN also without an organization', async () => {
    const [own] = await targets({ kind: 'own' }, { describeOrganization: async () => undefined })
    expect(own?.arn).toBe(`arn:aws:iam::${hub.accountId}:root`)
  })

  test('does not list the accounts of the organization, which few may', async () => {
    const listAccounts = async () => {
      throw new Error('asked')
    }
    expect(await targets({ kind: 'own' }, { listAccounts })).toHaveLength(1)
  })

  test('has each once, sorted, however often it was asked for', async () => {
    const ids = [memberId, hub.accountId, memberId]
    expect((await targets({ kind: 'accounts', ids })).map(({ accountId, roleArn }) => [accountId, roleArn])).toEqual([
      [hub.accountId, null],
      [memberId, `arn:aws:iam::${memberId}:role/eks-node-posture-read`],
    ])
  })
})
