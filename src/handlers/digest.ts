import { finishRun } from '../app/finish-run.ts'
import { bucketIn } from '../aws/bucket.ts'
import { publishTo } from '../aws/publish.ts'
import { importFindingsWith, securityHubClient } from '../aws/security-hub.ts'
import { openTable } from '../aws/store.ts'
import { readDigestEnvironment } from '../config/environment.ts'
import { DigestRequest } from '../core/messages.ts'
import { count, handle, logger } from './handle.ts'

const environment = readDigestEnvironment()
const { TOPIC_ARN, CHAT_TOPIC_ARN } = environment

/** The topic is the deployment's own, so its ARN tells where the function runs and in whose account. */
const [, partition = '', , region = '', accountId = ''] = TOPIC_ARN.split(':')
const hub = { partition, region, accountId }

const ports = {
  store: openTable(environment.TABLE_NAME),
  bucket: bucketIn(environment.BUCKET_NAME),
  hubRegion: region,
  publish: publishTo(TOPIC_ARN),
  chat: CHAT_TOPIC_ARN === undefined ? undefined : publishTo(CHAT_TOPIC_ARN),
  securityHub: { hub, importFindings: importFindingsWith(securityHubClient(hub)) },
  now: () => new Date(),
}

/** Ends a run and tells what it found. */
export const handler = handle(DigestRequest, DigestRequest, async request => {
  const { runId } = request
  const { isWhole, plannedAccounts, reportedAccounts } = await finishRun(runId, ports)
  // The alarms are about nights: a scoped run in the meantime neither stands for one that did not come nor clears its gaps.
  count(isWhole ? { RunsEnded: 1, AccountsNotScanned: plannedAccounts - reportedAccounts } : { RunsEnded: 0 })
  logger.info('Ended', { runId, accounts: reportedAccounts })
  return request
})
