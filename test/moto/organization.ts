import { PutWarmPoolCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeImagesCommand, type RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import { type AMITypes, DescribeClusterCommand } from '@aws-sdk/client-eks'
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
  makeInstance,
  makeLaunchConfiguration,
  makeNodeGroup,
  makeOpenIdConnectProvider,
  makeOrganization,
  makeTemplate,
  makeUnit,
  management,
  relaunch,
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
  await makeGroupsWithUserData(await clientsIn(url, logs, us))
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
  readonly tags?: Readonly<Record<string, string>>
}

/** A managed node group with what EKS makes for it: a template and an Auto Scaling group that share one UUID. */
const makeManagedGroup = async (clients: Clients, cluster: string, name: string, managed: Managed) => {
  const { amiType, own, copy, tags } = managed
  const launchTemplate = own && { name: own[0], version: own[1] }
  const groupName = await makeNodeGroup(clients, cluster, name, { amiType, launchTemplate, tags })
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

  await makeCluster(clients, 'rockets', '1.30')
  await makeManagedGroup(clients, 'rockets', 'fleet', {
    amiType: 'BOTTLEROCKET_x86_64',
    copy: { ImageId: bottlerocket, ...required },
  })
  // A version that no calendar has, today or when this runs again.
  await makeCluster(clients, 'vacant', '1.99')
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

  // Its node stays as it was launched. moto's instances say the default version, whatever started them.
  await makeTemplate(clients, 'lake-rolling', [
    { ImageId: al2, ...required },
    { ImageId: al2023, ...required },
  ])
  await makeGroup(clients, 'lake-rolling', version('lake-rolling', '1'), lake, { desiredSize: 1 })
  await relaunch(clients, 'lake-rolling', version('lake-rolling', '$Latest'))

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

const eksParameter = '/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/x86_64/standard/recommended/image_id'

/** Groups whose user data is what tells them apart: on AMIs of the account itself, and of EKS by a public parameter. */
const makeGroupsWithUserData = async (clients: Clients) => {
  const al2 = await makeImage(clients, 'amazon-eks-node-1.30-v20240817')
  const al2023 = await makeImage(clients, 'amazon-eks-node-al2023-x86_64-standard-1.30-v20260901')
  const published = `resolve:ssm:${eksParameter}`
  await makeCluster(clients, 'mill', '1.30', { kubernetesNetworkConfig: { serviceIpv4Cidr: '10.100.0.0/16' } })
  const { cluster } = await clients.eks.send(new DescribeClusterCommand({ name: 'mill' }))
  await makeOpenIdConnectProvider(clients, there(cluster?.identity?.oidc?.issuer))
  const own = {
    name: 'mill',
    apiServerEndpoint: there(cluster?.endpoint),
    certificateAuthority: there(cluster?.certificateAuthority?.data),
    cidr: '10.100.0.0/16',
  }
  const stranger = {
    ...own,
    apiServerEndpoint: 'https://0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com',
  }
  const bootstrap = ['/etc/eks/bootstrap.sh mill']

  const groups: Readonly<Record<string, RequestLaunchTemplateData>> = {
    ready: { ImageId: al2023, ...withHops(1), UserData: nodeConfig({ cluster: own }) },
    wide: { ImageId: al2023, ...withHops(2), UserData: nodeConfig({ cluster: own }) },
    wider: { ImageId: al2023, ...withHops(3), UserData: nodeConfig({ cluster: own }) },
    dark: { ImageId: al2023, ...switchedOff, UserData: nodeConfig({ cluster: own }) },
    stranger: { ImageId: al2023, ...withHops(1), UserData: nodeConfig({ cluster: stranger }) },
    rejected: { ImageId: published, ...withHops(1), UserData: nodeConfig({ cluster: own, kubelet: 'verbose' }) },
    unfinished: { ImageId: published, ...withHops(1), UserData: nodeConfig({ cluster: { name: 'mill' } }) },
    'unfinished-custom': { ImageId: al2023, ...withHops(1), UserData: nodeConfig({ cluster: { name: 'mill' } }) },
    bare: { ImageId: published, ...withHops(1) },
    left: { ImageId: published, ...withHops(1), UserData: script(...bootstrap) },
    'left-custom': { ImageId: al2023, ...withHops(1), UserData: script(...bootstrap) },
    early: { ImageId: al2, InstanceType: 'm5.large', ...withHops(1), UserData: nodeConfig({ cluster: own }) },
    steady: { ImageId: al2, InstanceType: 'm5.large', ...withHops(1), UserData: script(...bootstrap) },
    old: {
      ImageId: al2,
      InstanceType: 'm5.large',
      ...withHops(2),
      UserData: script(
        'amazon-linux-extras install -y docker',
        'systemctl restart docker',
        'curl -s http://169.254.169.254/latest/meta-data/instance-id',
        'cat /sys/fs/cgroup/memory/memory.limit_in_bytes',
        '/etc/eks/bootstrap.sh mill --container-runtime dockerd',
      ),
    },
  }
  for (const [name, template] of Object.entries(groups)) {
    await makeTemplate(clients, `mill-${name}`, [template])
    await makeGroup(clients, `mill-${name}`, version(`mill-${name}`, '1'), nodesOf('mill'))
  }

  await makeLaunchConfiguration(clients, 'mill-2020', al2, {
    InstanceType: 'p2.xlarge',
    UserData: script('yum install -y docker', ...bootstrap),
    MetadataOptions: withHops(1).MetadataOptions,
  })
  await makeGroup(clients, 'mill-configured', { LaunchConfigurationName: 'mill-2020' }, nodesOf('mill'))

  await makeManagedGroup(clients, 'mill', 'eksctl', {
    amiType: 'AL2_x86_64',
    copy: { ImageId: al2, ...withHops(2) },
    tags: { 'alpha.eksctl.io/nodegroup-name': 'eksctl', 'alpha.eksctl.io/eksctl-version': '0.150.0' },
  })

  for (const [Name, HttpTokens] of [
    ['mill-alone', 'optional'],
    ['mill-kept', 'required'],
  ] as const) {
    await makeInstance(clients, {
      ImageId: al2023,
      MetadataOptions: { HttpTokens, HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 1 },
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Name', Value: Name },
            { Key: 'kubernetes.io/cluster/mill', Value: 'owned' },
          ],
        },
      ],
    })
  }
}

const withHops = (HttpPutResponseHopLimit: number) => ({
  MetadataOptions: { ...required.MetadataOptions, HttpPutResponseHopLimit },
})

const inBase64 = (text: string) => Buffer.from(text).toString('base64')

const script = (...lines: readonly string[]) => inBase64(['#!/bin/bash', ...lines, ''].join('\n'))

/** JSON is YAML too. */
const nodeConfig = (spec: object) =>
  inBase64(
    [
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="//"',
      '',
      '--//',
      'Content-Type: application/node.eks.aws',
      '',
      JSON.stringify({ apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec }),
      '',
      '--//--',
      '',
    ].join('\n'),
  )
