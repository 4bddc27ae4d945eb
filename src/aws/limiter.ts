import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../core/ports.ts'

/** Calls that may go at once, and how many more each second brings. */
interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/**
 * What AWS publishes, by account and Region. EC2: the default class of its throttling page, for each API apart; every
 * DescribeInstances here has a filter, so that the smaller bucket for those without is never touched. STS: IAM quotas
 * page. SSM and CloudWatch: their quotas, of GetParameters and GetMetricData.
 */
const published: Readonly<Record<string, Rate>> = {
  ec2: { burst: 100, perSecond: 20 },
  sts: { burst: 600, perSecond: 600 },
  ssm: { burst: 40, perSecond: 40 },
  cloudwatch: { burst: 50, perSecond: 50 },
}

/** For a service that publishes none, such as EKS, Auto Scaling and Organizations: as much as a quarter of EC2's. */
const unpublished: Rate = { burst: 25, perSecond: 5 }

/** The part of a published rate that is taken where nobody says otherwise. */
export const defaultShare = 0.25

/** A rate of ours is a guess: a throttle halves it, down to this part of it. */
const leastPart = 1 / 8
/** How long a rate takes from nothing to the whole. */
const restoreMs = 60_000
/** Calls that were under way together are throttled together, which is one lesson. */
const oneLessonMs = 1_000

/** What every call of one bucket goes through. */
export interface Gate {
  /** Takes the next place in the row. @returns how many milliseconds it has to wait, mostly none. */
  take(): number
  /** AWS throttled a call that had its place. */
  throttled(): void
}

/** The gates of a client, by its commands. */
export type Gates = (commandName: string) => Gate

/**
 * The gates of one client, so of one account, Region and service: they are gone when the account is done.
 * @param share of AWS's published rates, above 0 and at most 1.
 */
export const gatesOf = (service: string, share: number, clock: Clock): Gates => {
  const rate = published[service]
  if (!rate) return sameFor(learningGate(unpublished, clock))
  const ours = { burst: Math.max(1, rate.burst * share), perSecond: rate.perSecond * share }
  if (service !== 'ec2') return sameFor(gateOf(ours, clock))

  const gates = new Map<string, Gate>()
  return commandName => {
    const gate = gates.get(commandName) ?? gateOf(ours, clock)
    gates.set(commandName, gate)
    return gate
  }
}

const sameFor =
  (gate: Gate): Gates =>
  () =>
    gate

/** Below AWS's own rate a throttle is somebody else's doing, for which the SDK's adaptive retries make room. */
const gateOf = (rate: Rate, clock: Clock): Gate => ({ ...learningGate(rate, clock), throttled: () => {} })

const learningGate = ({ burst, perSecond }: Rate, clock: Clock): Gate => {
  const whole = perSecond / 1_000
  let perMs = whole
  // Below zero as soon as calls wait: each of them stands for one that the bucket owes.
  let tokens = burst
  let atMs = clock.nowMs()
  let slowedAtMs = Number.NEGATIVE_INFINITY
  const catchUp = () => {
    const nowMs = clock.nowMs()
    const passedMs = nowMs - atMs
    atMs = nowMs
    tokens = Math.min(burst, tokens + passedMs * perMs)
    if (perMs < whole) perMs = Math.min(whole, perMs + (whole * passedMs) / restoreMs)
  }
  return {
    take: () => {
      catchUp()
      tokens--
      return tokens >= 0 ? 0 : Math.ceil(-tokens / perMs)
    },
    throttled: () => {
      catchUp()
      if (atMs - slowedAtMs < oneLessonMs) return
      slowedAtMs = atMs
      perMs = Math.max(whole * leastPart, perMs / 2)
      tokens = Math.min(tokens, 0)
    },
  }
}

/** The time of this machine. */
export const realClock: Clock = {
  nowMs: () => performance.now(),
  wait: async ms => {
    await setTimeout(ms)
  },
}
