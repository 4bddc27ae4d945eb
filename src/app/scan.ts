import pMap from 'p-map'
import type { Check } from '../core/check.ts'
import { addJudgements, selectChecks } from '../core/evaluate.ts'
import { byPlace } from '../core/finding.ts'
import type { Policy } from '../core/policy.ts'
import type { Hub, Now, OpenAccount, OrganizationReader } from '../core/ports.ts'
import type { ScanResult } from '../core/result.ts'
import { dayOf, type Run } from '../core/run.ts'
import { compareText } from '../core/text.ts'
import { defaultRoleName, type Planned, plan, type Who } from './plan.ts'
import { type AccountResult, addLooked, type Night, notAsked, scanAccount } from './scan-account.ts'

export interface ScanRequest {
  readonly run: Run
  readonly who: Who
  readonly policy: Policy
  /** Every check there is; policy and scope select from them. */
  readonly checks: readonly Check[]
  /** Before posture.yaml's `role.name`. @default eks-node-posture-read */
  readonly roleName?: string | undefined
  readonly toolVersion: string
}

export interface ScanPorts {
  readonly organization: OrganizationReader
  readonly openAccount: OpenAccount
  /** Calls answered so far, by IAM action. */
  readonly apiCalls: () => Readonly<Record<string, number>>
  readonly now: Now
  /** What is known of the nights before. @default nothing */
  readonly memory?: ScanMemory | undefined
}

/** How a scan remembers. */
export interface ScanMemory {
  /** Keeps what an account came to, before its result is merged. */
  readonly remember: (account: AccountResult) => Promise<void>
  /** The accounts that have left the organization, which is planned with these. */
  readonly departedSince: (accounts: readonly Planned[]) => Promise<readonly Planned[]>
  readonly regionsBefore: Night['regionsBefore']
}

/** Told of what happens while a scan runs. */
export interface ScanWatcher {
  planned(hub: Hub, accounts: readonly Planned[]): void
  scanned(account: AccountResult): void
}

/**
 * The whole scan in one process: organization, accounts in parallel, one result.
 * @throws {PostureError} when there are no credentials or the organization cannot be listed. Whatever fails after that
 * is in the coverage.
 */
export const scan = async (request: ScanRequest, ports: ScanPorts, watcher: ScanWatcher): Promise<ScanResult> => {
  const { run, policy } = request
  const roleName = request.roleName ?? policy.role?.name ?? defaultRoleName
  const { hub, accounts: members } = await plan(request.who, policy, run.scope, roleName, ports.organization)
  const accounts = [...members, ...((await ports.memory?.departedSince(members)) ?? [])]
  watcher.planned(hub, accounts)

  const night: Night = {
    policy,
    checks: selectChecks(request.checks, policy, run.scope.checks),
    scope: run.scope,
    calendar: await ports.organization.describeClusterVersions(),
    hubRegions: hubRegionsBy(ports.openAccount, hub),
    regionsBefore: ports.memory?.regionsBefore ?? (async () => []),
    today: dayOf(run),
  }
  const results = await pMap(
    accounts,
    async ({ target, unasked }) => {
      const result = unasked
        ? await notAsked(target, night, unasked.status, unasked.detail)
        : await scanAccount(target, night, ports.openAccount)
      await ports.memory?.remember(result)
      watcher.scanned(result)
      return result
    },
    { concurrency: policy.limits.accounts },
  )
  return {
    ...merge(results),
    run,
    finishedAt: ports.now().toISOString(),
    toolVersion: request.toolVersion,
    undelivered: null,
    apiCalls: sorted(ports.apiCalls()),
  }
}

const merge = (
  results: readonly AccountResult[],
): Omit<ScanResult, 'run' | 'finishedAt' | 'toolVersion' | 'undelivered' | 'apiCalls'> => {
  const { findings, verdicts } = addJudgements(results.map(({ judgement }) => judgement))
  return {
    accountNames: Object.fromEntries(results.map(({ target }) => [target.accountId, target.name])),
    coverage: results
      .flatMap(({ coverage }) => coverage)
      .sort((a, b) => compareText(a.accountId, b.accountId) || compareText(a.region, b.region)),
    findings: findings.toSorted(byPlace),
    firstSeen: {},
    verdicts,
    looked: addLooked(results.map(({ looked }) => looked)),
  }
}

/** The hub's enabled Regions, read at most once; where they cannot be read, the Region that the hub runs in. */
export const hubRegionsBy = (openAccount: OpenAccount, hub: Hub): Night['hubRegions'] => {
  const ask = async () => {
    const access = await openAccount({
      accountId: hub.accountId,
      name: hub.accountId,
      arn: '',
      ouPath: null,
      state: 'ACTIVE',
      roleArn: null,
      partition: hub.partition,
    })
    const regions = access.status === 'open' ? (await access.reader.listRegions()).items : []
    const enabled = regions.filter(region => region.enabled).map(({ name }) => name)
    return enabled.length > 0 ? enabled : [hub.region]
  }
  let asked: Promise<readonly string[]> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}

const sorted = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => compareText(a, b)))
