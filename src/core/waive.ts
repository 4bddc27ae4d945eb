import type { WaivedBy } from './finding.ts'
import { matchesGlob } from './glob.ts'
import type { Policy } from './policy.ts'
import { known, type NotRead, notRead, type Read } from './read.ts'
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

/** Asks which waiver matches a fail of a check on a resource; not known where that hangs on what was not read. */
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
  const units = ouPath && new Set(ouPath.map(({ id }) => id))
  const here = waivers
    .map((waiver, index) => ({ waiver, index }))
    .filter(
      ({ waiver }) =>
        isInForce(waiver, today) &&
        (waiver.account ?? accountId) === accountId &&
        (waiver.ou === undefined || !units || units.has(waiver.ou)),
    )
  return (checkId, resource) => {
    let gap: NotRead | undefined
    for (const { waiver, index } of here) {
      if (!matches(waiver, checkId, resource)) continue
      const isTagged = waiver.tag === undefined ? known(true) : ofTags(resource.tags, waiver.tag)
      if (isTagged.ok && !isTagged.value) continue
      const missing = isTagged.ok ? (waiver.ou !== undefined && !units ? noUnits : undefined) : isTagged
      if (!missing) {
        const { owner, reason, ticket, expires } = waiver
        return known({ waiver: { owner, reason, ticket, expires }, index })
      }
      gap ??= missing
    }
    return gap ?? known(undefined)
  }
}

const ofTags = (tags: Resource['tags'], written: string): Read<boolean> =>
  tags.ok ? known(hasTag(tags.value, written)) : tags

/** Who names accounts instead of listing the organization's is not told their units. */
const noUnits = notRead(
  'organizations:ListAccounts',
  'the organizational units of the account are not known, and a waiver goes by one; scan --org asks for them',
)

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
