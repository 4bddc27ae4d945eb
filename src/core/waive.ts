import type { WaivedBy } from './finding.ts'
import { matchesGlob } from './glob.ts'
import type { Policy } from './policy.ts'
import { known, type NotRead, type Read } from './read.ts'
import { fullName, type Resource } from './subjects.ts'
import { hasTag } from './tags.ts'
import type { Target } from './target.ts'

export type Waiver = Policy['waivers'][number]

/** Whether a waiver still holds on a day: through the day on which it expires, UTC. */
export const isInForce = ({ expires }: Pick<Waiver, 'expires'>, today: string): boolean => today <= expires

/** What waives a finding, and the place of the waiver in posture.yaml's list. */
export interface WaiverMatch {
  readonly waiver: WaivedBy
  readonly index: number
}

/** Asks which waiver matches a fail of a check on a resource; not known where that hangs on tags that were not read. */
export type Waive = (checkId: string, resource: Resource) => Read<WaiverMatch | undefined>

/**
 * The waivers of posture.yaml for one account and day. The first of those in force whose every key matches counts.
 * @param today the day of the run, UTC: `2026-11-22`.
 */
export const waiversIn = (
  { waivers }: Pick<Policy, 'waivers'>,
  { accountId, ouPath }: Pick<Target, 'accountId' | 'ouPath'>,
  today: string,
): Waive => {
  const units = new Set(ouPath?.map(({ id }) => id))
  const here = waivers
    .map((waiver, index) => ({ waiver, index }))
    .filter(
      ({ waiver }) =>
        isInForce(waiver, today) &&
        (waiver.account ?? accountId) === accountId &&
        (waiver.ou === undefined || units.has(waiver.ou)),
    )
  return (checkId, resource) => {
    let gap: NotRead | undefined
    for (const { waiver, index } of here) {
      if (!matches(waiver, checkId, resource)) continue
      if (waiver.tag === undefined || (resource.tags.ok && hasTag(resource.tags.value, waiver.tag))) {
        const { owner, reason, ticket, expires } = waiver
        return known({ waiver: { owner, reason, ticket, expires }, index })
      }
      if (!resource.tags.ok) gap ??= resource.tags
    }
    return gap ?? known(undefined)
  }
}

const matches = (waiver: Waiver, checkId: string, resource: Resource) =>
  (waiver.check ?? checkId) === checkId &&
  (waiver.region ?? resource.region) === resource.region &&
  (waiver.cluster === undefined || matchesCluster(waiver.cluster, resource)) &&
  (waiver.resource === undefined || matchesName(waiver.resource, resource))

const matchesCluster = (pattern: string, { clusterName }: Resource) =>
  clusterName !== null && matchesGlob(pattern, clusterName)

/** A resource is called by its name, by `cluster/name`, or by the id that a finding prints. */
const matchesName = (pattern: string, resource: Resource) =>
  [resource.name, fullName(resource), resource.id].some(name => matchesGlob(pattern, name))
