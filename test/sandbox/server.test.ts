import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2'
import { DescribeClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks'
import { ListAccountsCommand } from '@aws-sdk/client-organizations'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { PostureError } from '../../src/core/errors.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { type Listening, listen } from '../../src/sandbox/server.ts'
import { clients, clientsOf, hub, member, refusalOf, region, sandboxWith } from './support.ts'

const sandbox = sandboxWith({
  launchTemplates: { web: { versions: [{ userData: 'a & b', metadataOptions: { httpTokens: 'required' } }] } },
  clusters: { 'shop one': { version: '1.31' } },
  autoScalingGroups: { g: { launchTemplate: 'web' } },
})

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
  ]
  const [http, inProcess] = await Promise.all(
    [calls(over(member)), calls(clients(sandbox))].map(all => Promise.all(all)),
  )
  expect(http?.map(bare)).toEqual(inProcess?.map(bare))
  expect(http?.[1]).toMatchObject({ cluster: { name: 'shop one' } })
  expect((await over(hub).organizations.send(new ListAccountsCommand({}))).Accounts).toHaveLength(3)
})

test('errors keep their names over HTTP', async () => {
  const { eks, ec2, organizations } = over(member)
  expect(await refusalOf(eks.send(new DescribeClusterCommand({ name: 'x' })))).toMatchObject({
    name: 'ResourceNotFoundException',
    status: 404,
  })
  const versions = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-0', Versions: ['1'] })
  expect(await refusalOf(ec2.send(versions))).toMatchObject({ name: 'InvalidLaunchTemplateId.NotFound' })
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
