import { PutWarmPoolCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeImagesCommand, type RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { AMITypes } from '@aws-sdk/client-eks'
import { CloseAccountCommand } from '@aws-sdk/client-organizations'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import {
  type Clients,
  clientsIn,
  hubClients,
  makeAccount,
  makeCluster,
  makeGroup,
  makeImage,
  makeLaunchConfiguration,
  makeNodeGroup,
  makeOrganization,
  makeTemplate,
  makeUnit,
  management,
  there,
} from './make.ts'

export const regions = ['eu-west-1', 'us-east-1'] as const

// The endpoint stands beside the tokens wherever a verdict is wanted: moto has no account defaults that would decide it.
const required: RequestLaunchTemplateData = { MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' } }
const optional: RequestLaunchTemplateData = { MetadataOptions: { HttpTokens: 'optional', HttpEndpoint: 'enabled' } }
const withoutEndpoint: RequestLaunchTemplateData = { MetadataOptions: { HttpTokens: 'optional' } }
const switchedOff: RequestLaunchTemplateData = { MetadataOptions: { HttpTokens: 'optional', HttpEndpoint: 'disabled' } }

/**
 * Builds an organization in a moto that is empty: six accounts, two Regions, every way to launch a node.
 * @returns the accounts' names by their ids.
 */
export const makeAcme = async (url: string): Promise<ReadonlyMap<string, string>> => {
  const hub = hubClients(url, 'us-east-1')
  const { rootId } = await makeOrganization(hub)
  const workloads = await makeUnit(hub, rootId, 'Workloads')
  const production = await makeUnit(hub, workloads, 'Production')
  const security = await makeUnit(hub, rootId, 'Security')
  const payments = await makeAccount(hub, production, 'payments')
  const data = await makeAccount(hub, production, 'data')
  const web = await makeAccount(hub, workloads, 'web')
  const logs = await makeAccount(hub, security, 'logs')
  const closed = await makeAccount(hub, workloads, 'closed')

  const [eu, us] = regions
  await makeManagedGroups(await clientsIn(url, payments, eu))
  await makeSameNamesElsewhere(await clientsIn(url, payments, us))
  await makeSelfManagedGroups(await clientsIn(url, data, eu))
  await makeOtherTemplates(await clientsIn(url, data, eu))
  await makeGroupsByParameter(await clientsIn(url, web, us))
  await makeTemplate(hubClients(url, eu), 'bastion', [optional])
  // What stands in an account that is closed is not read any more.
  await makeTemplate(await clientsIn(url, closed, eu), 'lost', [optional])
  await hub.organizations.send(new CloseAccountCommand({ AccountId: closed }))

  return new Map([
    [management, 'management'],
    [payments, 'payments'],
    [data, 'data'],
    [web, 'web'],
    [logs, 'logs'],
    [closed, 'closed'],
  ])
}

interface Managed {
  readonly amiType: AMITypes
  /** The user's own template, by name, and its version. */
  readonly own?: readonly [name: string, version: string]
  /** What EKS's copy of it holds; without one the group has no Auto Scaling group, as moto leaves it. */
  readonly copy?: RequestLaunchTemplateData
}

/** A managed node group with what EKS makes for it: a template and an Auto Scaling group that share one UUID. */
const makeManagedGroup = async (clients: Clients, cluster: string, name: string, { amiType, own, copy }: Managed) => {
  const launchTemplate = own && { name: own[0], version: own[1] }
  const groupName = await makeNodeGroup(clients, cluster, name, { amiType, launchTemplate })
  if (!copy) return
  // moto names the group eks-<uuid>, which is the name that EKS gives to its template.
  const LaunchTemplateId = await makeTemplate(clients, groupName, [copy])
  const LaunchTemplateSpecification = { LaunchTemplateId, Version: '1' }
  const Overrides = [{ InstanceType: 'm5.large' }]
  await makeGroup(
    clients,
    groupName,
    { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } } },
    { 'eks:cluster-name': cluster, 'eks:nodegroup-name': name, [`kubernetes.io/cluster/${cluster}`]: 'owned' },
  )
}

