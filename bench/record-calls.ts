import * as autoscaling from '@aws-sdk/client-auto-scaling'
import * as cloudwatch from '@aws-sdk/client-cloudwatch'
import * as ec2 from '@aws-sdk/client-ec2'
import * as eks from '@aws-sdk/client-eks'
import * as iam from '@aws-sdk/client-iam'
import * as organizations from '@aws-sdk/client-organizations'
import * as ssm from '@aws-sdk/client-ssm'
import * as sts from '@aws-sdk/client-sts'
import pMap from 'p-map'
import type { Watchable } from '../src/aws/calls.ts'
import type { Connection, ConnectOptions } from '../src/aws/connection.ts'

/** Whose call it is and where: what tells SDK clients apart. */
interface Home {
  readonly service: Service
  readonly region: string | undefined
  readonly credentials: ConnectOptions['credentials']
}

/** A call as the SDK was asked for it. */
export interface RecordedCall {
  readonly home: Home
  readonly command: string
  readonly input: object
}

const services = {
  autoscaling: { module: autoscaling, Client: autoscaling.AutoScalingClient },
  cloudwatch: { module: cloudwatch, Client: cloudwatch.CloudWatchClient },
  ec2: { module: ec2, Client: ec2.EC2Client },
  eks: { module: eks, Client: eks.EKSClient },
  iam: { module: iam, Client: iam.IAMClient },
  organizations: { module: organizations, Client: organizations.OrganizationsClient },
  ssm: { module: ssm, Client: ssm.SSMClient },
  sts: { module: sts, Client: sts.STSClient },
}
type Service = keyof typeof services
const isService = (name: string): name is Service => Object.hasOwn(services, name)

type Middleware = Parameters<Watchable['middlewareStack']['add']>[0]

/** The SDK's own, written down: a client that is not told looks for them in files, and the bare calls must be cheap. */
const defaults = { retryMode: 'standard', maxAttempts: 3 }

/** Of 1, 8, 32 and 96 the number that cost least. */
const callsAtOnce = 8

/** The same connection, whose clients write down what they are asked for. */
export const recordCalls = (connection: Connection) => {
  const calls: RecordedCall[] = []
  const watch = <C extends Watchable>(service: string, client: C, place: Partial<Omit<Home, 'service'>> = {}): C => {
    if (!isService(service)) throw new Error(`the benchmark does not know the service ${service}`)
    const { region = connection.options.region, credentials = connection.options.credentials } = place
    const home = { service, region, credentials }
    const writeDown: Middleware =
      (next, { commandName = '' }) =>
      args => {
        calls.push({ home, command: commandName, input: args.input })
        return next(args)
      }
    client.middlewareStack.add(writeDown, { step: 'finalizeRequest', priority: 'low' })
    return client
  }
  watch('sts', connection.sts)
  const recording: Connection = {
    ...connection,
    client: (Client, service, place) => watch(service, connection.client(Client, service, place), place),
  }
  return { recording, calls }
}

/** Any client and any command of the SDK: which of them fit together was decided when the call was recorded. */
interface AnyClient {
  send(command: object): Promise<unknown>
}
type AnyCommand = new (input: object) => object

/**
 * Sends the same calls bare: plain clients with the SDK's own defaults, one for each service, account and Region, and
 * nothing done with the answers.
 */
export const sendBare = async (
  calls: readonly RecordedCall[],
  requestHandler: NonNullable<ConnectOptions['requestHandler']>,
): Promise<void> => {
  const clients = new Map<string, AnyClient>()
  const clientOf = ({ service, region = '', credentials }: Home): AnyClient => {
    const key = `${service}/${region}/${accessKeyOf(credentials)}`
    const made = clients.get(key)
    if (made) return made
    const { Client } = services[service]
    const config = { ...defaults, region, requestHandler, ...(credentials && { credentials }) }
    const client = new Client(config) as AnyClient
    clients.set(key, client)
    return client
  }
  const send = async ({ home, command, input }: RecordedCall) => {
    const Command = Reflect.get(services[home.service].module, command) as AnyCommand
    // A refusal is an answer too.
    await clientOf(home).send(new Command(input)).catch(isRefusal)
  }
  await pMap(calls, send, { concurrency: callsAtOnce })
}

const accessKeyOf = (credentials: Home['credentials']) =>
  typeof credentials === 'object' ? credentials.accessKeyId : ''

const isRefusal = (error: unknown) => {
  if (typeof error === 'object' && error !== null && '$fault' in error) return true
  throw error
}
