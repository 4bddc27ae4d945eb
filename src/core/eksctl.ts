import type { RegionInventory } from './inventory.ts'
import { eksctlVersionTag } from './ownership.ts'
import { causedBy } from './read.ts'
import type { EksctlSeen } from './subjects.ts'
import { compareText } from './text.ts'
import { isAtLeast } from './versions.ts'

/** The newest eksctl of an account-Region, by the tags of its clusters, node groups, Auto Scaling groups and instances. */
export const eksctlSeenIn = ({ clusters, nodeGroups, autoScalingGroups, instances }: RegionInventory): EksctlSeen => {
  const described = [...clusters.items, ...nodeGroups.items].map(({ detail }) => detail)
  const tags = [
    ...described.flatMap(detail => (detail.ok ? [detail.value.tags] : [])),
    ...[...autoScalingGroups.items, ...instances.items].map(item => item.tags),
  ]
  const versions = new Set(tags.flatMap(tag => tag[eksctlVersionTag] ?? []))
  const [failure] = [clusters, nodeGroups, autoScalingGroups, instances].flatMap(({ failures }) => failures)
  return {
    newest: newestOf([...versions].sort(compareText)),
    gap: causedBy(failure) ?? described.find(detail => !detail.ok),
  }
}

const newestOf = (versions: readonly string[]): string | undefined => {
  const known = versions.filter(version => isAtLeast(version, '0.0') !== undefined)
  return known.reduce<string | undefined>(
    (newest, version) => (newest !== undefined && isAtLeast(newest, version) ? newest : version),
    undefined,
  )
}
