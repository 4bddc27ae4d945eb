import { isInScope } from '../core/coverage.ts'
import { Digest, type DigestInput } from '../core/digest-input.ts'
import { PostureError } from '../core/errors.ts'
import type { FailCounts } from '../core/fail-counts.ts'
import { type Policy, policySchema } from '../core/policy.ts'
import type { AccountReport, RunRecord, Store } from '../core/store.ts'
import type { StoredFinding } from '../core/stored.ts'
import { type EventTally, tallyEvents } from '../core/tally-events.ts'
import { type Severity, severities } from '../core/verdict.ts'
import { digest } from '../reports/digest.ts'
import { mostRows } from '../reports/digest-sections.ts'
import { tallyOf, wholeRunsBefore } from './runs.ts'
import { eachEventToTell } from './untold.ts'

/** How many of the oldest findings are named. */
const mostOld = 3
/** Findings that follow from others, or stand where posture.yaml no longer looks, are passed over, so a few more are read. */
const spare = 20
/** So many are never read for three: who excludes an account with thousands of old findings gets fewer names. */
const mostRead = 2_000

/**
 * The digest of a run. Of a run that has ended it is made once and kept, so that whoever asks for it reads the very bytes
 * that are sent. It reads the run's events and reports in passing, and of the open findings those that it names.
 * @throws {PostureError} when the store does not know the run.
 */
export const makeDigest = async (runId: string, store: Store): Promise<Digest> => {
  const kept = await store.readText(runId, 'digest')
  if (kept !== undefined) return Digest.parse(JSON.parse(kept))
  const run = await knownRun(runId, store)
  const made = digest(await inputOf(run, store))
  if (run.finishedAt !== undefined) await store.putText(runId, 'digest', JSON.stringify(made))
  return made
}

const inputOf = async (run: RunRecord, store: Store): Promise<DigestInput> => {
  const policy = await policyOf(run.id, store)
  const accounts = await tallyOf(run.id, store)
  const before = await wholeRunsBefore(run, store)
  return {
    run,
    policy,
    accounts,
    events: await eventsOf(run, store),
    before: before.filter(({ isOrganization }) => isOrganization === run.isOrganization),
    oldest: await oldestOf(run, store, accounts.totals.fail),
    pastDue: await pastDueOf(run, store, accounts.pastDue),
  }
}

const eventsOf = async (run: RunRecord, store: Store): Promise<EventTally> => {
  const tally = tallyEvents(mostRows)
  await eachEventToTell(run, store, tally.add)
  return tally.result()
}

/** The oldest fails of the worst severity that has any. */
const oldestOf = async (run: RunRecord, store: Store, fail: FailCounts) => {
  const worst = severities.find(severity => fail[severity] > 0)
  return worst === undefined ? [] : namedOf(run, store, worst, mostOld)
}

/** The fails that are past due, the worst severity first: the oldest of a severity are, when any is. */
const pastDueOf = async (run: RunRecord, store: Store, pastDue: FailCounts) => {
  const late: StoredFinding[] = []
  for (const severity of severities) {
    const count = Math.min(mostOld - late.length, pastDue[severity])
    if (count > 0) late.push(...(await namedOf(run, store, severity, count)))
  }
  return late
}

/** The oldest fails of a severity that are counted as open: causes, where the run looked. */
const namedOf = async (run: RunRecord, store: Store, severity: Severity, count: number) => {
  for (let most = count + spare; ; most *= 10) {
    const read = await store.oldestFails(severity, most)
    const named = await firstLookedAt(run, store, read, count)
    if (named.length === count || read.length < most || most * 10 > mostRead) return named
  }
}

const firstLookedAt = async (run: RunRecord, store: Store, findings: readonly StoredFinding[], count: number) => {
  const regionsOf = new Map<string, AccountReport['regions']>()
  const named: StoredFinding[] = []
  for (const finding of findings) {
    const { accountId, region, causedBy } = finding
    if (named.length === count) break
    if (causedBy.length > 0) continue
    const regions = regionsOf.get(accountId) ?? (await store.readAccount(run.id, accountId))?.regions ?? []
    regionsOf.set(accountId, regions)
    if (isInScope(regions, region)) named.push(finding)
  }
  return named
}

/** The policy of the night. Its checks were there on that night, whatever has become of them. */
export const policyOf = async (runId: string, store: Pick<Store, 'readText'>): Promise<Policy> => {
  const text = await store.readText(runId, 'policy')
  if (text === undefined) throw new PostureError(`The store holds no policy of run ${runId}, which it was begun with.`)
  return policySchema({ includes: () => true }).parse(JSON.parse(text))
}

/** A run that has to be there. @throws {PostureError} when it is not. */
export const knownRun = async (runId: string, store: Pick<Store, 'readRun'>): Promise<RunRecord> => {
  const run = await store.readRun(runId)
  if (run) return run
  throw new PostureError(`The store knows no run ${runId}; its runs are told by: npx eks-node-posture report.`)
}
