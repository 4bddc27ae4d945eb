import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeLaunchTemplatesCommand, DescribeRegionsCommand } from '@aws-sdk/client-ec2'
import { DescribeNodegroupCommand, ListClustersCommand } from '@aws-sdk/client-eks'
import { GetParametersCommand } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { describe, expect, test } from '@jest/globals'
import { sessionOf } from '../../src/sandbox/keys.ts'
import { clients, clientsInRole, clientsOf, configOf, management, member, refusalOf, sandboxOf } from './support.ts'

type Clients = ReturnType<typeof clients>

const metrics = {
  StartTime: new Date(0),
  EndTime: new Date(60_000),
  MetricDataQueries: [
    { Id: 'a', MetricStat: { Metric: { Namespace: 'n', MetricName: 'x' }, Period: 60, Stat: 'Sum' } },
  ],
}

const calls = {
  eks: ({ eks }: Clients) => eks.send(new ListClustersCommand({})),
  ec2: ({ ec2 }: Clients) => ec2.send(new DescribeLaunchTemplatesCommand({})),
  autoscaling: ({ autoscaling }: Clients) => autoscaling.send(new DescribeAutoScalingGroupsCommand({})),
  ssm: ({ ssm }: Clients) => ssm.send(new GetParametersCommand({ Names: ['a'] })),
  cloudwatch: ({ cloudwatch }: Clients) => cloudwatch.send(new GetMetricDataCommand(metrics)),
}
type Service = keyof typeof calls

const badKey: Record<Service, { name: string; status: number }> = {
  eks: { name: 'UnrecognizedClientException', status: 403 },
  ec2: { name: 'AuthFailure', status: 401 },
  autoscaling: { name: 'InvalidClientTokenId', status: 403 },
  ssm: { name: 'UnrecognizedClientException', status: 400 },
  cloudwatch: { name: 'InvalidClientTokenId', status: 400 },
}
const expired: Record<Service, string> = {
  eks: 'ExpiredTokenException',
  ec2: 'RequestExpired',
  autoscaling: 'ExpiredToken',
  ssm: 'ExpiredTokenException',
  cloudwatch: 'ExpiredToken',
}
const services = Object.keys(calls) as Service[]

describe('credentials', () => {
  test.each(services)('a key that nobody was given is refused in the words of %s', async service => {
    const config = { ...configOf(sandboxOf()), credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' } }
    expect(await refusalOf(calls[service](clientsOf(config)))).toMatchObject(badKey[service])
  })

  test.each(services)('a Region that is not opted in looks like a bad key to %s', async service => {
    const sandbox = sandboxOf({ regions: { 'us-east-1': 'not-opted-in' } })
    expect(await refusalOf(calls[service](clients(sandbox, member, 'us-east-1')))).toMatchObject(badKey[service])
    await expect(calls[service](clients(sandbox))).resolves.toBeDefined()
  })

  test.each(services)('a session that is over is refused in the words of %s', async service => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = sessionOf(member, 'r', 's', new Date(Date.now() - 1000))
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const call = calls[service](clientsOf({ ...configOf(sandboxOf()), credentials }))
    expect(await refusalOf(call)).toMatchObject({ name: expired[service] })
  })

  test('a temporary key is worth nothing without its session token', async () => {
    const { AccessKeyId } = sessionOf(member, 'r', 's', new Date(Date.now() + 60_000))
    const config = { ...configOf(sandboxOf()), credentials: { accessKeyId: AccessKeyId, secretAccessKey: 'x' } }
    expect(await refusalOf(calls.eks(clientsOf(config)))).toMatchObject(badKey.eks)
  })

  test('an unsigned request and an unknown path are refused without an SDK too', async () => {
    const { handle } = sandboxOf()
    const unsigned = await handle({ method: 'GET', path: '/clusters', query: {}, headers: {}, body: '' })
    expect([unsigned.statusCode, unsigned.headers['x-amzn-errortype']]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ])
    const unknown = await handle({ method: 'POST', path: '/nowhere', query: {}, headers: {}, body: '' })
    expect([unknown.statusCode, unknown.headers['x-amzn-errortype']]).toEqual([404, 'UnknownOperationException'])
  })
})

