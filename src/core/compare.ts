import { daysBetween } from './days.ts'
import type { Finding } from './finding.ts'
import type { FindingEventKind, StoredFinding } from './stored.ts'

/** What tonight says of one check on one resource. */
export type Tonight =
  /** Passed or skipped. */
  | { readonly says: 'pass' }
  | { readonly says: 'fail' | 'unknown'; readonly finding: Finding }
  /** Not in a list that was read to its end. */
  | { readonly says: 'gone' }
  /** Not looked at, or not in a list that broke off. */
  | { readonly says: 'not-read' }
  /** A group that can have no node and come back, such as Karpenter's, and has none: not seen, which is not gone. */
  | { readonly says: 'unseen' }
  /** Its check is gone or off, or its account is closed: closed, and never counted as fixed. */
  | { readonly says: 'retired' }

/** What a comparison has to know beside the two sides. */
export interface Circumstances {
  readonly runId: string
  /** UTC, the start of the run. */
  readonly at: string
  /** The check's revision tonight. */
  readonly revision: number
  /** Whether this account-Region was completely judged before under this check and revision. */
  readonly judgedBefore: boolean
  /** Whether a waiver matches the finding tonight. */
  readonly waived: boolean
}

/** After how many days a group that was not seen is taken for gone for good (DESIGN §7). */
export const unseenDays = 30

/** What has to be written; `event` is absent where only the words changed. */
export type Transition =
  | { readonly kind: 'put'; readonly finding: StoredFinding; readonly event: FindingEventKind | undefined }
  | { readonly kind: 'drop'; readonly finding: StoredFinding }

/**
 * The transition table of the store (DESIGN §7): what a finding becomes from what is stored and what tonight says.
 * Undefined where nothing is to be written, which is what a night without change says of every finding.
 */
export const compare = (
  stored: StoredFinding | undefined,
  tonight: Tonight,
  circumstances: Circumstances,
): Transition | undefined => {
  if (!stored) return ofNothing(tonight, circumstances)
  if (stored.state === 'waived') return ofWaived(stored, tonight, circumstances)
  if (stored.state !== 'open') return ofClosed(stored, tonight, circumstances)
  return stored.verdict === 'fail'
    ? ofOpenFail(stored, tonight, circumstances)
    : ofOpenUnknown(stored, tonight, circumstances)
}

const ofNothing = (tonight: Tonight, circumstances: Circumstances): Transition | undefined => {
  if (tonight.says === 'fail') return opened(tonight.finding, circumstances, 0)
  if (tonight.says === 'unknown')
    return put({ ...fresh(tonight.finding, circumstances), verdict: 'unknown' }, undefined)
  return undefined
}

const ofOpenFail = (stored: StoredFinding, tonight: Tonight, circumstances: Circumstances): Transition | undefined => {
  const { runId, at, waived } = circumstances
  switch (tonight.says) {
    case 'pass':
    case 'gone':
    case 'retired':
      return ended(stored, tonight.says, circumstances)
    case 'unseen':
      return ofUnseen(stored, circumstances, stored.unconfirmedSince === undefined ? 'unconfirmed' : undefined)
    case 'unknown':
    case 'not-read':
      if (stored.unconfirmedSince === undefined) {
        return put({ ...withoutPending(stored), unconfirmedSince: at, changedIn: runId }, 'unconfirmed')
      }
      return unseenNoMore(stored, circumstances)
    case 'fail': {
      const next = retold(stored, tonight.finding, circumstances)
      if (waived) return put({ ...next, state: 'waived' }, 'waived')
      if (tonight.finding.severity !== stored.severity) return put(next, 'severity-changed')
      if (stored.unconfirmedSince !== undefined) return put(next, 'confirmed')
      return saysSomethingNew(stored, next) ? put(next, undefined) : undefined
    }
  }
}

const ofOpenUnknown = (
  stored: StoredFinding,
  tonight: Tonight,
  circumstances: Circumstances,
): Transition | undefined => {
  switch (tonight.says) {
    case 'pass':
    case 'gone':
    case 'retired':
      return { kind: 'drop', finding: stored }
    case 'not-read':
      return unseenNoMore(stored, circumstances)
    case 'unseen':
      return isUnseenForGood(stored, circumstances)
        ? { kind: 'drop', finding: stored }
        : ofUnseen(stored, circumstances, undefined)
    case 'unknown': {
      const next = { ...retold(stored, tonight.finding, circumstances), verdict: 'unknown' as const }
      return saysSomethingNew(stored, next) ? put(next, undefined) : undefined
    }
    case 'fail':
      return opened(tonight.finding, circumstances, stored.reopenCount)
  }
}

const ofClosed = (stored: StoredFinding, tonight: Tonight, circumstances: Circumstances): Transition | undefined => {
  if (tonight.says !== 'fail') return undefined
  const next = { ...retold(stored, tonight.finding, circumstances), reopenCount: stored.reopenCount + 1 }
  if (circumstances.waived) return put({ ...next, state: 'waived' }, 'waived')
  return put(next, circumstances.judgedBefore ? 'reopened' : 'baseline')
}

