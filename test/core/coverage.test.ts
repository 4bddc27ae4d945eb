import { describe, expect, test } from '@jest/globals'
import { type CoverageStatus, coverageOf, coverageStatuses, isCovered, isInScope } from '../../src/core/coverage.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import type { Failure, FailureClass } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

const failure = (action: string, reason = 'access denied', failureClass: FailureClass = 'denied'): Failure => ({
  action,
  class: failureClass,
  reason,
})
const list = (...failures: Failure[]) => ({ items: [], failures })

const scpReason =
  'a service control policy denies it (arn:aws:organizations::100000000000:policy/o-acme/service_control_policy/p-1)'
const byScp = (action: string) => failure(action, scpReason, 'denied-by-scp')
const notAsked = (action: string) => failure(action, 'not asked, because eks:ListClusters failed', 'not-asked')

/** A Region of which the three first reads failed, and what hangs on them was not asked. */
const nothingRead = (fail: (action: string) => Failure): Partial<RegionInventory> => ({
  imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults'),
  clusters: list(fail('eks:ListClusters')),
  nodeGroups: list(notAsked('eks:ListNodegroups')),
  launchTemplates: list(fail('ec2:DescribeLaunchTemplateVersions')),
  autoScalingGroups: list(notAsked('autoscaling:DescribeAutoScalingGroups')),
  images: list(notAsked('ec2:DescribeImages')),
  failures: [fail('ec2:GetInstanceMetadataDefaults')],
})

const statusAndDetail = (over: Partial<RegionInventory>) => {
  const { status, detail } = coverageOf(build.inventory(over))
  return { status, detail }
}

describe('an account-Region', () => {
  test('is ok when nothing failed, with nothing to say', () => {
    expect(coverageOf(build.inventory())).toEqual({
      accountId: build.accountId,
      region: build.region,
      status: 'ok',
      detail: null,
      failures: [],
    })
  })

  test('tells by cluster of the kinds of node that are not judged, whatever else there is to tell', () => {
    const clusters = build.complete(
      build.cluster({ hybrid: true }, undefined, { fargateProfiles: build.complete('coredns', 'batch') }),
      { ...build.cluster(), name: 'web' },
      { ...build.cluster({}, undefined, { fargateProfiles: build.complete('ci') }), name: 'runners' },
    )
    const counted =
      'not judged, for they are no instances of the account: 2 Fargate profiles and hybrid nodes of cluster shop, 1 Fargate profile of cluster runners'
    expect(statusAndDetail({ clusters })).toEqual({ status: 'ok', detail: counted })
    expect(statusAndDetail({ clusters, images: build.refused('ec2:DescribeImages') })).toEqual({
      status: 'partial',
      detail: `ec2:DescribeImages: access denied; ${counted}`,
    })
  })

  test.each<[string, Partial<RegionInventory>]>([
    ['the clusters', { clusters: build.refused('eks:ListClusters') }],
    ['the add-ons of a cluster', { clusters: build.complete(build.cluster({}, build.refused('eks:ListAddons'))) }],
    ['the node groups', { nodeGroups: build.refused('eks:ListNodegroups') }],
    ['the launch templates', { launchTemplates: build.refused('ec2:DescribeLaunchTemplates') }],
    ['the Auto Scaling groups', { autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') }],
    ['the parameters', { imageParameters: build.refused('ssm:GetParameters') }],
    ['the images', { images: build.refused('ec2:DescribeImages') }],
    ['what is no list', { failures: [failure('ec2:GetInstanceMetadataDefaults')] }],
  ])('is partial where %s failed', (_, over) => {
    const { status, failures } = coverageOf(build.inventory(over))
    expect(status).toBe('partial')
    expect(failures).toHaveLength(1)
  })

  test('is an error where nothing at all could be read', () => {
    expect(statusAndDetail(nothingRead(failure))).toEqual({
      status: 'error',
      detail:
        'ec2:DescribeLaunchTemplateVersions: access denied; ec2:GetInstanceMetadataDefaults: access denied; eks:ListClusters: access denied',
    })
  })

  test('is denied where a service control policy refused all that was asked', () => {
    expect(statusAndDetail(nothingRead(byScp))).toEqual({ status: 'region-denied', detail: scpReason })
  })

  // A policy that denies EKS alone says nothing of the Region, and another cause may be ours to mend.
  test.each<[string, Partial<RegionInventory>, string]>([
    [
      'with another failure among those of the policy',
      { ...nothingRead(byScp), failures: [failure('ec2:GetInstanceMetadataDefaults')] },
      'error',
    ],
    [
      'that could not list its Regions either',
      { ...nothingRead(byScp), failures: [byScp('ec2:GetInstanceMetadataDefaults'), failure('ec2:DescribeRegions')] },
      'error',
    ],
    ['whose policy denies EKS alone', { clusters: list(byScp('eks:ListClusters')) }, 'partial'],
    ['whose defaults were read', { ...nothingRead(byScp), imdsDefaults: { ok: true, value: {} } }, 'partial'],
    [
      'whose templates were read in part',
      { ...nothingRead(byScp), launchTemplates: { items: [build.launchTemplate([{}])], failures: [byScp('ec2:x')] } },
      'partial',
    ],
  ])('is not denied %s', (_, over, expected) => {
    expect(coverageOf(build.inventory(over)).status).toBe(expected)
  })

  test('keeps every failure, also of what was not asked', () => {
    expect(
      coverageOf(build.inventory(nothingRead(byScp)))
        .failures.map(({ action }) => action)
        .sort(),
    ).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'ec2:DescribeImages',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:GetInstanceMetadataDefaults',
      'eks:ListClusters',
      'eks:ListNodegroups',
    ])
  })

  test('names each action once, with a count and its first reason, whatever the order of the failures', () => {
    const failures = [
      failure('eks:DescribeNodegroup', 'throttled'),
      failure('ec2:DescribeImages'),
      failure('eks:DescribeNodegroup', 'denied'),
    ]
    expect(statusAndDetail({ failures })).toEqual({
      status: 'partial',
      detail: 'ec2:DescribeImages: access denied; eks:DescribeNodegroup (2): throttled',
    })
  })
})

test('only ok and partial account-Regions were looked into', () => {
  expect(coverageStatuses.filter(isCovered)).toEqual(['partial', 'ok'])
})

test.each<[string, readonly CoverageStatus[], string, boolean]>([
  ['a Region that was read', ['ok', 'excluded'], 'r0', true],
  ['a Region that could not be read', ['no-role', 'excluded'], 'r0', true],
  ['a Region that is excluded', ['ok', 'excluded'], 'r1', false],
  ['an account with any Region that is not', ['ok', 'excluded'], 'global', true],
  ['an account without', ['excluded', 'excluded'], 'global', false],
  ['an account that nobody told of', [], 'r0', false],
])('%s is in scope: %j, %s: %s', (_, statuses, region, expected) => {
  const regions = statuses.map((status, at) => ({ region: `r${at}`, status }))
  expect(isInScope(regions, region)).toBe(expected)
})
