import { matchesAny } from './patterns.ts'
import type { Organization } from './schema.ts'
import { headerOf, textOf, type WireRequest } from './wire.ts'

/** What a fault is looked up by. */
export interface Target {
  readonly accountId: string
  readonly region: string
  /** As IAM names it: `ec2:DescribeImages`. */
  readonly action: string
}

/** The faults that an organization's YAML asks for. */
export interface Faults {
  /** Milliseconds that this call waits; of several faults the longest. */
  latencyOf(target: Target): number
  /**
   * Whether this call is throttled: a hash of what it asks and of its attempt decides, so that every run has the same
   * answers whatever runs beside it.
   */
  throttles(target: Target, request: WireRequest): boolean
}

/** The faults of an organization, ready to be asked. */
export const faultsOf = ({ faults }: Organization): Faults => {
  const matching = ({ accountId, region, action }: Target) =>
    faults.filter(
      fault =>
        (fault.account ?? accountId) === accountId &&
        (fault.region ?? region) === region &&
        matchesAny(fault.action, action),
    )
  return {
    latencyOf: target => Math.max(0, ...matching(target).map(({ latencyMs }) => latencyMs)),
    throttles: (target, request) => {
      const share = Math.max(0, ...matching(target).map(({ throttle }) => throttle))
      return share > 0 && diceOf(target, request) < share
    },
  }
}

const diceOf = ({ accountId, region, action }: Target, request: WireRequest) => {
  const attempt = /attempt=(\d+)/.exec(headerOf(request, 'amz-sdk-request') ?? '')?.[1] ?? '1'
  const query = JSON.stringify(Object.entries(request.query).sort(([a], [b]) => (a < b ? -1 : 1)))
  return hashOf([accountId, region, action, request.path, query, textOf(request), attempt].join('\n')) / 2 ** 32
}

/** FNV-1a with murmur3's finish, which spreads texts that differ in their last letter. */
const hashOf = (text: string) => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