const makeManagedGroups = async (clients: Clients) => {
  const al2 = await makeImage(clients, 'amazon-eks-node-1.31-v20240817')
  const al2023 = await makeImage(clients, 'amazon-eks-node-al2023-x86_64-standard-1.31-v20260901')
  const golden = await makeImage(clients, 'golden-2024-11')
  const described = await makeImage(clients, 'golden-2024-12', 'Hardened image on Amazon Linux 2, by the platform team')
  const bottlerocket = await makeImage(clients, 'bottlerocket-aws-k8s-1.31-x86_64-v1.52.0-12345678')

  await makeCluster(clients, 'shop', '1.31')
  await makeManagedGroup(clients, 'shop', 'legacy', { amiType: 'AL2_x86_64', copy: { ImageId: al2, ...optional } })
  await makeManagedGroup(clients, 'shop', 'modern', {
    amiType: 'AL2023_x86_64_STANDARD',
    copy: { ImageId: al2023, ...required },
  })
  await makeManagedGroup(clients, 'shop', 'unborn', { amiType: 'AL2_ARM_64' })

  // The group uses version 2; the default is still the version that allows IMDSv1.
  await makeTemplate(clients, 'shop-pinned', [
    { ImageId: al2, ...optional },
    { ImageId: al2, ...required },
  ])
  await makeManagedGroup(clients, 'shop', 'pinned', {
    amiType: 'CUSTOM',
    own: ['shop-pinned', '2'],
    copy: { ImageId: al2, ...required },
  })
  await makeTemplate(clients, 'shop-golden', [{ ImageId: golden }])
  await makeManagedGroup(clients, 'shop', 'golden', {
    amiType: 'CUSTOM',
    own: ['shop-golden', '1'],
    copy: { ImageId: golden, MetadataOptions: { HttpPutResponseHopLimit: 2 } },
  })
  await makeTemplate(clients, 'shop-described', [{ ImageId: described, ...required }])
  await makeManagedGroup(clients, 'shop', 'described', {
    amiType: 'CUSTOM',
    own: ['shop-described', '1'],
    copy: { ImageId: described, ...required },
  })
  await makeTemplate(clients, 'shop-gone', [{ ImageId: 'ami-0dead000000000131', ...switchedOff }])
  await makeManagedGroup(clients, 'shop', 'gone', {
    amiType: 'CUSTOM',
    own: ['shop-gone', '1'],
    copy: { ImageId: 'ami-0dead000000000131', ...switchedOff },
  })

  await makeCluster(clients, 'rockets', '1.33')
  await makeManagedGroup(clients, 'rockets', 'fleet', {
    amiType: 'BOTTLEROCKET_x86_64',
    copy: { ImageId: bottlerocket, ...required },
  })
  await makeCluster(clients, 'vacant', '1.35')
}

const makeSameNamesElsewhere = async (clients: Clients) => {
  const gpu = await makeImage(clients, 'amazon-eks-gpu-node-1.30-v20240817')
  await makeCluster(clients, 'shop', '1.30')
  await makeTemplate(clients, 'shop-gpu', [optional])
  await makeManagedGroup(clients, 'shop', 'legacy', {
    amiType: 'AL2_x86_64_GPU',
    own: ['shop-gpu', '1'],
    copy: { ImageId: gpu, ...optional },
  })
}

const nodesOf = (cluster: string) => ({ [`kubernetes.io/cluster/${cluster}`]: 'owned' })
const version = (LaunchTemplateName: string, Version: string) => ({ LaunchTemplate: { LaunchTemplateName, Version } })

