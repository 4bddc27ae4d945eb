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
    return { response: await sandbox.handle({ method, path, query, headers, body }, signal) }
  },
})
