import * as z from 'zod'
import { type Action, action, type Call, pageOf, wholeNumber } from '../action.ts'
import { pastSecondsOf } from '../ids.ts'
import type { AccountModel } from '../model.ts'
import { RefusalError } from '../refusal.ts'

const pageSize = 20

/** Only the management account and a delegated administrator may read the organization's accounts and units. */
const refuseMembers = ({ model, caller }: Call) => {
  const { management, hub } = model.organization.organization
  if (caller.accountId === management || caller.accountId === hub) return
  throw new RefusalError('denied', "You don't have permissions to access this resource.")
}

const arnOf = ({ model }: Call, resource: string) =>
  `arn:aws:organizations::${model.organization.organization.management}:${resource}`

const emailOf = ({ model }: Call, { id, account }: AccountModel) =>
  account.email ?? `aws+${id}@${model.organization.organization.id}.example`

const describeAccount = (call: Call, model: AccountModel) => ({
  Id: model.id,
  Arn: arnOf(call, `account/${call.model.organization.organization.id}/${model.id}`),
  Email: emailOf(call, model),
  Name: model.account.name,
  State: model.account.state,
  Paths: [`${model.path}`],
  JoinedMethod: model.account.joinedMethod,
  JoinedTimestamp: pastSecondsOf(call.model.organization.now, model.id),
})

/** AWS Organizations, as of the retirement of Account.Status on 2026-09-09. */
export const organizations: Readonly<Record<string, Action>> = {
  DescribeOrganization: action(z.strictObject({}), (_input, call) => {
    const { id, management } = call.model.organization.organization
    const account = call.model.accounts.get(management)
    return {
      Organization: {
        Id: id,
        Arn: arnOf(call, `organization/${id}`),
        FeatureSet: 'ALL',
        MasterAccountArn: arnOf(call, `account/${id}/${management}`),
        MasterAccountId: management,
        MasterAccountEmail: account && emailOf(call, account),
        AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
      },
    }
  }),

  ListAccounts: action(
    z.strictObject({ NextToken: z.string().optional(), MaxResults: wholeNumber(1, pageSize).default(pageSize) }),
    ({ NextToken, MaxResults }, call) => {
      refuseMembers(call)
      const { items, next } = pageOf([...call.model.accounts.values()], NextToken, MaxResults)
      return { Accounts: items.map(account => describeAccount(call, account)), NextToken: next }
    },
  ),

  DescribeOrganizationalUnit: action(z.strictObject({ OrganizationalUnitId: z.string() }), (input, call) => {
    refuseMembers(call)
    const unit = call.model.units.find(({ id, name }) => name !== '' && id === input.OrganizationalUnitId)
    if (!unit) {
      throw new RefusalError(
        { code: 'OrganizationalUnitNotFoundException', status: 400 },
        "You specified an organizational unit that doesn't exist.",
      )
    }
    const arn = arnOf(call, `ou/${call.model.organization.organization.id}/${unit.id}`)
    return { OrganizationalUnit: { Id: unit.id, Arn: arn, Name: unit.name, Path: unit.path } }
  }),
}
