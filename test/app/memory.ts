import { type RememberNight, remember } from '../../src/app/remember.ts'
import { beginRun, endRun, type RunPorts } from '../../src/app/runs.ts'
import type { AccountResult, JudgedArea } from '../../src/app/scan-account.ts'
import { nothingOf } from '../../src/app/scan-region.ts'
import type { Bucket } from '../../src/core/bucket.ts'
import { defineCheck } from '../../src/core/check.ts'
import type { Listed } from '../../src/core/completeness.ts'
import type { CoverageStatus } from '../../src/core/coverage.ts'
import { nothingJudged } from '../../src/core/evaluate.ts'
import type { Finding } from '../../src/core/finding.ts'
import { findingId } from '../../src/core/finding.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import { type Run, type Scope, startRun } from '../../src/core/run.ts'
import { pass } from '../../src/core/verdict.ts'
import * as build from '../support/build.ts'
import type { MemoryStore } from '../support/memory-store.ts'

/** Nights that are remembered: runs, checks and accounts as the use case meets them. */

export const { accountId, region } = build

export const check = (id = 'c1', revision = 1) =>
  defineCheck({
    id,
    revision,
    title: id,
    severity: 'high',
    appliesTo: 'cluster',
    why: '',
    fix: '',
    references: [],
    controls: [],
    evaluate: () => pass,
  })

/** A bucket in memory, and its files by key. */
export const bucketOf = () => {
  const files = new Map<string, string>()
  const bucket: Bucket = {
    name: 'runs',
    readFile: async key => files.get(key),
    writeFile: async (key, text) => {
      files.set(key, text)
    },
  }
  return { files, bucket }
}

/** The run of a night of November 2026, by its day, and the minute at which it starts. */
export const runOf = (day: number, scope: Scope = {}, minute = 0): Run =>
  startRun(new Date(Date.UTC(2026, 10, day, 2, minute)), 'abcdef', scope)

/** Ports as they are some minutes into a run. */
export const during = (run: Run, store: MemoryStore, minutes = 5): RunPorts => ({
  store,
  now: () => new Date(Date.parse(run.startedAt) + minutes * 60_000),
})

export const begin = (run: Run, store: MemoryStore) =>
  beginRun(
    run,
    { toolVersion: '0.0.0', isOrganization: true, policy: defaultPolicy },
    { store, now: () => new Date(run.startedAt) },
  )

export const night = (run: Run, over: Partial<RememberNight> = {}): RememberNight => ({
  run,
  checks: [check()],
  policy: defaultPolicy,
  previousRunId: undefined,
  ...over,
})

export const cluster = (name = 'shop') =>
  ({ type: 'cluster', id: `arn:${name}`, name, clusterName: name }) satisfies Finding['resource']

export const finding = (over: Partial<Finding> = {}): Finding => {
  const { checkId = 'c1', resource = cluster() } = over
  return {
    id: findingId(checkId, resource.id),
    checkId,
    status: 'fail',
    severity: 'high',
    accountId,
    region,
    resource,
    title: checkId,
    message: `${resource.name} fails.`,
    evidence: [],
    controls: [],
    owner: null,
    nodes: null,
    causedBy: [],
    waiver: null,
    ...over,
  }
}

export const listed: Listed = {
  clusters: true,
  clusterNames: new Set(['shop', 'pay']),
  launchTemplates: true,
  nodeGroups: true,
  instances: true,
  imageUses: true,
  nodeGroupsExcept: [],
}
export const unlisted: Listed = {
  clusters: false,
  clusterNames: new Set(),
  launchTemplates: false,
  nodeGroups: false,
  instances: false,
  imageUses: false,
  nodeGroupsExcept: [],
}

/** A Region that was read to its end, with one cluster that passes. */
export const area = (over: Partial<JudgedArea> = {}): JudgedArea => ({
  region,
  isComplete: true,
  listed,
  judged: [{ checkId: 'c1', revision: 1, resourceIds: new Set([cluster().id]) }],
  findings: [],
  ...over,
})

/** An account with one Region. */
export const account = (
  areas: readonly JudgedArea[],
  status: CoverageStatus = 'ok',
  {
    coverage = [{ accountId, region, status, detail: status === 'ok' ? null : `it is ${status}`, failures: [] }],
    ...over
  }: Partial<AccountResult> = {},
): AccountResult => ({
  target: build.target(),
  coverage,
  outcomes: coverage.map(nothingOf),
  judgement: { ...nothingJudged, findings: areas.flatMap(({ findings }) => findings) },
  looked: { clusters: 1, nodeGroups: 0, launchTemplates: 0 },
  areas,
  ...over,
})

/** One whole run about one account; what it wrote beside run, lease and report is answered. */
export const nightOf = async (
  store: MemoryStore,
  run: Run,
  result: AccountResult | readonly AccountResult[],
  over: Partial<RememberNight> = {},
) => {
  await begin(run, store)
  const already = store.writes.length
  for (const one of [result].flat()) await remember(one, night(run, over), during(run, store))
  const written = store.writes.slice(already).filter(({ call }) => !['putAccount', 'takeLease'].includes(call))
  await endRun(run, during(run, store))
  return written
}

/** The events of a run, as `kind name`. */
export const eventsOf = (store: MemoryStore, run: Run) =>
  store
    .events()
    .filter(({ runId }) => runId === run.id)
    .map(event => `${event.kind} ${'findingId' in event ? event.resource.name : event.region}`)
    .sort()

export const statesOf = (store: MemoryStore) =>
  Object.fromEntries(store.findings().map(({ resource, state, verdict }) => [resource.name, `${state} ${verdict}`]))

/** A Region in which these clusters fail. */
export const failing = (...names: string[]) =>
  area({ findings: names.map(name => finding({ resource: cluster(name) })), judged: judged(...names) })
export const judged = (...names: string[]) => [
  { checkId: 'c1', revision: 1, resourceIds: new Set(names.map(name => cluster(name).id)) },
]
