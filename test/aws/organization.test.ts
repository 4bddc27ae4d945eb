import { expect, test } from '@jest/globals'
import { unitsOf } from '../../src/aws/organization.ts'
import { PostureError } from '../../src/core/errors.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { answering, connectTo, hub, member } from './sandbox.ts'

test.each([
  [
    'in a unit of a unit',
    ['o-acme/r-ab12/ou-ab12-prod0000/ou-ab12-shop0000/222222222222/'],
    ['ou-ab12-prod0000', 'ou-ab12-shop0000'],
  ],
  ['at the root', ['o-acme/r-ab12/222222222222/'], []],
  ['not said', undefined, undefined],
])('the path of an account %s', (_, paths, units) => {
  expect(unitsOf({ Paths: paths })).toEqual(units)
})

test('every account is listed by its id, with its state and the names of its units', async () => {
  const { organization, calls } = connectTo()
  const accounts = await organization.listAccounts()
  expect(accounts.map(({ accountId }) => accountId)).toEqual(['100000000000', hub, member])
  expect(accounts[2]).toEqual({
    accountId: member,
    arn: `arn:aws:organizations::100000000000:account/o-acme/${member}`,
    name: 'payments-prod',
    state: 'ACTIVE',
    ouPath: [{ id: 'ou-acme-payments', name: 'Payments' }],
  })
  expect(calls.read().answered).toEqual({
    'organizations:DescribeOrganizationalUnit': 1,
    'organizations:ListAccounts': 1,
  })
})

test('an account that is no administrator is told what the hub must be', async () => {
  const credentials = { accessKeyId: accessKeyOf(member), secretAccessKey: secretKey }
  const { organization } = connectTo({}, { credentials })
  await expect(organization.listAccounts()).rejects.toThrow(
    /ListAccounts: access denied .*; the hub must be the management account or a delegated administrator\.$/,
  )
  expect(await organization.describeOrganization()).toEqual({ id: 'o-acme', managementAccountId: '100000000000' })
})

const json = (body: object, type?: string) => ({
  status: type ? 400 : 200,
  body: JSON.stringify(type ? { __type: type, ...body } : body),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'any' },
})

/** The accounts and units that these answers give; a page by its token. */
const withAnswers = (pages: Record<string, object>, unit = json({ OrganizationalUnit: { Name: 'Prod' } })) =>
  connectTo(
    {},
    {
      requestHandler: answering(({ body }) => {
        const { NextToken = 'first', OrganizationalUnitId } = JSON.parse(new TextDecoder().decode(body as Uint8Array))
        return OrganizationalUnitId ? unit : json(pages[NextToken] ?? {})
      }),
    },
  ).organization

const account = (id: string, rest: object = {}) => ({ Id: id, Arn: `arn:${id}`, Name: id, State: 'ACTIVE', ...rest })

test('a list goes on behind an empty page', async () => {
  const organization = withAnswers({
    first: { NextToken: '2' },
    2: { Accounts: [account('b')], NextToken: '3' },
    3: { Accounts: [account('a')] },
  })
  expect((await organization.listAccounts()).map(({ accountId }) => accountId)).toEqual(['a', 'b'])
})

test('a page token that comes back is an error', async () => {
  const organization = withAnswers({ first: { NextToken: '2' }, 2: { NextToken: '2' } })
  await expect(organization.listAccounts()).rejects.toThrow(PostureError)
})

test('the state is read from the retired field where there is no other, and no state loses an account', async () => {
  const organization = withAnswers({
    first: {
      Accounts: [
        account('a', { State: undefined, Status: 'SUSPENDED' }),
        account('b', { State: 'CLOSED', Status: 'SUSPENDED' }),
        account('c', { State: 'OF_TOMORROW' }),
      ],
    },
  })
  expect((await organization.listAccounts()).map(({ state, ouPath }) => [state, ouPath])).toEqual([
    ['SUSPENDED', null],
    ['CLOSED', null],
    ['ACTIVE', null],
  ])
})

test('a unit whose name may not be read goes by its id', async () => {
  const accounts = [account('a', { Paths: ['o-acme/r-ab12/ou-ab12-prod/a/'] })]
  const organization = withAnswers({ first: { Accounts: accounts } }, json({}, 'AccessDeniedException'))
  expect((await organization.listAccounts())[0]?.ouPath).toEqual([{ id: 'ou-ab12-prod', name: 'ou-ab12-prod' }])
})

test.each([
  ['AccessDeniedException', undefined],
  ['AWSOrganizationsNotInUseException', undefined],
])('describing the organization ends with nothing for %s', async (type, expected) => {
  const { organization } = connectTo({}, { requestHandler: answering(() => json({}, type)) })
  expect(await organization.describeOrganization()).toBe(expected)
})

test('a passing trouble does not make an account one without organization', async () => {
  const { organization } = connectTo({}, { requestHandler: answering(() => json({}, 'TooManyRequestsException')) })
  await expect(organization.describeOrganization()).rejects.toThrow(PostureError)
})

test('the calendar of Kubernetes versions is asked for once, those that are over included', async () => {
  const { organization, calls } = connectTo()
  const calendar = await organization.describeClusterVersions()
  expect(calendar.get('1.28')).toEqual({
    endOfStandardSupport: '2024-11-26',
    endOfExtendedSupport: '2025-11-26',
    source: 'eks:DescribeClusterVersions',
  })
  expect(calls.read().answered).toEqual({ 'eks:DescribeClusterVersions': 1 })
})

test('a calendar that cannot be read is an empty one, and no error', async () => {
  const requestHandler = answering(() => ({ status: 404, body: '<!doctype html>' }))
  const { organization } = connectTo({}, { requestHandler })
  expect(await organization.describeClusterVersions()).toEqual(new Map())
})