const ofWaived = (stored: StoredFinding, tonight: Tonight, circumstances: Circumstances): Transition | undefined => {
  switch (tonight.says) {
    case 'pass':
    case 'gone':
    case 'retired':
      return ended(stored, tonight.says, circumstances)
    case 'unseen':
      return ofUnseen(stored, circumstances, undefined)
    case 'unknown':
    case 'not-read':
      return unseenNoMore(stored, circumstances)
    case 'fail': {
      const next = retold(stored, tonight.finding, circumstances)
      if (!circumstances.waived) return put(next, 'waiver-expired')
      const still = { ...next, state: 'waived' as const }
      return saysSomethingNew(stored, still) ? put(still, undefined) : undefined
    }
  }
}

/** A group without nodes keeps its state, is marked with since when, and is retired when that is long ago. */
const ofUnseen = (
  stored: StoredFinding,
  circumstances: Circumstances,
  event: FindingEventKind | undefined,
): Transition | undefined => {
  const { runId: changedIn, at } = circumstances
  if (isUnseenForGood(stored, circumstances)) return closed(stored, 'retired', circumstances)
  if (stored.unseenSince !== undefined) return undefined
  const unconfirmed = event && { unconfirmedSince: at }
  return put({ ...withoutPending(stored), ...unconfirmed, unseenSince: at, changedIn }, event)
}

const isUnseenForGood = ({ unseenSince }: StoredFinding, { at }: Circumstances) =>
  unseenSince !== undefined && daysBetween(unseenSince, at) >= unseenDays

/** A group that is seen again, or that may have been: only what every night says counts, so the days begin anew. */
const unseenNoMore = (stored: StoredFinding, { runId }: Circumstances): Transition | undefined => {
  const { unseenSince, ...rest } = withoutPending(stored)
  return unseenSince === undefined ? undefined : put({ ...rest, changedIn: runId }, undefined)
}

/** A finding that opens. Where the account-Region was not judged like this before, that is no news but a baseline. */
const opened = (finding: Finding, circumstances: Circumstances, reopenCount: number): Transition => {
  const next = { ...fresh(finding, circumstances), reopenCount }
  if (circumstances.waived) return put({ ...next, state: 'waived' }, 'waived')
  return put(next, circumstances.judgedBefore ? 'new' : 'baseline')
}

const fresh = (finding: Finding, { runId, at, revision }: Circumstances): StoredFinding => {
  const { status, ...rest } = finding
  return { ...rest, revision, state: 'open', verdict: status, firstSeen: at, changedIn: runId, reopenCount: 0 }
}

/** The stored finding in tonight's words: open, failing and confirmed. */
const retold = (stored: StoredFinding, finding: Finding, circumstances: Circumstances): StoredFinding => ({
  ...fresh(finding, circumstances),
  firstSeen: stored.firstSeen,
  reopenCount: stored.reopenCount,
})

/** How a fail ends: fixed, gone, or closed because its check says nothing any more. */
const ended = (stored: StoredFinding, says: 'pass' | 'gone' | 'retired', circumstances: Circumstances): Transition => {
  const isRetired = says === 'retired' || (says === 'pass' && isSharper(stored, circumstances))
  return closed(stored, isRetired ? 'retired' : 'resolved', circumstances)
}

const closed = (stored: StoredFinding, state: 'resolved' | 'retired', { runId, at }: Circumstances): Transition => {
  const { unconfirmedSince, unseenSince, ...rest } = withoutPending(stored)
  return put({ ...rest, state, resolvedAt: at, changedIn: runId }, state)
}

const withoutPending = ({ pending, ...stored }: StoredFinding): StoredFinding => stored

/** Passing under a sharper or changed check is not the same as having been fixed. */
const isSharper = (stored: StoredFinding, { revision }: Circumstances) => stored.revision !== revision

const saysSomethingNew = (stored: StoredFinding, next: StoredFinding) =>
  stored.unseenSince !== next.unseenSince ||
  isCountedAtLast(stored, next) ||
  JSON.stringify(content(stored)) !== JSON.stringify(content(next))

/** A night that could not read all of the nodes leaves no count, and the first that can makes up for it. */
const isCountedAtLast = (stored: StoredFinding, next: StoredFinding) => stored.nodes === null && next.nodes !== null

/** What a person would call a change. How many nodes there are is none: they come and go. */
const content = (finding: StoredFinding) => {
  const { revision, severity, resource, title, message, evidence, controls, owner, causedBy, waiver } = finding
  return [
    revision,
    severity,
    [resource.type, resource.id, resource.name, resource.clusterName],
    title,
    message,
    evidence.map(({ what, value, source }) => [what, value, source]),
    controls.map(({ framework, id, mapping }) => [framework, id, mapping]),
    owner,
    causedBy,
    waiver && [waiver.owner, waiver.reason, waiver.ticket, waiver.expires],
  ]
}

const put = (finding: StoredFinding, event: FindingEventKind | undefined): Transition => ({
  kind: 'put',
  finding,
  event,
})
