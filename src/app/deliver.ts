import { type Alert, collectAlerts } from '../core/alert.ts'
import { PostureError } from '../core/errors.ts'
import type { Message, Now, Publish } from '../core/ports.ts'
import type { RunRecord, Store } from '../core/store.ts'
import { alertMessage } from '../reports/alert.ts'
import { chatAlert } from '../reports/chat.ts'
import { knownRun, makeDigest, policyOf } from './digest.ts'
import { isScoped, wholeRunsBefore } from './runs.ts'
import { type ImportPorts, importRun } from './security-hub.ts'
import { eachEventToTell } from './untold.ts'

export interface DeliveryPorts {
  readonly store: Store
  /** The topic of digest and alerts. Where nobody names one, the messages of earlier runs stay owed. */
  readonly publish?: Publish | undefined
  /** The topic of Amazon Q Developer in chat applications, which is told the same in short. @default none */
  readonly chat?: Publish | undefined
  /** Where findings are imported of runs that owe it. */
  readonly securityHub?: Omit<ImportPorts, 'store'> | undefined
  readonly now: Now
}

/** How long others keep away from what a run owes while somebody sends it; as long as the function may take. */
export const claimMs = 5 * 60 * 1000

/** Somebody else is sending the messages of a run, or crashed over it a moment ago. */
export class BusyError extends PostureError {
  override name = 'BusyError'
}

/**
 * Sends what a run owes: to each topic an alert for whoever listens to an account and the digest, then its findings to
 * Security Hub. Before that, what earlier runs still owe is tried again.
 *
 * At least once, and once in practice: each part is marked when it was sent, for each receiver by itself, and a crash
 * between the two repeats that part with the same bytes. A receiver that fails keeps nothing from the others; the run is
 * done when all of them have everything, and until then a later delivery sends what is not marked. To import findings
 * twice changes nothing.
 * @throws {PostureError} when something of this run could not be sent: the run keeps the reason, and owes it still.
 * {@link BusyError} when somebody else is at it.
 */
export const deliver = async (runId: string, ports: DeliveryPorts): Promise<void> => {
  const run = await knownRun(runId, ports.store)
  const silent = new Set<Receiver>()
  for (const earlier of (await wholeRunsBefore(run, ports.store)).toReversed()) {
    if (!owesStill(earlier)) continue
    // Its failure stands in its own run, and what tonight's owes is not kept back for it.
    await sendAll(earlier, ports, silent).catch(passOver)
  }
  if (owesStill(run)) await sendAll(run, ports, new Set())
}

const owesStill = ({ scope, owesMessages, owesImport, finishedAt, digestSentAt }: RunRecord) =>
  (owesMessages || owesImport) && finishedAt !== undefined && digestSentAt === undefined && !isScoped(scope)

const passOver = (error: unknown) => {
  if (!(error instanceof PostureError)) throw error
}

/** @param silent receivers that failed a moment ago and are not asked again; those that fail are added. */
const sendAll = async (run: RunRecord, ports: DeliveryPorts, silent: Set<Receiver>): Promise<void> => {
  const { store, now } = ports
  const until = new Date(now().getTime() + claimMs).toISOString()
  if (!(await store.claimMessages(run.id, until, now().toISOString()))) {
    throw new BusyError(`The messages of run ${run.id} are being sent by somebody else; look at it again in 5 minutes.`)
  }
  const { failures, isComplete } = await sendTo(receiversOf(run, ports), silent)
  if (failures.size > 0) {
    const digestFailure = [...failures].join(' ')
    await store.updateRun(run.id, { digestFailure, claimedUntil: now().toISOString() })
    throw new PostureError(digestFailure)
  }
  await store.updateRun(run.id, { [isComplete ? 'digestSentAt' : 'claimedUntil']: now().toISOString() })
}

type Receiver = 'topic' | 'chat' | 'security-hub'

/** Who is sent what a run owes; without `send` it is owed, and nobody is there to take it. */
type Sending = readonly [Receiver, send: (() => Promise<void>) | undefined]

