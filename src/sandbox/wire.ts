import type { Service } from './refusal.ts'

/** A request as it stands on the wire. Header names are in lower case. */
export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string | readonly string[] | null | undefined>>
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string | Uint8Array
}

export interface WireResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** What SigV4's credential scope says; the signature itself is not verified. */
export interface Scope {
  readonly accessKey: string
  readonly region: string
  readonly service: string
}

const credential = /Credential=([^/\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/

/** The credential scope of a signed request, or undefined when it is not signed. */
export const scopeOf = (request: WireRequest): Scope | undefined => {
  const [, accessKey, region, service] = credential.exec(headerOf(request, 'authorization') ?? '') ?? []
  return accessKey && region && service ? { accessKey, region, service } : undefined
}

/** A header's value; of one that was sent twice, the first. */
export const headerOf = ({ headers }: WireRequest, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

const utf8 = new TextDecoder()

/** The body as text. */
export const textOf = ({ body }: WireRequest) => (typeof body === 'string' ? body : utf8.decode(body))

/** What a protocol reads from a request: the operation's name and its parameters, not yet checked. */
export interface Operation {
  readonly name: string
  readonly parameters: unknown
}

export interface Protocol {
  /** The operation that a request asks for, or undefined when the request does not name one. */
  read(request: WireRequest): Operation | undefined
  write(service: Service, operation: string, output: object, requestId: string): WireResponse
  writeError(code: string, status: number, message: string, requestId: string): WireResponse
}
