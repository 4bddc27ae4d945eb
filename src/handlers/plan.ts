import { planRun } from '../app/plan-run.ts'
import { bucketIn } from '../aws/bucket.ts'
import { connectionWith } from '../aws/connection.ts'
import { readOrganizationWith } from '../aws/organization.ts'
import { openTable } from '../aws/store.ts'
import { readPlanEnvironment } from '../config/environment.ts'
import { parseYaml } from '../config/yaml.ts'
import { postureKey } from '../core/bucket.ts'
import { PlanReply, PlanRequest } from '../core/messages.ts'
import { defaultPolicy, policySchema } from '../core/policy.ts'
import { count, handle, logger } from './handle.ts'

const environment = readPlanEnvironment()
const bucket = bucketIn(environment.BUCKET_NAME)
const store = openTable(environment.TABLE_NAME)
const now = () => new Date()

const readPolicy = async (checkIds: readonly string[], today: string) => {
  const text = await bucket.readFile(postureKey)
  return text === undefined ? defaultPolicy : parseYaml(text, postureKey, policySchema(checkIds, today))
}

/** Begins a run and says where its scans are written down. */
export const handler = handle(PlanRequest, PlanReply, async request => {
  const organization = readOrganizationWith(connectionWith({ sessionName: 'eks-node-posture-plan', now }))
  const deployment = { roleName: environment.ROLE_NAME, toolVersion: environment.TOOL_VERSION }
  const reply = await planRun(request, deployment, { organization, readPolicy, bucket, store, now })
  count({ PlannedAccounts: reply.accountCount })
  logger.info('Planned', { runId: reply.runId, accounts: reply.accountCount })
  return reply
})
