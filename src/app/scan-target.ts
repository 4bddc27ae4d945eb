import { checks } from '../checks/index.ts'
import { type Bucket, keysOf } from '../core/bucket.ts'
import { PostureError } from '../core/errors.ts'
import { selectChecks } from '../core/evaluate.ts'
import type { ScanRequest } from '../core/messages.ts'
import { type Policy, policySchema } from '../core/policy.ts'
import type { Hub } from '../core/ports.ts'
import { dayOf, type Run } from '../core/run.ts'
import type { RunRecord, Store } from '../core/store.ts'
import { type VersionCalendar, WrittenCalendar } from '../core/version-support.ts'
import { checkIds } from './check-list.ts'
import { regionsIn } from './departed.ts'
import { hubRegionsBy } from './scan.ts'
import { type Night, notAsked } from './scan-account.ts'
import { type Part, type PartPorts, rememberUnasked, scanInParts } from './scan-in-parts.ts'

export interface ScanTargetPorts extends PartPorts {
  readonly whoAmI: () => Promise<Hub>
}

/**
 * Scans one account of a run that was planned, or what earlier calls left of it, and remembers what it came to. It may be
 * repeated.
 * @throws {PostureError} when the run is not known or has ended, or the store or the bucket fails; what AWS refuses is
 * coverage.
 */
export const scanTarget = async ({ runId, target, unasked }: ScanRequest, ports: ScanTargetPorts): Promise<Part> => {
  const { openAccount, whoAmI, bucket, store } = ports
  const { id, startedAt, scope, previousRunId } = await runOf(runId, store)
  const run: Run = { id, startedAt, scope }
  const policy = await policyOf(runId, bucket)
  const calendar = await calendarOf(runId, bucket)
  const night: Night = {
    policy,
    checks: selectChecks(checks, policy, scope.checks),
    scope,
    calendar,
    hubRegions: async () => hubRegionsBy(openAccount, await whoAmI())(),
    regionsBefore: regionsIn(previousRunId, store),
    today: dayOf(run),
  }
  const memory = { run, checks: selectChecks(checks, policy), policy, previousRunId }
  return unasked
    ? rememberUnasked(await notAsked(target, night, unasked.status, unasked.detail), memory, ports)
    : scanInParts({ target, night, memory, ports })
}

const runOf = async (runId: string, store: Store): Promise<RunRecord> => {
  const run = await store.readRun(runId)
  if (run) return run
  throw new PostureError(`The store knows no run ${runId}: it is begun by the plan function.`)
}

/** The policy of the night, as plan wrote it: whoever edits posture.yaml meanwhile changes the next one. */
const policyOf = async (runId: string, bucket: Bucket): Promise<Policy> => {
  const key = keysOf(runId).policy
  const text = await bucket.readFile(key)
  if (text === undefined) throw new PostureError(`There is no ${key} in bucket ${bucket.name}: plan writes it.`)
  return policySchema(checkIds).parse(JSON.parse(text))
}

/** The calendar of the night; empty for a run that was planned before there was one. */
const calendarOf = async (runId: string, bucket: Bucket): Promise<VersionCalendar> => {
  const text = await bucket.readFile(keysOf(runId).calendar)
  return new Map(Object.entries(text === undefined ? {} : WrittenCalendar.parse(JSON.parse(text))))
}
