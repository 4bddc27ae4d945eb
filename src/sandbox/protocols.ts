import { RefusalError, type Service } from './refusal.ts'
import { headerOf, type Operation, type Protocol, textOf, type WireRequest, type WireResponse } from './wire.ts'
import { contentOf, element } from './xml.ts'

const namespaces: Readonly<Partial<Record<Service, string>>> = {
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  autoscaling: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  cloudformation: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
}

const answer = (statusCode: number, contentType: string, requestId: string, text: string): WireResponse => ({
  statusCode,
  headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
  body: Buffer.from(text),
})

/** AWS JSON 1.1: Organizations and Systems Manager. */
export const json: Protocol = {
  read: request => {
    const name = headerOf(request, 'x-amz-target')?.split('.')[1]
    return name ? { name, parameters: parseJson(textOf(request)) } : undefined
  },
  write: (_service, _operation, output, requestId) =>
    answer(200, 'application/x-amz-json-1.1', requestId, JSON.stringify(output)),
  writeError: (code, status, message, requestId) =>
    answer(status, 'application/x-amz-json-1.1', requestId, JSON.stringify({ __type: code, message })),
}

// The codes of Query that are not the JSON ones without their last word.
const queryCodes: Readonly<Record<string, string>> = {
  UnrecognizedClientException: 'InvalidClientTokenId',
  UnknownOperationException: 'InvalidAction',
}

/** AWS JSON 1.0 as a service speaks it that once spoke Query: CloudWatch. An error names its old code in a header. */
export const queryCompatibleJson: Protocol = {
  read: json.read,
  write: (_service, _operation, output, requestId) =>
    answer(200, 'application/x-amz-json-1.0', requestId, JSON.stringify(output)),
  writeError: (code, status, message, requestId) => {
    const body = JSON.stringify({ __type: code, message })
    const response = answer(status, 'application/x-amz-json-1.0', requestId, body)
    const queryCode = queryCodes[code] ?? code.replace(/Exception$/, '')
    const queryError = `${queryCode};${status < 500 ? 'Sender' : 'Receiver'}`
    return { ...response, headers: { ...response.headers, 'x-amzn-query-error': queryError } }
  },
}

const routes: Readonly<Record<string, string>> = {
  'GET /cluster-versions': 'DescribeClusterVersions',
  'GET /clusters': 'ListClusters',
  'GET /clusters/*': 'DescribeCluster',
  'GET /clusters/*/addons': 'ListAddons',
  'GET /clusters/*/addons/*': 'DescribeAddon',
  'GET /clusters/*/fargate-profiles': 'ListFargateProfiles',
  'POST /clusters/*/insights': 'ListInsights',
  'GET /clusters/*/insights/*': 'DescribeInsight',
  'GET /clusters/*/node-groups': 'ListNodegroups',
  'GET /clusters/*/node-groups/*': 'DescribeNodegroup',
  'GET /clusters/*/pod-identity-associations': 'ListPodIdentityAssociations',
}

/** REST-JSON: EKS. A path that is no route of ours is read as an operation of its own name. */
export const restJson: Protocol = {
  read: request => {
    const route = routeOf(request)
    const parameters = { ...objectIn(request), ...request.query, ...namesIn(request.path) }
    return { name: routes[route] ?? route, parameters }
  },
  write: (_service, _operation, output, requestId) =>
    answer(200, 'application/json', requestId, JSON.stringify(output)),
  writeError: (code, status, message, requestId) => {
    const response = answer(status, 'application/json', requestId, JSON.stringify({ message }))
    return { ...response, headers: { ...response.headers, 'x-amzn-errortype': code } }
  },
}

const objectIn = (request: WireRequest): object => {
  const body = parseJson(textOf(request))
  return typeof body === 'object' && body !== null ? body : {}
}

const segmentsOf = (path: string) => path.split('/').filter(segment => segment !== '')
const routeOf = ({ method, path }: WireRequest) =>
  `${method} /${segmentsOf(path)
    .map((segment, index) => (index % 2 === 0 ? segment : '*'))
    .join('/')}`

const namesIn = (path: string) => {
  const [, clusterName, , name] = segmentsOf(path).map(decoded)
  return { ...(clusterName !== undefined && { clusterName }), ...(name !== undefined && { name }) }
}

const decoded = (segment: string) => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new RefusalError('bad-parameter', `The path segment ${segment} cannot be decoded.`)
  }
}

/** AWS Query: STS, IAM, Auto Scaling and CloudFormation. */
export const query: Protocol = {
  read: request => readForm(request),
  write: (service, operation, output, requestId) =>
    answer(
      200,
      'text/xml',
      requestId,
      `<${operation}Response xmlns="${namespaces[service]}">${element(`${operation}Result`, output, 'member')}` +
        `${element('ResponseMetadata', { RequestId: requestId }, 'member')}</${operation}Response>`,
    ),
  writeError: (Code, status, Message, RequestId) => {
    const Type = status < 500 ? 'Sender' : 'Receiver'
    return answer(
      status,
      'text/xml',
      RequestId,
      element('ErrorResponse', { Error: { Type, Code, Message }, RequestId }, 'member'),
    )
  },
}

/** EC2's own variant of Query. */
export const ec2: Protocol = {
  read: request => readForm(request),
  write: (service, operation, output, requestId) =>
    answer(
      200,
      'text/xml',
      requestId,
      `<${operation}Response xmlns="${namespaces[service]}">${contentOf({ requestId, ...output }, 'item')}</${operation}Response>`,
    ),
  writeError: (Code, status, Message, RequestID) =>
    answer(
      status,
      'text/xml',
      RequestID,
      element('Response', { Errors: { Error: { Code, Message } }, RequestID }, 'item'),
    ),
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text || '{}')
  } catch {
    return undefined
  }
}

const readForm = (request: WireRequest): Operation | undefined => {
  const { Action, Version, ...parameters } = nested(new URLSearchParams(textOf(request)))
  return typeof Action === 'string' ? { name: Action, parameters } : undefined
}

type Tree = { [key: string]: Tree | string }

/** `Filter.1.Value.2=x` and `Names.member.1=x` as objects and lists. */
const nested = (form: URLSearchParams): Record<string, unknown> => {
  const tree = Object.create(null) as Tree
  for (const [key, value] of form) {
    const steps = key.split('.').filter(step => step !== 'member')
    const last = steps.pop() ?? ''
    let node = tree
    for (const step of steps) {
      const next = node[step]
      const child = typeof next === 'object' ? next : (Object.create(null) as Tree)
      node[step] = child
      node = child
    }
    node[last] = value
  }
  return Object.fromEntries(Object.entries(tree).map(([key, node]) => [key, listed(node)]))
}

const listed = (node: Tree | string): unknown => {
  if (typeof node === 'string') return node
  const entries = Object.entries(node)
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key)))
    return entries.map(([, value]) => listed(value))
  return Object.fromEntries(entries.map(([key, value]) => [key, listed(value)]))
}