const sendTo = async (sendings: readonly Sending[], silent: Set<Receiver>) => {
  const failures = new Set<string>()
  let isComplete = true
  for (const [receiver, send] of sendings) {
    if (!send || silent.has(receiver)) {
      isComplete = false
      continue
    }
    try {
      await send()
    } catch (error) {
      if (!(error instanceof PostureError)) throw error
      silent.add(receiver)
      failures.add(error.message)
    }
  }
  return { failures, isComplete }
}

const receiversOf = (run: RunRecord, ports: DeliveryPorts): readonly Sending[] => {
  const { store, publish, chat, securityHub } = ports
  const toTopic = publish && (() => sendMail(run, store, publish))
  const toChat = chat && (() => sendChat(run, store, chat))
  const toHub = securityHub && (() => importOnce(run, { ...securityHub, store }))
  return [
    ...(run.owesMessages ? [['topic', toTopic] as const] : []),
    // A chat is told where there is one, and missed by nobody where there is none.
    ...(run.owesMessages && toChat ? [['chat', toChat] as const] : []),
    ...(run.owesImport ? [['security-hub', toHub] as const] : []),
  ]
}

const sendMail = async (run: RunRecord, store: Store, publish: Publish) => {
  const once = await onceOf(run.id, store)
  for (const { accountId, mail } of await alertsOf(run, store)) {
    await once(accountId, async () => publish(await mail()))
  }
  const digest = await digestOf(run, store)
  if (digest) await once('digest', () => publish({ ...digest.message, text: digest.text }))
}

/** The digest first: it begins the thread in which the alerts stand. */
const sendChat = async (run: RunRecord, store: Store, publish: Publish) => {
  const once = await onceOf(run.id, store)
  const digest = await digestOf(run, store)
  if (digest) await once('chat digest', () => publish({ ...digest.message, text: digest.chat }))
  for (const { accountId, chat } of await alertsOf(run, store)) {
    await once(`chat ${accountId}`, async () => publish(await chat()))
  }
}

const importOnce = async (run: RunRecord, ports: Omit<ImportPorts, 'store'> & { readonly store: Store }) => {
  const once = await onceOf(run.id, ports.store)
  await once('security-hub', async () => {
    await importRun(run.id, ports)
  })
}

/** Sends a part of what a run owes and marks it, unless it is marked. */
const onceOf = async (runId: string, store: Store) => {
  const told = await store.toldOf(runId)
  return async (part: string, send: () => Promise<void>) => {
    if (told.has(part)) return
    await send()
    await store.putTold(runId, part)
  }
}

interface AlertToSend {
  readonly accountId: string
  readonly mail: () => Promise<Message>
  readonly chat: () => Promise<Message>
}

/** One message an account with something that is new, back or no longer waived. */
const alertsOf = async (run: RunRecord, store: Store): Promise<readonly AlertToSend[]> => {
  const { alerts: settings, digest } = await policyOf(run.id, store)
  const collected = collectAlerts(settings.minSeverity)
  await eachEventToTell(run, store, collected.add)
  const inputOf = async (alert: Alert) => {
    const account = await store.readAccount(run.id, alert.accountId)
    return { run, alert, account, reportUrl: digest.reportUrl }
  }
  return collected.result().map(alert => ({
    accountId: alert.accountId,
    mail: async () => alertMessage(await inputOf(alert)),
    chat: async () => {
      const input = await inputOf(alert)
      return { ...alertMessage(input), text: chatAlert(input) }
    },
  }))
}

/** A night without change sends none where posture.yaml asks for silence. */
const digestOf = async (run: RunRecord, store: Store) => {
  const { subject, text, chat, isQuiet } = await makeDigest(run.id, store)
  const { digest } = await policyOf(run.id, store)
  if (isQuiet && digest.whenNothingChanged === 'silent') return undefined
  return { text, chat, message: { subject, attributes: { kind: 'digest', runId: run.id } } }
}
