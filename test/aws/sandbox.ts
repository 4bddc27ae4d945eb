import { connect } from '../../src/aws/clients.ts'
import { type ConnectOptions, connectionWith } from '../../src/aws/connection.ts'
import { parseYaml } from '../../src/config/yaml.ts'
import { RegionInventory } from '../../src/core/inventory.ts'
import type { Target } from '../../src/core/target.ts'
import { virtualClock } from '../../src/sandbox/clock.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { Organization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'

export const hub = '111111111111'
export const member = '222222222222'

export const target: Target = {
  accountId: member,
  name: 'payments-prod',
  arn: `arn:aws:organizations::100000000000:account/o-acme/${member}`,
  ouPath: [],
  state: 'ACTIVE',
  roleArn: `arn:aws:iam::${member}:role/eks-node-posture-read`,
  partition: 'aws',
}

/** The member's Region eu-west-1 and what stands around it, in the words of the sandbox's YAML. */
export interface Parts {
  readonly region?: object
  readonly role?: object
  readonly images?: object
  readonly policies?: readonly object[]
  readonly faults?: readonly object[]
  /** Answers in the sandbox's place, where it gives something. */
  readonly instead?: (request: SdkRequest) => Answer | undefined
  /** The clock of the token buckets. @default the one by which the calls wait */
  readonly clockMs?: () => number
}

/** As much of an SDK's request as the tests look at. */
export interface SdkRequest {
  readonly body?: unknown
  readonly path: string
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** An organization of a hub and one member, with healthy defaults. */
const organizationOf = ({ region = {}, role = {}, images = {}, policies = [], faults = [] }: Parts = {}) =>
  parseYaml(
    JSON.stringify({
      version: 1,
      organization: { id: 'o-acme', management: '100000000000', hub, externalId: 'secret' },
      regions: ['eu-west-1', 'us-east-1', 'ap-southeast-1'],
      images,
      units: {
        Payments: {
          id: 'ou-acme-payments',
          accounts: {
            [member]: {
              name: 'payments-prod',
              role,
              regions: { 'eu-west-1': region, 'ap-southeast-1': 'not-opted-in' },
            },
          },
        },
      },
      policies,
      faults,
    }),
    'test.yaml',
    Organization,
  )

/** The hub, connected to a sandbox; one attempt a call unless the options say otherwise. */
export const connectTo = (parts: Parts = {}, options: Partial<ConnectOptions> = {}) => {
  const { clock = virtualClock() } = options
  const sandbox = createSandbox(organizationOf(parts), { clockMs: parts.clockMs ?? clock.nowMs })
  const inSandbox = requestHandlerOf(sandbox)
  const connecting = {
    sessionName: 'test',
    now: () => new Date('2026-11-22T02:00:00Z'),
    region: 'eu-west-1',
    requestHandler: {
      ...inSandbox,
      handle: async (...[request, handling]: Parameters<typeof inSandbox.handle>) => {
        const { path, body } = request
        const answer = parts.instead?.({ path, body: typeof body === 'string' ? body : '' })
        return answer ? { response: responseOf(answer) } : inSandbox.handle(request, handling)
      },
    },
    credentials: { accessKeyId: accessKeyOf(hub), secretAccessKey: secretKey },
    externalId: 'secret',
    maxAttempts: 1,
    ...options,
    clock,
  }
  return { ...connect(connecting), connection: connectionWith(connecting), sandbox }
}

/** The member's account, entered; `callsMade` is what was answered after that. */
export const openMember = async (parts: Parts = {}, options: Partial<ConnectOptions> = {}, share?: number) => {
  const { openAccount, calls, sandbox } = connectTo(parts, options)
  const access = await openAccount(target, share)
  if (access.status !== 'open') throw new Error(access.reason)
  const callsMade = () => {
    const { 'sts:AssumeRole': _, ...others } = calls.read().answered
    return others
  }
  return { reader: access.reader, calls, callsMade, sandbox }
}

/** What reading the member's Region came to, checked against the schema of an inventory. */
export const readMember = async (parts: Parts = {}, options: Partial<ConnectOptions> = {}) => {
  const { reader, callsMade } = await openMember(parts, options)
  const read = await reader.readRegion('eu-west-1')
  if (read.status !== 'read') throw new Error(read.reason)
  return { inventory: RegionInventory.parse(read.inventory), calls: callsMade() }
}

/** Answers that need no sandbox: what the SDK takes as `requestHandler`. */
export const answering = (answer: (request: SdkRequest) => Answer) => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async (request: SdkRequest) => ({ response: responseOf(answer(request)) }),
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
  destroy: () => undefined,
})

const responseOf = ({ status, body, headers = {} }: Answer) => ({
  statusCode: status,
  headers,
  body: new TextEncoder().encode(body),
})
