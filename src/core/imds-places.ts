import type { Decision } from './decision.ts'
import type { ImdsDecisions } from './imds.ts'
import type { ImdsOptions } from './inventory.ts'
import type { OsFamily } from './os-family.ts'
import { type NotRead, notRead, type Read } from './read.ts'
import type { NodeGroupSubject } from './subjects.ts'

/** The metadata options of one place of a node group: of a node that it would start, or of nodes that run. */
export interface ImdsPlace extends ImdsDecisions {
  readonly place: 'next' | 'now'
  readonly os: Decision<OsFamily>
}

/** Where a node group has metadata options: every template that can start a node, and its nodes, those alike once. */
export const imdsPlacesOf = ({ variants, nodes }: NodeGroupSubject): readonly ImdsPlace[] => {
  const next = variants.map(({ os, imds }): ImdsPlace => ({ place: 'next', os, ...imds }))
  if (!nodes.ok) return [...next, { place: 'now', os: undecided(nodes), ...optionsOf(nodes) }]
  const now = new Map<string, ImdsPlace>()
  for (const { os, imds } of nodes.value) {
    const key = JSON.stringify([os.decidedBy === 'nothing' ? os.gap : os.value, imds])
    if (!now.has(key)) now.set(key, { place: 'now', os, ...optionsOf(imds) })
  }
  return [...next, ...now.values()]
}

/** How a sentence says where something holds: `starts`, `runs` or both. */
export const verbOf = (places: readonly Pick<ImdsPlace, 'place'>[]): string => {
  const next = places.some(({ place }) => place === 'next')
  const now = places.some(({ place }) => place === 'now')
  if (next && now) return 'starts and runs'
  return now ? 'runs' : 'starts'
}

const optionsOf = (options: Read<ImdsOptions>): ImdsDecisions => ({
  httpTokens: inForce(options, ({ httpTokens }) => httpTokens),
  httpEndpoint: inForce(options, ({ httpEndpoint }) => httpEndpoint),
  httpPutResponseHopLimit: inForce(options, ({ httpPutResponseHopLimit }) => httpPutResponseHopLimit),
})

const inForce = <T>(options: Read<ImdsOptions>, optionOf: (options: ImdsOptions) => T | undefined): Decision<T> => {
  if (!options.ok) return undecided(options)
  const value = optionOf(options.value)
  if (value === undefined)
    return undecided(
      notRead('ec2:DescribeInstances', 'EC2 does not list a stopped node, and its launch leaves the option out'),
    )
  const said = { level: 'running nodes', source: 'running nodes', said: String(value) } as const
  return { decidedBy: 'running nodes', value, trace: [said] }
}

const undecided = (gap: NotRead) => ({ decidedBy: 'nothing', value: undefined, gap, trace: [] }) as const
