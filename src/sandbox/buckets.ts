import type { Target } from './faults.ts'

interface Rate {
  readonly capacity: number
  readonly perSecond: number
}

// EC2: the default class of the throttling page, a bucket for each account, Region and API, and the one for
// DescribeInstances and the like without a page size and filter. STS: 600 a second for each
// account and Region, shared by its APIs (IAM quotas page); a cross-account AssumeRole counts against the caller's.
const ec2: Rate = { capacity: 100, perSecond: 20 }
const unboundedEc2: Rate = { capacity: 50, perSecond: 10 }
const sts: Rate = { capacity: 600, perSecond: 600 }

/**
 * Takes a token for this call; false when the bucket is empty, so when AWS would throttle.
 * @param isUnbounded a call of EC2 without page size or filter, where the API is one of those with a bucket for such.
 */
export type TakeToken = (target: Target, isUnbounded: boolean) => boolean

/** EC2's and STS's token buckets on a clock of milliseconds; the other services publish no rates. */
export const tokenBuckets = (clockMs: () => number): TakeToken => {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return ({ accountId, region, action }, isUnbounded) => {
    const service = action.slice(0, action.indexOf(':'))
    const rate = { ec2: isUnbounded ? unboundedEc2 : ec2, sts }[service]
    if (!rate) return true
    const key = `${accountId}/${region}/${service === 'sts' ? service : action}${isUnbounded ? '/unbounded' : ''}`
    const nowMs = clockMs()
    const { tokens, atMs } = buckets.get(key) ?? { tokens: rate.capacity, atMs: nowMs }
    const filled = Math.min(rate.capacity, tokens + ((nowMs - atMs) / 1000) * rate.perSecond)
    const isTaken = filled >= 1
    buckets.set(key, { tokens: isTaken ? filled - 1 : filled, atMs: nowMs })
    return isTaken
  }
}
