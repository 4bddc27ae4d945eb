import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { enterAccountWith } from '../../src/aws/doctor/account.ts'
import { tryTopic } from '../../src/aws/doctor/topic.ts'
import type { EnteredAccount, TriedAction } from '../../src/core/doctor.ts'
import { answering, connectTo, type Parts, target } from './sandbox.ts'

const entryOf = (parts: Parts = {}, options: Parameters<typeof connectTo>[1] = {}) =>
  enterAccountWith(connectTo(parts, options).connection)(target)

const entered = async (parts: Parts = {}): Promise<EnteredAccount> => {
  const entry = await entryOf(parts)
  if (entry.status !== 'entered') throw new Error(entry.failure.reason)
  return entry.account
}

const cluster = {
  clusters: {
    shop: { version: '1.33', addons: { 'vpc-cni': 'v1.19.0-eksbuild.1' }, nodeGroups: { web: { desiredSize: 1 } } },
  },
}
const region = 'eu-west-1'
const tried = async (parts: Parts, place: Partial<Parameters<EnteredAccount['tryReads']>[0]> = {}) =>
  (await entered(parts)).tryReads({ region, cluster: 'shop', imdsV1Calls: true, ...place })
const outcomes = (all: readonly TriedAction[]) =>
  Object.fromEntries(
    all.map(({ action, tried: one }) => [action, one.status === 'not-tried' ? one.why : one.status] as const),
  )

/** The actions that the collectors name, and the one of the account itself. */
const readActions = async () => {
  const folder = join(import.meta.dirname, '../../src/aws/collect')
  const files = await Promise.all((await readdir(folder)).map(file => readFile(join(folder, file), 'utf8')))
  const named = files.flatMap(text => [...text.matchAll(/'((?:autoscaling|cloudwatch|ec2|eks|iam|ssm):[A-Z]\w+)'/g)])
  const actions = new Set(named.map(([, action]) => action))
  // The hub asks for it once, and no account does.
  actions.delete('eks:DescribeClusterVersions')
  return [...actions, 'ec2:DescribeRegions'].sort()
}

describe('the reads', () => {
  test('that are tried are those that the collectors make', async () => {
    const actions = await readActions()
    expect(actions.length).toBeGreaterThan(20)
    expect((await tried({ region: cluster })).map(({ action }) => action)).toEqual(actions)
  })

  test('all work where there is something to try them on', async () => {
    expect(new Set(Object.values(outcomes(await tried({ region: cluster }))))).toEqual(new Set(['works']))
  })

  test('that need what is not there are not tried, and say what is missing', async () => {
    const nothing = outcomes(await tried({}, { cluster: undefined, imdsV1Calls: false }))
    expect(nothing).toMatchObject({
      'autoscaling:DescribeWarmPool': 'no Auto Scaling group',
      'cloudwatch:GetMetricData': 'posture.yaml does not enable node-group-imdsv1-not-called',
      'ec2:DescribeInstanceAttribute': 'no instance in the first 10 Auto Scaling groups',
      'eks:DescribeCluster': 'no cluster',
      'eks:ListPodIdentityAssociations': 'no cluster',
      'ec2:DescribeImages': 'works',
      'eks:ListClusters': 'works',
    })
    const bare = outcomes(await tried({ region: { clusters: { shop: { version: '1.33' } } } }))
    expect(bare).toMatchObject({
      'eks:DescribeCluster': 'works',
      'eks:DescribeAddon': 'no add-on of a cluster',
      'eks:DescribeNodegroup': 'no managed node group',
    })
  })

  test('are refused one by one, those of a dry run too; what hangs on a refused one is not tried', async () => {
    const deny = ['ec2:DescribeImages', 'eks:ListNodegroups', 'autoscaling:DescribeAutoScalingGroups', 'iam:*']
    const all = await tried({ region: cluster, role: { deny } })
    const refused = all.flatMap(({ tried: one }) => (one.status === 'refused' ? [one.failure] : []))
    expect(refused.map(({ action }) => action)).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'ec2:DescribeImages',
      'eks:ListNodegroups',
      'iam:ListOpenIDConnectProviders',
    ])
    for (const { reason } of refused) expect(reason).toContain('no identity-based policy allows it')
    expect(outcomes(all)).toMatchObject({
      'autoscaling:DescribeWarmPool': 'autoscaling:DescribeAutoScalingGroups was not answered',
      'ec2:DescribeInstanceAttribute': 'autoscaling:DescribeAutoScalingGroups was not answered',
      'eks:DescribeNodegroup': 'eks:ListNodegroups was not answered',
      'eks:DescribeAddon': 'works',
    })
  })
})

