import * as z from 'zod'
import { type Action, action, type Call, wholeNumber } from '../action.ts'
import { roleOf, sessionOf } from '../keys.ts'
import { RefusalError } from '../refusal.ts'

const roleArn = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/
const maxSessionSeconds = 3600

const AssumeRole = z.strictObject({
  RoleArn: z.string().regex(roleArn, { error: 'is no role ARN' }),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/, { error: 'must match [\\w+=,.@-]{2,64}' }),
  ExternalId: z.string().optional(),
  DurationSeconds: wholeNumber(900, 43_200).default(maxSessionSeconds),
})

const trusts = ({ model, caller }: Call, accountId: string, roleName: string, externalId: string | undefined) => {
  const { hub, externalId: expected } = model.organization.organization
  const { role, state } = model.accounts.get(accountId)?.account ?? {}
  return (
    caller.accountId === hub &&
    state === 'ACTIVE' &&
    role?.trust === 'ok' &&
    role.name === roleName &&
    (expected === undefined || externalId === expected)
  )
}

/** AWS Security Token Service. */
export const sts: Readonly<Record<string, Action>> = {
  AssumeRole: action(AssumeRole, (input, call) => {
    const [, accountId = '', roleName = ''] = roleArn.exec(input.RoleArn) ?? []
    // AWS words a missing role, a trust policy that says no and a wrong external id alike.
    if (!trusts(call, accountId, roleName, input.ExternalId)) {
      throw new RefusalError(
        'denied',
        `User: ${call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
      )
    }
    if (input.DurationSeconds > maxSessionSeconds) {
      throw new RefusalError(
        'bad-parameter',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      )
    }
    // The real clock: an SDK refreshes credentials that look old without end.
    const expiration = new Date(Date.now() + input.DurationSeconds * 1000)
    const { arn, userId } = roleOf(accountId, roleName, input.RoleSessionName)
    return {
      Credentials: sessionOf(accountId, roleName, input.RoleSessionName, expiration),
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    }
  }),

  GetCallerIdentity: action(z.strictObject({}), (_input, { caller }) => ({
    UserId: caller.userId,
    Account: caller.accountId,
    Arn: caller.arn,
  })),
}
