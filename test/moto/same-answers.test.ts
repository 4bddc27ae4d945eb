import { isDeepStrictEqual } from 'node:util'
import {
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  DescribeWarmPoolCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type Filter,
} from '@aws-sdk/client-ec2'
import {
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks'
import { ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam'
import {
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
} from '@aws-sdk/client-organizations'
import { GetParametersCommand } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Organization } from '../../src/sandbox/organization.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { accountsOf, unitsOf } from '../../src/sandbox/walk.ts'
import { clientsOf, configOf, refusalOf } from '../sandbox/support.ts'
import { describeWith, moto } from '../support/judges.ts'
import { entryFor, leftOut } from './left-out.ts'
import { assumeRole, type Clients, clientsIn, hubClients, management, roleName, there } from './make.ts'
import { makeInBoth } from './same-organization.ts'
import { type Moto, startMoto } from './server.ts'

/** Both sides of a question: the hub's clients, and those in the role of the member. */
interface Asked {
  readonly hub: Clients
  readonly member: Clients
}

/** Ids that moto gave and the sandbox was given. */
interface Known {
  readonly memberId: string
  readonly unitIds: readonly string[]
  readonly templateId: (name: string) => string
  readonly imageId: (name: string) => string
}

type Question = (asked: Asked, known: Known) => Promise<object>

const region = 'eu-west-1'

/** Pages as a caller sees them who follows the token; tokens themselves are opaque. */
const pagesOf = async <T extends object>(
  tokenName: keyof T,
  ask: (token: string | undefined) => Promise<T>,
): Promise<object> => {
  const pages: object[] = []
  let token: string | undefined
  do {
    const { [tokenName]: next, ...page } = await ask(token)
    pages.push({ ...page, goesOn: next !== undefined })
    token = next as string | undefined
  } while (token !== undefined && pages.length < 10)
  return pages
}

/** Of the instances that a filter finds what the sandbox tells too, in one order; moto tells a network and disks as well. */
const instancesBy = async ({ ec2 }: Clients, filter: Filter) => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: [filter] }))
  const found = Reservations.flatMap(({ OwnerId, Instances = [] }) => Instances.map(one => ({ ...one, OwnerId })))
  return found
    .map(({ OwnerId, InstanceId, ImageId, InstanceType, State, LaunchTime, MetadataOptions, Tags = [] }) => ({
      ...{ OwnerId, InstanceId, ImageId, InstanceType, State, LaunchTime, MetadataOptions },
      tags: Tags.map(({ Key, Value }) => `${Key}=${Value}`).sort(),
    }))
    .sort((a, b) => a.tags.join().localeCompare(b.tags.join()))
}

