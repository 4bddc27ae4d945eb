import {
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeRegionsCommand,
  DescribeVpcsCommand,
  GetInstanceMetadataDefaultsCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, test } from '@jest/globals'
import { clients, clientsInRole, member, refusalOf, sandboxOf, sandboxWith, type WrittenRegion } from './support.ts'

const ec2With = (...written: Parameters<typeof sandboxWith>) => clients(sandboxWith(...written)).ec2

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, { versions: [{}] }]))

describe('regions and metadata defaults', () => {
  const regions = ['eu-west-1', 'ap-southeast-3', 'us-east-1']
  const { ec2 } = clients(sandboxOf({ regions: { 'us-east-1': 'not-opted-in' } }, { regions }))

  test('DescribeRegions hides what is not opted in unless AllRegions asks for it', async () => {
    const { Regions: enabled = [] } = await ec2.send(new DescribeRegionsCommand({}))
    expect(enabled.map(({ RegionName, OptInStatus }) => [RegionName, OptInStatus])).toEqual([
      ['eu-west-1', 'opt-in-not-required'],
      ['ap-southeast-3', 'opted-in'],
    ])
    const { Regions: all = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }))
    expect(all).toContainEqual({
      RegionName: 'us-east-1',
      Endpoint: 'ec2.us-east-1.amazonaws.com',
      OptInStatus: 'not-opted-in',
    })
  })

  test('a default that nobody set is absent, and one that somebody set says who', async () => {
    const empty = await ec2.send(new GetInstanceMetadataDefaultsCommand({}))
    expect(empty.AccountLevel).toEqual({ ManagedBy: 'account' })
    const written = {
      httpTokens: 'required',
      httpPutResponseHopLimit: 2,
      httpTokensEnforced: 'enabled',
      managedBy: 'declarative-policy',
      managedExceptionMessage: 'Ask <platform> & wait',
    } as const
    const set = await ec2With({ instanceMetadataDefaults: written }).send(new GetInstanceMetadataDefaultsCommand({}))
    expect(set.AccountLevel).toEqual({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 2,
      HttpTokensEnforced: 'enabled',
      ManagedBy: 'declarative-policy',
      ManagedExceptionMessage: 'Ask <platform> & wait',
    })
  })
})

describe('launch templates', () => {
  const templates: WrittenRegion = {
    launchTemplates: {
      web: {
        default: 1,
        tags: { team: 'a' },
        versions: [
          {
            image: 'golden',
            instanceType: 'm5.large',
            userData: '#!/bin/sh\necho "<&>"',
            metadataOptions: { httpTokens: 'optional' },
          },
          { versionDescription: 'second' },
          { image: 'resolve:ssm:/own', metadataOptions: { httpEndpoint: 'disabled', httpPutResponseHopLimit: 3 } },
        ],
      },
      auto: { operator: { principal: 'eks.amazonaws.com', hiddenByDefault: true }, versions: [{}] },
    },
    parameters: { '/own': 'ami-0123' },
  }
  const ec2 = ec2With(templates, { images: { golden: { imageId: 'ami-0a', name: 'g', ownerId: member } } })

  test('a template tells its versions, tags and maker; a hidden one shows only when asked for', async () => {
    const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({}))
    expect(LaunchTemplates).toMatchObject([
      {
        LaunchTemplateId: expect.stringMatching(/^lt-0[0-9a-f]{16}$/),
        LaunchTemplateName: 'web',
        DefaultVersionNumber: 1,
        LatestVersionNumber: 3,
        CreateTime: expect.any(Date),
        CreatedBy: expect.stringContaining(member),
        Tags: [{ Key: 'team', Value: 'a' }],
        Operator: { Managed: false },
      },
    ])
    const all = await ec2.send(new DescribeLaunchTemplatesCommand({ IncludeManagedResources: true }))
    expect(all.LaunchTemplates?.[1]?.Operator).toEqual({
      Managed: true,
      Principal: 'eks.amazonaws.com',
      HiddenByDefault: true,
    })
  })

  test('$Default and $Latest of all templates come in one call, each version once', async () => {
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest', '$Default'], IncludeManagedResources: true }),
    )
    const seen = LaunchTemplateVersions.map(({ LaunchTemplateName, VersionNumber, DefaultVersion }) => [
      LaunchTemplateName,
      VersionNumber,
      DefaultVersion,
    ])
    expect(seen).toEqual([
      ['web', 3, false],
      ['web', 1, true],
      ['auto', 1, true],
    ])
  })

  test('a version holds what was written, user data in base64', async () => {
    const { LaunchTemplateVersions: [first, second] = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'web', Versions: ['1', '2'] }),
    )
    expect(first?.LaunchTemplateData).toEqual({
      ImageId: 'ami-0a',
      InstanceType: 'm5.large',
      UserData: Buffer.from('#!/bin/sh\necho "<&>"').toString('base64'),
      MetadataOptions: { HttpTokens: 'optional' },
    })
    expect([second?.VersionDescription, second?.LaunchTemplateData]).toEqual(['second', {}])
  })

  test('an alias stays as it was written unless the caller has it resolved', async () => {
    const imageOf = async (ResolveAlias: boolean) => {
      const input = { LaunchTemplateName: 'web', Versions: ['3'], ResolveAlias }
      const { LaunchTemplateVersions } = await ec2.send(new DescribeLaunchTemplateVersionsCommand(input))
      return LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId
    }
    expect([await imageOf(false), await imageOf(true)]).toEqual(['resolve:ssm:/own', 'ami-0123'])
  })

  test.each([
    ['InvalidLaunchTemplateId.NotFound', { LaunchTemplateId: 'lt-0dead', Versions: ['1'] }],
    ['InvalidLaunchTemplateName.NotFoundException', { LaunchTemplateName: 'nobody', Versions: ['1'] }],
    ['InvalidLaunchTemplateId.VersionNotFound', { LaunchTemplateName: 'web', Versions: ['4'] }],
    ['InvalidParameterValue', { Versions: ['1'] }],
    ['MissingParameter', {}],
    ['InvalidParameterValue', { Versions: ['$Latest'], MaxResults: 201 }],
    // A filter that the sandbox does not apply is refused: ignoring it would be a wrong answer.
    ['InvalidParameterValue', { Versions: ['$Latest'], Filters: [{ Name: 'http-tokens', Values: ['optional'] }] }],
  ])('%s', async (name, input) => {
    expect(await refusalOf(ec2.send(new DescribeLaunchTemplateVersionsCommand(input)))).toMatchObject({
      name,
      status: 400,
    })
  })

  test('pages hold 200 templates or versions', async () => {
    const client = ec2With({ launchTemplates: many(401) })
    const sizes: (number | undefined)[] = []
    let NextToken: string | undefined
    do {
      const input = { Versions: ['$Default', '$Latest'], NextToken }
      const page = await client.send(new DescribeLaunchTemplateVersionsCommand(input))
      sizes.push(page.LaunchTemplateVersions?.length)
      NextToken = page.NextToken
    } while (NextToken)
    expect(sizes).toEqual([200, 200, 1])
    const templatesPage = await client.send(new DescribeLaunchTemplatesCommand({}))
    expect(templatesPage.LaunchTemplates).toHaveLength(200)
  })
})

