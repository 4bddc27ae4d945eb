import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeImagesCommand, DescribeInstancesCommand, DescribeLaunchTemplatesCommand } from '@aws-sdk/client-ec2'
import { ListClustersCommand } from '@aws-sdk/client-eks'
import { ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam'
import { ListAccountsCommand } from '@aws-sdk/client-organizations'
import { GetParametersCommand } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { describe, expect, test } from '@jest/globals'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { clients, clientsOf, configOf, hub, member, refusalOf, sandboxOf, sandboxWith } from './support.ts'

const sandboxWithFaults = (...faults: NonNullable<Parameters<typeof sandboxOf>[1]>['faults'] & object) =>
  sandboxOf({}, { faults })

describe('faults', () => {
  const epoch = new Date(0)
  const always = { action: '*', throttle: 1 }

  test.each([
    ['eks', 'ThrottlingException', 429],
    ['ec2', 'RequestLimitExceeded', 503],
    ['autoscaling', 'Throttling', 400],
    ['sts', 'Throttling', 400],
    ['organizations', 'TooManyRequestsException', 400],
    ['ssm', 'ThrottlingException', 400],
    ['iam', 'Throttling', 400],
    ['cloudwatch', 'Throttling', 400],
  ] as const)('%s throttles with %s and %d', async (service, name, status) => {
    const all = clients(sandboxWithFaults(always), hub)
    const calls = {
      eks: () => all.eks.send(new ListClustersCommand({})),
      ec2: () => all.ec2.send(new DescribeLaunchTemplatesCommand({})),
      autoscaling: () => all.autoscaling.send(new DescribeAutoScalingGroupsCommand({})),
      sts: () => all.sts.send(new GetCallerIdentityCommand({})),
      organizations: () => all.organizations.send(new ListAccountsCommand({})),
      ssm: () => all.ssm.send(new GetParametersCommand({ Names: ['a'] })),
      iam: () => all.iam.send(new ListOpenIDConnectProvidersCommand({})),
      cloudwatch: () =>
        all.cloudwatch.send(new GetMetricDataCommand({ MetricDataQueries: [], StartTime: epoch, EndTime: epoch })),
    }
    expect(await refusalOf(calls[service]())).toMatchObject({ name, status })
  })

  /** Which of 200 different calls are throttled at their first attempt. */
  const throttledOf = async (sandbox: Sandbox, order: (a: number, b: number) => number) => {
    const { autoscaling } = clients(sandbox)
    const numbers = Array.from({ length: 200 }, (_, index) => index).sort(order)
    const answers = await Promise.all(
      numbers.map(async index => {
        const call = autoscaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [`p${index}`] }))
        return {
          index,
          isThrottled: await call.then(
            () => false,
            () => true,
          ),
        }
      }),
    )
    return answers
      .filter(({ isThrottled }) => isThrottled)
      .map(({ index }) => index)
      .sort((a, b) => a - b)
  }

  test('the same calls are throttled in every run, in whatever order they come', async () => {
    const fault = { action: 'autoscaling:Describe*', throttle: 0.3 }
    const first = await throttledOf(sandboxWithFaults(fault), (a, b) => a - b)
    const second = await throttledOf(sandboxWithFaults(fault), (a, b) => b - a)
    expect(second).toEqual(first)
    expect(first.length).toBeGreaterThan(40)
    expect(first.length).toBeLessThan(80)
  })

  test('a throttled call succeeds at a later attempt', async () => {
    const sandbox = sandboxWithFaults({ action: 'ssm:*', throttle: 0.25 })
    const retrying = clientsOf({ ...configOf(sandbox), maxAttempts: 8, retryMode: 'standard' } as ReturnType<
      typeof configOf
    >)
    const attempts = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const { $metadata } = await retrying.ssm.send(new GetParametersCommand({ Names: [`p${index}`] }))
        return $metadata.attempts ?? 0
      }),
    )
    expect(Math.max(...attempts)).toBeGreaterThan(1)
    expect(Math.min(...attempts)).toBe(1)
    const total = attempts.reduce((sum, count) => sum + count, 0)
    expect(sandbox.counters.calls).toEqual({ 'ssm:GetParameters': 8 })
    expect(sandbox.counters.throttles).toEqual({ 'ssm:GetParameters': total - 8 })
  })

  test('a fault hits its account, Region and action only', async () => {
    const sandbox = sandboxWithFaults({ account: member, region: 'us-east-1', action: 'eks:List*', throttle: 1 })
    const list = new ListClustersCommand({})
    expect(await refusalOf(clients(sandbox, member, 'us-east-1').eks.send(list))).toMatchObject({ status: 429 })
    await expect(clients(sandbox).eks.send(list)).resolves.toBeDefined()
    await expect(clients(sandbox, hub, 'us-east-1').eks.send(list)).resolves.toBeDefined()
    const { ec2 } = clients(sandbox, member, 'us-east-1')
    await expect(ec2.send(new DescribeLaunchTemplatesCommand({}))).resolves.toBeDefined()
  })

  test('latency is waited for, and an abort ends the wait', async () => {
    const { eks } = clients(sandboxWithFaults({ action: '*', latencyMs: 60 }))
    const before = performance.now()
    await eks.send(new ListClustersCommand({}))
    expect(performance.now() - before).toBeGreaterThanOrEqual(55)

    const slow = clients(sandboxWithFaults({ action: '*', latencyMs: 60_000 })).eks
    const abort = new AbortController()
    const call = slow.send(new ListClustersCommand({}), { abortSignal: abort.signal })
    setTimeout(() => abort.abort(), 10)
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('token buckets', () => {
  const clock = () => {
    let nowMs = 0
    return { clockMs: () => nowMs, advance: (ms: number) => (nowMs += ms) }
  }

  test('EC2 gives 100 calls of one API at once, then 20 a second, each API its own', async () => {
    const { clockMs, advance } = clock()
    const sandbox = sandboxWith({}, {}, { clockMs })
    const { ec2 } = clients(sandbox)
    const burst = async (count: number) => {
      const calls = Array.from({ length: count }, () => ec2.send(new DescribeLaunchTemplatesCommand({})))
      return (await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled').length
    }
    expect(await burst(110)).toBe(100)
    expect(sandbox.counters.bucketViolations).toEqual({ 'ec2:DescribeLaunchTemplates': 10 })
    expect(await refusalOf(ec2.send(new DescribeLaunchTemplatesCommand({})))).toMatchObject({
      name: 'RequestLimitExceeded',
    })
    advance(500)
    expect(await burst(15)).toBe(10)
    await expect(
      ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: ['ami-0'] }] })),
    ).resolves.toBeDefined()
    await expect(
      clients(sandbox, member, 'us-east-1').ec2.send(new DescribeLaunchTemplatesCommand({})),
    ).resolves.toBeDefined()
  })

  test('DescribeInstances without a page size, filter or id takes from a bucket of half the size', async () => {
    const { clockMs, advance } = clock()
    const { ec2 } = clients(sandboxWith({}, {}, { clockMs }))
    const burst = async (count: number, input: object) => {
      const calls = Array.from({ length: count }, () => ec2.send(new DescribeInstancesCommand(input)))
      return (await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled').length
    }
    expect(await burst(60, {})).toBe(50)
    expect(await burst(60, { MaxResults: 5 })).toBe(60)
    expect(await burst(60, { Filters: [{ Name: 'tag-key', Values: ['a'] }] })).toBe(40)
    advance(500)
    expect(await burst(20, {})).toBe(5)
  })

  test.each(['sts', 'ssm', 'cloudwatch'] as const)('%s has one bucket for an account in a Region', async service => {
    const { clockMs, advance } = clock()
    const { sts, ssm, cloudwatch } = clients(sandboxWith({}, {}, { clockMs }))
    const epoch = new Date(0)
    const of = {
      sts: { perSecond: 600, call: () => sts.send(new GetCallerIdentityCommand({})) },
      ssm: { perSecond: 40, call: () => ssm.send(new GetParametersCommand({ Names: ['a'] })) },
      cloudwatch: {
        perSecond: 50,
        call: () =>
          cloudwatch.send(new GetMetricDataCommand({ MetricDataQueries: [], StartTime: epoch, EndTime: epoch })),
      },
    }
    const { perSecond, call } = of[service]
    const throttledOf = async (count: number) => {
      const refusals = await Promise.all(
        Array.from({ length: count }, () => call().catch((error: Error) => error.name)),
      )
      return refusals.filter(name => typeof name === 'string' && name.startsWith('Throttling')).length
    }
    expect(await throttledOf(perSecond + 5)).toBe(5)
    advance(100)
    expect(await throttledOf(perSecond)).toBe(perSecond - perSecond / 10)
  })

  test('EKS publishes no rate, so nothing limits it', async () => {
    const { eks } = clients(sandboxWith({}, {}, { clockMs: () => 0 }))
    await Promise.all(Array.from({ length: 200 }, () => eks.send(new ListClustersCommand({}))))
  })
})