const answers: Readonly<Record<string, Question>> = {
  'sts AssumeRole': ({ hub }, { memberId }) =>
    hub.sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${memberId}:role/${roleName}`, RoleSessionName: 'nightly' }),
    ),
  'sts GetCallerIdentity in the role': ({ member }) => member.sts.send(new GetCallerIdentityCommand()),

  'organizations DescribeOrganization': ({ hub }) => hub.organizations.send(new DescribeOrganizationCommand()),
  'organizations DescribeOrganization from a member': ({ member }) =>
    member.organizations.send(new DescribeOrganizationCommand()),
  'organizations ListAccounts': ({ hub }) => hub.organizations.send(new ListAccountsCommand()),
  'organizations ListAccounts in pages of 2': ({ hub }) =>
    pagesOf('NextToken', NextToken => hub.organizations.send(new ListAccountsCommand({ NextToken, MaxResults: 2 }))),
  'organizations DescribeOrganizationalUnit': ({ hub }, { unitIds }) =>
    Promise.all(
      unitIds.map(OrganizationalUnitId =>
        hub.organizations.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId })),
      ),
    ),

  'eks ListClusters': ({ member }) => member.eks.send(new ListClustersCommand()),
  'eks ListClusters in pages of 2': ({ member }) =>
    pagesOf('nextToken', nextToken => member.eks.send(new ListClustersCommand({ nextToken, maxResults: 2 }))),
  'eks ListClusters where none is': ({ hub }) => hub.eks.send(new ListClustersCommand()),
  'eks DescribeCluster shop': ({ member }) => member.eks.send(new DescribeClusterCommand({ name: 'shop' })),
  'eks DescribeCluster site': ({ member }) => member.eks.send(new DescribeClusterCommand({ name: 'site' })),
  'eks ListNodegroups': ({ member }) => member.eks.send(new ListNodegroupsCommand({ clusterName: 'shop' })),
  'eks ListNodegroups in pages of 1': ({ member }) =>
    pagesOf('nextToken', nextToken =>
      member.eks.send(new ListNodegroupsCommand({ clusterName: 'shop', nextToken, maxResults: 1 })),
    ),
  'eks ListNodegroups where none is': ({ member }) =>
    member.eks.send(new ListNodegroupsCommand({ clusterName: 'site' })),
  ...Object.fromEntries(
    ['arm', 'custom', 'legacy'].map((nodegroupName): [string, Question] => [
      `eks DescribeNodegroup ${nodegroupName}`,
      ({ member }) => member.eks.send(new DescribeNodegroupCommand({ clusterName: 'shop', nodegroupName })),
    ]),
  ),
  'ec2 DescribeLaunchTemplates': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['empty', 'every', 'many'] })),
  'ec2 DescribeLaunchTemplates by id': ({ member }, { templateId }) =>
    member.ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [templateId('every')] })),
  ...Object.fromEntries(
    [
      ['every', ['1']],
      ['every', ['$Default']],
      ['empty', ['$Latest']],
      ['many', ['$Default']],
      ['many', ['$Latest']],
      ['many', ['1', '3']],
      ['many', ['$Default', '$Latest']],
    ].map(([name, Versions]): [string, Question] => [
      `ec2 DescribeLaunchTemplateVersions ${name} ${Versions}`,
      ({ member }, { templateId }) =>
        member.ec2.send(
          new DescribeLaunchTemplateVersionsCommand({
            LaunchTemplateId: templateId(name as string),
            Versions: Versions as string[],
          }),
        ),
    ]),
  ),
  'ec2 DescribeLaunchTemplateVersions by name': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'many', Versions: ['2'] })),
  'ec2 DescribeLaunchTemplateVersions all of one': async ({ member }) => {
    const input = { LaunchTemplateName: 'many' }
    const { LaunchTemplateVersions = [] } = await member.ec2.send(new DescribeLaunchTemplateVersionsCommand(input))
    // moto begins with the first version, AWS with the last.
    return {
      LaunchTemplateVersions: LaunchTemplateVersions.sort((a, b) => (a.VersionNumber ?? 0) - (b.VersionNumber ?? 0)),
    }
  },
  'ec2 DescribeLaunchTemplateVersions of all templates': async ({ member }) => {
    const input = { Versions: ['$Default', '$Latest'] }
    const { LaunchTemplateVersions = [] } = await member.ec2.send(new DescribeLaunchTemplateVersionsCommand(input))
    // moto tells a version that is both twice. EKS's own templates are only in the sandbox.
    const seen = LaunchTemplateVersions.map(version => `${version.LaunchTemplateName}:${version.VersionNumber}`)
    return [...new Set(seen)].filter(version => !version.startsWith('eks-')).sort()
  },
  'ec2 DescribeImages own': ({ member }) => member.ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
  'ec2 DescribeImages by id': ({ member }, { imageId }) =>
    member.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId('golden')] })),
  'ec2 DescribeImages by filter': ({ member }, { imageId }) =>
    member.ec2.send(
      new DescribeImagesCommand({
        Filters: [{ Name: 'image-id', Values: [imageId('plain'), 'ami-0123456789abcdef0'] }],
      }),
    ),
  ...Object.fromEntries(
    [
      ['tag:team', 'sec*'],
      ['tag-key', 'nobody'],
    ].map(([Name = '', value = '']): [string, Question] => [
      `ec2 DescribeInstances ${Name} ${value}`,
      ({ member }) => instancesBy(member, { Name, Values: [value] }),
    ]),
  ),
  'ec2 DescribeInstances of an Auto Scaling group': async ({ member }) => {
    const found = await instancesBy(member, { Name: 'tag:aws:autoscaling:groupName', Values: ['by-default'] })
    // moto does not take them from the launch template.
    return found.map(({ MetadataOptions, ...one }) => one)
  },
  'ec2 DescribeInstanceAttribute userData': async ({ member }) => {
    const [bastion] = await instancesBy(member, { Name: 'tag:team', Values: ['security'] })
    const input = { InstanceId: bastion?.InstanceId, Attribute: 'userData' } as const
    return member.ec2.send(new DescribeInstanceAttributeCommand(input))
  },
  'iam ListOpenIDConnectProviders': ({ member }) => member.iam.send(new ListOpenIDConnectProvidersCommand()),
  'iam ListOpenIDConnectProviders where none is': ({ hub }) => hub.iam.send(new ListOpenIDConnectProvidersCommand()),
  'eks ListFargateProfiles where none is': ({ member }) =>
    member.eks.send(new ListFargateProfilesCommand({ clusterName: 'shop' })),
  'autoscaling DescribeLaunchConfigurations': ({ member }) =>
    member.autoscaling.send(new DescribeLaunchConfigurationsCommand()),
  'autoscaling DescribeLaunchConfigurations by name': ({ member }) =>
    member.autoscaling.send(
      new DescribeLaunchConfigurationsCommand({ LaunchConfigurationNames: ['from-2023', 'lost'] }),
    ),
  'autoscaling DescribeLaunchConfigurations in pages of 1': ({ member }) =>
    pagesOf('NextToken', NextToken =>
      member.autoscaling.send(new DescribeLaunchConfigurationsCommand({ MaxRecords: 1, NextToken })),
    ),
  'ssm GetParameters': ({ member }) =>
    member.ssm.send(new GetParametersCommand({ Names: ['/golden/eks', '/golden/lost'] })),
  'ssm GetParameters with a version': ({ member }) =>
    member.ssm.send(new GetParametersCommand({ Names: ['/golden/eks:1'] })),
  ...Object.fromEntries(
    ['by-configuration', 'by-default', 'by-latest', 'by-nothing', 'by-number', 'mixed', 'none-of-this-name'].map(
      (name): [string, Question] => [
        `autoscaling DescribeAutoScalingGroups ${name}`,
        ({ member }) =>
          member.autoscaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
      ],
    ),
  ),
  'autoscaling DescribeAutoScalingGroups in pages': ({ member }) =>
    pagesOf('NextToken', NextToken =>
      member.autoscaling.send(
        new DescribeAutoScalingGroupsCommand({
          AutoScalingGroupNames: ['by-latest', 'by-number', 'mixed'],
          MaxRecords: 2,
          NextToken,
        }),
      ),
    ),
  'autoscaling DescribeWarmPool where none is': ({ member }) =>
    member.autoscaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName: 'by-latest' })),
  'autoscaling DescribeAutoScalingGroups by tag': ({ member }) =>
    member.autoscaling.send(
      new DescribeAutoScalingGroupsCommand({ Filters: [{ Name: 'tag:team', Values: ['data'] }] }),
    ),
}

const refusals: Readonly<Record<string, Question>> = {
  'organizations DescribeOrganizationalUnit': ({ hub }) =>
    hub.organizations.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-none-12345678' })),
  'eks DescribeCluster': ({ member }) => member.eks.send(new DescribeClusterCommand({ name: 'lost' })),
  'eks DescribeCluster of another account': ({ hub }) => hub.eks.send(new DescribeClusterCommand({ name: 'shop' })),
  'eks DescribeNodegroup': ({ member }) =>
    member.eks.send(new DescribeNodegroupCommand({ clusterName: 'shop', nodegroupName: 'lost' })),
  'eks DescribeNodegroup without its cluster': ({ member }) =>
    member.eks.send(new DescribeNodegroupCommand({ clusterName: 'lost', nodegroupName: 'lost' })),
  'ec2 DescribeLaunchTemplates by name': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['lost'] })),
  'ec2 DescribeLaunchTemplateVersions by id': ({ member }) =>
    member.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-0123456789abcdef0', Versions: ['1'] }),
    ),
  'ec2 DescribeLaunchTemplateVersions by name': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'lost', Versions: ['1'] })),
  'ec2 DescribeLaunchTemplateVersions with one version that is gone': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'many', Versions: ['1', '7'] })),
  'ec2 DescribeLaunchTemplateVersions of nothing': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplateVersionsCommand()),
  'ec2 DescribeLaunchTemplateVersions number of all': ({ member }) =>
    member.ec2.send(new DescribeLaunchTemplateVersionsCommand({ Versions: ['1'] })),
  'ec2 DescribeImages': ({ member }) =>
    member.ec2.send(new DescribeImagesCommand({ ImageIds: ['ami-0123456789abcdef0'] })),
  'ec2 DescribeInstances': ({ member }) =>
    member.ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] })),
  'ec2 DescribeInstances of an id in pages': ({ member }) =>
    member.ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'], MaxResults: 5 })),
  'ec2 DescribeInstanceAttribute': ({ member }) =>
    member.ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: 'i-0123456789abcdef0', Attribute: 'userData' })),
}

/** Ids that nobody can choose, by their shape. */
const ids = [
  [/\bAROA[0-9A-Z]{16,}/, 'AROA…'],
  [/\bASIA[0-9A-Z]{16}\b/, 'ASIA…'],
  [/\bi-[0-9a-f]{17}\b/, 'i-…'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/, 'UUID'],
  [/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'a time'],
] as const

const withoutIds = (value: unknown): unknown => {
  if (value instanceof Date) return 'a time'
  if (typeof value !== 'string') return value
  return ids.reduce((text, [shape, name]) => text.replace(shape, name), value)
}

/** An answer as its fields: `Accounts[0].Name` and what stands there. */
const fieldsOf = (answer: unknown): Map<string, unknown> => {
  const fields = new Map<string, unknown>()
  const add = (value: unknown, path: string) => {
    const isLeaf = typeof value !== 'object' || value === null || value instanceof Date
    const members = isLeaf
      ? []
      : Object.entries(value).filter(([key, member]) => key !== '$metadata' && member !== undefined)
    if (members.length === 0) fields.set(path, withoutIds(value))
    for (const [key, member] of members) {
      const step = Array.isArray(value) ? `[${key}]` : `.${key}`
      add(member, path === '' ? step.replace(/^\./, '') : path + step)
    }
  }
  add(answer, '')
  return fields
}

const inSandbox = async (sandbox: Sandbox, memberId: string): Promise<Asked> => {
  const config = configOf(sandbox, management, region)
  const hub = clientsOf(config)
  return { hub, member: clientsOf({ ...config, credentials: await assumeRole(hub, memberId) }) }
}

const inMoto = async (url: string, memberId: string): Promise<Asked> => ({
  hub: hubClients(url, region),
  member: await clientsIn(url, memberId, region),
})

const knownOf = (organization: Organization): Known => {
  const account = accountsOf(organization).find(({ account: { name } }) => name === 'payments')
  const written = account?.account.regions[region]
  if (!account || !written || written === 'not-opted-in') throw new Error('The organization has lost its member.')
  return {
    memberId: account.accountId,
    unitIds: unitsOf(organization).flatMap(({ unit }) => unit.id ?? []),
    templateId: name => there(written.launchTemplates[name]?.id),
    imageId: name => there(organization.images[name]?.imageId),
  }
}

describeWith(moto, () => {
  let server: Moto | undefined
  let known: Known
  let ofMoto: Asked
  let ofSandbox: Asked

  beforeAll(async () => {
    server = await startMoto()
    const organization = await makeInBoth(server.url)
    known = knownOf(organization)
    ofMoto = await inMoto(server.url, known.memberId)
    ofSandbox = await inSandbox(createSandbox(organization), known.memberId)
  })
  afterAll(() => server?.stop())

  const bothAnswers = (ask: Question) =>
    Promise.all([ofMoto, ofSandbox].map(async asked => fieldsOf(await ask(asked, known))))

  const compared = (fields: Map<string, unknown>) =>
    Object.fromEntries([...fields].filter(([field]) => entryFor(field) === undefined))

  describe('moto and the sandbox give the same answer to', () => {
    test.each(Object.entries(answers))('%s', async (_, ask) => {
      const [wanted = new Map(), actual = new Map()] = await bothAnswers(ask)
      expect(compared(actual)).toEqual(compared(wanted))
    })
  })

  describe('moto and the sandbox refuse alike what does not exist', () => {
    test.each(Object.entries(refusals))('%s', async (_, ask) => {
      const [wanted, actual] = await Promise.all([ofMoto, ofSandbox].map(asked => refusalOf(ask(asked, known))))
      expect(actual).toEqual(wanted)
    })
  })

  test('every field that is left out differs somewhere', async () => {
    const differing = new Set<string | undefined>()
    for (const ask of Object.values(answers)) {
      const [wanted = new Map(), actual = new Map()] = await bothAnswers(ask)
      for (const field of new Set([...wanted.keys(), ...actual.keys()])) {
        if (!isDeepStrictEqual(wanted.get(field), actual.get(field))) differing.add(entryFor(field))
      }
    }
    const same = Object.values(leftOut)
      .flat()
      .filter(field => !differing.has(field))
    expect(same).toEqual([])
  })
})
