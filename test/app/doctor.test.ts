import { describe, expect, test } from '@jest/globals'
import { type DoctorPorts, type DoctorRequest, diagnose } from '../../src/app/doctor.ts'
import type { EnteredAccount, Entry, Refuser, Row, RowId, StackInstance, ThingTried } from '../../src/core/doctor.ts'
import { lacks } from '../../src/core/doctor.ts'
import { PostureError } from '../../src/core/errors.ts'
import { defaultPolicy, policySchema } from '../../src/core/policy.ts'
import type { Failure, FailureClass } from '../../src/core/read.ts'
import { enabled, hub, member, organization } from './fakes.ts'

const arn = 'arn:aws:sts::111111111111:assumed-role/eks-operator/jane'
const failure = (action: string, failureClass: FailureClass = 'denied', reason = 'access denied'): Failure => ({
  action,
  class: failureClass,
  reason,
})

const account = (over: Partial<EnteredAccount> = {}): Entry => ({
  status: 'entered',
  account: {
    listRegions: async () => enabled('eu-west-1', 'us-east-1'),
    tryRegion: async () => ({ status: 'answers', cluster: undefined }),
    tryReads: async () => [{ action: 'eks:ListClusters', tried: { status: 'works' } }],
    ...over,
  },
})
const refuses = (by?: Refuser, failureClass?: FailureClass, reason?: string): Entry => ({
  status: 'refused',
  failure: failure('sts:AssumeRole', failureClass, reason),
  by,
})

/** A healthy organization of the hub and three members; `entries` says what is behind the doors of the others. */
const ids = ['111111111111', '222222222222', '333333333333', '444444444444']
const diagnosed = (
  entries: Readonly<Record<string, Entry>> = {},
  ports: Partial<DoctorPorts> & { readonly arn?: string } = {},
  request: Partial<DoctorRequest> = {},
) =>
  diagnose(
    {
      who: { kind: 'organization' },
      policy: defaultPolicy,
      scope: {},
      sendsExternalId: true,
      sample: undefined,
      seed: '0',
      ...request,
    },
    {
      whoAmI: async () => ({ hub, arn: ports.arn ?? arn }),
      organization: organization({
        listAccounts: async () => ids.map(accountId => member({ accountId })),
        describeClusterVersions: async () =>
          new Map([['1.33', { standard: '2026-07-29', extended: '2027-07-29' }]]) as never,
      }),
      enter: async ({ accountId }) => entries[accountId] ?? account(),
      ...ports,
    },
    { planned: () => {} },
  )

const rowsAbout = async (id: RowId, made: ReturnType<typeof diagnosed>) =>
  (await made).rows.filter(row => row.id === id)
const failing = (rows: readonly Row[]) => rows.filter(({ status }) => status === 'fails')

test('a healthy organization lacks nothing, and every account of it was entered', async () => {
  const { rows, tried } = await diagnosed()
  expect(rows.filter(lacks)).toEqual([])
  expect(tried).toEqual({ accounts: 4, of: 4, seed: null })
  expect(rows.filter(({ id }) => id === 'role')).toEqual([
    expect.objectContaining({
      status: 'works',
      subjects: ['eks-node-posture-read by external id'],
      accounts: ids.slice(1),
    }),
    expect.objectContaining({ status: 'works', subjects: ["the hub's own credentials"], accounts: [hub.accountId] }),
  ])
})