describe('images', () => {
  const ec2 = ec2With(
    {},
    {
      images: {
        golden: {
          imageId: 'ami-0a',
          name: 'golden',
          ownerId: '555566667777',
          imdsSupport: 'v2.0',
          description: 'from us',
          sourceImageId: 'old',
          sourceImageRegion: 'us-east-1',
        },
        old: { imageId: 'ami-0b', name: 'old', ownerId: '555566667777', deprecationTime: '2025-01-01T00:00:00Z' },
        gone: { imageId: 'ami-0c', name: 'gone', ownerId: member, visible: false },
      },
    },
  )
  const idsOf = async (input: DescribeImagesCommandInput) =>
    (await ec2.send(new DescribeImagesCommand(input))).Images?.map(({ ImageId }) => ImageId)
  const filterOf = (...Values: string[]) => [{ Name: 'image-id', Values }]

  test('an image tells what recognises it', async () => {
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: ['ami-0a'] }))
    expect(Images).toMatchObject([
      {
        ImageId: 'ami-0a',
        Name: 'golden',
        OwnerId: '555566667777',
        Description: 'from us',
        ImdsSupport: 'v2.0',
        SourceImageId: 'ami-0b',
        SourceImageRegion: 'us-east-1',
        Architecture: 'x86_64',
        State: 'available',
        CreationDate: expect.stringMatching(/^\d{4}-/),
      },
    ])
  })

  test('an image that cannot be seen is silence in a filter and an error in the list of ids', async () => {
    expect(await idsOf({ Filters: filterOf('ami-0a', 'ami-0c') })).toEqual(['ami-0a'])
    expect(await refusalOf(ec2.send(new DescribeImagesCommand({ ImageIds: ['ami-0a', 'ami-0c'] })))).toEqual({
      name: 'InvalidAMIID.NotFound',
      message: "The image id '[ami-0c]' does not exist",
      status: 400,
    })
  })

  test('a deprecated image of another account needs IncludeDeprecated or its id', async () => {
    expect(await idsOf({ Filters: filterOf('ami-0b') })).toEqual([])
    expect(await idsOf({ Filters: filterOf('ami-0b'), IncludeDeprecated: true })).toEqual(['ami-0b'])
    expect(await idsOf({ ImageIds: ['ami-0b'] })).toEqual(['ami-0b'])
  })
})

test('an action of EC2 that the sandbox does not answer is InvalidAction', async () => {
  expect(await refusalOf(ec2With({}).send(new DescribeVpcsCommand({})))).toMatchObject({
    name: 'InvalidAction',
    status: 400,
  })
})

describe('a dry run', () => {
  test('ends in an error of its own where the call would be answered, and changes nothing of what is refused', async () => {
    const { ec2 } = await clientsInRole(sandboxOf({ role: { deny: ['ec2:DescribeImages'] } }))
    const dry = { DryRun: true }
    expect(await refusalOf(ec2.send(new DescribeRegionsCommand(dry)))).toMatchObject({
      name: 'DryRunOperation',
      status: 412,
    })
    expect(await refusalOf(ec2.send(new DescribeImagesCommand(dry)))).toMatchObject({ name: 'UnauthorizedOperation' })
    await expect(ec2.send(new DescribeRegionsCommand({ DryRun: false }))).resolves.toBeDefined()
  })
})
