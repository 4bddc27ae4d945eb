import type { Target } from './faults.ts'

interface Rate {
  readonly capacity: number
  readonly perSecond: number
}

// EC2: the default class of the throttling page, a bucket for each account, Region and API, and the one for
// DescribeInstances and the like without a page size and filter. STS: 600 a second for each
// account and Region, shared by its APIs (IAM quotas page); a cross-account AssumeRole counts against the caller's.
// SSM and CloudWatch: their quotas pages, of GetParameters with its kin and of GetMetricData.
const ec2: Rate = { capacity: 100, perSecond: 20 }
const unboundedEc2: Rate = { capacity: 50, perSecond: 10 }
const sts: Rate = { capacity: 600, perSecond: 600 }
const ssm: Rate = { capacity: 40, perSecond: 40 }
const cloudwatch: Rate = { capacity: 50, perSecond: 50 }

/**
 * Takes a token for this call; false when the bucket is empty, so when AWS would throttle.
 * @param isUnbounded a call of EC2 without page size or filter, where the API is one of those with a bucket for such.
 */
export type TakeToken = (target: Target, isUnbounded: boolean) => boolean

/** The token buckets that AWS publishes, on a clock of milliseconds; EKS, Auto Scaling, IAM and Organizations publish none. */
export const tokenBuckets = (clockMs: () => number): TakeToken => {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return ({ accountId, region, action }, isUnbounded) => {
    const service = action.slice(0, action.indexOf(':'))
    const rate = { ec2: isUnbounded ? unboundedEc2 : ec2, sts, ssm, cloudwatch }[service]
    if (!rate) return true
    const key = `${accountId}/${region}/${service === 'ec2' ? action : service}${isUnbounded ? '/unbounded' : ''}`
    const nowMs = clockMs()
    const { tokens, atMs } = buckets.get(key) ?? { tokens: rate.capacity, atMs: nowMs }
    const filled = Math.min(rate.capacity, tokens + ((nowMs - atMs) / 1000) * rate.perSecond)
    const isTaken = filled >= 1
    buckets.set(key, { tokens: isTaken ? filled - 1 : filled, atMs: nowMs })
    return isTaken
  }
}
