import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Estate, estateOf, nodesIn } from '../../src/core/estate.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import * as build from '../support/build.ts'
import { arbitraryInventory } from './arbitrary.ts'

const estateIn = (over: Partial<RegionInventory> = {}) => estateOf(joinSubjects(build.inventory(over))['node-group'])

const al2 = (httpTokens: 'optional' | 'required', httpEndpoint: 'enabled' | 'disabled' = 'enabled') => ({
  nodeGroups: build.complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
  launchTemplates: build.complete(
    build.eksCopy([{ imageId: build.al2Image.id, metadataOptions: { httpTokens, httpEndpoint } }]),
  ),
})

describe('the estate of an account-Region', () => {
  test.each<[string, Partial<RegionInventory>, Estate]>([
    ['that is healthy', {}, { nodes: 2, al2Nodes: 0, imdsV1Nodes: 0, al2Groups: {} }],
    ['on Amazon Linux 2', al2('required'), { nodes: 2, al2Nodes: 2, imdsV1Nodes: 0, al2Groups: { 'blue-green': 1 } }],
    ['that allows IMDSv1', al2('optional'), { nodes: 2, al2Nodes: 2, imdsV1Nodes: 2, al2Groups: { 'blue-green': 1 } }],
    [
      'whose metadata service answers nobody',
      al2('optional', 'disabled'),
      { nodes: 2, al2Nodes: 2, imdsV1Nodes: 0, al2Groups: { 'blue-green': 1 } },
    ],
    [
      'in which nothing is',
      { nodeGroups: build.complete<never>(), autoScalingGroups: build.complete<never>() },
      { nodes: 0, al2Nodes: 0, imdsV1Nodes: 0, al2Groups: {} },
    ],
    [
      'whose nodes EC2 would not list: then their number is all that is known of them',
      { ...al2('optional'), instances: build.refused('ec2:DescribeInstances') },
      { nodes: 2, al2Nodes: 0, imdsV1Nodes: 0, al2Groups: { 'blue-green': 1 } },
    ],
  ])('%s', (_, over, expected) => {
    expect(estateIn(over)).toEqual(expected)
  })

  test('is what a store may hold, and counts no node or group that there is not', () => {
    fc.assert(
      fc.property(arbitraryInventory, inventory => {
        // What EKS Auto Mode runs, AWS alone moves: it has no path.
        const groups = joinSubjects(inventory)['node-group'].filter(({ group }) => group.provisioner !== 'auto-mode')
        const estate = estateOf(groups)
        expect(Estate.parse(estate)).toEqual(estate)
        expect(estate.al2Nodes).toBeLessThanOrEqual(estate.nodes)
        expect(estate.imdsV1Nodes).toBeLessThanOrEqual(estate.nodes)
        const counted = Object.values(estate.al2Groups).reduce((sum, count) => sum + count, 0)
        expect(counted).toBeLessThanOrEqual(groups.length)
        if (estate.al2Nodes > 0) expect(counted).toBeGreaterThan(0)
      }),
      { numRuns: 400, seed: 20261122 },
    )
  })
})

describe('how many nodes there are', () => {
  test('is told of groups and of clusters', () => {
    expect([nodesIn(build.nodeGroup()), nodesIn(build.clusterSubject())]).toEqual([2, 2])
  })

  test('is not told where they were not all read, nor of anything else', () => {
    const group = { ...build.nodeGroup(), nodes: build.denied('autoscaling:DescribeAutoScalingGroups') }
    const broken = build.refused<never>('autoscaling:DescribeAutoScalingGroups')
    expect(nodesIn(group)).toBeNull()
    expect(nodesIn({ ...build.clusterSubject(), groups: [build.nodeGroup(), group] })).toBeNull()
    expect(nodesIn(build.clusterSubject({ autoScalingGroups: broken }))).toBeNull()
    expect(nodesIn(build.account({}))).toBeNull()
  })
})
