import { type DeliveryPorts, deliver } from '../../src/app/deliver.ts'
import { PostureError } from '../../src/core/errors.ts'
import { noFails } from '../../src/core/fail-counts.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { Message } from '../../src/core/ports.ts'
import type { Run } from '../../src/core/run.ts'
import type { AccountReport, RunRecord, Store } from '../../src/core/store.ts'
import type { FindingEvent } from '../../src/core/stored.ts'
import { runOf } from './memory.ts'

/** Nights that have ended and owe what they found, and somebody who sends it. */

export const shop = '222222222222'
export const data = '333333333333'

const event = (run: Run, accountId: string): FindingEvent => ({
  ...{ runId: run.id, kind: 'new', findingId: `id-${accountId}`, checkId: 'c1', severity: 'high' },
  ...{ accountId, region: 'eu-west-1', owner: null, causedBy: [], firstSeen: run.startedAt },
  resource: { type: 'cluster', id: `arn:${accountId}`, name: 'web', clusterName: 'web' },
  message: `Cluster web of ${accountId} fails.`,
})

export const reportOf = ({ id }: Pick<Run, 'id'>, accountId: string): AccountReport => ({
  ...{ runId: id, accountId, name: `name-${accountId}`, ouPath: ['Shops'], regions: [], waiversUsed: [] },
  totals: {
    ...{ clusters: 1, nodeGroups: 0, launchTemplates: 0, pass: 0, unknown: 0 },
    ...{ fail: noFails, apiCalls: {} },
  },
  standing: {
    ...{ fail: noFails, caused: 0, unknown: 0, waived: 0, unconfirmed: 0, pastDue: noFails },
    ...{ oldest: null, owners: [], clusters: [] },
  },
  defaults: { regions: 1, byPolicy: 0, closable: 0 },
})

/** A night that has ended; of each of the accounts it found something new. */
export const endNight = async (
  store: Store,
  day: number,
  accounts: readonly string[] = [shop, data],
  over: Partial<RunRecord> = {},
  policy: Policy = defaultPolicy,
): Promise<string> => {
  const run = runOf(day, over.scope)
  await store.putText(run.id, 'policy', JSON.stringify(policy))
  for (const accountId of accounts) {
    await store.putAccount(reportOf(run, accountId))
    await store.putEvent(event(run, accountId))
  }
  await store.startRun({
    ...{ ...run, toolVersion: '0.1.0', accountCount: accounts.length, isOrganization: true },
    ...{ finishedAt: run.startedAt, owesMessages: true, ...over },
  })
  return run.id
}

/** The time of a delivery: minutes after the night of that day began. */
export const minutesInto = (day: number, minutes = 10) => new Date(Date.UTC(2026, 10, day, 2, minutes))

/** The messages that reached whom, as `topic digest <run>` or `chat alert <account>`. */
export const post = () => {
  const sent: { readonly to: string; readonly message: Message }[] = []
  const refusing = new Map<string, string>()
  const publishTo = (to: string) => async (message: Message) => {
    const reason = refusing.get(to)
    if (reason !== undefined) throw new PostureError(reason)
    sent.push({ to, message })
  }
  const names = () =>
    sent.map(({ to, message: { attributes } }) =>
      [to, attributes['kind'], attributes['accountId'] ?? String(attributes['runId']).slice(8, 10)].join(' '),
    )
  return { sent, refusing, publishTo, names }
}

export const send = (runId: string, store: Store, ports: Partial<DeliveryPorts>, time: Date) =>
  deliver(runId, { store, now: () => time, ...ports })
