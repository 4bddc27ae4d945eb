import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Gate, gatesOf } from '../../src/aws/limiter.ts'
import { tokenBuckets } from '../../src/sandbox/buckets.ts'
import { type VirtualClock, virtualClock } from '../../src/sandbox/clock.ts'
import { member, openMember, type Parts, type SdkRequest } from './sandbox.ts'

const gateOf = (service: string, share = 0.25, command = 'DescribeCommand') => {
  const clock = virtualClock()
  return { clock, gate: gatesOf(service, share, clock)(command) }
}
const takeAll = (gate: Gate, count: number) => Array.from({ length: count }, () => gate.take())
const atOnce = (gate: Gate) => takeAll(gate, 1_000).findIndex(waitMs => waitMs > 0)

describe('the rate of a service', () => {
  test.each([
    ['ec2', 25, 5],
    ['sts', 150, 150],
    ['ssm', 10, 10],
    ['cloudwatch', 12, 12.5],
    ['eks', 25, 5],
    ['autoscaling', 25, 5],
    ['organizations', 25, 5],
    ['iam', 25, 5],
  ])('%s: %d calls at once, then %d a second', (service, burst, perSecond) => {
    expect(atOnce(gateOf(service).gate)).toBe(burst)
    const { gate } = gateOf(service)
    const waits = takeAll(gate, 1_000)
    expect(((waits.at(-1) ?? 0) - (waits.at(-501) ?? 0)) / 1_000).toBeCloseTo(500 / perSecond, 2)
  })

  test('is the share of what AWS publishes, and of what it does not publish the same whatever the share', () => {
    expect([0.01, 0.5, 1].map(share => atOnce(gateOf('ec2', share).gate))).toEqual([1, 50, 100])
    expect([0.01, 0.5, 1].map(share => atOnce(gateOf('eks', share).gate))).toEqual([25, 25, 25])
  })

  test('is for each API of EC2 apart, and for all those of another service together', () => {
    const ofBoth = (service: string) => {
      const gates = gatesOf(service, 0.25, virtualClock())
      takeAll(gates('DescribeOneCommand'), 25)
      return [gates('DescribeOneCommand').take(), gates('DescribeAnotherCommand').take()]
    }
    expect(ofBoth('ec2')).toEqual([200, 0])
    expect(ofBoth('eks')).toEqual([200, 400])
  })

  test('is never passed in any span of time, however the calls come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 }), pauses => {
        const { clock, gate } = gateOf('ec2')
        const sentAt = pauses.map(ms => {
          clock.advance(ms)
          return clock.nowMs() + gate.take()
        })
        for (const [first, from] of sentAt.entries()) {
          for (const [last, to] of sentAt.entries()) {
            if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(25 + ((to - from) / 1_000) * 5 + 1e-6)
          }
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('a throttle', () => {
  const waitsBetween = (gate: Gate) => {
    const [one = 0, other = 0] = takeAll(gate, 2)
    return other - one
  }

  test('of a service that publishes no rate empties the bucket and halves the rate', () => {
    const { gate } = gateOf('eks')
    gate.throttled()
    expect(takeAll(gate, 3)).toEqual([400, 800, 1_200])
  })

  test('counts once for calls that were under way together, and again later, down to an eighth', () => {
    const { clock, gate } = gateOf('eks')
    const after = Array.from({ length: 6 }, () => {
      clock.advance(1_000)
      gate.throttled()
      gate.throttled()
      return waitsBetween(gate)
    })
    expect(after.slice(0, 3).map(Math.round)).toEqual([400, 774, 1_455])
    expect(after.at(-1)).toBe(1_600)
  })

  test('is made up for slowly: half a minute after one the rate is whole again', () => {
    const rateAfter = (seconds: number) => {
      const { clock, gate } = gateOf('eks')
      gate.throttled()
      clock.advance(seconds * 1_000)
      takeAll(gate, 100)
      return 1_000 / waitsBetween(gate)
    }
    expect(rateAfter(0)).toBeCloseTo(2.5)
    expect(rateAfter(15)).toBeCloseTo(3.75, 1)
    expect(rateAfter(30)).toBeCloseTo(5)
    expect(rateAfter(300)).toBeCloseTo(5)
  })

  test('below a rate that AWS publishes is left to the SDK', () => {
    const { gate } = gateOf('ec2')
    gate.throttled()
    expect(atOnce(gate)).toBe(25)
  })
})

describe('a scan', () => {
  const templates = Array.from({ length: 200 }, (_, index) => `template-${index}`)
  const groups = templates.slice(0, 30)
  /** A read for each of its templates, whose versions are pinned. */
  const heavy = {
    launchTemplates: Object.fromEntries(templates.map(name => [name, { versions: [{}, {}, {}] }])),
    autoScalingGroups: Object.fromEntries(
      templates.map(name => [name, { cluster: 'shop', launchTemplate: `${name}:2` }]),
    ),
    clusters: { shop: { version: '1.31', nodeGroups: Object.fromEntries(groups.map(name => [name, {}])) } },
  }
  const small = { clusters: { shop: { version: '1.31', nodeGroups: { web: {}, batch: {}, system: {} } } } }
  const msOfCall = 5

  /** A call takes as long as AWS does for one of four at once. */
  const scan = async (region: object, clock: VirtualClock, parts: Parts, share?: number) => {
    const { reader, calls, sandbox } = await openMember({ region, ...parts }, { clock }, share)
    const read = await reader.readRegion('eu-west-1')
    const failures = read.status === 'read' ? read.inventory.launchTemplates.failures : undefined
    const violations = Object.values(sandbox.counters.bucketViolations)
    return { failures, violations, waitedMs: clock.nowMs() - calls.read().attempts * msOfCall }
  }
  const passing = (clock: VirtualClock) => ({
    instead: () => {
      clock.advance(msOfCall)
      return undefined
    },
  })

  test('of a heavy account stays below the buckets of AWS', async () => {
    const clock = virtualClock()
    const { failures, violations, waitedMs } = await scan(heavy, clock, passing(clock))
    expect([failures, violations]).toEqual([[], []])
    expect(waitedMs).toBeGreaterThan(30_000)
  })

  // Counted beside a sandbox that refuses none: after its first throttle the SDK would slow down, and really wait.
  test('of a heavy account would be throttled again and again without limits', async () => {
    const clock = virtualClock()
    const takeToken = tokenBuckets(clock.nowMs)
    let violations = 0
    const instead = ({ body }: SdkRequest) => {
      clock.advance(msOfCall)
      const [, api] = /^Action=(\w+)/.exec(String(body)) ?? []
      const call = { accountId: member, region: 'eu-west-1', action: `ec2:${api}` }
      if (api && !takeToken(call, false)) violations++
      return undefined
    }
    await scan(heavy, clock, { instead, clockMs: () => clock.nowMs() * 1_000 }, 1_000)
    expect(violations).toBeGreaterThan(50)
  })

  test('of a small account never waits', async () => {
    const clock = virtualClock()
    expect(await scan(small, clock, passing(clock))).toEqual({ failures: [], violations: [], waitedMs: 0 })
  })

  test('takes the share that it is told', async () => {
    const waited = async (share: number) => {
      const clock = virtualClock()
      return (await scan(heavy, clock, passing(clock), share)).waitedMs
    }
    expect(await waited(0.125)).toBeGreaterThan(1.5 * (await waited(0.25)))
  })
})
