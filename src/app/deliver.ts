import { collectAlerts } from '../core/alert.ts'
import { PostureError } from '../core/errors.ts'
import type { Now, Publish } from '../core/ports.ts'
import type { RunRecord, Store } from '../core/store.ts'
import { alertMessage } from '../reports/alert.ts'
import { knownRun, makeDigest, policyOf } from './digest.ts'
import { isScoped, wholeRunsBefore } from './runs.ts'

export interface DeliveryPorts {
  readonly store: Store
  /** The topic of digest and alerts. */
  readonly publish: Publish
  readonly now: Now
}

/** How long others keep away from the messages of a run that somebody is sending; as long as the function may take. */
export const claimMs = 5 * 60 * 1000

/** Somebody else is sending the messages of a run, or crashed over it a moment ago. */
export class BusyError extends PostureError {
  override name = 'BusyError'
}

/**
 * Sends what a run owes: an alert to whoever listens to an account, then the digest. At least once, and once in practice:
 * each message is marked when it was sent, and a crash between the two repeats that one under the same run id. Before
 * that, what earlier runs still owe is tried again.
 * @throws {PostureError} when something of this run could not be sent: the run keeps the reason, and owes it still.
 * {@link BusyError} when somebody else is at it.
 */
export const deliver = async (runId: string, ports: DeliveryPorts): Promise<void> => {
  const run = await knownRun(runId, ports.store)
  for (const earlier of (await wholeRunsBefore(run, ports.store)).toReversed()) {
    if (!owesStill(earlier)) continue
    // Its failure stands in its own run, and tonight's messages are not kept back for it.
    await sendAll(earlier, ports).catch(passOver)
  }
  if (owesStill(run)) await sendAll(run, ports)
}

const owesStill = ({ scope, owesMessages, finishedAt, digestSentAt }: RunRecord) =>
  owesMessages === true && finishedAt !== undefined && digestSentAt === undefined && !isScoped(scope)

const passOver = (error: unknown) => {
  if (!(error instanceof PostureError)) throw error
}

const sendAll = async (run: RunRecord, ports: DeliveryPorts): Promise<void> => {
  const { store, now } = ports
  const until = () => new Date(now().getTime() + claimMs).toISOString()
  if (!(await store.claimMessages(run.id, until(), now().toISOString()))) {
    throw new BusyError(`The messages of run ${run.id} are being sent by somebody else; look at it again in 5 minutes.`)
  }
  try {
    await sendAlerts(run, ports)
    await sendDigest(run, ports)
  } catch (error) {
    if (!(error instanceof PostureError)) throw error
    await store.updateRun(run.id, { digestFailure: error.message, claimedUntil: now().toISOString() })
    throw error
  }
  await store.updateRun(run.id, { digestSentAt: now().toISOString() })
}

/** One message an account with something that is new, back or no longer waived, unless it was told already. */
const sendAlerts = async (run: RunRecord, { store, publish }: DeliveryPorts) => {
  const { alerts: settings, digest } = await policyOf(run.id, store)
  const collected = collectAlerts(settings.minSeverity)
  await store.eachEvent(run.id, collected.add)
  const told = await store.toldOf(run.id)
  for (const alert of collected.result()) {
    if (told.has(alert.accountId)) continue
    const account = await store.readAccount(run.id, alert.accountId)
    await publish(alertMessage({ run, alert, account, reportUrl: digest.reportUrl }))
    await store.putTold(run.id, alert.accountId)
  }
}

/** A night without change sends none where posture.yaml asks for silence. */
const sendDigest = async (run: RunRecord, { store, publish }: DeliveryPorts) => {
  const { subject, text, isQuiet } = await makeDigest(run.id, store)
  const { digest } = await policyOf(run.id, store)
  if (isQuiet && digest.whenNothingChanged === 'silent') return
  await publish({ subject, text, attributes: { kind: 'digest', runId: run.id } })
}
