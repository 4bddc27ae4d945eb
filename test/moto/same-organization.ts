import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { _InstanceType, RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { TaintEffect } from '@aws-sdk/client-eks'
import { CloseAccountCommand } from '@aws-sdk/client-organizations'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import { parseYaml } from '../../src/config/yaml.ts'
import { Organization } from '../../src/sandbox/organization.ts'
import type { Place } from '../../src/sandbox/place.ts'
import type { AutoScalingGroup, LaunchTemplate, MetadataOptions, NodeGroup, Region } from '../../src/sandbox/schema.ts'
import { accountsOf, regionsOf, unitsOf } from '../../src/sandbox/walk.ts'
import {
  type Clients,
  clientsIn,
  hubClients,
  type Launching,
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
  type NodeGroupRequest,
} from './make.ts'

const file = join(import.meta.dirname, 'same-organization.yaml')

/**
 * Makes the organization of same-organization.yaml in a moto that is empty.
 * @returns the same organization for the sandbox, with the ids that moto gave instead of those that were written.
 */
export const makeInBoth = async (url: string) => {
  const text = await readFile(file, 'utf8')
  const given = await makeInMoto(url, parseYaml(text, file, Organization))
  const same = [...given].reduce((all, [standIn, id]) => all.replaceAll(standIn, id), text)
  return parseYaml(same, file, Organization)
}

/** What AWS gave for each id that was written. */
type Given = Map<string, string>

const makeInMoto = async (url: string, organization: Organization): Promise<Given> => {
  const given: Given = new Map()
  const hub = hubClients(url, 'us-east-1')
  const { id, rootId } = await makeOrganization(hub)
  given.set(organization.organization.id, id)

  const units = new Map([['', rootId]])
  for (const { name, unit } of unitsOf(organization)) {
    if (unit.id === undefined) continue
    const slash = name.lastIndexOf('/')
    const parent = units.get(name.slice(0, Math.max(slash, 0))) ?? ''
    units.set(name, await makeUnit(hub, parent, name.slice(slash + 1)))
    given.set(unit.id, units.get(name) ?? '')
  }
  for (const { accountId, account, unitName } of accountsOf(organization)) {
    if (accountId === management) continue
    given.set(accountId, await makeAccount(hub, units.get(unitName) ?? '', account.name))
  }
  for (const { accountId, account } of accountsOf(organization)) {
    const clients = await clientsIn(url, given.get(accountId) ?? accountId, 'us-east-1')
    for (const issuer of account.openIdConnectProviders) await makeOpenIdConnectProvider(clients, issuer)
  }
  for (const { accountId, name: region, ...placed } of regionsOf(organization)) {
    const clients = await clientsIn(url, given.get(accountId) ?? accountId, region)
    await makeRegion(clients, { organization, accountId, name: region, region: placed.region }, given)
  }
  for (const { accountId, account } of accountsOf(organization)) {
    if (account.state !== 'SUSPENDED') continue
    await hub.organizations.send(new CloseAccountCommand({ AccountId: given.get(accountId) }))
  }
  return given
}

const makeRegion = async (clients: Clients, place: Place, given: Given) => {
  const { organization, accountId, region } = place
  const idOf = (standIn: string) => given.get(standIn) ?? standIn
  for (const { imageId = '', ownerId, name, description } of Object.values(organization.images)) {
    if (ownerId === accountId) given.set(imageId, await makeImage(clients, name, description))
  }
  for (const [Name, value] of Object.entries(region.parameters)) {
    const parameter = { Name, Value: idOf(value), Type: 'String', DataType: 'aws:ec2:image' } as const
    await clients.ssm.send(new PutParameterCommand(parameter))
  }
  for (const [name, template] of Object.entries(region.launchTemplates)) {
    const versions = template.versions.map(version => dataOf(place, version, idOf))
    const descriptions = template.versions.map(({ versionDescription }) => versionDescription)
    const options = { defaultVersion: template.default, tags: template.tags, descriptions }
    given.set(template.id ?? '', await makeTemplate(clients, name, versions, options))
  }
  for (const [clusterName, { version, tags, kubernetesNetworkConfig, nodeGroups }] of Object.entries(region.clusters)) {
    const roleOf = (name: string) => `arn:aws:iam::${idOf(accountId)}:role/${name}`
    await makeCluster(clients, clusterName, version, { tags, kubernetesNetworkConfig, roleArn: roleOf('eks-cluster') })
    for (const [name, group] of Object.entries(nodeGroups)) {
      await makeNodeGroup(clients, clusterName, name, { ...requestOf(group, version), nodeRole: roleOf('eks-node') })
    }
  }
  const imageIdOf = (image: string) => idOf(organization.images[image]?.imageId ?? image)
  for (const [name, written] of Object.entries(region.launchConfigurations)) {
    await makeLaunchConfiguration(clients, name, imageIdOf(written.image), {
      InstanceType: written.instanceType,
      UserData: written.userData && base64Of(written.userData),
      MetadataOptions: written.metadataOptions && optionsOf(written.metadataOptions),
    })
  }
  for (const { image = '', instanceType, userData, metadataOptions, tags } of Object.values(region.instances)) {
    await makeInstance(clients, {
      ImageId: imageIdOf(image),
      InstanceType: instanceType as _InstanceType,
      UserData: userData && base64Of(userData),
      MetadataOptions: metadataOptions && optionsOf(metadataOptions),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    })
  }
  for (const [name, group] of Object.entries(region.autoScalingGroups)) {
    const tags = { ...(group.cluster && { [`kubernetes.io/cluster/${group.cluster}`]: 'owned' }), ...group.tags }
    await makeGroup(clients, name, launchingOf(region.launchTemplates, group, idOf), tags, group)
  }
}

type IdOf = (standIn: string) => string

const dataOf = (place: Place, version: LaunchTemplate['versions'][number], idOf: IdOf): RequestLaunchTemplateData => ({
  ImageId: version.image && idOf(place.organization.images[version.image]?.imageId ?? version.image),
  InstanceType: version.instanceType as _InstanceType | undefined,
  UserData: version.userData && base64Of(version.userData),
  MetadataOptions: version.metadataOptions && optionsOf(version.metadataOptions),
})

const optionsOf = (options: MetadataOptions) => ({
  HttpTokens: options.httpTokens,
  HttpEndpoint: options.httpEndpoint,
  HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
  HttpProtocolIpv6: options.httpProtocolIpv6,
  InstanceMetadataTags: options.instanceMetadataTags,
})

const base64Of = (userData: string) =>
  userData.startsWith('base64:') ? userData.slice('base64:'.length) : Buffer.from(userData, 'utf8').toString('base64')

/** Without an amiType EKS says CUSTOM, which moto has to be told. */
const requestOf = (group: NodeGroup, clusterVersion: string): NodeGroupRequest => {
  const [name, version] = group.launchTemplate?.split(':') ?? []
  return {
    version: group.version ?? clusterVersion,
    amiType: group.amiType ?? 'CUSTOM',
    capacityType: group.capacityType,
    instanceTypes: group.instanceTypes,
    scalingConfig: { minSize: group.minSize, maxSize: group.maxSize, desiredSize: group.desiredSize },
    labels: group.labels,
    taints: group.taints.map(taint => ({ ...taint, effect: taint.effect as TaintEffect })),
    tags: group.tags,
    launchTemplate: group.launchTemplate === undefined ? undefined : { name, version },
  }
}

const launchingOf = (templates: Region['launchTemplates'], group: AutoScalingGroup, idOf: IdOf): Launching => {
  const specificationOf = (reference: string) => {
    const [name = '', Version] = reference.split(':')
    return { LaunchTemplateId: idOf(templates[name]?.id ?? ''), Version }
  }
  if (group.launchTemplate === undefined) return { LaunchConfigurationName: group.launchConfigurationName }
  const LaunchTemplateSpecification = specificationOf(group.launchTemplate)
  if (group.overrides === undefined) return { LaunchTemplate: LaunchTemplateSpecification }
  const Overrides = group.overrides.map(({ instanceType, launchTemplate }) => ({
    InstanceType: instanceType,
    LaunchTemplateSpecification: launchTemplate === undefined ? undefined : specificationOf(launchTemplate),
  }))
  return { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } } }
}
