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
import type { Severity } from '../core/verdict.ts'
import { count, handle, logger } from './handle.ts'

const environment = readScanEnvironment()
const bucket = bucketIn(environment.BUCKET_NAME)
const store = openTable(environment.TABLE_NAME)
const now = () => new Date()

/** Scans one account; one invocation takes all of its Regions, so none ever remain. */
export const handler = handle(ScanRequest, ScanReply, async request => {
  const { runId, target } = request
  const connection = connectionWith({
    sessionName: sessionNameOf(runId),
    externalId: environment.EXTERNAL_ID,
    now,
  })
  const { coverage, judgement } = await scanTarget(request, {
    openAccount: openAccountWith(connection),
    whoAmI: whoAmIWith(connection),
    apiCalls: () => connection.calls.read().answered,
    bucket,
    store,
    now,
  })

  const { answered, throttled } = connection.calls.read()
  const fails = (severity: Severity) =>
    judgement.findings.filter(finding => finding.status === 'fail' && finding.severity === severity).length
  const regions = coverage.filter(({ status }) => isCovered(status)).length
  count({
    Accounts: regions > 0 ? 1 : 0,
    Regions: regions,
    Calls: Object.values(answered).reduce((sum, calls) => sum + calls, 0),
    Throttles: throttled,
    CriticalFindings: fails('critical'),
    HighFindings: fails('high'),
    MediumFindings: fails('medium'),
    LowFindings: fails('low'),
    InfoFindings: fails('info'),
  })
  logger.info('Scanned', { runId, accountId: target.accountId, regions, findings: judgement.findings.length })
  return { ...request, remaining: [] }
})
