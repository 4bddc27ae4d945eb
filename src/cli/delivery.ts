import { deliver } from '../app/deliver.ts'
import { publishTo, topicClient } from '../aws/publish.ts'
import { PostureError } from '../core/errors.ts'
import type { Policy } from '../core/policy.ts'
import type { Hub, Now } from '../core/ports.ts'
import type { Store } from '../core/store.ts'

/** Who is sent what a run found. */
export interface Receivers {
  /** ARN of the topic of alerts and digest. */
  readonly publish?: string | undefined
  /** ARN of the topic of chats. */
  readonly chat?: string | undefined
  /** Whose Security Hub it is. */
  readonly hub?: Hub | undefined
  readonly endpointUrl?: string | undefined
}

/**
 * Publishes where a topic is named, and imports where posture.yaml asks for it. A receiver that is gone or denies loses
 * nothing: the run is kept.
 * @returns why something was not sent; undefined where all of it was.
 */
export const deliverFrom = async (
  runId: string,
  { publish, chat, hub, endpointUrl }: Receivers,
  { securityHub }: Policy,
  ports: { readonly store: Store; readonly now: Now },
): Promise<string | undefined> => {
  if (publish === undefined && !securityHub.import) return undefined
  const topic = (arn: string | undefined) =>
    arn === undefined ? undefined : publishTo(arn, topicClient(arn, endpointUrl))
  try {
    await deliver(runId, {
      ...ports,
      publish: topic(publish),
      chat: topic(chat),
      securityHub: hub && (await securityHubOf(hub, endpointUrl)),
    })
    return undefined
  } catch (error) {
    if (error instanceof PostureError) return error.message
    throw error
  }
}

/** Its client is large, and most scans do without. */
const securityHubOf = async (hub: Hub, endpointUrl: string | undefined) => {
  const { importFindingsWith, securityHubClient } = await import('../aws/security-hub.ts')
  return { hub, importFindings: importFindingsWith(securityHubClient(hub, endpointUrl)) }
}
