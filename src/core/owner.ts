import type { AnySubject } from './check.ts'
import type { Policy } from './policy.ts'
import { readValue } from './read.ts'
import { tagOf } from './tags.ts'
import type { Target } from './target.ts'

/** Answers who is responsible for the resource of a subject; null where nobody is named. */
export type OwnerOf = (subject: AnySubject) => string | null

/**
 * The owners that posture.yaml names for one account: by the tag of the resource, of a node group else by its cluster's,
 * then by the account, then by its nearest organizational unit.
 */
export const ownersIn = (
  { owners }: Pick<Policy, 'owners'>,
  { accountId, ouPath }: Pick<Target, 'accountId' | 'ouPath'>,
): OwnerOf => {
  const ofUnit = ouPath?.map(({ id }) => owners.ous[id]).findLast(owner => owner !== undefined)
  const ofAccount = owners.accounts[accountId] ?? ofUnit ?? null
  const { tag } = owners
  if (tag === undefined) return () => ofAccount
  return subject => tagOf(readValue(subject.resource.tags), tag) || tagOf(clusterTagsOf(subject), tag) || ofAccount
}

const clusterTagsOf = (subject: AnySubject) =>
  'group' in subject ? readValue(subject.cluster.detail)?.tags : undefined
