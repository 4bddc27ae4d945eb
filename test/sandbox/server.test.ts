import { DescribeAutoScalingGroupsCommand, DescribeLaunchConfigurationsCommand } from '@aws-sdk/client-auto-scaling'
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeInstancesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2'
import {
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  ListClustersCommand,
  ListInsightsCommand,
} from '@aws-sdk/client-eks'
import { ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam'
import { ListAccountsCommand } from '@aws-sdk/client-organizations'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { PostureError } from '../../src/core/errors.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { type Listening, listen } from '../../src/sandbox/server.ts'
import { clients, clientsOf, hub, member, refusalOf, region, sandboxWith } from './support.ts'

const sandbox = sandboxWith({
  launchTemplates: { web: { versions: [{ userData: 'a & b', metadataOptions: { httpTokens: 'required' } }] } },
  launchConfigurations: { lc: { image: 'ami-0a', instanceType: 'm5.large' } },
  clusters: {
    'shop one': {
      version: '1.31',
      openIdConnectProvider: true,
      insights: [
        { name: 'a', status: 'ERROR' },
        { name: 'b', status: 'PASSING' },
      ],
    },
  },
  autoScalingGroups: { g: { launchTemplate: 'web' } },
})

const metrics = {
  StartTime: new Date('2026-11-21T00:00:00Z'),
  EndTime: new Date('2026-11-22T00:00:00Z'),
  MetricDataQueries: [
    { Id: 'a', MetricStat: { Metric: { Namespace: 'AWS/EC2', MetricName: 'x' }, Period: 60, Stat: 'Sum' } },
  ],
}

let server: Listening
beforeAll(async () => {
  server = await listen(sandbox, 0)
})
afterAll(() => server.close())

const over = (accountId: string) =>
  clientsOf({
    endpoint: server.url,
    region,
    credentials: { accessKeyId: accessKeyOf(accountId), secretAccessKey: secretKey },
    maxAttempts: 1,
  })

test('answers over HTTP are those of the request handler, for every protocol', async () => {
  const bare = ({ $metadata, ...answer }: { $metadata: unknown }) => answer
  const calls = (from: ReturnType<typeof clients>) => [
    from.eks.send(new ListClustersCommand({ maxResults: 1 })),
    from.eks.send(new DescribeClusterCommand({ name: 'shop one' })),
    from.ec2.send(new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] })),
    from.autoscaling.send(new DescribeAutoScalingGroupsCommand({})),
    from.sts.send(new GetCallerIdentityCommand({})),
    from.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'tag-key', Values: ['aws:*'] }] })),
    from.autoscaling.send(new DescribeLaunchConfigurationsCommand({})),
    from.eks.send(new ListInsightsCommand({ clusterName: 'shop one', filter: { statuses: ['ERROR'] } })),
    from.eks.send(new DescribeClusterVersionsCommand({ clusterVersions: ['1.31', '1.33'] })),
    from.iam.send(new ListOpenIDConnectProvidersCommand({})),
    from.cloudwatch.send(new GetMetricDataCommand(metrics)),
  ]
  const [http, inProcess] = await Promise.all(
    [calls(over(member)), calls(clients(sandbox))].map(all => Promise.all(all)),
  )
  expect(http?.map(bare)).toEqual(inProcess?.map(bare))
  expect(http?.[1]).toMatchObject({ cluster: { name: 'shop one' } })
  expect(http?.slice(5)).toMatchObject([
    { Reservations: [{ Instances: [{ State: { Name: 'running' } }, {}] }] },
    { LaunchConfigurations: [{ LaunchConfigurationName: 'lc' }] },
    { insights: [{ name: 'a' }] },
    { clusterVersions: [{ clusterVersion: '1.33' }, { clusterVersion: '1.31' }] },
    { OpenIDConnectProviderList: [{ Arn: expect.stringContaining(':oidc-provider/oidc.eks.') }] },
    { MetricDataResults: [{ Id: 'a', Values: [], StatusCode: 'Complete' }] },
  ])
  expect((await over(hub).organizations.send(new ListAccountsCommand({}))).Accounts).toHaveLength(3)
})

test('errors keep their names over HTTP', async () => {
  const { eks, ec2, organizations, cloudwatch } = over(member)
  expect(await refusalOf(eks.send(new DescribeClusterCommand({ name: 'x' })))).toMatchObject({
    name: 'ResourceNotFoundException',
    status: 404,
  })
  const versions = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-0', Versions: ['1'] })
  expect(await refusalOf(ec2.send(versions))).toMatchObject({ name: 'InvalidLaunchTemplateId.NotFound' })
  const backwards = { ...metrics, StartTime: metrics.EndTime, EndTime: metrics.StartTime }
  expect(await refusalOf(cloudwatch.send(new GetMetricDataCommand(backwards)))).toMatchObject({
    name: 'InvalidParameterValueException',
  })
  expect(await refusalOf(organizations.send(new ListAccountsCommand({})))).toMatchObject({
    name: 'AccessDeniedException',
  })
})

test('a path that cannot be decoded does not end the server', async () => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyOf(member)}/20261122/${region}/eks/aws4_request`
  const { status } = await fetch(`${server.url}/clusters/%zz`, { headers: { authorization } })
  expect(status).toBe(400)
  await expect(over(member).eks.send(new ListClustersCommand({}))).resolves.toBeDefined()
})

test('a port that is in use is one clear error', async () => {
  const port = Number(new URL(server.url).port)
  const refused = listen(sandbox, port)
  await expect(refused).rejects.toThrow(PostureError)
  await expect(refused).rejects.toThrow(
    `The sandbox cannot listen on 127.0.0.1:${port}: it is in use. Choose another port.`,
  )
})
