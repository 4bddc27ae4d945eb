import * as z from 'zod'
import { type Action, action, type Call, pageOf, wholeNumber } from '../action.ts'
import { hexOf } from '../ids.ts'
import type { AccountModel } from '../model.ts'
import { RefusalError } from '../refusal.ts'

const pageSize = 100

const ListStackInstances = z.strictObject({
  StackSetName: z.string(),
  CallAs: z.enum(['SELF', 'DELEGATED_ADMIN']).default('SELF'),
  MaxResults: wholeNumber(1, pageSize).default(pageSize),
  NextToken: z.string().optional(),
})

/** AWS CloudFormation: where the StackSet that deploys the role has an instance, which is named as the role is. */
export const cloudformation: Readonly<Record<string, Action>> = {
  ListStackInstances: action(ListStackInstances, ({ StackSetName, CallAs, MaxResults, NextToken }, call) => {
    const { management, hub } = call.model.organization.organization
    if (CallAs === 'DELEGATED_ADMIN' && call.caller.accountId !== hub) {
      throw new RefusalError('bad-parameter', 'Account used is not a delegated administrator')
    }
    const accounts = [...call.model.accounts.values()]
    const isOwner = CallAs === 'DELEGATED_ADMIN' || call.caller.accountId === management
    if (!isOwner || !accounts.some(({ account }) => account.role.name === StackSetName)) {
      throw new RefusalError({ code: 'StackSetNotFoundException', status: 404 }, `StackSet ${StackSetName} not found`)
    }
    // Service-managed permissions never reach the management account.
    const deployed = accounts.filter(
      ({ id, account }) => id !== management && account.role.name === StackSetName && account.role.trust !== 'missing',
    )
    const { items, next } = pageOf(deployed, NextToken, MaxResults)
    return { Summaries: items.map(one => summaryOf(call, StackSetName, one)), NextToken: next }
  }),
}

const summaryOf = ({ region }: Call, name: string, { id, account }: AccountModel) => ({
  StackSetId: `${name}:${hexOf(32, 'stack-set', name)}`,
  Region: region,
  Account: id,
  Status: account.role.stackInstance,
  DriftStatus: 'NOT_CHECKED',
})
