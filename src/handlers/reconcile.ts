import { reconcileRun } from '../app/reconcile.ts'
import { bucketIn } from '../aws/bucket.ts'
import { openTable } from '../aws/store.ts'
import { readReconcileEnvironment } from '../config/environment.ts'
import { ReconcileReply, ReconcileRequest } from '../core/messages.ts'
import { count, handle, logger } from './handle.ts'

const environment = readReconcileEnvironment()
const ports = { store: openTable(environment.TABLE_NAME), bucket: bucketIn(environment.BUCKET_NAME) }

/** Says which accounts of a run have no report yet. */
export const handler = handle(ReconcileRequest, ReconcileReply, async ({ runId }) => {
  const reply = await reconcileRun(runId, ports)
  count({ AccountsScannedAgain: reply.missingCount })
  logger.info('Reconciled', { runId, missing: reply.missingCount })
  return reply
})
