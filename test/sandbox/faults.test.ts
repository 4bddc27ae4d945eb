import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeLaunchTemplatesCommand } from '@aws-sdk/client-ec2'
import { DescribeClusterCommand, EKSClient, ListClustersCommand } from '@aws-sdk/client-eks'
import { describe, expect, test } from '@jest/globals'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { listen } from '../../src/sandbox/server.ts'
import { clients, configOf, refusalOf, sandboxOf } from './support.ts'

type Faults = NonNullable<Parameters<typeof sandboxOf>[1]>['faults'] & object
const sandboxWithFault = (fault: Omit<Faults[number] & object, 'action'>) =>
  sandboxOf({}, { faults: [{ action: '*', ...fault }] })

describe('an answer is replaced by', () => {
  test.each([
    ['server-error', 'ServerException', 500, /internal error/],
    ['expired', 'ExpiredTokenException', 403, /token .* is expired/],
    ['not-enabled', 'UnrecognizedClientException', 403, /token .* is invalid/],
    ['gone', 'ResourceNotFoundException', 404, /No cluster found/],
    [
      'denied',
      'AccessDeniedException',
      403,
      /resource: \* because no identity-based policy allows the eks:ListClusters/,
    ],
    ['denied-old', 'AccessDeniedException', 403, /is not authorized to perform: eks:ListClusters on resource: \*$/],
    ['denied-by-scp', 'AccessDeniedException', 403, /in a service control policy: arn:aws:organizations::/],
    ['denied-by-scp-old', 'AccessDeniedException', 403, /with an explicit deny in a service control policy$/],
    ['reset', 'Error', undefined, /ECONNRESET/],
    ['hang', 'TimeoutError', undefined, /without an answer/],
    ['malformed', 'SyntaxError', 200, /JSON/],
  ] as const)('%s: %s', async (answer, name, status, message) => {
    const sandbox = sandboxWithFault({ answer })
    const refusal = clients(sandbox).eks.send(new ListClustersCommand({}))
    await expect(refusal).rejects.toThrow(message)
    expect(await refusalOf(refusal)).toMatchObject({ name, ...(status !== undefined && { status }) })
    expect(sandbox.counters.faults).toEqual({ [answer]: 1 })
  })

  test('loop: the same page, whose token leads to itself', async () => {
    const { eks, ec2, autoscaling } = clients(sandboxWithFault({ answer: 'loop' }))
    const { nextToken } = await eks.send(new ListClustersCommand({}))
    expect(await eks.send(new ListClustersCommand({ nextToken }))).toMatchObject({ nextToken })
    const { NextToken } = await ec2.send(new DescribeLaunchTemplatesCommand({}))
    expect(await ec2.send(new DescribeLaunchTemplatesCommand({ NextToken }))).toMatchObject({ NextToken })
    const groups = await autoscaling.send(new DescribeAutoScalingGroupsCommand({}))
    expect(groups.NextToken).toBe(NextToken)
  })
})

describe('a fault', () => {
  const struckOf = async (seed: number) => {
    const { eks } = clients(sandboxWithFault({ answer: 'server-error', share: 0.5, seed }))
    const calls = Array.from({ length: 40 }, (_, index) =>
      eks.send(new DescribeClusterCommand({ name: `c${index}` })).then(
        () => '',
        (error: Error) => error.name,
      ),
    )
    return (await Promise.all(calls)).map(name => name === 'ServerException')
  }

  test('strikes its share of the calls, the same for the same seed', async () => {
    const struck = await struckOf(1)
    expect(await struckOf(1)).toEqual(struck)
    expect(await struckOf(2)).not.toEqual(struck)
    expect(struck.filter(Boolean).length).toBeGreaterThan(10)
    expect(struck.filter(Boolean).length).toBeLessThan(30)
  })

  test.each([
    ['reset', 30_000, /ECONNRESET|socket hang up/],
    ['hang', 50, /timed? ?out/i],
  ] as const)('breaks the connection to a server as well: %s', async (answer, requestTimeout, message) => {
    const sandbox = sandboxWithFault({ answer })
    const server = await listen(sandbox, 0)
    const requestHandler = new NodeHttpHandler({ requestTimeout, throwOnRequestTimeout: true })
    const client = new EKSClient({ ...configOf(sandbox), endpoint: server.url, requestHandler })
    try {
      await expect(client.send(new ListClustersCommand({}))).rejects.toThrow(message)
    } finally {
      client.destroy()
      await server.close()
    }
  })
})