describe('a Region', () => {
  test('answers with a cluster, if there is one', async () => {
    expect(await (await entered({ region: cluster })).tryRegion(region)).toEqual({ status: 'answers', cluster: 'shop' })
    expect(await (await entered()).tryRegion('us-east-1')).toEqual({ status: 'answers', cluster: undefined })
  })

  test('is not enabled, or denied by a policy that is named', async () => {
    const account = await entered({ policies: [{ id: 'p-1', unit: 'Payments', deny: '*', regions: ['us-east-1'] }] })
    expect(await account.tryRegion('ap-southeast-1')).toEqual({ status: 'not-enabled' })
    expect(await account.tryRegion('us-east-1')).toMatchObject({
      status: 'refused',
      failure: { class: 'denied-by-scp', reason: expect.stringContaining('policy/o-acme/service_control_policy/p-1') },
    })
  })
})

describe('a role that refuses', () => {
  const refusal = (message: string) =>
    entryOf({
      instead: ({ body }) =>
        `${body}`.includes('Action=AssumeRole')
          ? {
              status: 403,
              headers: { 'x-amzn-requestid': 'r' },
              body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
            }
          : undefined,
    })
  const user = 'User: arn:aws:iam::111111111111:user/admin is not authorized to perform: sts:AssumeRole'

  // The sentences of the IAM guide, "Troubleshoot access denied error messages".
  test.each([
    [
      `${user} on resource: x because no identity-based policy allows the sts:AssumeRole action`,
      'identity-based policy',
    ],
    [`${user} on resource: x with an explicit deny in an identity-based policy`, 'identity-based policy'],
    [`${user} because no role trust policy allows the sts:AssumeRole action`, 'role trust policy'],
    [`${user} with an explicit deny in the role trust policy`, 'role trust policy'],
    [`${user} on resource: x with an explicit deny in a service control policy`, 'service control policy'],
    [
      `${user} on resource: x because no service control policy allows the sts:AssumeRole action`,
      'service control policy',
    ],
    [`${user} on resource: x with an explicit deny in a resource control policy`, 'resource control policy'],
    [`${user} because no permissions boundary allows the sts:AssumeRole action`, 'permissions boundary'],
    [`${user} because no session policy allows the sts:AssumeRole action`, 'session policy'],
    [`${user} because no VPC endpoint policy allows the sts:AssumeRole action`, 'VPC endpoint policy'],
  ])('%s', async (message, by) => {
    expect(await refusal(message)).toMatchObject({ status: 'refused', by, failure: { action: 'sts:AssumeRole' } })
  })

  test('names no policy where AWS names none', async () => {
    for (const trust of ['missing', 'wrong-external-id']) {
      const entry = await entryOf({ role: { trust } })
      expect(entry).toMatchObject({ status: 'refused', by: undefined, failure: { class: 'denied' } })
    }
  })
})

test('a topic that may not be looked at is refused in the words of SNS', async () => {
  const requestHandler = answering(() => ({
    status: 403,
    headers: { 'x-amzn-requestid': 'r' },
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>User: x is not authorized to perform: SNS:GetTopicAttributes because no identity-based policy allows the SNS:GetTopicAttributes action</Message></Error><RequestId>r</RequestId></ErrorResponse>',
  }))
  const { connection } = connectTo({}, { requestHandler })
  expect(await tryTopic(connection, 'arn:aws:sns:eu-west-1:111111111111:alerts')).toMatchObject({
    found: {
      status: 'refused',
      failure: { class: 'denied', reason: expect.stringContaining('no identity-based policy') },
    },
  })
})
