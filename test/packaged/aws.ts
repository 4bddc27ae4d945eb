import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headerOf, scopeOf, textOf, type WireRequest, type WireResponse } from '../../src/sandbox/wire.ts'

/** A call as it came in: whose code made it, with whose credentials, and what it was. */
export interface SeenCall {
  /** The function, as the SDK's user agent names it. */
  readonly by: string
  readonly accessKey: string
  /** The IAM action. */
  readonly action: string
  readonly body: string
  /** What it was answered with; 0 while it was not. */
  readonly status: number
}

export interface FakeAws {
  readonly url: string
  readonly calls: SeenCall[]
  /** Files by `bucket/key`. */
  readonly files: Map<string, string>
  readonly published: URLSearchParams[]
  /** Calls that are denied, whatever they ask. */
  refuse: ((call: SeenCall) => boolean) | undefined
  close(): Promise<void>
}

type Answer = (request: WireRequest) => Promise<WireResponse>

/**
 * S3, SNS and Security Hub as far as the functions use them, in front of the sandbox and of a DynamoDB: one endpoint for all of AWS.
 * @param others answers what is none of them.
 */
export const fakeAws = async (dynamodbUrl: string, others: Answer): Promise<FakeAws> => {
  const calls: SeenCall[] = []
  const files = new Map<string, string>()
  const published: URLSearchParams[] = []

  const services: Readonly<Record<string, Answer>> = {
    s3: async request => {
      const path = decodeURIComponent(request.path.slice(1))
      if (request.method === 'PUT') {
        files.set(path, textOf(request))
        return answer(200, '')
      }
      const text = files.get(path)
      return text === undefined ? answer(404, '<Error><Code>NoSuchKey</Code></Error>') : answer(200, text)
    },
    sns: async request => {
      published.push(new URLSearchParams(textOf(request)))
      return answer(200, '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>')
    },
    securityhub: async () => answer(200, '{"FailedCount":0,"SuccessCount":1}', 'application/json'),
    dynamodb: async ({ method, path, headers, body }) => {
      const forwarded = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']
      const sent = Object.fromEntries(forwarded.map(name => [name, String(headers[name] ?? '')]))
      const response = await fetch(`${dynamodbUrl}${path}`, { method, headers: sent, body: Buffer.from(body) })
      return answer(response.status, await response.text(), 'application/x-amz-json-1.0')
    },
  }

  const fake = {
    url: '',
    calls,
    files,
    published,
    refuse: undefined as FakeAws['refuse'],
    close: () =>
      new Promise<void>(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
  const server = createServer(async (incoming, outgoing) => {
    const request = await requestOf(incoming)
    const { service = '', accessKey = '' } = scopeOf(request) ?? {}
    const by = /\bapp\/(\w+)/.exec(headerOf(request, 'user-agent') ?? '')?.[1] ?? ''
    const prefix = prefixes[service] ?? service
    const call = {
      by,
      accessKey,
      action: `${prefix}:${operationOf(service, request)}`,
      body: textOf(request),
      status: 0,
    }
    calls.push(call)
    const act = fake.refuse?.(call) ? deny : (services[service] ?? others)
    const { statusCode, headers, body } = await act(request)
    call.status = statusCode
    outgoing.writeHead(statusCode, { ...headers, 'content-length': body.length }).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

const deny: Answer = async () =>
  answer(400, JSON.stringify({ __type: 'AccessDeniedException', message: 'no' }), 'application/x-amz-json-1.0')

const answer = (statusCode: number, text: string, contentType = 'application/xml'): WireResponse => ({
  statusCode,
  headers: { 'content-type': contentType },
  body: Buffer.from(text),
})

const requestOf = async (incoming: IncomingMessage): Promise<WireRequest> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const { method = 'GET', headers } = incoming
  return { method, path: pathname, query: Object.fromEntries(searchParams), headers, body: Buffer.concat(chunks) }
}

/** The operation that a request asks for, as far as the protocol names it; of EKS and S3 the method and the path do. */
const operationOf = (service: string, request: WireRequest) => {
  const target = headerOf(request, 'x-amz-target')?.split('.')[1]
  if (target) return target
  if (service === 's3') return request.method === 'PUT' ? 'PutObject' : 'GetObject'
  if (service === 'securityhub') return 'BatchImportFindings'
  if (service === 'eks') return eksOperation(request.path)
  return new URLSearchParams(textOf(request)).get('Action') ?? ''
}

/** What actions of a service begin with, where its calls are signed for another name. */
const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

const kinds: Readonly<Record<string, string>> = {
  addons: 'Addon',
  'fargate-profiles': 'FargateProfile',
  insights: 'Insight',
  'node-groups': 'Nodegroup',
  'pod-identity-associations': 'PodIdentityAssociation',
}

const eksOperation = (path: string) => {
  if (path === '/cluster-versions') return 'DescribeClusterVersions'
  const [, , list, thing] = path.split('/').filter(Boolean)
  if (list === undefined) return path === '/clusters' ? 'ListClusters' : 'DescribeCluster'
  const kind = kinds[list] ?? list
  return thing === undefined ? `List${kind}s` : `Describe${kind}`
}
