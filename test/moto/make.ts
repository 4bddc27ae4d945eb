import {
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  CreateLaunchConfigurationCommand,
  type CreateLaunchConfigurationCommandInput,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  ModifyLaunchTemplateCommand,
  RegisterImageCommand,
  type RequestLaunchTemplateData,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2'
import {
  CreateClusterCommand,
  type CreateClusterRequest,
  CreateNodegroupCommand,
  type CreateNodegroupRequest,
} from '@aws-sdk/client-eks'
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam'
import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListParentsCommand,
  ListRootsCommand,
  MoveAccountCommand,
} from '@aws-sdk/client-organizations'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { clientsOf } from '../sandbox/support.ts'

/** The account that moto takes every key for that no AssumeRole gave. */
export const management = '123456789012'
export const roleName = 'eks-node-posture-read'

/** moto takes any key and checks no signature. */
export const anyKey = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'moto-checks-no-signature' }

export type Clients = ReturnType<typeof clientsOf>

/** Clients with the key of the management account. */
export const hubClients = (endpoint: string, region: string): Clients =>
  clientsOf({ endpoint, region, credentials: anyKey, maxAttempts: 1 })

/** Clients in an account, with the keys that AssumeRole gives; the management account's are its own. */
export const clientsIn = async (endpoint: string, accountId: string, region: string): Promise<Clients> => {
  const hub = hubClients(endpoint, region)
  if (accountId === management) return hub
  const credentials = await assumeRole(hub, accountId)
  return clientsOf({ endpoint, region, credentials, maxAttempts: 1 })
}

export const assumeRole = async ({ sts }: Pick<Clients, 'sts'>, accountId: string) => {
  const RoleArn = `arn:aws:iam::${accountId}:role/${roleName}`
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }))
  return {
    accessKeyId: there(given?.AccessKeyId),
    secretAccessKey: there(given?.SecretAccessKey),
    sessionToken: there(given?.SessionToken),
  }
}

/** @returns the organization's id and that of its root. */
export const makeOrganization = async ({ organizations }: Clients) => {
  const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }))
  const { Roots } = await organizations.send(new ListRootsCommand())
  return { id: there(Organization?.Id), rootId: there(Roots?.[0]?.Id) }
}

export const makeUnit = async ({ organizations }: Clients, ParentId: string, Name: string) => {
  const { OrganizationalUnit } = await organizations.send(new CreateOrganizationalUnitCommand({ ParentId, Name }))
  return there(OrganizationalUnit?.Id)
}

export const makeAccount = async ({ organizations }: Clients, unitId: string, AccountName: string) => {
  const Email = `${AccountName}@example.com`
  const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand({ AccountName, Email }))
  const AccountId = there(CreateAccountStatus?.AccountId)
  const { Parents } = await organizations.send(new ListParentsCommand({ ChildId: AccountId }))
  const SourceParentId = there(Parents?.[0]?.Id)
  await organizations.send(new MoveAccountCommand({ AccountId, SourceParentId, DestinationParentId: unitId }))
  return AccountId
}

/** The image's owner is the account itself: moto registers for no other. */
export const makeImage = async ({ ec2 }: Clients, Name: string, Description?: string) => {
  const { ImageId } = await ec2.send(new RegisterImageCommand({ Name, Description }))
  return there(ImageId)
}

interface TemplateOptions {
  /** @default 1 */
  readonly defaultVersion?: number
  readonly tags?: Readonly<Record<string, string>>
  /** What each version says of itself, in their order. */
  readonly descriptions?: readonly (string | undefined)[]
}

/** @returns the template's id. */
export const makeTemplate = async (
  { ec2 }: Clients,
  LaunchTemplateName: string,
  [first = {}, ...later]: readonly RequestLaunchTemplateData[],
  { defaultVersion = 1, tags = {}, descriptions: [description, ...laterDescriptions] = [] }: TemplateOptions = {},
) => {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName,
      LaunchTemplateData: first,
      VersionDescription: description,
      ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: 'launch-template', Tags }] }),
    }),
  )
  for (const [index, LaunchTemplateData] of later.entries()) {
    const VersionDescription = laterDescriptions[index]
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateName, LaunchTemplateData, VersionDescription }),
    )
  }
  await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateName, DefaultVersion: String(defaultVersion) }))
  return there(LaunchTemplate?.LaunchTemplateId)
}

export const makeCluster = async (
  { eks }: Clients,
  name: string,
  version: string,
  more: Pick<CreateClusterRequest, 'tags' | 'kubernetesNetworkConfig'> & { readonly roleArn?: string } = {},
) => {
  const roleArn = `arn:aws:iam::${management}:role/eks-cluster`
  await eks.send(new CreateClusterCommand({ name, version, roleArn, resourcesVpcConfig: { subnetIds: [] }, ...more }))
}

export type NodeGroupRequest = Partial<Omit<CreateNodegroupRequest, 'clusterName' | 'nodegroupName'>>

/** @returns the name that EKS would give to the group's Auto Scaling group; moto makes none. */
export const makeNodeGroup = async (
  { eks }: Clients,
  clusterName: string,
  nodegroupName: string,
  group: NodeGroupRequest,
) => {
  const { nodegroup } = await eks.send(
    new CreateNodegroupCommand({
      clusterName,
      nodegroupName,
      nodeRole: `arn:aws:iam::${management}:role/eks-node`,
      subnets: [],
      ...group,
    }),
  )
  return there(nodegroup?.resources?.autoScalingGroups?.[0]?.name)
}

export type Launching = Pick<
  CreateAutoScalingGroupCommandInput,
  'LaunchTemplate' | 'LaunchConfigurationName' | 'MixedInstancesPolicy'
>

interface Sizes {
  readonly minSize?: number | undefined
  readonly maxSize?: number | undefined
  readonly desiredSize?: number | undefined
}

/** An Auto Scaling group without instances, unless the sizes say otherwise. */
export const makeGroup = async (
  { autoscaling, ec2 }: Clients,
  AutoScalingGroupName: string,
  launching: Launching,
  tags: Readonly<Record<string, string>> = {},
  { minSize = 0, maxSize = 10, desiredSize = 0 }: Sizes = {},
) => {
  const region = await ec2.config.region()
  await autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      ...launching,
      MinSize: minSize,
      MaxSize: maxSize,
      DesiredCapacity: desiredSize,
      AvailabilityZones: [`${region}a`, `${region}b`],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value, PropagateAtLaunch: true })),
    }),
  )
}

/** What a group launches from now on; its instances stay. */
export const relaunch = async ({ autoscaling }: Clients, AutoScalingGroupName: string, launching: Launching) => {
  await autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...launching }))
}

export const makeLaunchConfiguration = async (
  { autoscaling }: Clients,
  LaunchConfigurationName: string,
  ImageId: string,
  more: Pick<CreateLaunchConfigurationCommandInput, 'InstanceType' | 'UserData' | 'MetadataOptions'> = {},
) => {
  await autoscaling.send(
    new CreateLaunchConfigurationCommand({ LaunchConfigurationName, ImageId, InstanceType: 'm5.large', ...more }),
  )
}

export const makeInstance = async (
  { ec2 }: Clients,
  request: Omit<RunInstancesCommandInput, 'MinCount' | 'MaxCount'>,
) => {
  await ec2.send(new RunInstancesCommand({ ...request, MinCount: 1, MaxCount: 1 }))
}

export const makeOpenIdConnectProvider = async ({ iam }: Clients, Url: string) => {
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ThumbprintList: ['0'.repeat(40)] }))
}

/** What an answer is expected to hold. */
export const there = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('moto left out what the answer is asked for.')
  return value
}
