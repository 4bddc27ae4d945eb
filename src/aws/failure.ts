import { isThrottlingError } from '@smithy/core/retry'
import type { Failure, FailureClass } from '../core/read.ts'

/** What the errors of AWS, and of the way to it, have in common. */
export interface SdkError extends Error {
  /** Whose fault it is; only an error answer of AWS itself says so. */
  readonly $fault?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly code?: string
}

const denials = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationErrorException',
  'UnauthorizedOperation',
])
const unknownOperations = new Set(['InvalidAction', 'UnknownOperation', 'UnknownOperationException'])
const signsOfDisabledRegion = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'AuthFailure',
  'OptInRequired',
  'RegionDisabledException',
])
const gatewayErrors = new Set([502, 503, 504])

// AWS keeps this phrase while the sentence around it changes (IAM guide, troubleshoot_access-denied).
const scpPhrase = /explicit deny in a service control policy/i

/**
 * The failure that an error of an SDK call stands for.
 * @param action the IAM action that was asked.
 * @param resource what it was asked about, where that is one thing.
 * @throws the error itself where neither AWS nor the network made it: a bug of ours is no failed read.
 */
export const failureOf = (error: unknown, action: string, resource?: string): Failure => {
  if (!isSdkError(error)) throw error
  const failure = { action, class: classOf(error), reason: reasonOf(error) }
  return resource === undefined ? failure : { ...failure, resource }
}

/** A read that was left out because another one, which it needs, failed. */
export const notAsked = (action: string, failed: Failure): Failure => ({
  action,
  class: 'not-asked',
  reason: `not asked, because ${failed.action} failed`,
})

/** Whether AWS says that the Region is not enabled for the account. */
export const isRegionDisabled = (error: unknown): boolean => isSdkError(error) && signsOfDisabledRegion.has(error.name)

/** Whether AWS itself says that what was asked about does not exist (any more). */
export const isNotFound = (error: unknown): error is SdkError =>
  isSdkError(error) && isOfAws(error) && error.name.includes('NotFound')

/** Whether AWS asks for fewer calls, by the names and the status that the SDK retries as throttles. */
export const isThrottle = (error: unknown): boolean =>
  isThrottlingError(error as Parameters<typeof isThrottlingError>[0])

/**
 * Whether AWS or the way to it made the error. Anything thrown below the SDK's retries carries `$metadata`, so only a
 * status or a system error's code tells; errors of Node's own argument checks have a code too, but are TypeErrors.
 */
export const isSdkError = (error: unknown): error is SdkError => {
  if (typeof error !== 'object' || error === null) return false
  const { name, code, $metadata } = error as SdkError
  if (isCredentialsError(error)) return true
  if ($metadata === undefined) return false
  if ($metadata.httpStatusCode !== undefined || name === 'TimeoutError') return true
  return typeof code === 'string' && !/^(Type|Range|Reference|Syntax)Error$/.test(name)
}

/** Whether the credentials of a call could not even be loaded: a profile without any, a single sign-on that ended. */
export const isCredentialsError = (error: unknown): boolean =>
  /^(?:Credentials|Token)ProviderError$/.test((error as Partial<SdkError> | undefined)?.name ?? '')

/**
 * Why a call failed, in one clause that is the same every night: without request ids, session names or credentials,
 * and of a denial no more than who denies.
 */
export const reasonOf = (error: SdkError): string => {
  const { name, message, code } = error
  const status = error.$metadata?.httpStatusCode
  const failureClass = classOf(error)
  if (failureClass === 'denied-by-scp') return `a service control policy denies it${policyIn(message)}`
  if (failureClass === 'denied') return `access denied (${name})${denialIn(message)}`
  if (failureClass === 'throttled') return `still throttled after every retry (${name})`
  if (isCredentialsError(error)) return `no credentials could be loaded (${firstSentence(message)})`
  if (status === undefined) return `the endpoint could not be reached (${code ?? name})`
  if (!isOfAws(error)) return `the endpoint answered HTTP ${status}, and not as AWS does`
  if (failureClass === 'unsupported') return `the endpoint does not know this operation (${name})`
  return `${name}: ${firstSentence(message) || `HTTP ${status}`}`
}

/** The SDK itself calls any HTTP 404 `NotFound`, also that of a proxy; AWS's codes say what was not found. */
const isOfAws = ({ $fault, name }: SdkError) => $fault !== undefined && name !== 'NotFound'

const classOf = (error: SdkError): FailureClass => {
  if (scpPhrase.test(error.message)) return 'denied-by-scp'
  if (denials.has(error.name)) return 'denied'
  if (isThrottle(error)) return 'throttled'
  if (unknownOperations.has(error.name)) return 'unsupported'
  const status = error.$metadata?.httpStatusCode
  return !isOfAws(error) && status !== undefined && !gatewayErrors.has(status) ? 'unsupported' : 'broken'
}

const policyIn = (message: string) => {
  const arn = /arn:[\w-]+:organizations::\d*:policy\/[\w/-]+/.exec(message)?.[0]
  return arn ? ` (${arn})` : ''
}

const denialIn = (message: string) => {
  const why = /\bno [a-z -]+ allows\b|\bexplicit deny in an? [a-z -]+/.exec(message)?.[0]
  return why ? `: ${why.trim().replace(/allows$/, 'allows it')}` : ''
}

const maxLength = 300

/** Later sentences can repeat the signed request, its token included. */
const firstSentence = (message: string) =>
  message
    .replace(/\s+/g, ' ')
    .replace(/\.(?: .*)?$/, '')
    .replace(/[ (]*(?:Service: |Request ?ID:? ).*$/i, '')
    .replace(/(:assumed-role\/[^/ ]+)\/[\w+=,.@-]+/g, '$1')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, 'an access key')
    .replace(/^Unknown(?:Error)?$/, '')
    .slice(0, maxLength)
