import { scanTarget } from '../app/scan-target.ts'
import { openAccountWith } from '../aws/account.ts'
import { bucketIn } from '../aws/bucket.ts'
import { sessionNameOf } from '../aws/clients.ts'
import { connectionWith } from '../aws/connection.ts'
import { openTable } from '../aws/store.ts'
import { whoAmIWith } from '../aws/who-am-i.ts'
import { readScanEnvironment } from '../config/environment.ts'
import { isCovered } from '../core/coverage.ts'
import { ScanReply, ScanRequest } from '../core/messages.ts'
import { count, countSeconds, handle, logger } from './handle.ts'

const environment = readScanEnvironment()
const bucket = bucketIn(environment.BUCKET_NAME)
const store = openTable(environment.TABLE_NAME)
const now = () => new Date()

/** Enough to write what is in hand to the store and the bucket. */
const handOverMs = 60_000

/** Scans one account, or as much of it as there is time for: what remains is told, and taken by the next invocation. */
export const handler = handle(ScanRequest, ScanReply, async (request, invocation) => {
  const { runId, target, unasked } = request
  const startedAt = now().getTime()
  const remainingMs = () => invocation.getRemainingTimeInMillis()
  const timeIsUp = AbortSignal.timeout(Math.max(0, remainingMs() - handOverMs))
  const connection = connectionWith({
    sessionName: sessionNameOf(runId),
    externalId: environment.EXTERNAL_ID,
    now,
    signal: timeIsUp,
  })
  const { coverage, totals, remaining } = await scanTarget(request, {
    openAccount: openAccountWith(connection),
    whoAmI: whoAmIWith(connection),
    apiCalls: () => connection.calls.read().answered,
    deadline: { remainingMs, timeIsUp },
    bucket,
    store,
    now,
  })

  const { answered, throttled } = connection.calls.read()
  const regions = coverage.filter(({ status }) => isCovered(status)).length
  count({
    Accounts: remaining.length === 0 && !unasked && regions > 0 ? 1 : 0,
    Regions: regions,
    Calls: Object.values(answered).reduce((sum, calls) => sum + calls, 0),
    Throttles: throttled,
    HandedOver: remaining.length > 0 ? 1 : 0,
    CriticalFindings: totals.fail.critical,
    HighFindings: totals.fail.high,
    MediumFindings: totals.fail.medium,
    LowFindings: totals.fail.low,
    InfoFindings: totals.fail.info,
  })
  countSeconds('ScanSeconds', now().getTime() - startedAt)
  logger.info('Scanned', { runId, accountId: target.accountId, regions, remaining: remaining.length })
  return { ...request, remaining }
})
