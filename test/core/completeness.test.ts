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
  'Auto Scaling group': {
    type: 'node-group',
    id: 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/workers',
    name: 'workers',
    clusterName: 'shop',
  },
  image: { type: 'image', id: 'arn:aws:ec2:eu-west-1:111122223333:image/ami-1', name: 'golden', clusterName: null },
  'lone instances': {
    type: 'node-group',
    id: 'arn:aws:eks:eu-west-1:1:cluster/shop/standalone',
    name: 'standalone',
    clusterName: 'shop',
  },
  // Groups that exist in Kubernetes or in Batch alone are not seen while they have no node, and that is not gone.
  NodeClass: {
    type: 'node-group',
    id: 'arn:aws:eks:eu-west-1:1:cluster/shop/karpenter/default',
    name: 'default',
    clusterName: 'shop',
  },
  'node pool': {
    type: 'node-group',
    id: 'arn:aws:eks:eu-west-1:1:cluster/shop/auto-mode/general',
    name: 'general',
    clusterName: 'shop',
  },
  'compute environment': {
    type: 'node-group',
    id: 'arn:aws:eks:eu-west-1:1:cluster/shop/batch/batch',
    name: 'batch',
    clusterName: 'shop',
  },
  'group of another cluster': { type: 'node-group', id: 'h', name: 'web', clusterName: 'pay' },
} as const
type Name = keyof typeof resources

const failedOn = <T>(action: string, resource: string, ...items: T[]): Collected<T> => ({
  items,
  failures: [{ action, resource, class: 'denied', reason: 'access denied' }],
})

const everything: readonly Name[] = [
  'cluster',
  'template',
  'group',
  'Auto Scaling group',
  'image',
  'lone instances',
  'group of another cluster',
]
const without = (...names: readonly Name[]) => everything.filter(name => !names.includes(name))

describe('a resource that is not there is gone', () => {
  test.each<[string, Partial<RegionInventory>, readonly Name[]]>([
    ['where every list was read', {}, everything],
    ['not where clusters were not listed', { clusters: build.refused('eks:ListClusters') }, ['template']],
    ['also where a cluster was not described', { clusters: failedOn('eks:DescribeCluster', 'shop') }, without('image')],
    [
      'not where templates were not listed',
      { launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions') },
      without('template', 'image'),
    ],
    [
      'also where a version of a template was not read',
      { launchTemplates: failedOn('ec2:DescribeLaunchTemplateVersions', 'lt-0') },
      without('image'),
    ],
    [
      'not where Auto Scaling groups were not listed',
      { autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') },
      without('group', 'Auto Scaling group', 'image', 'group of another cluster'),
    ],
    [
      'not where node groups were not asked for',
      { nodeGroups: build.refused('eks:ListNodegroups') },
      without('group', 'Auto Scaling group', 'image', 'group of another cluster'),
    ],
    [
      'not where the node groups of its cluster were not listed',
      { nodeGroups: failedOn('eks:ListNodegroups', 'shop') },
      without('group', 'Auto Scaling group', 'image'),
    ],
    // It stays in its list, but its ARN was guessed.
    [
      'not where it was not described',
      { nodeGroups: failedOn('eks:DescribeNodegroup', 'shop/web') },
      without('group', 'Auto Scaling group', 'image'),
    ],
    [
      'where another group was not described',
      { nodeGroups: failedOn('eks:DescribeNodegroup', 'shop/api') },
      without('Auto Scaling group', 'image'),
    ],
    ['but for images where those were not read', { images: build.refused('ec2:DescribeImages') }, without('image')],
    [
      'but for images where a parameter that names one was not read',
      { imageParameters: failedOn('ssm:GetParameters', '/golden') },
      without('image'),
    ],
    [
      'but for images where a warm pool that may use one was not read',
      {
        autoScalingGroups: build.complete(
          build.autoScalingGroup({ warmPool: build.denied('autoscaling:DescribeWarmPool') }),
        ),
      },
      without('image'),
    ],
    [
      'not where its instances, which tell that it is a node group, were not listed',
      { instances: build.refused('ec2:DescribeInstances') },
      without('Auto Scaling group', 'image', 'lone instances'),
    ],
  ])('%s', (_, over, expected) => {
    const listed = listedOf(build.inventory(over))
    expect((Object.keys(resources) as Name[]).filter(name => isListed(listed, resources[name]))).toEqual(expected)
  })
})