describe('denials', () => {
  const because = (action: string) => `because no identity-based policy allows the ${action} action`
  const user = `User: arn:aws:sts::${member}:assumed-role/eks-node-posture-read/test is not authorized to perform:`

  test('what the role may not do is denied in each service’s words, and its owner may', async () => {
    const sandbox = sandboxOf({ role: { deny: ['eks:*', 'ec2:Describe*', 'autoscaling:*', 'ssm:*'] } })
    const inRole = await clientsInRole(sandbox)
    expect(await refusalOf(calls.eks(inRole))).toEqual({
      name: 'AccessDeniedException',
      message: `${user} eks:ListClusters on resource: * ${because('eks:ListClusters')}`,
      status: 403,
    })
    expect(await refusalOf(calls.ec2(inRole))).toEqual({
      name: 'UnauthorizedOperation',
      message: `You are not authorized to perform this operation. ${user} ec2:DescribeLaunchTemplates on resource: * ${because('ec2:DescribeLaunchTemplates')}`,
      status: 403,
    })
    expect(await refusalOf(calls.autoscaling(inRole))).toMatchObject({ name: 'AccessDenied', status: 403 })
    expect(await refusalOf(calls.ssm(inRole))).toMatchObject({ name: 'AccessDeniedException', status: 400 })
    await expect(calls.eks(clients(sandbox))).resolves.toBeDefined()
  })

  test('one denied action leaves the others alone', async () => {
    const { eks } = await clientsInRole(sandboxOf({ role: { deny: 'eks:DescribeNodegroup' } }))
    await expect(eks.send(new ListClustersCommand({}))).resolves.toBeDefined()
    const call = eks.send(new DescribeNodegroupCommand({ clusterName: 'a', nodegroupName: 'b' }))
    expect(await refusalOf(call)).toMatchObject({ name: 'AccessDeniedException' })
  })

  const policies = [{ id: 'p-regions0', unit: 'Workloads', deny: '*', regions: ['us-east-1'] }]

  test('a service control policy denies its Regions to the unit and the units beneath, and names itself', async () => {
    const units = { Workloads: { units: { Deep: { accounts: { [member]: { name: 'm' } } } } } }
    const sandbox = sandboxOf({}, { units, policies })
    expect(await refusalOf(calls.eks(clients(sandbox, member, 'us-east-1')))).toEqual({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${member}:user/admin is not authorized to perform: eks:ListClusters on resource: * with an explicit deny in a service control policy: arn:aws:organizations::${management}:policy/o-test/service_control_policy/p-regions0`,
      status: 403,
    })
    await expect(calls.eks(clients(sandbox))).resolves.toBeDefined()
  })

  test('a policy on a unit whose name only begins alike denies nothing', async () => {
    const units = { Work: {}, Workloads: { accounts: { [member]: { name: 'm' } } } }
    const sandbox = sandboxOf({}, { units, policies: [{ id: 'p-work', unit: 'Work', deny: '*' }] })
    await expect(calls.eks(clients(sandbox))).resolves.toBeDefined()
  })

  test('it spares the management account, signing in and Regions that it does not name', async () => {
    const everywhere = [{ id: 'p-all', unit: 'Root', deny: 'ec2:*' }]
    const units = { Root: { accounts: { [management]: { name: 'm' }, [member]: { name: 'n' } } } }
    const sandbox = sandboxOf({}, { units, policies: everywhere })
    await expect(calls.ec2(clients(sandbox, management))).resolves.toBeDefined()
    expect(await refusalOf(calls.ec2(clients(sandbox)))).toMatchObject({ name: 'UnauthorizedOperation' })
    const denied = clients(sandboxOf({}, { policies }), member, 'us-east-1')
    await expect(denied.sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined()
    expect(await refusalOf(denied.ec2.send(new DescribeRegionsCommand({})))).toMatchObject({ status: 403 })
  })
})
