import { ConnectionFault } from './broken.ts'
import type { Sandbox } from './sandbox.ts'
import type { WireRequest, WireResponse } from './wire.ts'

interface Options {
  readonly abortSignal?: unknown
}

/** As much of an SDK's request as the sandbox reads; its `body` may be absent. */
type SdkRequest = Omit<WireRequest, 'body'> & { readonly body?: unknown }

/**
 * What an SDK v3 client takes as `requestHandler`: calls go to the sandbox in the same process, without a socket.
 * An abort signal that fires rejects the call with an AbortError, as the SDK's own handler does.
 */
export const requestHandlerOf = (sandbox: Sandbox) => ({
  handle: async (request: SdkRequest, { abortSignal }: Options = {}): Promise<{ response: WireResponse }> => {
    const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined
    signal?.throwIfAborted()
    const body = typeof request.body === 'string' || request.body instanceof Uint8Array ? request.body : ''
    const { method, path, query, headers } = request
    try {
      return { response: await sandbox.handle({ method, path, query, headers, body }, signal) }
    } catch (error) {
      throw error instanceof ConnectionFault ? asOnSocket(error) : error
    }
  },
})

/** What the SDK's own handler makes of it; a hang ends at once as the time-out that it would come to. */
const asOnSocket = ({ kind, message }: ConnectionFault) =>
  kind === 'reset'
    ? Object.assign(new Error(`read ECONNRESET: ${message}`), { code: 'ECONNRESET' })
    : Object.assign(new Error(message), { name: 'TimeoutError' })
