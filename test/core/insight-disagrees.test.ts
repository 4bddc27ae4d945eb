import { describe, expect, test } from '@jest/globals'
import { coverageOf } from '../../src/core/coverage.ts'
import { disagreeingInsights } from '../../src/core/insight-disagrees.ts'
import type { Insight, RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import * as build from '../support/build.ts'

const insight = (over: Partial<Insight> = {}): Insight => ({
  name: 'Amazon Linux 2 compatibility',
  status: 'ERROR',
  kubernetesVersion: '1.33',
  lastRefreshTime: '2026-11-21T20:00:00.000Z',
  ...over,
})
const clusterWith = (insights: readonly Insight[], over: Partial<RegionInventory['clusters']['items'][number]> = {}) =>
  build.complete(build.cluster({}, undefined, { insights: build.complete(...insights), ...over }))

const disagreements = (over: Partial<RegionInventory>) => {
  const inventory = build.inventory(over)
  return disagreeingInsights(inventory, joinSubjects(inventory))
}
const al2Copy = build.complete(build.eksCopy([{ imageId: build.al2Image.id }]))
const al2Group = build.complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' }))

describe('an insight that warns of Amazon Linux 2 disagrees', () => {
  test.each(['ERROR', 'WARNING'] as const)('where it says %s and nothing of it was found', status => {
    const [failure, ...others] = disagreements({ clusters: clusterWith([insight({ status })]) })
    expect(others).toEqual([])
    expect(failure).toMatchObject({ action: 'eks:ListInsights', resource: 'shop' })
    expect(failure?.reason).toBe(
      `insight-disagrees: EKS says ${status} of "Amazon Linux 2 compatibility" for cluster shop, and no Amazon Linux 2 ` +
        'node was seen; not seen are SageMaker HyperPod, instances without a tag that names the cluster',
    )
  })

  test('and names the kinds of node of the cluster that cannot be read', () => {
    const clusters = build.complete(
      build.cluster({ hybrid: true }, undefined, {
        insights: build.complete(insight()),
        fargateProfiles: build.complete('web'),
      }),
    )
    const lone = build.instance({ imageId: 'ami-gone' })
    const [failure] = disagreements({ clusters, instances: build.complete(lone) })
    expect(failure?.reason).toMatch(
      /not seen are nodes whose AMI does not tell its system, Fargate, hybrid nodes, SageMaker HyperPod, /,
    )
  })

  test('also where the cluster has no node at all', () => {
    const nothing = { nodeGroups: build.complete<never>(), autoScalingGroups: build.complete<never>() }
    expect(disagreements({ clusters: clusterWith([insight()]), ...nothing })).toHaveLength(1)
  })

  test('and makes the Region partial', () => {
    const inventory = build.inventory({ clusters: clusterWith([insight()]) })
    const coverage = coverageOf(inventory, disagreeingInsights(inventory, joinSubjects(inventory)))
    expect(coverage).toMatchObject({
      status: 'partial',
      detail: expect.stringMatching(/^eks:ListInsights: insight-disagrees/),
    })
  })
})

describe('an insight does not disagree', () => {
  const newest = { instances: build.complete(build.instance({ launchTime: '2026-11-21T21:00:00.000Z' })) }
  const cases: Record<string, Partial<RegionInventory>> = {
    'where EKS warns of nothing': { clusters: clusterWith([insight({ status: 'PASSING' })]) },
    'where EKS does not know': { clusters: clusterWith([insight({ status: 'UNKNOWN' })]) },
    'where it is another one': { clusters: clusterWith([insight({ name: 'Kubelet version skew' })]) },
    'where a node is newer than it': { clusters: clusterWith([insight()]), ...newest },
    'where it does not say when it looked': {
      clusters: build.complete(
        build.cluster({}, undefined, {
          insights: build.complete({ name: 'Amazon Linux 2 compatibility', status: 'ERROR' }),
        }),
      ),
    },
    'where a group runs it': {
      clusters: clusterWith([insight()]),
      nodeGroups: al2Group,
      launchTemplates: al2Copy,
    },
    'where a template would start it and no node runs': {
      clusters: clusterWith([insight()]),
      nodeGroups: al2Group,
      launchTemplates: al2Copy,
      autoScalingGroups: build.complete(build.managedAutoScalingGroup()),
    },
    'where a lone node runs it': {
      clusters: clusterWith([insight()]),
      instances: build.complete(build.instance({ imageId: build.al2Image.id })),
    },
  }
  test.each(Object.entries(cases))('%s', (_, over) => {
    expect(disagreements(over)).toEqual([])
  })
})
