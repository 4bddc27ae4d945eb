import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeImagesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2'
import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks'
import { ListAccountsCommand } from '@aws-sdk/client-organizations'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { clients, refusalOf } from './support.ts'

const regions = ['eu-west-1', 'us-east-1', 'ap-southeast-1']

let sandbox: Sandbox
let accounts: string[]
beforeAll(async () => {
  const organization = await readOrganization('examples/acme.yaml')
  sandbox = createSandbox({ ...organization, faults: [] })
  const { Accounts = [] } = await clients(sandbox, '111111111111').organizations.send(new ListAccountsCommand({}))
  accounts = Accounts.map(({ Id = '' }) => Id)
})

const clustersOf = async (accountId: string, region: string) => {
  try {
    return (await clients(sandbox, accountId, region).eks.send(new ListClustersCommand({}))).clusters ?? []
  } catch {
    return []
  }
}

describe('examples/acme.yaml', () => {
  test('has the accounts, clusters and node groups that its first lines promise', async () => {
    let clusterCount = 0
    let groupCount = 0
    for (const accountId of accounts) {
      for (const region of regions) {
        const clusters = await clustersOf(accountId, region)
        if (clusters.length === 0) continue
        const { eks, autoscaling } = clients(sandbox, accountId, region)
        clusterCount += clusters.length
        for (const clusterName of clusters) {
          groupCount += (await eks.send(new ListNodegroupsCommand({ clusterName }))).nodegroups?.length ?? 0
        }
        const { AutoScalingGroups = [] } = await autoscaling.send(
          new DescribeAutoScalingGroupsCommand({ MaxRecords: 100 }),
        )
        const keysOf = (group: (typeof AutoScalingGroups)[number]) => group.Tags?.map(({ Key }) => Key) ?? []
        groupCount += AutoScalingGroups.map(keysOf).filter(
          keys =>
            !keys.includes('eks:nodegroup-name') &&
            clusters.some(name => keys.includes(`kubernetes.io/cluster/${name}`)),
        ).length
      }
    }
    expect({ accounts: accounts.length, clusters: clusterCount, groups: groupCount }).toEqual({
      accounts: 14,
      clusters: 20,
      groups: 60,
    })
  })

  test('the posting group runs seven of nine nodes on AL2 under a template on AL2023', async () => {
    const { eks, ec2, autoscaling } = clients(sandbox, '111122223333')
    const { nodegroup } = await eks.send(
      new DescribeNodegroupCommand({ clusterName: 'ledger', nodegroupName: 'posting' }),
    )
    expect(nodegroup?.amiType).toBe('AL2023_x86_64_STANDARD')
    const names = [nodegroup?.resources?.autoScalingGroups?.[0]?.name ?? '']
    const { AutoScalingGroups } = await autoscaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }),
    )
    const old = AutoScalingGroups?.[0]?.Instances?.filter(({ LaunchTemplate }) => LaunchTemplate?.Version === '1') ?? []
    expect(old).toHaveLength(7)
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({
        LaunchTemplateId: old[0]?.LaunchTemplate?.LaunchTemplateId,
        Versions: ['1'],
      }),
    )
    const ImageIds = [LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId ?? '']
    expect((await ec2.send(new DescribeImagesCommand({ ImageIds }))).Images?.[0]?.Name).toMatch(
      /^amazon-eks-node-1\.32-/,
    )
  })

  test('the self-managed NodeConfig names the cluster as it is', async () => {
    const { eks, ec2 } = clients(sandbox, '777788889999')
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'nodeadm', Versions: ['1'] }),
    )
    const text = Buffer.from(LaunchTemplateVersions?.[0]?.LaunchTemplateData?.UserData ?? '', 'base64').toString()
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'lake' }))
    expect(text).toContain(`apiServerEndpoint: ${cluster?.endpoint}\n`)
    expect(text).toContain(`certificateAuthority: ${cluster?.certificateAuthority?.data}\n`)
    expect(text).toContain(`cidr: ${cluster?.kubernetesNetworkConfig?.serviceIpv4Cidr}\n`)
  })

  test('one Region is denied by policy, one is not opted in', async () => {
    const list = new ListClustersCommand({})
    const denied = clients(sandbox, '999900001111', 'ap-southeast-1').eks.send(list)
    expect((await refusalOf(denied)).message).toContain('service_control_policy/p-regions0')
    const off = clients(sandbox, '222222222222', 'ap-southeast-1').eks.send(list)
    expect(await refusalOf(off)).toMatchObject({ name: 'UnrecognizedClientException' })
  })
})
