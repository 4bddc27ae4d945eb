import { describe, expect, test } from '@jest/globals'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { lookupIn } from '../../src/core/lookup.ts'
import { notRead } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

const { al2Image, al2023Image, mysteryImage, complete } = build

const two = build.launchTemplate([{ imageId: al2Image.id }, { imageId: al2023Image.id }], { defaultVersion: 1 })
const lookup = (over: Partial<RegionInventory> = {}) =>
  lookupIn(build.inventory({ launchTemplates: complete(two), ...over }))

describe('a launch', () => {
  test.each([
    ['$Default', 1],
    ['$Latest', 2],
    ['1', 1],
    ['2', 2],
  ])('of version %s is that of version %s', (version, number) => {
    expect(lookup().launchOf({ id: 'lt-0web', version })).toMatchObject({ ok: true, value: { version: number } })
  })

  test.each(['3', '', 'two', '1.5'])('of version "%s", which was deleted or never was, is not read', version => {
    expect(lookup().launchOf({ id: 'lt-0web', name: 'web', version })).toEqual(
      notRead('ec2:DescribeLaunchTemplateVersions', `launch template web has no version ${version}`),
    )
  })

  test.each(['$Default', '$Latest'])(
    'of %s is not read where a list that broke off did not tell which that is',
    version => {
      const { defaultVersion, latestVersion, ...rest } = two
      expect([defaultVersion, latestVersion]).toEqual([1, 2])
      expect(lookup({ launchTemplates: complete(rest) }).launchOf({ id: 'lt-0web', version }).ok).toBe(false)
    },
  )

  test('of a template that is gone says so, by name where there is one', () => {
    const { launchOf } = lookup()
    const action = 'ec2:DescribeLaunchTemplateVersions'
    expect(launchOf({ id: 'lt-0gone', name: 'old', version: '1' })).toEqual(
      notRead(action, 'launch template old is not in this account-Region any more'),
    )
    expect(launchOf({ id: 'lt-0gone', version: '1' })).toEqual(
      notRead(action, 'launch template lt-0gone is not in this account-Region any more'),
    )
  })

  test('of a template that a list which failed did not show has the cause of the list', () => {
    const { launchOf } = lookup({ launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions') })
    expect(launchOf({ id: 'lt-0web', version: '1' })).toEqual(
      notRead('ec2:DescribeLaunchTemplateVersions', 'access denied'),
    )
  })

  test('of a version that was refused has the cause of the version', () => {
    const refused = { ...two, versions: [{ number: 1, data: build.denied('ec2:DescribeLaunchTemplateVersions') }] }
    const { launchOf } = lookup({ launchTemplates: complete(refused) })
    expect(launchOf({ id: 'lt-0web', version: '1' })).toEqual(build.denied('ec2:DescribeLaunchTemplateVersions'))
  })
})

describe('an image', () => {
  test('that a template does not name is not read', () => {
    expect(lookup().imageOf(undefined).image).toEqual(
      notRead('ec2:DescribeLaunchTemplateVersions', 'the launch template names no AMI'),
    )
  })

  test('that nobody may see is not read, and has the cause of a list that failed', () => {
    expect(lookup().imageOf('ami-gone').image).toEqual(
      notRead('ec2:DescribeImages', 'AMI ami-gone is not visible: deregistered, not shared, or hidden by Allowed AMIs'),
    )
    expect(lookup({ images: build.refused('ec2:DescribeImages') }).imageOf('ami-gone').image).toEqual(
      notRead('ec2:DescribeImages', 'access denied'),
    )
  })

  test('comes with its source, where that was read', () => {
    const copy = { ...mysteryImage, sourceImageId: al2Image.id }
    expect(lookup({ images: complete(copy, al2Image) }).imageOf(copy.id).source).toEqual(al2Image)
    expect(lookup({ images: complete(copy) }).imageOf(copy.id).source).toBeUndefined()
  })

  test('behind a parameter is that of today, and comes with the name of the parameter', () => {
    const { imageOf } = lookup({
      imageParameters: complete({ name: '/golden', imageId: { ok: true, value: al2Image.id } }),
    })
    expect(imageOf('resolve:ssm:/golden')).toMatchObject({ image: { value: al2Image }, parameter: '/golden' })
  })

  test('behind a parameter that was not read has the cause of the parameter', () => {
    const { imageOf } = lookup({
      imageParameters: complete({ name: '/golden', imageId: build.denied('ssm:GetParameters') }),
    })
    expect(imageOf('resolve:ssm:/golden').image).toEqual(build.denied('ssm:GetParameters'))
    expect(imageOf('resolve:ssm:/other').image).toEqual(notRead('ssm:GetParameters', 'parameter /other was not read'))
  })
})

describe('the image of an instance', () => {
  const instance = { id: 'i-1', lifecycleState: 'InService' }
  const from = (version: string) => ({ ...instance, launchTemplate: { id: 'lt-0web', version } })

  test('is that of the version that it was started from', () => {
    expect(lookup().imageOfInstance(from('1')).image).toMatchObject({ value: al2Image })
    expect(lookup().imageOfInstance(from('2')).image).toMatchObject({ value: al2023Image })
  })

  test('is its own where it has one, as after the replacement of its root volume', () => {
    const seen = lookup().imageOfInstance({ ...from('1'), imageId: al2023Image.id })
    expect(seen.image).toMatchObject({ value: al2023Image })
  })

  test("is not that of a parameter, which tells today's AMI", () => {
    const template = build.launchTemplate([{ imageId: 'resolve:ssm:/golden' }])
    const { imageOfInstance } = lookup({
      launchTemplates: complete(template),
      imageParameters: complete({ name: '/golden', imageId: { ok: true, value: al2023Image.id } }),
    })
    expect(imageOfInstance(from('1'))).toMatchObject({
      image: { ok: false, reason: "parameter /golden tells today's AMI, not that of running nodes" },
      parameter: '/golden',
    })
  })

  test('is not read where nothing tells it', () => {
    const { imageOfInstance } = lookup()
    expect(imageOfInstance(instance).image).toMatchObject({ action: 'autoscaling:DescribeAutoScalingGroups' })
    expect(imageOfInstance({ ...instance, launchConfiguration: 'old' }).image).toMatchObject({
      action: 'autoscaling:DescribeLaunchConfigurations',
      reason: 'launch configuration old is not in this account-Region any more',
    })
    expect(imageOfInstance(from('9')).image).toMatchObject({ reason: 'launch template lt-0web has no version 9' })
  })
})
