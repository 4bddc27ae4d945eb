import { type Caller, callerOf } from './keys.ts'
import type { Model } from './model.ts'
import { matchesAny } from './patterns.ts'
import { RefusalError, type Service } from './refusal.ts'
import { headerOf, type Scope, type WireRequest } from './wire.ts'

// Global, or a part of signing in: nothing denies them.
const isOpen = (service: Service) => service === 'organizations' || service === 'sts'

/** A Region that is off, or that nobody uses, does not stop these: IAM is asked in us-east-1 wherever the account is. */
const isGlobal = (service: Service) => isOpen(service) || service === 'iam'

/**
 * Who sends a request.
 * @throws {RefusalError} without credentials that the sandbox gave, or where the Region is off for the account.
 */
export const identify = (model: Model, service: Service, scope: Scope | undefined, request: WireRequest): Caller => {
  if (!scope) throw new RefusalError('no-credentials', 'Request is missing Authentication Token')
  const caller = callerOf(scope.accessKey, headerOf(request, 'x-amz-security-token'), Date.now())
  if (caller === 'expired')
    throw new RefusalError('expired-session', 'The security token included in the request is expired')
  const account = caller === 'invalid' ? undefined : model.accounts.get(caller.accountId)?.account
  if (caller === 'invalid' || !account) throw invalidToken(service)
  const isOff = account.regions[scope.region] === 'not-opted-in' || !model.organization.regions.includes(scope.region)
  if (isOff && !isGlobal(service)) throw invalidToken(service)
  return caller
}

const invalidToken = (service: Service) =>
  new RefusalError(
    'unknown-key',
    service === 'ec2'
      ? 'AWS was not able to validate the provided access credentials'
      : 'The security token included in the request is invalid.',
  )

/**
 * Refuses what a service control policy or the role's own policy denies. The management account is under no service
 * control policy, and `GetCallerIdentity` needs no permission.
 * @throws {RefusalError} in the words of AWS, which a reader of denials depends on.
 */
export const authorize = (model: Model, service: Service, caller: Caller, region: string, action: string) => {
  const { management, id } = model.organization.organization
  if (isOpen(service)) return
  const policy =
    caller.accountId === management
      ? undefined
      : model.denyingPolicy(caller.accountId, region, patterns => matchesAny(patterns, action))
  if (policy) {
    const arn = `arn:aws:organizations::${management}:policy/${id}/service_control_policy/${policy}`
    throw denial(service, caller, action, `with an explicit deny in a service control policy: ${arn}`)
  }
  if (caller.role === undefined) return
  if (!matchesAny(model.accounts.get(caller.accountId)?.account.role.deny ?? [], action)) return
  throw denial(service, caller, action, `because no identity-based policy allows the ${action} action`)
}

/** A denial in the words of AWS. @param because what denies, which AWS once left out. */
export const denial = (service: Service, { arn }: Caller, action: string, because?: string): RefusalError => {
  const sentence = [`User: ${arn} is not authorized to perform: ${action} on resource: *`, because ?? []]
    .flat()
    .join(' ')
  return new RefusalError(
    'denied',
    service === 'ec2' ? `You are not authorized to perform this operation. ${sentence}` : sentence,
  )
}
