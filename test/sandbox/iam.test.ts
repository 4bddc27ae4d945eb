import { DescribeClusterCommand } from '@aws-sdk/client-eks'
import { ListOpenIDConnectProvidersCommand, ListRolesCommand } from '@aws-sdk/client-iam'
import { describe, expect, test } from '@jest/globals'
import { clients, clientsInRole, hub, member, refusalOf, region, sandboxOf, type WrittenAccount } from './support.ts'

const account: Partial<WrittenAccount> = {
  openIdConnectProviders: ['https://token.actions.githubusercontent.com'],
  regions: {
    [region]: {
      clusters: { shop: { version: '1.31', openIdConnectProvider: true }, site: { version: '1.31' } },
    },
    'us-east-1': { clusters: { shop: { version: '1.31', openIdConnectProvider: true } } },
  },
}

type Clients = ReturnType<typeof clients>
const list = ({ iam }: Clients) => iam.send(new ListOpenIDConnectProvidersCommand({}))
const arnsOf = async (from: Clients) => (await list(from)).OpenIDConnectProviderList?.map(({ Arn }) => Arn)
const issuerOf = async ({ eks }: Clients) =>
  (await eks.send(new DescribeClusterCommand({ name: 'shop' }))).cluster?.identity?.oidc?.issuer?.replace(
    'https://',
    '',
  )

describe('the account’s OpenID Connect providers', () => {
  test('are those that were written and those of its clusters, in all Regions', async () => {
    const sandbox = sandboxOf(account)
    const here = clients(sandbox)
    const arn = (issuer = '') => `arn:aws:iam::${member}:oidc-provider/${issuer}`
    const arns = await arnsOf(here)
    expect(arns).toEqual([
      arn('token.actions.githubusercontent.com'),
      arn(await issuerOf(here)),
      arn(await issuerOf(clients(sandbox, member, 'us-east-1'))),
    ])
    expect(new Set(arns).size).toBe(3)
    expect(await arnsOf(clients(sandbox, member, 'us-east-1'))).toEqual(arns)
    expect(await arnsOf(clients(sandbox, hub))).toEqual([])
  })

  test('are told where us-east-1 is no Region of the organization', async () => {
    const sandbox = sandboxOf({ regions: { [region]: {} } }, { regions: [region] })
    expect(await arnsOf(clients(sandbox))).toEqual([])
  })

  test('may be denied by the role and by a policy, in the words of Query', async () => {
    const role = await clientsInRole(sandboxOf({ role: { deny: 'iam:*' } }))
    expect(await refusalOf(list(role))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining(
        'because no identity-based policy allows the iam:ListOpenIDConnectProviders action',
      ),
    })
    const deny = (where: string) =>
      clients(sandboxOf({}, { policies: [{ id: 'p-1', unit: 'Workloads', deny: '*', regions: [where] }] }))
    expect((await refusalOf(list(deny('us-east-1')))).message).toContain('explicit deny in a service control policy')
    await expect(list(deny(region))).resolves.toBeDefined()
  })

  test('are throttled by a fault, and another action is unknown', async () => {
    const throttled = clients(sandboxOf({}, { faults: [{ action: 'iam:List*', region: 'us-east-1', throttle: 1 }] }))
    expect(await refusalOf(list(throttled))).toMatchObject({ name: 'Throttling', status: 400 })
    const { iam } = clients(sandboxOf())
    expect(await refusalOf(iam.send(new ListRolesCommand({})))).toMatchObject({ name: 'InvalidAction', status: 400 })
  })
})
