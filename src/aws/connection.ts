import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient } from '@aws-sdk/client-eks'
import { IAMClient } from '@aws-sdk/client-iam'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { PostureError } from '../core/errors.ts'
import type { Clock, Now } from '../core/ports.ts'
import { type ApiCallCounter, countCalls, type Watchable } from './calls.ts'
import { defaultShare, gatesOf, realClock } from './limiter.ts'
import { timeoutsOf } from './timeouts.ts'

export interface ConnectOptions {
  /** The name that the scanner's calls carry in every account's CloudTrail: what `sessionNameOf` makes of a run. */
  readonly sessionName: string
  readonly now: Now
  /** The hub's Region. @default what the environment or the profile says */
  readonly region?: string | undefined
  /** Regions to ask for the list of Regions in an account that does not answer in the hub's own. @default none */
  readonly regions?: readonly string[] | undefined
  /** One endpoint for every service, such as a sandbox's. @default AWS */
  readonly endpointUrl?: string | undefined
  /** What carries the requests of every client. @default the process's one pool of keep-alive connections */
  readonly requestHandler?: STSClientConfig['requestHandler'] | undefined
  /** The hub's own credentials. @default what the environment or the profile says */
  readonly credentials?: Credentials | undefined
  /** Sent with every AssumeRole. @default none */
  readonly externalId?: string | undefined
  /** Attempts a call, the first one included; at least 1. @default 8 */
  readonly maxAttempts?: number | undefined
  /** Once it fires, no call is sent any more. @default calls are sent for ever */
  readonly signal?: AbortSignal | undefined
  /** By which calls wait for their share of AWS's rates. @default the time of this machine */
  readonly clock?: Clock | undefined
}

export type Credentials = NonNullable<STSClientConfig['credentials']>

/** The clients of one Region with one account's credentials, each made when it is first needed. */
export interface RegionClients {
  readonly eks: () => EKSClient
  readonly ec2: () => EC2Client
  readonly autoScaling: () => AutoScalingClient
  readonly ssm: () => SSMClient
  readonly cloudWatch: () => CloudWatchClient
}

/** How the scanner reaches AWS: everything that its clients share. */
export interface Connection {
  readonly options: ConnectOptions
  readonly calls: ApiCallCounter
  /** The hub's Region. @throws {PostureError} where neither the options nor the environment name one. */
  readonly hubRegion: () => Promise<string>
  /** The hub's own STS, in the hub's Region: tokens of the global endpoint fail in Regions that are opted into. */
  readonly sts: STSClient
  /** A client that shares the pool and the counter, and has its own rates; `service` is the IAM prefix of its actions. */
  readonly client: <C extends Watchable>(Client: ClientOf<C>, service: string, place?: Place) => C
}

/** Where a client calls and as whom: by default in the hub's Region, as the hub. */
export interface Place {
  readonly region?: string | undefined
  readonly credentials?: Credentials | undefined
  /** Of AWS's published rates. @default a quarter */
  readonly share?: number | undefined
}
type ClientOf<C> = new (config: ReturnType<typeof configOf>) => C

const defaultAttempts = 8
const maxSockets = 200
const requestTimeoutMs = 30_000

/** Makes the connection; nothing is sent yet. */
export const connectionWith = (options: ConnectOptions): Connection => {
  const { clock = realClock, signal } = options
  const calls = countCalls(clock, signal)
  const requestHandler = options.requestHandler ?? sharedPool()
  const client: Connection['client'] = (Client, service, place = {}) =>
    calls.watch(
      service,
      new Client(configOf({ ...options, requestHandler }, place)),
      gatesOf(service, place.share ?? defaultShare, clock),
    )
  const sts = client(STSClient, 'sts')
  const hubRegion = async () => {
    try {
      return options.region ?? (await sts.config.region())
    } catch (error) {
      throw new PostureError('No AWS Region is configured: set AWS_REGION or a Region in the profile.', {
        cause: error,
      })
    }
  }
  return { options, calls, client, sts, hubRegion }
}

/** The clients of one account in one Region. */
export const regionClients = ({ client }: Connection, place: Place & { readonly region: string }): RegionClients => ({
  eks: once(() => client(EKSClient, 'eks', place)),
  ec2: once(() => client(EC2Client, 'ec2', place)),
  autoScaling: once(() => client(AutoScalingClient, 'autoscaling', place)),
  ssm: once(() => client(SSMClient, 'ssm', place)),
  cloudWatch: once(() => client(CloudWatchClient, 'cloudwatch', place)),
})

/** Where IAM, which has no Regions, answers in each partition. */
const iamRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
}

/** IAM of one account; by default in the hub's own Region, from which the SDK finds it in partitions of tomorrow. */
export const iamClient = ({ client }: Connection, partition: string, account: Place): IAMClient =>
  client(IAMClient, 'iam', { ...account, region: iamRegions[partition] })

const configOf = (options: ConnectOptions, { region = options.region, credentials = options.credentials }: Place) => ({
  ...(region === undefined ? {} : { region }),
  ...(credentials === undefined ? {} : { credentials }),
  ...(options.endpointUrl === undefined ? {} : { endpoint: options.endpointUrl }),
  ...(options.requestHandler === undefined ? {} : { requestHandler: options.requestHandler }),
  retryMode: 'adaptive',
  maxAttempts: options.maxAttempts ?? defaultAttempts,
})

/** Makes something when it is first asked for, and never again. */
export const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/**
 * One for the process: sockets stay open until AWS closes them, and a function that opened its own for every account would
 * run into Lambda's 1,024 file descriptors.
 */
const sharedPool = once(
  () =>
    new NodeHttpHandler({
      ...timeoutsOf(requestTimeoutMs),
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    }),
)
