import { describe, expect, test } from '@jest/globals'
import { isListed, listedOf } from '../../src/core/completeness.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import type { Collected } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

const resources = {
  account: { type: 'account', id: 'a', name: 'payments', clusterName: null },
  cluster: { type: 'cluster', id: 'c', name: 'shop', clusterName: 'shop' },
  template: { type: 'launch-template', id: 't', name: 'web', clusterName: null },
  group: { type: 'node-group', id: 'g', name: 'web', clusterName: 'shop' },
  'group of another cluster': { type: 'node-group', id: 'h', name: 'web', clusterName: 'pay' },
} as const
type Name = keyof typeof resources

const failedOn = <T>(action: string, resource: string, ...items: T[]): Collected<T> => ({
  items,
  failures: [{ action, resource, class: 'denied', reason: 'access denied' }],
})

const everything: readonly Name[] = ['cluster', 'template', 'group', 'group of another cluster']
const without = (...names: readonly Name[]) => everything.filter(name => !names.includes(name))

describe('a resource that is not there is gone', () => {
  test.each<[string, Partial<RegionInventory>, readonly Name[]]>([
    ['where every list was read', {}, everything],
    ['not where clusters were not listed', { clusters: build.refused('eks:ListClusters') }, ['template']],
    ['also where a cluster was not described', { clusters: failedOn('eks:DescribeCluster', 'shop') }, everything],
    [
      'not where templates were not listed',
      { launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions') },
      without('template'),
    ],
    [
      'also where a version of a template was not read',
      { launchTemplates: failedOn('ec2:DescribeLaunchTemplateVersions', 'lt-0') },
      everything,
    ],
    [
      'not where Auto Scaling groups were not listed',
      { autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') },
      without('group', 'group of another cluster'),
    ],
    [
      'not where node groups were not asked for',
      { nodeGroups: build.refused('eks:ListNodegroups') },
      without('group', 'group of another cluster'),
    ],
    [
      'not where the node groups of its cluster were not listed',
      { nodeGroups: failedOn('eks:ListNodegroups', 'shop') },
      without('group'),
    ],
    // It stays in its list, but its ARN was guessed.
    ['not where it was not described', { nodeGroups: failedOn('eks:DescribeNodegroup', 'shop/web') }, without('group')],
    [
      'where another group was not described',
      { nodeGroups: failedOn('eks:DescribeNodegroup', 'shop/api') },
      everything,
    ],
    ['where images were not read', { images: build.refused('ec2:DescribeImages') }, everything],
  ])('%s', (_, over, expected) => {
    const listed = listedOf(build.inventory(over))
    expect((Object.keys(resources) as Name[]).filter(name => isListed(listed, resources[name]))).toEqual(expected)
  })
})