describe('a role that refuses', () => {
  const trust = 'arn:aws:iam::111111111111:role/eks-operator'
  const all = Object.fromEntries(ids.slice(1).map(id => [id, refuses()]))
  const listing = (...accounts: string[]) => ({
    stackSet: {
      name: 'posture',
      list: async () => ({
        items: accounts.map(
          (accountId): StackInstance => ({ accountId, status: 'CURRENT', drifted: false, reason: undefined }),
        ),
        failures: [],
      }),
    },
  })

  test.each<{ name: string; entry: Entry; detail: RegExp; fix: RegExp }>([
    {
      name: 'the own policy',
      entry: refuses('identity-based policy'),
      detail: /identity-based policy of this identity/,
      fix: /sts:AssumeRole on arn:aws:iam::\*:role\/eks-node-posture-read/,
    },
    {
      name: 'the trust',
      entry: refuses('role trust policy'),
      detail: /trust policy of the role does not allow it/,
      fix: /member-role\.yaml .*role\/eks-operator .*EXTERNAL_ID/,
    },
    {
      name: 'an SCP',
      entry: refuses('service control policy', 'denied-by-scp', 'a service control policy denies it (p-1)'),
      detail: /p-1/,
      fix: /service control policy allow .*eks-operator/,
    },
    {
      name: 'an SCP that allows nothing',
      entry: refuses('service control policy', 'denied', 'access denied: no service control policy allows it'),
      detail: /no service control policy allows it$/,
      fix: /service control policy allow/,
    },
    {
      name: 'an RCP',
      entry: refuses('resource control policy'),
      detail: /resource control policy of the account/,
      fix: /resource control policy allow/,
    },
    {
      name: 'a boundary',
      entry: refuses('permissions boundary'),
      detail: /permissions boundary of this identity/,
      fix: /in its permissions boundary/,
    },
    {
      name: 'nobody that AWS names, where others let in',
      entry: refuses(),
      detail: /AWS does not say which.*most likely it is missing or was made otherwise/,
      fix: /with the parameters that the others have/,
    },
  ])('is explained by $name', async ({ entry, detail, fix }) => {
    const [row] = failing(await rowsAbout('role', diagnosed({ [ids[1] ?? '']: entry })))
    expect(row?.accounts).toEqual([ids[1]])
    expect(row?.detail).toMatch(detail)
    expect(row?.fix).toMatch(fix)
  })

  test('and is known to be missing where its StackSet has no instance', async () => {
    const [row] = failing(await rowsAbout('role', diagnosed({ [ids[1] ?? '']: refuses() }, listing(...ids.slice(2)))))
    expect(row?.detail).toMatch(/the StackSet has no instance there$/)
    const [there] = failing(await rowsAbout('role', diagnosed({ [ids[1] ?? '']: refuses() }, listing(...ids.slice(1)))))
    expect(there?.detail).toMatch(/this identity enters other accounts the same way$/)
  })

  test('in the management account is most likely out of the reach of the StackSet', async () => {
    const managed = organization({
      listAccounts: async () => [hub.accountId, '100000000000'].map(accountId => member({ accountId })),
    })
    const made = diagnosed({ '100000000000': refuses() }, { ...listing(), organization: managed })
    expect(failing(await rowsAbout('role', made))[0]).toMatchObject({ fix: expect.stringContaining('plain stack') })
    expect(await rowsAbout('stack-set-account', made)).toMatchObject([{ status: 'not-tried', needed: false }])
  })

  test('everywhere is explained by what the accounts share, and by an external id that was not sent', async () => {
    const [sent] = failing(await rowsAbout('role', diagnosed(all)))
    expect(sent?.accounts).toEqual(ids.slice(1))
    expect(sent?.fix).toMatch(`the trust names ${trust}`)
    expect(sent?.detail).not.toContain('no external id')
    const [unsent] = failing(await rowsAbout('role', diagnosed(all, {}, { sendsExternalId: false })))
    expect(unsent?.subjects).toEqual(['eks-node-posture-read without an external id'])
    expect(unsent?.detail).toMatch(/no external id was sent$/)
    expect(unsent?.fix).toContain('set EXTERNAL_ID')
  })

  test('to the root user has nothing to do with the role', async () => {
    const made = diagnosed(all, { arn: 'arn:aws:iam::111111111111:root' })
    expect(failing(await rowsAbout('role', made))[0]).toMatchObject({ detail: 'the root user can assume no role' })
  })

  test('because STS did not answer is unknown, and lacking all the same', async () => {
    const made = diagnosed({ [ids[1] ?? '']: refuses(undefined, 'throttled', 'still throttled after every retry') })
    const rows = await rowsAbout('role', made)
    expect(rows.filter(lacks)).toMatchObject([{ status: 'unknown', detail: 'still throttled after every retry' }])
  })
})

