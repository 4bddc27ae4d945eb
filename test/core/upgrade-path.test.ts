import { expect, test } from '@jest/globals'
import type { NodeGroupSubject, Provisioner } from '../../src/core/subjects.ts'
import { upgradePathOf, upgradeStepOf } from '../../src/core/upgrade-path.ts'
import * as build from '../support/build.ts'

const subject = (provisioner: Provisioner, over: Partial<NodeGroupSubject> = {}): NodeGroupSubject => {
  const base = build.nodeGroup()
  const { managed, ...group } = base.group
  return { ...base, group: { ...group, provisioner }, ...over }
}

test.each<[Provisioner, boolean | undefined, string | undefined]>([
  ['self-managed', true, 'refresh'],
  ['self-managed', false, 'roll'],
  ['self-managed', undefined, undefined],
  ['karpenter', true, 'drift'],
  ['karpenter', false, 'roll'],
  ['karpenter', undefined, undefined],
  ['batch', true, 'batch'],
  ['batch', false, 'roll'],
  // Nothing starts these again, so no next node comes into it.
  ['standalone', undefined, 'replace'],
  ['standalone', false, 'replace'],
  // Of a managed group that EKS would not describe nobody knows whether it can move in place.
  ['managed', true, undefined],
  ['managed', false, 'roll'],
  ['auto-mode', true, undefined],
])('a %s group whose next node is on AL2: %s, goes by %s', (provisioner, nextIsAl2, path) => {
  expect(upgradePathOf(subject(provisioner), nextIsAl2)).toBe(path)
})

test.each([
  ['CUSTOM', 'in-place'],
  ['AL2_x86_64', 'blue-green'],
])('a managed group of amiType %s goes by %s', (amiType, path) => {
  const base = build.nodeGroup()
  const group = { ...base.group, managed: { amiType, ownTemplate: undefined } }
  expect(upgradePathOf({ ...base, group }, true)).toBe(path)
})

test.each<Provisioner>(['managed', 'self-managed', 'karpenter', 'standalone'])(
  'a %s group of a local cluster on Outposts holds, before anything else',
  provisioner => {
    expect(upgradePathOf(subject(provisioner, { cluster: build.cluster({ outpost: true }) }), undefined)).toBe('hold')
  },
)

test('a refresh of a launch configuration goes to a launch template', () => {
  const base = build.nodeGroup({
    nodeGroups: build.complete(),
    launchConfigurations: build.complete({ name: 'old', imageId: build.al2Image.id, metadataOptions: {} }),
    autoScalingGroups: build.complete(build.autoScalingGroup({ launchConfiguration: 'old', launchTemplates: [] })),
  })
  expect(upgradeStepOf(base, 'refresh')).toContain('in place of its launch configuration')
  expect(upgradeStepOf({ variants: [] }, 'refresh')).toContain('a version of its launch template')
})
