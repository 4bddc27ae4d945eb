import { describe, expect, test } from '@jest/globals'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { accountSubject, joinSubjects } from '../../src/core/join.ts'
import { notRead } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

const { complete } = build
const failure = (action: string, resource?: string) => ({
  action,
  class: 'denied' as const,
  reason: 'access denied',
  ...(resource !== undefined && { resource }),
})

describe('a cluster', () => {
  const pay = { ...build.cluster(), name: 'pay', arn: 'arn:pay' }
  const clusters = (over: Partial<RegionInventory> = {}) =>
    joinSubjects(build.inventory({ clusters: complete(build.cluster(), pay), ...over })).cluster
  const unlisted = (over: Partial<RegionInventory>) => clusters(over).map(subject => subject.unlisted?.action)

  test('has its own node groups', () => {
    expect(clusters().map(({ resource, groups }) => [resource.id, groups.map(({ group }) => group.name)])).toEqual([
      ['arn:aws:eks:eu-west-1:111122223333:cluster/shop', ['web']],
      ['arn:pay', []],
    ])
  })

  test('has all of them where every list is complete', () => {
    expect(unlisted({})).toEqual([undefined, undefined])
  })

  test('may have more where its own node groups were not listed, and others may not', () => {
    const items = [build.managedNodeGroup()]
    expect(unlisted({ nodeGroups: { items, failures: [failure('eks:ListNodegroups', 'pay')] } })).toEqual([
      undefined,
      'eks:ListNodegroups',
    ])
    expect(unlisted({ nodeGroups: { items, failures: [failure('eks:DescribeNodegroup', 'shop/web')] } })).toEqual([
      'eks:DescribeNodegroup',
      undefined,
    ])
  })

  test('may have more, each of them, where Auto Scaling groups were not listed', () => {
    const autoScalingGroups = build.refused<never>('autoscaling:DescribeAutoScalingGroups')
    expect(unlisted({ autoScalingGroups })).toEqual(Array(2).fill('autoscaling:DescribeAutoScalingGroups'))
  })

  test('has the tags that were described, and none that are known where it was not', () => {
    const described = build.cluster({ tags: { team: 'payments' } })
    const [known, unknown] = clusters({
      clusters: complete(described, { ...pay, detail: build.denied('eks:DescribeCluster') }),
    })
    expect(known?.resource.tags).toEqual({ ok: true, value: { team: 'payments' } })
    expect(unknown?.resource.tags).toMatchObject({ ok: false })
  })
})

test('an account is a resource of the Region global under its ARN in the organization', () => {
  const unlisted = notRead('ec2:DescribeRegions', 'access denied')
  expect(accountSubject(build.target(), [], unlisted, unlisted)).toEqual({
    resource: {
      type: 'account',
      id: 'arn:aws:organizations::100000000000:account/o-acme/111122223333',
      name: 'payments',
      accountId: '111122223333',
      region: 'global',
      clusterName: null,
      tags: { ok: true, value: {} },
    },
    regions: [],
    allowsImdsV1: unlisted,
    unlisted,
  })
})

test('the join does not depend on the order in which AWS listed things, but for the order of its own lists', () => {
  const inventory = build.inventory({
    launchTemplates: complete(build.launchTemplate([{}]), build.eksCopy([{ imageId: 'ami-al2023' }])),
    autoScalingGroups: complete(build.managedAutoScalingGroup(), build.autoScalingGroup()),
  })
  const turned = {
    ...inventory,
    launchTemplates: complete(...inventory.launchTemplates.items.toReversed()),
    autoScalingGroups: complete(...inventory.autoScalingGroups.items.toReversed()),
    images: complete(...inventory.images.items.toReversed()),
  }
  expect(joinSubjects(turned)).toEqual(joinSubjects(inventory))
})
