import { type Bucket, keysOf } from '../core/bucket.ts'
import { ConfigError } from '../core/errors.ts'
import type { PlanReply, PlanRequest, ScanRequest } from '../core/messages.ts'
import type { Policy } from '../core/policy.ts'
import type { Now, OrganizationReader } from '../core/ports.ts'
import { dayOf, type Run, type Scope, startRun } from '../core/run.ts'
import { sha256Hex } from '../core/sha256.ts'
import type { RunRecord, Store } from '../core/store.ts'
import { checkIds } from './check-list.ts'
import { departedSince } from './departed.ts'
import { policyOf } from './digest.ts'
import { type Planned, plan } from './plan.ts'
import { beginRun, isScoped, previousRuns, type RunPorts } from './runs.ts'

export interface PlanRunPorts {
  readonly organization: OrganizationReader
  /**
   * What posture.yaml says on a day, and the default where there is none.
   * @throws {ConfigError} for what it may not say.
   */
  readonly readPolicy: (checkIds: readonly string[], today: string) => Promise<Policy>
  readonly bucket: Bucket
  readonly store: Store
  readonly now: Now
}

/** What the deployment decides. */
export interface Deployment {
  /** The one role that the scan may assume in an account. */
  readonly roleName: string
  readonly toolVersion: string
}

/**
 * Begins a run of the whole organization for the scans to come: one policy and one calendar of Kubernetes versions for all
 * of them, and a manifest with a request a line. Accounts that are not asked are in it as well, for they are coverage. The same
 * execution makes the same run, and one that was begun keeps its policy and its accounts, whatever has changed meanwhile.
 * @throws {PostureError} when the organization cannot be listed or another run is under way; {@link ConfigError} for a
 * policy or a scope that cannot be followed.
 */
export const planRun = async (
  { startedAt, execution, scope = {} }: PlanRequest,
  { roleName, toolVersion }: Deployment,
  { organization, readPolicy, bucket, store, now }: PlanRunPorts,
): Promise<PlanReply> => {
  const run = startRun(new Date(startedAt), sha256Hex(execution), scope)
  refuseUnknownChecks(scope)
  const begun = await store.readRun(run.id)
  if (begun) return goOn(begun, bucket, { store, now })
  const policy = await readPolicy(checkIds, dayOf(run))
  refuseOtherRole(policy, roleName)

  const { accounts: members } = await plan({ kind: 'organization' }, policy, scope, roleName, organization)
  refuseStrangers(scope, members)
  const [previous] = await previousRuns(run, true, store)
  const departed = isScoped(scope) ? [] : await departedSince(previous?.id, members, store)
  const accounts = [...members, ...departed]
  const keys = keysOf(run.id)
  const requests = accounts.map((planned): ScanRequest => ({ runId: run.id, ...planned }))
  const calendar = await organization.describeClusterVersions()
  await bucket.writeFile(keys.policy, JSON.stringify(policy), 'application/json')
  await bucket.writeFile(keys.calendar, JSON.stringify(Object.fromEntries(calendar)), 'application/json')
  await bucket.writeFile(keys.manifest, linesOf(requests), 'application/jsonl')
  // Last, for whoever takes the lease and then fails keeps others waiting for nothing.
  const beginning = { accountCount: accounts.length, toolVersion, isOrganization: true, policy }
  await beginRun(run, beginning, { store, now })
  return replyOf(run, accounts.length, policy, bucket)
}

/** What a run was begun with is all written by then: another list of accounts would not be the one that it counted. */
const goOn = async (begun: RunRecord, bucket: Bucket, ports: RunPorts): Promise<PlanReply> => {
  const policy = await policyOf(begun.id, ports.store)
  await beginRun(begun, { ...begun, policy }, ports)
  return replyOf(begun, begun.accountCount, policy, bucket)
}

const replyOf = ({ id }: Pick<Run, 'id'>, accountCount: number, { limits }: Policy, bucket: Bucket): PlanReply => ({
  runId: id,
  bucket: bucket.name,
  manifestKey: keysOf(id).manifest,
  concurrency: limits.accounts,
  accountCount,
})

const linesOf = (values: readonly unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join('')

const refuseUnknownChecks = (scope: Scope) => {
  const unknown = scope.checks?.find(id => !checkIds.includes(id))
  if (unknown !== undefined) throw new ConfigError(`The scope of the run names ${unknown}, and there is no such check.`)
}

/** With a slip of the pen the run would look at nothing, and succeed. */
const refuseStrangers = (scope: Scope, members: readonly Planned[]) => {
  const known = new Set(members.map(({ target }) => target.accountId))
  const stranger = scope.accounts?.find(id => !known.has(id))
  if (stranger === undefined) return
  throw new ConfigError(`The scope of the run names account ${stranger}, and the organization has no such account.`)
}

const refuseOtherRole = ({ role }: Policy, roleName: string) => {
  if (role?.name === undefined || role.name === roleName) return
  throw new ConfigError(
    `posture.yaml: role.name is ${role.name}, and this deployment may assume ${roleName} alone: deploy it with the parameter memberRoleName.`,
  )
}
