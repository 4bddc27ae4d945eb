import type { TriedAction } from '../../core/doctor.ts'
import type { Failure } from '../../core/read.ts'
import type { Ask } from '../ask.ts'
import { isSdkError } from '../failure.ts'

/** How a call that changes nothing says that it would have been allowed. */
const permitted = new Set([
  // EC2, of a dry run.
  'DryRunOperation',
  // DynamoDB and S3, of a condition that cannot hold; S3 looks for the object first.
  'ConditionalCheckFailedException',
  'PreconditionFailed',
  'NoSuchKey',
])

/** An action that was tried, and its answer where it gave one. */
export interface TriedFor<T> extends TriedAction {
  readonly value: T | undefined
}

/** Tries an action once. That a dry run or an impossible condition stops it proves as much as an answer. */
export const tryAction = async <T>(ask: Ask, action: string, call: () => Promise<T>): Promise<TriedFor<T>> => {
  const answer = await ask(action, call)
  if (answer.status === 'ok') return { action, tried: { status: 'works' }, value: answer.value }
  const failure: Failure =
    answer.status === 'failed' ? answer.failure : { action, class: 'broken', reason: answer.reason }
  const isPermitted = answer.status === 'failed' && isSdkError(answer.error) && permitted.has(answer.error.name)
  return { action, tried: isPermitted ? { status: 'works' } : { status: 'refused', failure }, value: undefined }
}

/** An action that there is nothing to try on. */
export const notTried = (action: string, why: string): TriedAction => ({ action, tried: { status: 'not-tried', why } })

/** Tries an action on what another one listed; where it listed nothing, `nothing` says of what there is none. */
export const tryOn = <T, U>(
  ask: Ask,
  action: string,
  listed: TriedFor<unknown>,
  thing: T | undefined,
  nothing: string,
  call: (thing: T) => Promise<U>,
): Promise<TriedAction> | TriedAction => {
  if (thing !== undefined) return tryAction(ask, action, () => call(thing))
  return notTried(action, listed.tried.status === 'works' ? nothing : `${listed.action} was not answered`)
}
