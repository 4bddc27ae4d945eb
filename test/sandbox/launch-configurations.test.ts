import { DescribeLaunchConfigurationsCommand } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from '@jest/globals'
import { clients, clientsInRole, member, refusalOf, region, sandboxOf, sandboxWith } from './support.ts'

const launchConfigurations = {
  'lc-2019': {
    image: 'golden',
    instanceType: 'm5.large',
    userData: '#!/bin/sh',
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 3 },
    createdTime: '2019-05-04T03:02:01Z',
  },
  bare: { image: 'ami-0b', instanceType: 't3.large' },
} as const
const images = { golden: { imageId: 'ami-0a', name: 'golden', ownerId: member } }
const { autoscaling } = clients(sandboxWith({ launchConfigurations }, { images }))

const describeAll = (input: object = {}, client = autoscaling) =>
  client.send(new DescribeLaunchConfigurationsCommand(input))

describe('launch configurations', () => {
  test('tell what was written, user data in base64', async () => {
    const { LaunchConfigurations: [old, bare] = [] } = await describeAll()
    expect(old).toMatchObject({
      LaunchConfigurationName: 'lc-2019',
      LaunchConfigurationARN: expect.stringMatching(
        new RegExp(`^arn:aws:autoscaling:${region}:${member}:launchConfiguration:.*:launchConfigurationName/lc-2019$`),
      ),
      ImageId: 'ami-0a',
      InstanceType: 'm5.large',
      UserData: Buffer.from('#!/bin/sh').toString('base64'),
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 3 },
      CreatedTime: new Date('2019-05-04T03:02:01Z'),
    })
    expect(bare).toMatchObject({ ImageId: 'ami-0b', UserData: '', CreatedTime: expect.any(Date) })
    expect(bare).not.toHaveProperty('MetadataOptions')
  })

  test('are found by name, and a name that is not there is left out', async () => {
    const { LaunchConfigurations } = await describeAll({ LaunchConfigurationNames: ['bare', 'nobody'] })
    expect(LaunchConfigurations?.map(one => one.LaunchConfigurationName)).toEqual(['bare'])
    const names = Array.from({ length: 51 }, String)
    expect(await refusalOf(describeAll({ LaunchConfigurationNames: names }))).toMatchObject({ name: 'ValidationError' })
  })

  test('pages hold 50, and at most 100', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [`lc${index}`, launchConfigurations.bare]),
    )
    const client = clients(sandboxWith({ launchConfigurations: many })).autoscaling
    const first = await describeAll({}, client)
    expect(first.LaunchConfigurations).toHaveLength(50)
    const second = await describeAll({ MaxRecords: 100, NextToken: first.NextToken }, client)
    expect([second.LaunchConfigurations?.length, second.NextToken]).toEqual([70, undefined])
    expect(await refusalOf(describeAll({ MaxRecords: 101 }, client))).toMatchObject({ name: 'ValidationError' })
    expect(await refusalOf(describeAll({ NextToken: '%' }, client))).toMatchObject({ name: 'InvalidNextToken' })
  })

  test('the role may be denied them', async () => {
    const role = await clientsInRole(sandboxOf({ role: { deny: 'autoscaling:DescribeLaunchConfigurations' } }))
    expect(await refusalOf(describeAll({}, role.autoscaling))).toMatchObject({ name: 'AccessDenied', status: 403 })
  })
})
