import {
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { describe, expect, test } from '@jest/globals'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { clients, clientsInRole, hub, management, member, organization, refusalOf, sandboxOf } from './support.ts'

const role = (accountId: string, name = 'eks-node-posture-read') => `arn:aws:iam::${accountId}:role/${name}`
const assume = (RoleArn: string, ExternalId = 'sesame', RoleSessionName = 'test') =>
  new AssumeRoleCommand({ RoleArn, RoleSessionName, ExternalId })

describe('organizations', () => {
  test('an account has State and Paths, and no Status since 2026-09-09', async () => {
    const { Accounts = [] } = await clients(sandboxOf(), hub).organizations.send(new ListAccountsCommand({}))
    const account = Accounts.find(({ Id }) => Id === member)
    expect(account).toMatchObject({
      Arn: `arn:aws:organizations::${management}:account/o-test/${member}`,
      Name: 'member',
      State: 'ACTIVE',
      JoinedMethod: 'CREATED',
      JoinedTimestamp: expect.any(Date),
      Paths: [expect.stringMatching(/^o-test\/r-[0-9a-f]{4}\/ou-[0-9a-f]{4}-[0-9a-f]{8}\/222222222222\/$/)],
    })
    expect(account).not.toHaveProperty('Status')
  })

  test('a nested unit stands in the path, and its id leads to its name', async () => {
    const sandbox = sandboxOf(
      {},
      { units: { Workloads: { units: { Payments: { accounts: { [member]: { name: 'm' } } } } } } },
    )
    const { organizations } = clients(sandbox, hub)
    const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}))
    const units = Accounts.find(({ Id }) => Id === member)?.Paths?.[0]?.match(/ou-[^/]+/g) ?? []
    const names = await Promise.all(
      units.map(async OrganizationalUnitId => {
        const { OrganizationalUnit } = await organizations.send(
          new DescribeOrganizationalUnitCommand({ OrganizationalUnitId }),
        )
        return OrganizationalUnit?.Name
      }),
    )
    expect(names).toEqual(['Workloads', 'Payments'])
  })

  test('pages hold at most 20 accounts', async () => {
    const accounts = Object.fromEntries(
      Array.from({ length: 43 }, (_, index) => [String(300000000000 + index), { name: `a${index}` }]),
    )
    const { organizations } = clients(sandboxOf({}, { units: { Many: { accounts } } }), hub)
    const sizes: (number | undefined)[] = []
    let NextToken: string | undefined
    do {
      const page = await organizations.send(new ListAccountsCommand({ NextToken }))
      sizes.push(page.Accounts?.length)
      NextToken = page.NextToken
    } while (NextToken)
    expect(sizes).toEqual([20, 20, 5]) // 43, the management account and the hub
    expect(await refusalOf(organizations.send(new ListAccountsCommand({ MaxResults: 21 })))).toMatchObject({
      name: 'InvalidInputException',
    })
    expect(await refusalOf(organizations.send(new ListAccountsCommand({ NextToken: 'made up' })))).toMatchObject({
      name: 'InvalidInputException',
    })
  })

  test('a member may ask which organization it is in, and nothing more', async () => {
    const { organizations } = clients(sandboxOf())
    const { Organization } = await organizations.send(new DescribeOrganizationCommand({}))
    expect(Organization).toMatchObject({ Id: 'o-test', MasterAccountId: management, FeatureSet: 'ALL' })
    expect(await refusalOf(organizations.send(new ListAccountsCommand({})))).toEqual({
      name: 'AccessDeniedException',
      message: "You don't have permissions to access this resource.",
      status: 400,
    })
  })

  test('an unknown unit and an unknown action have the names that AWS gives them', async () => {
    const { organizations } = clients(sandboxOf(), hub)
    const unit = new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-0000-00000000' })
    expect(await refusalOf(organizations.send(unit))).toMatchObject({ name: 'OrganizationalUnitNotFoundException' })
    expect(await refusalOf(organizations.send(new ListRootsCommand({})))).toMatchObject({
      name: 'UnknownOperationException',
      status: 400,
    })
  })
})

describe('sts', () => {
  test('an assumed role is the caller that GetCallerIdentity names', async () => {
    const { sts } = await clientsInRole(sandboxOf())
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: member,
      Arn: `arn:aws:sts::${member}:assumed-role/eks-node-posture-read/test`,
    })
  })

  test('a session ends an hour from now by the real clock, whatever time the sandbox has', async () => {
    const { sts } = clients(createSandbox(organization({}, { now: '2031-01-01T00:00:00Z' })), hub)
    const before = Date.now()
    const { Credentials } = await sts.send(assume(role(member)))
    const lastsMs = Number(Credentials?.Expiration) - before
    expect(lastsMs).toBeGreaterThanOrEqual(3_600_000)
    expect(lastsMs).toBeLessThan(3_610_000)
  })

  const refused: Record<
    string,
    { sandbox?: ReturnType<typeof sandboxOf>; caller?: string; command?: AssumeRoleCommand }
  > = {
    'the role is missing': { sandbox: sandboxOf({ role: { trust: 'missing' } }) },
    'the role trusts another external id': { sandbox: sandboxOf({ role: { trust: 'wrong-external-id' } }) },
    'the external id is wrong': { command: assume(role(member), 'guess') },
    'there is no role of that name': { command: assume(role(member, 'other')) },
    'there is no such account': { command: assume(role('999999999999')) },
    'the account is suspended': { sandbox: sandboxOf({ state: 'SUSPENDED' }) },
    'the caller is not the hub': { caller: member },
  }
  test.each(Object.entries(refused))('AssumeRole is denied in the same words when %s', async (_why, given) => {
    const { sandbox = sandboxOf(), caller = hub, command = assume(role(member)) } = given
    expect(await refusalOf(clients(sandbox, caller).sts.send(command))).toEqual({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${caller}:user/admin is not authorized to perform: sts:AssumeRole on resource: ${command.input.RoleArn}`,
      status: 403,
    })
  })

  test('a run id with colons is no session name, and two hours are too long', async () => {
    const { sts } = clients(sandboxOf(), hub)
    expect(await refusalOf(sts.send(assume(role(member), 'sesame', '2026-11-22T02:00:00Z')))).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('RoleSessionName'),
    })
    const long = new AssumeRoleCommand({ ...assume(role(member)).input, DurationSeconds: 7200 })
    expect(await refusalOf(sts.send(long))).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('MaxSessionDuration'),
    })
  })

  test('an action of STS that the sandbox does not answer is InvalidAction', async () => {
    expect(await refusalOf(clients(sandboxOf()).sts.send(new GetSessionTokenCommand({})))).toMatchObject({
      name: 'InvalidAction',
      status: 400,
    })
  })
})
