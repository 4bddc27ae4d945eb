import { Readable } from 'node:stream'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { NodeHttpHandler } from '@smithy/node-http-handler'

/** A call of the functions to what they keep their work in, and not to the accounts that they read. */
export interface WireCall {
  readonly service: 'dynamodb' | 's3' | 'sns'
  /** As AWS names it: `PutItem`. */
  readonly action: string
  readonly isWrite: boolean
}

/** A refusal in the words of AWS, a connection that breaks before or after the call took effect, or the end of the process. */
export type WireFault =
  | { readonly status: number; readonly code: string }
  | 'reset-before'
  | 'reset-after'
  | 'kill-before'
  | 'kill-after'

/** What a call gets in place of its answer, if anything. */
export type Strike = (call: WireCall) => WireFault | undefined
/** Told of every answer that a call got. */
export type Watch = (call: WireCall, statusCode: number) => void

/** Thrown into whatever a killed function was waiting for; nothing that it does after that reaches anybody. */
export class KilledError extends Error {
  override name = 'KilledError'
}

/** What stays when functions end: the table, the files and the messages. */
export interface Kept {
  readonly endpoint: string
  readonly tableName: string
  readonly files: Map<string, string>
  readonly published: Published[]
}

/** A message that reached the topic. */
export interface Published {
  /** Its attribute `kind`: `alert` or `digest`. */
  readonly kind: string
  readonly text: string
}

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}
interface Response {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: unknown
}
type Answer = (request: Request) => Promise<Response>

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const region = 'eu-west-1'
const writes = /^(Put|Update|Delete|BatchWrite|TransactWrite|Publish)/

/** The clients of one invocation of a function. When it is killed, all of them are dead. */
export const clientsOf = (kept: Kept, strike: Strike, watch: Watch = () => {}) => {
  let isDead = false
  const through =
    (service: WireCall['service'], answer: Answer) =>
    async (request: Request): Promise<{ response: Response }> => {
      const dieIf = (wanted: boolean) => {
        isDead ||= wanted
        if (isDead) throw new KilledError(`killed at a call to ${service}`)
      }
      dieIf(false)
      const action = actionOf(service, request)
      const call = { service, action, isWrite: writes.test(action) }
      const fault = strike(call)
      dieIf(fault === 'kill-before')
      if (fault === 'reset-before') throw reset()
      if (typeof fault === 'object') return { response: refusal(service, fault) }
      const response = await answer(request)
      watch(call, response.statusCode)
      dieIf(fault === 'kill-after')
      if (fault === 'reset-after') throw reset()
      return { response }
    }
  const handler = (service: WireCall['service'], answer: Answer) => ({
    handle: through(service, answer),
    metadata: { handlerProtocol: 'http/1.1' },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  })
  const config = { region, credentials }
  return {
    dynamodb: new DynamoDBClient({
      ...{ ...config, endpoint: kept.endpoint, retryMode: 'adaptive', maxAttempts: 8 },
      requestHandler: handler('dynamodb', toTable),
    }),
    s3: new S3Client({ ...config, forcePathStyle: true, requestHandler: handler('s3', toFiles(kept)) }),
    sns: new SNSClient({ ...config, requestHandler: handler('sns', toTopic(kept)) }),
    /** Throws once the function is killed, for what reaches AWS in another way. */
    stayAlive: () => {
      if (isDead) throw new KilledError('killed while it read')
    },
  }
}

const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

const actionOf = (service: WireCall['service'], { method, headers }: Request): string => {
  if (service === 'dynamodb') return headers['x-amz-target']?.split('.')[1] ?? ''
  if (service === 'sns') return 'Publish'
  return method === 'PUT' ? 'PutObject' : 'GetObject'
}

const shared = new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 50 } })
const toTable: Answer = async request =>
  (await shared.handle(request as Parameters<typeof shared.handle>[0])).response as Response

const toFiles =
  ({ files }: Kept): Answer =>
  async ({ method, path, body }) => {
    if (method === 'PUT') {
      files.set(path, typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString())
      return xml(200, '')
    }
    const text = files.get(path)
    return text === undefined ? refusal('s3', { status: 404, code: 'NoSuchKey' }) : xml(200, text)
  }

const toTopic =
  ({ published }: Kept): Answer =>
  async ({ body }) => {
    const fields = new URLSearchParams(String(body))
    const named = [...fields].find(([, value]) => value === 'kind')?.[0] ?? ''
    const kind = fields.get(named.replace(/Name$/, 'Value.StringValue')) ?? ''
    published.push({ kind, text: fields.get('Message') ?? '' })
    return xml(200, '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>')
  }

const refusal = (service: WireCall['service'], { status, code }: { status: number; code: string }): Response => {
  if (service === 's3') return xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
  const type = status < 500 ? 'Sender' : 'Receiver'
  if (service === 'sns') {
    return xml(status, `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code></Error></ErrorResponse>`)
  }
  const body = Buffer.from(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: code }))
  return { statusCode: status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Readable.from([body]) }
}

const xml = (statusCode: number, text: string): Response => ({
  statusCode,
  headers: { 'content-type': 'application/xml' },
  body: Readable.from([Buffer.from(text)]),
})
