import { selectChecks } from '../core/evaluate.ts'
import type { ScanResult } from '../core/result.ts'
import type { Store } from '../core/store.ts'
import { departedSince, regionsIn } from './departed.ts'
import { remember } from './remember.ts'
import { beginRun, endRun, isScoped, type RunPorts } from './runs.ts'
import { type ScanMemory, type ScanPorts, type ScanRequest, type ScanWatcher, scan } from './scan.ts'

/**
 * A scan in one process that a store remembers, by the same rules as the functions do: the run begins, its accounts are
 * scanned and remembered, and it ends.
 * @param owesMessages whether its digest and alerts are to be sent.
 * @returns the result, with since when its findings stand.
 * @throws {PostureError} as `scan` does, and when the store fails or another run writes to it.
 */
export const scanAndRemember = async (
  request: ScanRequest,
  { store, ...ports }: ScanPorts & { readonly store: Store },
  watcher: ScanWatcher,
  owesMessages: boolean,
): Promise<ScanResult> => {
  const { run, who, policy, toolVersion } = request
  const runPorts = { store, now: ports.now }
  try {
    const isOrganization = who.kind === 'organization'
    const previousRunId = await beginRun(run, { toolVersion, isOrganization, policy }, runPorts)
    const memory = memoryOf(request, previousRunId, runPorts)
    const result = await scan(request, { ...ports, memory }, watcher)
    await store.updateRun(run.id, { accountCount: Object.keys(result.accountNames).length })
    await endRun(run, runPorts, { owesMessages, owesImport: policy.securityHub.import })
    const listed = await store.listFindings()
    return { ...result, firstSeen: Object.fromEntries(listed.map(({ id, firstSeen }) => [id, firstSeen])) }
  } catch (error) {
    // The first error is the one to tell; a lease that cannot be released runs out.
    await store.releaseLease(run.id).catch(() => {})
    throw error
  }
}

const memoryOf = (
  { run, who, policy, checks }: ScanRequest,
  previousRunId: string | undefined,
  ports: RunPorts,
): ScanMemory => {
  const night = { run, checks: selectChecks(checks, policy), policy, previousRunId }
  const isWhole = who.kind === 'organization' && !isScoped(run.scope)
  return {
    remember: account => remember(account, night, ports),
    departedSince: async accounts => (isWhole ? departedSince(previousRunId, accounts, ports.store) : []),
    regionsBefore: regionsIn(previousRunId, ports.store),
  }
}
