import { setTimeout as wait } from 'node:timers/promises'
import type { Action, Call } from './action.ts'
import { authorize, identify } from './authorize.ts'
import { cutShort, looped, strike } from './broken.ts'
import { tokenBuckets } from './buckets.ts'
import { faultsOf, type Target } from './faults.ts'
import type { Caller } from './keys.ts'
import { modelOf } from './model.ts'
import type { Organization } from './organization.ts'
import { ec2 as ec2Query, json, query, queryCompatibleJson, restJson } from './protocols.ts'
import { codeOf, RefusalError, type Service } from './refusal.ts'
import { autoscaling } from './services/autoscaling.ts'
import { cloudformation } from './services/cloudformation.ts'
import { cloudwatch } from './services/cloudwatch.ts'
import { ec2 } from './services/ec2.ts'
import { eks } from './services/eks.ts'
import { iam } from './services/iam.ts'
import { organizations } from './services/organizations.ts'
import { ssm } from './services/ssm.ts'
import { sts } from './services/sts.ts'
import {
  headerOf,
  type Operation,
  type Protocol,
  scopeOf,
  textOf,
  type WireRequest,
  type WireResponse,
} from './wire.ts'

interface ServiceOnWire {
  readonly protocol: Protocol
  readonly actions: Readonly<Record<string, Action>>
}

const services: Readonly<Record<Service, ServiceOnWire>> = {
  organizations: { protocol: json, actions: organizations },
  sts: { protocol: query, actions: sts },
  iam: { protocol: query, actions: iam },
  ec2: { protocol: ec2Query, actions: ec2 },
  autoscaling: { protocol: query, actions: autoscaling },
  ssm: { protocol: json, actions: ssm },
  eks: { protocol: restJson, actions: eks },
  cloudformation: { protocol: query, actions: cloudformation },
  cloudwatch: { protocol: queryCompatibleJson, actions: cloudwatch },
}

export interface Sandbox {
  /**
   * Answers a request, errors included. Rejects when `signal` fires during a fault's latency, and with a
   * {@link ConnectionFault} where a fault leaves a call without an answer.
   */
  handle(request: WireRequest, signal?: AbortSignal): Promise<WireResponse>
  readonly counters: Counters
}

/** How often each action was called, by its IAM name. */
export interface Counters {
  /** Answered, also with an error; throttled calls are not among them. */
  readonly calls: Readonly<Record<string, number>>
  /** Throttled because a fault says so. */
  readonly throttles: Readonly<Record<string, number>>
  /** Spoiled because a fault says so, by its `answer`; they are among `calls`. */
  readonly faults: Readonly<Record<string, number>>
  /** Throttled because the caller sent more than AWS's published rate allows. */
  readonly bucketViolations: Readonly<Record<string, number>>
}

export interface SandboxOptions {
  /** Milliseconds that only grow: the clock of the token buckets. @default performance.now */
  readonly clockMs?: () => number
}

/** An AWS organization in memory that answers requests on the wire. It changes nothing and forgets nothing. */
export const createSandbox = (organization: Organization, options: SandboxOptions = {}): Sandbox => {
  const model = modelOf(organization)
  const faults = faultsOf(organization)
  const takeToken = tokenBuckets(options.clockMs ?? (() => performance.now()))
  const counters = { calls: {}, throttles: {}, faults: {}, bucketViolations: {} }
  let requests = 0

  const throttle = (target: Target, operation: Operation, request: WireRequest) => {
    const isFault = faults.throttles(target, request)
    if (!isFault && takeToken(target, isUnbounded(operation))) return
    count(isFault ? counters.throttles : counters.bucketViolations, target.action)
    throw new RefusalError('throttled', target.action.startsWith('ec2:') ? 'Request limit exceeded.' : 'Rate exceeded')
  }

  const answer = async (
    service: Service,
    operation: Operation,
    request: WireRequest,
    signal: AbortSignal | undefined,
  ) => {
    const act = actionOf(service, operation.name)
    const scope = scopeOf(request)
    const caller = identify(model, service, scope, request)
    const target = { accountId: caller.accountId, region: scope?.region ?? '', action: `${service}:${operation.name}` }
    const latencyMs = faults.latencyOf(target)
    if (latencyMs > 0) await wait(latencyMs, undefined, signal ? { signal } : {})
    throttle(target, operation, request)
    count(counters.calls, target.action)
    const fault = faults.answerTo(target, request)
    if (fault) {
      count(counters.faults, fault)
      strike(fault, { model, service, caller, action: target.action })
    }
    authorize(model, service, caller, target.region, target.action)
    const output = act(operation.parameters, callFrom(caller, target.region))
    return { output: fault === 'loop' ? looped(service, output) : output, isCutShort: fault === 'malformed' }
  }

  const callFrom = (caller: Caller, region: string): Call => ({
    model,
    caller,
    region,
    here: () => model.regionOf(caller.accountId, region),
  })

  const handle = async (request: WireRequest, signal?: AbortSignal) => {
    const requestId = `00000000-0000-4000-8000-${String(++requests).padStart(12, '0')}`
    const service = serviceOf(request)
    const { protocol } = services[service]
    try {
      const operation = protocol.read(request) ?? { name: '', parameters: {} }
      const { output, isCutShort } = await answer(service, operation, request, signal)
      const response = protocol.write(service, operation.name, output, requestId)
      return isCutShort ? cutShort(response) : response
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      const [code, status] = codeOf(service, error)
      return protocol.writeError(code, status, error.message, requestId)
    }
  }

  return { handle, counters }
}

const bounds = ['MaxResults', 'Filter', 'InstanceId']

/** Whether a call asks for everything at once, which EC2 has a smaller bucket for where there may be much. */
const isUnbounded = ({ name, parameters }: Operation) =>
  name === 'DescribeInstances' && !bounds.some(bound => Object.hasOwn(parameters as object, bound))

const count = (counts: Record<string, number>, action: string) => {
  counts[action] = (counts[action] ?? 0) + 1
}

const actionOf = (service: Service, name: string): Action => {
  const found = Object.hasOwn(services[service].actions, name) ? services[service].actions[name] : undefined
  if (found) return found
  throw new RefusalError('unknown-operation', `The action ${name} is not valid for this sandbox of ${service}.`)
}

/** The service of a request: from its credential scope, else from what its protocol looks like. */
const serviceOf = (request: WireRequest): Service => {
  const service = scopeOf(request)?.service ?? ''
  // The one service here that does not sign with its IAM name.
  if (service === 'monitoring') return 'cloudwatch'
  if (Object.hasOwn(services, service)) return service as Service
  if (headerOf(request, 'x-amz-target')) return 'ssm'
  return /(^|&)Action=/.test(textOf(request)) ? 'sts' : 'eks'
}