describe('Regions and reads', () => {
  const denying = account({
    tryRegion: async name =>
      name === 'us-east-1'
        ? {
            status: 'refused',
            failure: failure('eks:ListClusters', 'denied-by-scp', 'a service control policy denies it (p-1)'),
          }
        : { status: 'answers', cluster: undefined },
  })

  test('a Region that a policy denies is lacking, and says of which account', async () => {
    const rows = await rowsAbout('region', diagnosed({ [ids[1] ?? '']: denying }))
    expect(failing(rows)).toMatchObject([
      { subjects: ['us-east-1'], accounts: [ids[1]], fix: expect.stringContaining('scope.regions in posture.yaml') },
    ])
  })

  test('a Region out of scope is not asked', async () => {
    const policy = policySchema([]).parse({ version: 1, scope: { regions: { exclude: ['us-east-1'] } } })
    const { rows } = await diagnosed({ [ids[1] ?? '']: denying }, {}, { policy })
    expect(rows.filter(lacks)).toEqual([])
    expect(rows.flatMap(({ subjects }) => subjects)).not.toContain('us-east-1')
  })

  test('a Region that is off is nothing to act on, unless no account knows a Region that was named', async () => {
    const off = account({
      listRegions: async () => ({
        items: [
          { name: 'ap-east-1', enabled: false },
          { name: 'eu-west-1', enabled: true },
        ],
        failures: [],
      }),
    })
    expect((await rowsAbout('region', diagnosed({ [ids[1] ?? '']: off }))).filter(lacks)).toEqual([])
    const made = diagnosed({}, {}, { scope: { regions: ['eu-west-1', 'eu-wset-1'] } })
    expect(failing(await rowsAbout('region', made))).toMatchObject([{ subjects: ['eu-wset-1'] }])
  })

  test('a Region that is listed as enabled and answers as if it were not is unknown', async () => {
    const torn = account({
      tryRegion: async name =>
        name === 'us-east-1' ? { status: 'not-enabled' } : { status: 'answers', cluster: undefined },
    })
    const rows = await rowsAbout('region', diagnosed({ [ids[1] ?? '']: torn }))
    expect(rows.filter(lacks)).toMatchObject([{ status: 'unknown', subjects: ['us-east-1'], accounts: [ids[1]] }])
  })

  test('where DescribeRegions is denied, the Region of the hub is tried, and the row says so', async () => {
    const blind = account({ listRegions: async () => ({ items: [], failures: [failure('ec2:DescribeRegions')] }) })
    const { rows } = await diagnosed({ [ids[1] ?? '']: blind })
    expect(rows.filter(lacks)).toMatchObject([{ id: 'regions', status: 'fails', accounts: [ids[1]] }])
    expect(rows.find(({ id, accounts }) => id === 'region' && accounts.includes(ids[1] ?? ''))?.subjects).toEqual([
      'eu-west-1',
    ])
  })

  test('reads are tried where there is a cluster, however far from the hub', async () => {
    const places: unknown[] = []
    const far = account({
      tryRegion: async name => ({ status: 'answers', cluster: name === 'us-east-1' ? 'shop' : undefined }),
      tryReads: async place => {
        places.push(place)
        return []
      },
    })
    await diagnosed({ [ids[1] ?? '']: far })
    expect(places).toEqual([{ region: 'us-east-1', cluster: 'shop', imdsV1Calls: false }])
  })

  test('an account of which no Region answers has no read that works', async () => {
    const gone = account({
      tryRegion: async () => ({ status: 'refused', failure: failure('eks:ListClusters', 'broken', 'reset') }),
    })
    const rows = await rowsAbout('read', diagnosed({ [ids[1] ?? '']: gone }))
    expect(rows.filter(lacks)).toMatchObject([{ status: 'unknown', accounts: [ids[1]] }])
  })

  test('that the role may not list clusters says nothing of the Region, and is a read that fails', async () => {
    const denied = failure('eks:ListClusters')
    const closed = account({
      tryRegion: async () => ({ status: 'refused', failure: denied }),
      tryReads: async () => [{ action: 'eks:ListClusters', tried: { status: 'refused', failure: denied } }],
    })
    const { rows } = await diagnosed({ [ids[1] ?? '']: closed })
    expect(rows.filter(lacks)).toMatchObject([
      { id: 'region', status: 'unknown' },
      {
        id: 'read',
        status: 'fails',
        fix: expect.stringContaining('Allow role eks-node-posture-read eks:ListClusters'),
      },
    ])
  })
})