const makeSelfManagedGroups = async (clients: Clients) => {
  const al2 = await makeImage(clients, 'amazon-eks-node-1.29-v20240817')
  const al2Arm = await makeImage(clients, 'amazon-eks-arm64-node-1.29-v20240817')
  const al2023 = await makeImage(clients, 'amazon-eks-al2023-node-1.33-v20260908')
  const lake = nodesOf('lake')
  await makeCluster(clients, 'lake', '1.29')

  // Neither the default nor the latest version is what the group launches.
  await makeTemplate(clients, 'lake-middle', [
    { ImageId: al2023, ...required },
    { ImageId: al2, ...optional },
    { ImageId: al2023, ...required },
  ])
  await makeGroup(clients, 'lake-middle', version('lake-middle', '2'), lake)

  // moto's instances say the default version whatever started them: here that is the one from before the move.
  await makeTemplate(clients, 'lake-rolling', [
    { ImageId: al2, ...required },
    { ImageId: al2023, ...required },
  ])
  await makeGroup(clients, 'lake-rolling', version('lake-rolling', '$Latest'), lake, { desiredSize: 1 })

  await makeTemplate(clients, 'lake-base', [{ ImageId: al2023, ...required }])
  await makeTemplate(clients, 'lake-arm', [{ ImageId: al2Arm, ...optional }])
  const mixed = {
    LaunchTemplateSpecification: { LaunchTemplateName: 'lake-base', Version: '$Default' },
    Overrides: [
      { InstanceType: 'm7i.large' },
      // By name: moto repeats an override as it was sent, and the API promises an id no more than that.
      {
        InstanceType: 'm7g.large',
        LaunchTemplateSpecification: { LaunchTemplateName: 'lake-arm', Version: '$Default' },
      },
    ],
  }
  await makeGroup(clients, 'lake-mixed', { MixedInstancesPolicy: { LaunchTemplate: mixed } }, lake)

  await makeLaunchConfiguration(clients, 'lake-2019', al2)
  await makeGroup(clients, 'lake-configured', { LaunchConfigurationName: 'lake-2019' }, lake)

  // Amazon's own image, which every account sees, and the older of the two cluster tags.
  const { Images } = await clients.ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['al2023-ami-2023*'] }], Owners: ['amazon'] }),
  )
  await makeTemplate(clients, 'lake-amazon', [{ ImageId: there(Images?.[0]?.ImageId), ...required }])
  await makeGroup(clients, 'lake-amazon', version('lake-amazon', '1'), { 'k8s.io/cluster/lake': 'owned' })
  await clients.autoscaling.send(new PutWarmPoolCommand({ AutoScalingGroupName: 'lake-amazon', MinSize: 1 }))
}

/** Beside the nodes of EKS, in the same account-Region. */
const makeOtherTemplates = async (clients: Clients) => {
  await makeTemplate(clients, 'kops', [optional])
  await makeGroup(clients, 'kops-nodes', version('kops', '1'), nodesOf('kops.example.com'))
  await makeTemplate(clients, 'batch', [optional])
  await makeGroup(clients, 'batch', version('batch', '$Default'))
  await makeTemplate(clients, 'forgotten', [optional])
  await makeTemplate(clients, 'next-week', [required, optional])
  await makeTemplate(clients, 'silent', [{ InstanceType: 'm5.large' }])
  await makeTemplate(clients, 'half-said', [withoutEndpoint])
  await makeTemplate(clients, 'careful', [optional, required], { defaultVersion: 2 })
}

const makeGroupsByParameter = async (clients: Clients) => {
  const al2023 = await makeImage(clients, 'amazon-eks-node-al2023-arm64-standard-1.33-v20260901')
  await clients.ssm.send(new PutParameterCommand({ Name: '/golden/eks', Value: al2023, Type: 'String' }))
  await makeCluster(clients, 'site', '1.30')
  const parameters = {
    'site-public': '/aws/service/eks/optimized-ami/1.30/amazon-linux-2/recommended/image_id',
    'site-own': '/golden/eks',
    'site-lost': '/golden/lost',
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    await makeTemplate(clients, name, [{ ImageId: `resolve:ssm:${parameter}`, ...required }])
    await makeGroup(clients, name, version(name, '1'), nodesOf('site'))
  }
}
