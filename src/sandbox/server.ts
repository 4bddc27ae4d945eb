import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PostureError } from '../core/errors.ts'
import { ConnectionFault } from './broken.ts'
import type { Sandbox } from './sandbox.ts'
import type { WireRequest } from './wire.ts'

const host = '127.0.0.1'

/** A sandbox that listens. */
export interface Listening {
  /** For a client's endpoint: `http://127.0.0.1:<port>`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves a sandbox over HTTP on this machine alone; port 0 takes any free one.
 * @throws {PostureError} when the port is in use or may not be used.
 */
export const listen = (sandbox: Sandbox, port: number): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => void answer(sandbox, request, response))
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'it is in use' : error.message
      reject(new PostureError(`The sandbox cannot listen on ${host}:${port}: ${why}. Choose another port.`))
    })
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo
      resolve({
        url: `http://${host}:${taken}`,
        close: () =>
          new Promise(done => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })

const answer = async (sandbox: Sandbox, incoming: IncomingMessage, outgoing: ServerResponse) => {
  try {
    const { statusCode, headers, body } = await sandbox.handle(await requestOf(incoming))
    outgoing.writeHead(statusCode, { ...headers, 'content-length': body.length }).end(body)
  } catch (error) {
    if (error instanceof ConnectionFault) {
      if (error.kind === 'reset') incoming.socket.resetAndDestroy()
      return
    }
    outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`The sandbox failed: ${error}\n`)
  }
}

const requestOf = async (incoming: IncomingMessage): Promise<WireRequest> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { pathname, searchParams } = new URL(incoming.url ?? '/', `http://${host}`)
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: queryOf(searchParams),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  }
}

/** A name that stands there more than once is a list. */
const queryOf = (parameters: URLSearchParams): WireRequest['query'] =>
  Object.fromEntries(
    [...new Set(parameters.keys())].map(name => {
      const [first, ...others] = parameters.getAll(name)
      return [name, others.length > 0 ? [first ?? '', ...others] : first]
    }),
  )
