import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, test } from '@jest/globals'
import { clients, member, sandboxWith, type WrittenRegion } from './support.ts'

type Options = NonNullable<NonNullable<WrittenRegion['launchTemplates']>[string]['versions'][number]['metadataOptions']>

/** What an instance gets that is launched from this template, under these account defaults, from this image. */
const launched = async (template: Options, defaults: Options, imdsSupport?: 'v2.0', byHand?: Options) => {
  const sandbox = sandboxWith(
    {
      instanceMetadataDefaults: defaults,
      launchTemplates: { web: { versions: [{ image: 'golden', metadataOptions: template }] } },
      autoScalingGroups: { g: { launchTemplate: 'web', nodes: [{ ...(byHand && { metadataOptions: byHand }) }] } },
    },
    { images: { golden: { name: 'golden', ownerId: member, ...(imdsSupport && { imdsSupport }) } } },
  )
  const { Reservations } = await clients(sandbox).ec2.send(new DescribeInstancesCommand({}))
  return Reservations?.[0]?.Instances?.[0]?.MetadataOptions
}

const required = { httpTokens: 'required' } as const
const optional = { httpTokens: 'optional' } as const

describe('the metadata options of an instance', () => {
  // EC2 User Guide, "Configure the Instance Metadata Service options", order of precedence.
  test.each([
    { template: required, defaults: optional, image: undefined, tokens: 'required', hops: 1 },
    { template: required, defaults: {}, image: undefined, tokens: 'required', hops: 1 },
    { template: optional, defaults: required, image: 'v2.0', tokens: 'optional', hops: 2 },
    { template: {}, defaults: required, image: undefined, tokens: 'required', hops: 1 },
    { template: {}, defaults: optional, image: 'v2.0', tokens: 'optional', hops: 2 },
    { template: {}, defaults: optional, image: undefined, tokens: 'optional', hops: 1 },
    { template: {}, defaults: {}, image: 'v2.0', tokens: 'required', hops: 2 },
    { template: {}, defaults: {}, image: undefined, tokens: 'optional', hops: 1 },
  ] as const)(
    'template $template, account default $defaults, image $image: $tokens and $hops hops',
    async ({ template, defaults, image, tokens, hops }) => {
      expect(await launched(template, defaults, image)).toEqual({
        State: 'applied',
        HttpTokens: tokens,
        HttpPutResponseHopLimit: hops,
        HttpEndpoint: 'enabled',
        HttpProtocolIpv6: 'disabled',
        InstanceMetadataTags: 'disabled',
      })
    },
  )

  test('each option is decided by itself', async () => {
    const template: Options = { httpPutResponseHopLimit: 5, httpProtocolIpv6: 'enabled' }
    const defaults: Options = { httpPutResponseHopLimit: 3, httpEndpoint: 'disabled', instanceMetadataTags: 'enabled' }
    expect(await launched(template, defaults, 'v2.0')).toMatchObject({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 5,
      HttpEndpoint: 'disabled',
      HttpProtocolIpv6: 'enabled',
      InstanceMetadataTags: 'enabled',
    })
    expect(await launched({}, defaults, 'v2.0')).toMatchObject({ HttpPutResponseHopLimit: 3 })
  })

  test('what somebody set on the instance by hand comes before everything, and is one option as well', async () => {
    const byHand: Options = { httpTokens: 'optional' }
    expect(await launched({ ...required, httpPutResponseHopLimit: 4 }, required, 'v2.0', byHand)).toMatchObject({
      HttpTokens: 'optional',
      HttpPutResponseHopLimit: 4,
    })
  })

  test('a launch configuration is a launch as well, and an image that is gone still decides', async () => {
    const sandbox = sandboxWith(
      {
        launchConfigurations: {
          lc: { image: 'gone', instanceType: 'm5.large', metadataOptions: { httpTokens: 'optional' } },
        },
        autoScalingGroups: { g: { launchConfigurationName: 'lc', desiredSize: 1 } },
        instances: { alone: { image: 'gone' } },
      },
      { images: { gone: { name: 'gone', ownerId: member, imdsSupport: 'v2.0', visible: false } } },
    )
    const { Reservations = [] } = await clients(sandbox).ec2.send(new DescribeInstancesCommand({}))
    expect(Reservations.flatMap(({ Instances = [] }) => Instances.map(one => one.MetadataOptions))).toMatchObject([
      { HttpTokens: 'optional', HttpPutResponseHopLimit: 2 },
      { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    ])
  })
})
