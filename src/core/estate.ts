import * as z from 'zod'
import type { AnySubject } from './check.ts'
import { readValue } from './read.ts'
import type { Node, NodeGroupSubject } from './subjects.ts'
import { type UpgradePath, upgradePathOf, upgradePaths } from './upgrade-path.ts'

const count = z.int().min(0)

/** How much of an account-Region is on Amazon Linux 2 and allows IMDSv1: what a burn-down is made of. */
export const Estate = z
  .strictObject({
    nodes: count,
    /** Nodes that run Amazon Linux 2. */
    al2Nodes: count,
    /** Nodes on which the metadata service answers without a token. */
    imdsV1Nodes: count,
    /** Node groups that run or start Amazon Linux 2, by the path on which they leave it. */
    al2Groups: z.partialRecord(z.enum([...upgradePaths, 'not known']), count).readonly(),
  })
  .readonly()
export type Estate = z.infer<typeof Estate>

export const noEstate: Estate = { nodes: 0, al2Nodes: 0, imdsV1Nodes: 0, al2Groups: {} }

/** The sum of estates. */
export const addEstates = (all: readonly Estate[]): Estate => {
  const al2Groups: Partial<Record<UpgradePath | 'not known', number>> = {}
  const sum = { nodes: 0, al2Nodes: 0, imdsV1Nodes: 0 }
  for (const estate of all) {
    sum.nodes += estate.nodes
    sum.al2Nodes += estate.al2Nodes
    sum.imdsV1Nodes += estate.imdsV1Nodes
    for (const path of [...upgradePaths, 'not known'] as const) {
      const groups = estate.al2Groups[path]
      if (groups) al2Groups[path] = (al2Groups[path] ?? 0) + groups
    }
  }
  return { ...sum, al2Groups }
}

/** What the node groups of an account-Region come to. Nodes that were not read are not in it. */
export const estateOf = (groups: readonly NodeGroupSubject[]): Estate =>
  addEstates(
    groups.map(group => {
      const nodes = readValue(group.nodes) ?? []
      const path = al2PathOf(group)
      return {
        nodes: nodes.length,
        al2Nodes: nodes.filter(isAl2).length,
        imdsV1Nodes: nodes.filter(allowsImdsV1).length,
        al2Groups: path ? { [path]: 1 } : {},
      }
    }),
  )

/** By which path a group leaves Amazon Linux 2; undefined of one that is not seen to be on it, or that only AWS can move. */
const al2PathOf = (subject: NodeGroupSubject): UpgradePath | 'not known' | undefined => {
  if (subject.group.provisioner === 'auto-mode') return undefined
  const next = subject.variants.some(isAl2)
  if (!next && !readValue(subject.nodes)?.some(isAl2)) return undefined
  const isNextKnown = next || subject.variants.every(({ os }) => os.decidedBy !== 'nothing')
  return upgradePathOf(subject, isNextKnown ? next : undefined) ?? 'not known'
}

const isAl2 = ({ os }: Pick<Node, 'os'>) => os.value === 'al2'
const allowsImdsV1 = ({ imds }: Node) =>
  imds.ok && imds.value.httpTokens === 'optional' && imds.value.httpEndpoint !== 'disabled'

/** How many nodes run in a node group or a cluster; null of anything else, and where they were not all read. */
export const nodesIn = (subject: AnySubject): number | null => {
  if ('group' in subject) return readValue(subject.nodes)?.length ?? null
  if (!('cluster' in subject) || subject.unlisted) return null
  const counts = subject.groups.map(nodesIn)
  return counts.includes(null) ? null : counts.reduce<number>((sum, nodes) => sum + (nodes ?? 0), 0)
}