describe('the organization', () => {
  const listing = (over: Parameters<typeof organization>[0]) => ({ organization: organization(over) })
  const denied = async () => {
    throw new PostureError(
      'The accounts could not be listed: organizations:ListAccounts: access denied; the hub must be.',
    )
  }

  test('that may not be listed leaves the own account to be tried, and no role is said to work', async () => {
    const { rows, tried } = await diagnosed({}, listing({ listAccounts: denied }))
    expect(tried).toMatchObject({ accounts: 1, of: 1 })
    expect(rows.find(({ id }) => id === 'accounts')).toMatchObject({
      status: 'fails',
      detail: 'access denied; the hub must be',
    })
    expect(rows.filter(({ id }) => id === 'role')).toMatchObject([
      { status: 'works', accounts: [hub.accountId] },
      { status: 'unknown', needed: true },
    ])
  })

  test('does without the names of units, the calendar and its own description', async () => {
    const unnamed = member({ accountId: hub.accountId, ouPath: [{ id: 'ou-ab12-root', name: 'ou-ab12-root' }] })
    const { rows } = await diagnosed(
      {},
      listing({ listAccounts: async () => [unnamed], describeOrganization: async () => undefined }),
    )
    const poor = rows.filter(({ status }) => status !== 'works')
    expect(poor.map(({ id }) => id)).toEqual(['organization', 'unit-names', 'kubernetes-calendar'])
    expect(poor.filter(lacks)).toEqual([])
    for (const { fix } of poor) expect(fix).toMatch(/^Allow this identity /)
  })

  test('is not asked for where accounts are named', async () => {
    const made = diagnosed({}, listing({ listAccounts: denied }), { who: { kind: 'accounts', ids: ['222222222222'] } })
    const { rows } = await made
    expect(rows.filter(lacks)).toEqual([])
    expect(rows.some(({ id }) => id === 'accounts')).toBe(false)
  })

  test('is sampled, the own account in any case, and accounts that a scan leaves out are named', async () => {
    const accounts = [
      ...ids.map(accountId => member({ accountId })),
      member({ accountId: '555555555555', state: 'SUSPENDED' }),
    ]
    const { rows, tried } = await diagnosed({}, listing({ listAccounts: async () => accounts }), {
      sample: 1,
      seed: 'x',
    })
    expect(tried).toEqual({ accounts: 2, of: 4, seed: 'x' })
    expect(rows.find(({ subjects }) => subjects.includes('not asked'))).toMatchObject({
      status: 'not-tried',
      accounts: ['555555555555'],
      detail: 'the account is SUSPENDED',
    })
  })
})

describe('a table, a topic and a bucket', () => {
  const works = (...actions: string[]) => actions.map(action => ({ action, tried: { status: 'works' } as const }))
  const there: ThingTried = {
    found: { status: 'there', problems: [] },
    reads: works('dynamodb:GetItem'),
    writes: works('dynamodb:PutItem'),
  }
  const asked = (tried: ThingTried) => ({ table: { name: 'posture', tryIt: async () => tried } })

  test('work', async () => {
    const { rows } = await diagnosed({}, asked(there))
    expect(rows.filter(({ id }) => id.startsWith('table')).map(({ id, status }) => `${id} ${status}`)).toEqual([
      'table works',
      'table-read works',
      'table-write works',
    ])
  })

  test('are missing, or of another shape', async () => {
    const missing = await diagnosed({}, asked({ found: { status: 'missing' }, reads: [], writes: [] }))
    expect(missing.rows.filter(lacks)).toMatchObject([
      { id: 'table', status: 'fails', detail: 'there is no such table' },
    ])
    const wrong = await diagnosed(
      {},
      asked({ ...there, found: { status: 'there', problems: ['it has no index lists', 'it is CREATING'] } }),
    )
    expect(wrong.rows.filter(lacks)).toMatchObject([{ detail: 'it has no index lists; it is CREATING' }])
  })

  test('that may not be described are unknown, which counts only where nothing else proves them', async () => {
    const found = { status: 'refused', failure: failure('dynamodb:DescribeTable') } as const
    const readable = await diagnosed({}, asked({ ...there, found }))
    expect(readable.rows.find(({ id }) => id === 'table')).toMatchObject({ status: 'unknown', needed: false })
    const unproved = await diagnosed({}, asked({ found, reads: [], writes: [] }))
    expect(unproved.rows.filter(lacks)).toMatchObject([{ id: 'table', status: 'unknown' }])
  })

  test('that may not be written name the action and the table', async () => {
    const denied = {
      action: 'dynamodb:PutItem',
      tried: { status: 'refused', failure: failure('dynamodb:PutItem') },
    } as const
    const { rows } = await diagnosed({}, asked({ ...there, writes: [denied] }))
    expect(rows.filter(lacks)).toMatchObject([
      { id: 'table-write', fix: 'Allow this identity dynamodb:PutItem on table posture and its index.' },
    ])
  })
})

