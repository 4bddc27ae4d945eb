import type { NodeGroupSubject } from './subjects.ts'

/** By which way a group's nodes leave Amazon Linux 2. */
export type UpgradePath = 'in-place' | 'blue-green' | 'refresh' | 'roll' | 'hold'

/** What a person does on each path, as the end of a sentence. */
export const upgradeSteps = {
  'in-place': 'move it in place, by a version of its launch template with an AL2023 AMI and a NodeConfig',
  'blue-green': 'move it blue/green, to a new node group with an AL2023 amiType',
  refresh: 'move it by an instance refresh, to a version of its launch template with an AL2023 AMI and a NodeConfig',
  roll: 'roll its nodes, for the next ones start on another OS',
  hold: 'hold it, for AL2023 nodes are documented as unsupported on EKS local clusters',
} as const satisfies Record<UpgradePath, string>

/**
 * The path of a group that has to leave Amazon Linux 2; undefined where what decides it could not be read.
 * A managed group keeps its amiType for life, so only one whose own template names the AMI can move in place.
 * Source: EKS User Guide, "Upgrade from Amazon Linux 2 to Amazon Linux 2023".
 * @param nextIsAl2 whether the next node would be on Amazon Linux 2; undefined where that is not known.
 */
export const upgradePathOf = (subject: NodeGroupSubject, nextIsAl2: boolean | undefined): UpgradePath | undefined => {
  const { group, cluster } = subject
  if (cluster.detail.ok && cluster.detail.value.outpost) return 'hold'
  if (nextIsAl2 === undefined) return undefined
  if (!nextIsAl2) return 'roll'
  if (group.provisioner === 'self-managed') return 'refresh'
  if (!group.managed) return undefined
  return group.managed.amiType === 'CUSTOM' ? 'in-place' : 'blue-green'
}
