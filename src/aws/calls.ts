import type { FinalizeHandler, HandlerExecutionContext } from '@smithy/types'
import type { Clock } from '../core/ports.ts'
import { isSdkError, isThrottle } from './failure.ts'
import type { Gates } from './limiter.ts'

export interface ApiCalls {
  /** Calls that AWS answered, by IAM action and sorted by it; an error such as AccessDenied is an answer. */
  readonly answered: Readonly<Record<string, number>>
  /** Requests sent, retries included. */
  readonly attempts: number
  readonly throttled: number
}

export interface ApiCallCounter {
  read(): ApiCalls
  /** Makes a client of a service (named by its IAM prefix, as `eks`) count its calls here, each behind its gate. */
  watch<C extends Watchable>(service: string, client: C, gates: Gates): C
}

/** Any client of the SDK. */
export interface Watchable {
  readonly middlewareStack: {
    add(middleware: PerAttempt, options: typeof insideOfRetries): void
    remove(name: string): boolean
  }
}
type PerAttempt = <I extends object, O extends object>(
  next: FinalizeHandler<I, O>,
  context: HandlerExecutionContext,
) => FinalizeHandler<I, O>

const insideOfRetries = { step: 'finalizeRequest', priority: 'low' } as const

/**
 * A counter that starts from zero.
 * @param clock by which calls wait at their gates.
 * @param signal once it fires, whoever still calls is told so.
 */
export const countCalls = (clock: Clock, signal?: AbortSignal): ApiCallCounter => {
  const answered = new Map<string, number>()
  let attempts = 0
  let throttled = 0
  const count = (action: string) => answered.set(action, (answered.get(action) ?? 0) + 1)

  const perAttempt =
    (service: string, gates: Gates): PerAttempt =>
    (next, { commandName = '' }) =>
    async args => {
      const action = `${service}:${commandName.replace(/Command$/, '')}`
      const gate = gates(commandName)
      const waitMs = gate.take()
      if (waitMs > 0) await clock.wait(waitMs)
      if (signal?.aborted) throw Object.assign(new Error('the time is up'), { name: 'AbortError' })
      attempts++
      try {
        const result = await next(args)
        count(action)
        refuseStrangers(result.output)
        return result
      } catch (error) {
        if (isThrottle(error)) {
          throttled++
          gate.throttled()
        } else if (isAnswer(error)) count(action)
        throw error
      }
    }

  return {
    read: () => ({
      answered: Object.fromEntries([...answered].sort(([a], [b]) => (a < b ? -1 : 1))),
      attempts,
      throttled,
    }),
    watch: (service, client, gates) => {
      client.middlewareStack.add(perAttempt(service, gates), insideOfRetries)
      // It makes a copy of every answer without its secrets for a logger, also where there is none.
      client.middlewareStack.remove('loggerMiddleware')
      return client
    },
  }
}

/**
 * AWS gives every answer a request id. A proxy or a captive portal does not, and to the SDK its page may look like an
 * empty list, which must never stand for an error.
 */
const refuseStrangers = (output: object) => {
  const { $metadata } = output as { readonly $metadata?: { readonly requestId?: string } }
  if ($metadata?.requestId !== undefined) return
  throw Object.assign(new Error('the answer has no request id'), { name: 'NotAnAnswerOfAws', $metadata })
}

/** A server error is retried, so it answers nothing. */
const isAnswer = (error: unknown) => isSdkError(error) && (error.$metadata?.httpStatusCode ?? 500) < 500