describe('a StackSet', () => {
  const [, first = '', second = '', third = ''] = ids
  const instance = (accountId: string, over: Partial<StackInstance> = {}): StackInstance => ({
    accountId,
    status: 'CURRENT',
    drifted: false,
    reason: undefined,
    ...over,
  })
  const listing = (items: readonly StackInstance[], failures: readonly Failure[] = []) => ({
    stackSet: { name: 'posture', list: async () => ({ items, failures }) },
  })

  test('has an instance for every account but the own', async () => {
    const { rows } = await diagnosed({}, listing([instance(first), instance(second), instance(third)]))
    expect(rows.filter(lacks)).toEqual([])
    expect(rows.find(({ id }) => id === 'stack-set-account')).toMatchObject({
      status: 'works',
      accounts: [first, second, third],
    })
  })

  test.each<{ over: Partial<StackInstance>; status: string; detail: string }>([
    {
      over: { status: 'OUTDATED', reason: 'User initiated operation' },
      status: 'fails',
      detail: 'OUTDATED: User initiated operation',
    },
    { over: { status: 'INOPERABLE' }, status: 'fails', detail: 'INOPERABLE' },
    { over: { drifted: true }, status: 'fails', detail: 'DRIFTED: somebody changed the stack by hand' },
    { over: { status: 'TOMORROW' }, status: 'unknown', detail: 'TOMORROW' },
  ])('says of an instance $detail', async ({ over, status, detail }) => {
    const made = diagnosed({}, listing([instance(first, over), instance(first), instance(second), instance(third)]))
    const rows = (await rowsAbout('stack-set-account', made)).filter(lacks)
    expect(rows).toMatchObject([
      { status, detail, accounts: [first], fix: expect.stringContaining('StackSet posture') },
    ])
  })

  test('without an instance for accounts names them, and of a list that broke off nothing is concluded', async () => {
    const rows = await rowsAbout('stack-set-account', diagnosed({}, listing([instance(first)])))
    expect(failing(rows)).toMatchObject([{ detail: 'no instance', accounts: [second, third] }])
    const broken = await diagnosed(
      {},
      listing([instance(first)], [failure('cloudformation:ListStackInstances', 'throttled')]),
    )
    expect(broken.rows.filter(lacks)).toMatchObject([{ id: 'stack-set', status: 'unknown' }])
    expect(broken.rows.some(({ id }) => id === 'stack-set-account')).toBe(false)
  })

  test.each([
    ['StackSetNotFoundException: StackSet x not found', 'broken', 'Name the StackSet'],
    ['ValidationError: Account used is not a delegated administrator', 'broken', 'Register this account'],
    ['access denied', 'denied', 'Allow this identity cloudformation:ListStackInstances'],
  ] as const)('that cannot be listed: %s', async (reason, failureClass, fix) => {
    const made = diagnosed({}, listing([], [failure('cloudformation:ListStackInstances', failureClass, reason)]))
    expect(failing(await rowsAbout('stack-set', made))).toMatchObject([{ fix: expect.stringContaining(fix) }])
  })
})

test('credentials that are not there are no row: there is nobody to test', async () => {
  const whoAmI = async () => {
    throw new PostureError('No AWS credentials could be loaded.')
  }
  await expect(diagnosed({}, { whoAmI })).rejects.toThrow('No AWS credentials')
})
