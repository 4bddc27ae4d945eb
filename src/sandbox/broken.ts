import { denial } from './authorize.ts'
import type { Caller } from './keys.ts'
import type { Model } from './model.ts'
import { RefusalError, type Service } from './refusal.ts'
import type { FaultAnswer } from './schema.ts'
import type { WireResponse } from './wire.ts'

/** A connection that ends without an answer: it is reset, or it never comes to an answer. */
export class ConnectionFault extends Error {
  override name = 'ConnectionFault'
  readonly kind: 'reset' | 'hang'

  constructor(kind: 'reset' | 'hang') {
    super(`the sandbox was told to ${kind === 'reset' ? 'reset the connection' : 'leave the call without an answer'}`)
    this.kind = kind
  }
}

/** A call that a fault strikes. */
export interface Struck {
  readonly model: Model
  readonly service: Service
  readonly caller: Caller
  readonly action: string
}

/**
 * Throws what takes the place of an answer. `malformed` and `loop` let the call be answered and spoil that.
 * @throws {RefusalError | ConnectionFault}
 */
export const strike = (answer: FaultAnswer, { model, service, caller, action }: Struck): void => {
  const { management, id } = model.organization.organization
  const refusals: Readonly<Partial<Record<FaultAnswer, () => Error>>> = {
    'server-error': () => new RefusalError('server-error', 'An internal error occurred.'),
    reset: () => new ConnectionFault('reset'),
    hang: () => new ConnectionFault('hang'),
    expired: () => new RefusalError('expired-session', 'The security token included in the request is expired'),
    'not-enabled': () => new RefusalError('unknown-key', 'The security token included in the request is invalid.'),
    gone: () =>
      new RefusalError({ code: 'ResourceNotFoundException', status: 404 }, 'No cluster found for name: gone.'),
    denied: () => denial(service, caller, action, `because no identity-based policy allows the ${action} action`),
    'denied-old': () => denial(service, caller, action),
    'denied-by-scp': () =>
      denial(
        service,
        caller,
        action,
        `with an explicit deny in a service control policy: arn:aws:organizations::${management}:policy/${id}/service_control_policy/p-fault000`,
      ),
    'denied-by-scp-old': () => denial(service, caller, action, 'with an explicit deny in a service control policy'),
  }
  const refusal = refusals[answer]
  if (refusal) throw refusal()
}

/** The first page's token, under the name that the service has for it: whoever follows it reads that page again. */
export const looped = (service: Service, output: object): object => ({
  ...output,
  [service === 'eks' || service === 'ec2' ? 'nextToken' : 'NextToken']: Buffer.from('0').toString('base64url'),
})

/** An answer that ends in its middle, with the length and the status of a whole one. */
export const cutShort = (response: WireResponse): WireResponse => ({
  ...response,
  body: response.body.subarray(0, Math.floor(response.body.length / 2)),
})
