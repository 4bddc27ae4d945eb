import { finishRun } from '../app/finish-run.ts'
import { bucketIn } from '../aws/bucket.ts'
import { publishTo } from '../aws/publish.ts'
import { openTable } from '../aws/store.ts'
import { readDigestEnvironment } from '../config/environment.ts'
import { DigestRequest } from '../core/messages.ts'
import { count, handle, logger } from './handle.ts'

const environment = readDigestEnvironment()
const ports = {
  store: openTable(environment.TABLE_NAME),
  bucket: bucketIn(environment.BUCKET_NAME),
  publish: publishTo(environment.TOPIC_ARN),
  now: () => new Date(),
}

/** Ends a run and tells what it found. */
export const handler = handle(DigestRequest, DigestRequest, async request => {
  const { runId } = request
  const { plannedAccounts, reportedAccounts } = await finishRun(runId, ports)
  count({ RunsEnded: 1, AccountsNotScanned: plannedAccounts - reportedAccounts })
  logger.info('Ended', { runId, accounts: reportedAccounts })
  return request
})
