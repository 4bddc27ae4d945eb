import type { NodeGroupSubject } from './subjects.ts'

/** By which way a group's nodes leave Amazon Linux 2. */
export const upgradePaths = ['in-place', 'blue-green', 'refresh', 'drift', 'batch', 'replace', 'roll', 'hold'] as const
export type UpgradePath = (typeof upgradePaths)[number]

const steps = {
  'in-place': 'move it in place, by a version of its launch template with an AL2023 AMI and a NodeConfig',
  'blue-green': 'move it blue/green, to a new node group with an AL2023 amiType',
  refresh: 'move it by an instance refresh, to a version of its launch template with an AL2023 AMI and a NodeConfig',
  drift: 'move it by drift, with an AL2023 alias in its EC2NodeClass',
  batch: 'move its AWS Batch compute environment to the image type EKS_AL2023',
  replace: 'replace each instance by one on AL2023, for nothing starts these again',
  roll: 'roll its nodes, for the next ones start on another OS',
  hold: 'hold it, for AL2023 nodes are documented as unsupported on EKS local clusters',
} as const satisfies Record<UpgradePath, string>

const fromConfiguration =
  'move it by an instance refresh, to a launch template in place of its launch configuration, with an AL2023 AMI and a NodeConfig'

/** What a person does on a path, as the end of a sentence. */
export const upgradeStepOf = ({ variants }: Pick<NodeGroupSubject, 'variants'>, path: UpgradePath): string => {
  const hasConfiguration = variants.some(({ launch }) => launch.ok && launch.value.kind === 'launch configuration')
  return path === 'refresh' && hasConfiguration ? fromConfiguration : steps[path]
}

/**
 * The path of a group that has to leave Amazon Linux 2; undefined where what decides it could not be read.
 * A managed group keeps its amiType for life, so only one whose own template names the AMI can move in place.
 * Source: EKS User Guide, "Upgrade from Amazon Linux 2 to Amazon Linux 2023".
 * @param nextIsAl2 whether the next node would be on Amazon Linux 2; undefined where that is not known.
 */
export const upgradePathOf = (subject: NodeGroupSubject, nextIsAl2: boolean | undefined): UpgradePath | undefined => {
  const { group, cluster } = subject
  if (cluster.detail.ok && cluster.detail.value.outpost) return 'hold'
  if (group.provisioner === 'standalone') return 'replace'
  if (nextIsAl2 === undefined) return undefined
  if (!nextIsAl2) return 'roll'
  switch (group.provisioner) {
    case 'managed':
      if (!group.managed) return undefined
      return group.managed.amiType === 'CUSTOM' ? 'in-place' : 'blue-green'
    case 'self-managed':
      return 'refresh'
    case 'karpenter':
      return 'drift'
    case 'batch':
      return 'batch'
    case 'auto-mode':
      // AWS starts these from images of its own, which were never Amazon Linux 2.
      return undefined
  }
}
