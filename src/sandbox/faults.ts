import { matchesAny } from './patterns.ts'
import type { FaultAnswer, Organization } from './schema.ts'
import { headerOf, textOf, type WireRequest } from './wire.ts'

/** What a fault is looked up by. */
export interface Target {
  readonly accountId: string
  readonly region: string
  /** As IAM names it: `ec2:DescribeImages`. */
  readonly action: string
}

/**
 * The faults that an organization's YAML asks for. A hash of what a call asks, of its attempt and of the fault's seed
 * decides, so that every run has the same answers whatever runs beside it.
 */
export interface Faults {
  /** Milliseconds that this call waits; of several faults the longest. */
  latencyOf(target: Target): number
  /** Whether this call is throttled. */
  throttles(target: Target, request: WireRequest): boolean
  /** What this call gets in place of its answer; of several faults the first that strikes. */
  answerTo(target: Target, request: WireRequest): FaultAnswer | undefined
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
    throttles: (target, request) =>
      matching(target).some(({ throttle, seed }) => throttle > 0 && diceOf(target, request, seed) < throttle),
    answerTo: (target, request) =>
      matching(target).find(({ answer, share, seed }) => answer && diceOf(target, request, seed) < share)?.answer,
  }
}

const diceOf = ({ accountId, region, action }: Target, request: WireRequest, seed: number) => {
  const attempt = /attempt=(\d+)/.exec(headerOf(request, 'amz-sdk-request') ?? '')?.[1] ?? '1'
  const query = JSON.stringify(Object.entries(request.query).sort(([a], [b]) => (a < b ? -1 : 1)))
  const asked = [accountId, region, action, request.path, query, textOf(request), attempt]
  return hashOf((seed === 0 ? asked : [...asked, seed]).join('\n')) / 2 ** 32
}

/** FNV-1a with murmur3's finish, which spreads texts that differ in their last letter. */
const hashOf = (text: string) => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
