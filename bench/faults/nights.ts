import { BusyError } from '../../src/app/deliver.ts'
import { finishRun } from '../../src/app/finish-run.ts'
import { planRun } from '../../src/app/plan-run.ts'
import { reconcileRun } from '../../src/app/reconcile.ts'
import type { Part } from '../../src/app/scan-in-parts.ts'
import { scanTarget } from '../../src/app/scan-target.ts'
import { openAccountWith } from '../../src/aws/account.ts'
import { bucketIn } from '../../src/aws/bucket.ts'
import { connectionWith } from '../../src/aws/connection.ts'
import { readOrganizationWith } from '../../src/aws/organization.ts'
import { publishTo } from '../../src/aws/publish.ts'
import { storeIn } from '../../src/aws/store.ts'
import { whoAmIWith } from '../../src/aws/who-am-i.ts'
import { PostureError } from '../../src/core/errors.ts'
import { ScanRequest } from '../../src/core/messages.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { OpenAccount } from '../../src/core/ports.ts'
import type { Store } from '../../src/core/store.ts'
import { virtualClock } from '../../src/sandbox/clock.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import type { Organization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { type Counters, createSandbox } from '../../src/sandbox/sandbox.ts'
import { externalId, home, hub } from './organization.ts'
import { clientsOf, type Kept, KilledError, type Strike, type Watch } from './wire.ts'

/** What the state machine invokes: `plan`, `scan 222222222222`, `reconcile`, `digest`. */
export type Invocation = string

export interface Night {
  /** Of November 2026. */
  readonly day: number
  readonly organization: Organization
  /** What strikes an invocation, each time that it is invoked. @default nothing */
  readonly strikeIn?: (invocation: Invocation) => Strike | undefined
  /** Attempts of a call to an account. @default 8 */
  readonly maxAttempts?: number
  /** Whether every account is scanned twice at the same time, as a delivery at least once may have it. @default false */
  readonly twice?: boolean
  /** Whether a call of the scan function has time for one Region only, so that it hands over the others. @default false */
  readonly inParts?: boolean
  readonly policy?: Policy
  /** What is read in place of AWS, where nothing strikes that: it is the same every night. @default AWS is read */
  readonly openAccount?: OpenAccount
  readonly watch?: Watch
  /** What the functions are given in place of their own, for controls: what it spoils the judge has to see. @default nothing */
  readonly spoil?: (ports: Spoilable) => Spoilable
}

export interface Spoilable {
  readonly store: Store
  readonly openAccount: OpenAccount
}

/** What became of a night. */
export interface Played {
  /** Undefined where no run began. */
  readonly runId: string | undefined
  /** Whether the execution of the state machine ended as failed, which is an alarm. */
  readonly hasFailed: boolean
  /** What functions ended with, by invocation; a defect is an error that nobody threw on purpose. */
  readonly errors: readonly { readonly invocation: Invocation; readonly message: string; readonly isDefect: boolean }[]
  readonly counters: Counters
}

const nothing: Strike = () => undefined
const deployment = { roleName: 'eks-node-posture-read', toolVersion: '0.0.0' }
const topic = `arn:aws:sns:${home}:${hub}:alerts`

/** As serverless.yml has it: what is killed is invoked once more, a claim of somebody else is waited for. */
const killed = { most: 1, afterMs: 10_000 }
const busy = { most: 6, afterMs: 60_000 }

/** One night as the state machine runs it: plan, each account, reconcile, what is missing, digest; what fails but plan is passed over. */
export const playNight = async (kept: Kept, night: Night): Promise<Played> => {
  const { day, organization, strikeIn } = night
  const sandbox = createSandbox(organization)
  const reading = requestHandlerOf(sandbox)
  const startedAt = new Date(Date.UTC(2026, 10, day, 2)).toISOString()
  let time = Date.parse(startedAt) + 60_000
  const now = () => new Date(time)
  const errors: Played['errors'][number][] = []

  // Making clients costs more than their calls, and only what is struck needs its own.
  const spared = portsOf(kept, nothing, night, reading, now)
  const invoke = async <T>(invocation: Invocation, work: (ports: ReturnType<typeof portsOf>) => Promise<T>) => {
    const left = new Map([killed, busy].map(retry => [retry, retry.most]))
    for (;;) {
      const strike = strikeIn?.(invocation)
      const ports = strike ? portsOf(kept, strike, night, reading, now) : spared
      try {
        return await work(ports)
      } catch (error) {
        errors.push({ invocation, message: messageOf(error), isDefect: !isMeant(error) })
        const retry = retryOf(error)
        const tries = retry ? (left.get(retry) ?? 0) : 0
        if (!retry || tries === 0) return undefined
        left.set(retry, tries - 1)
        time += retry.afterMs
      }
    }
  }

  const request = { startedAt, execution: `night-${day}`, scope: {} }
  const planned = await invoke('plan', ports => planRun(request, deployment, ports))
  const { counters } = sandbox
  if (!planned) return { runId: undefined, hasFailed: true, errors, counters }
  const { runId } = planned

  const scanAccount = async (asked: ScanRequest) => {
    let reply: Part | undefined
    do reply = await invoke(`scan ${asked.target.accountId}`, ports => scanTarget(asked, ports))
    while (reply && reply.remaining.length > 0)
  }
  const scanAll = async (manifestKey: string) => {
    const manifest = (await spared.bucket.readFile(manifestKey)) ?? ''
    for (const line of manifest.split('\n').filter(one => one !== '')) {
      const asked = ScanRequest.parse(JSON.parse(line))
      await Promise.all(night.twice ? [scanAccount(asked), scanAccount(asked)] : [scanAccount(asked)])
    }
  }
  await scanAll(planned.manifestKey)
  const missing = await invoke('reconcile', ports => reconcileRun(runId, ports))
  if (missing && missing.missingCount > 0) await scanAll(missing.manifestKey)
  const ended = await invoke('digest', ports => finishRun(runId, { ...ports, hubRegion: home }))
  return { runId, hasFailed: !ended, errors, counters }
}

const retryOf = (error: unknown) => {
  if (isOfKill(error)) return killed
  return error instanceof BusyError ? busy : undefined
}

const policyOf = ({ policy = defaultPolicy, inParts = false }: Night): Policy =>
  inParts ? { ...policy, limits: { ...policy.limits, regions: 1 } } : policy

type Reading = ReturnType<typeof requestHandlerOf>

const portsOf = (kept: Kept, strike: Strike, night: Night, reading: Reading, now: () => Date) => {
  const { maxAttempts = 8 } = night
  const policy = policyOf(night)
  const { dynamodb, s3, sns, stayAlive } = clientsOf(kept, strike, night.watch)
  const connection = connectionWith({
    ...{ sessionName: 'faults', externalId, region: home, maxAttempts, now },
    requestHandler: {
      handle: async (...call: Parameters<Reading['handle']>) => {
        stayAlive()
        return reading.handle(...call)
      },
    },
    credentials: { accessKeyId: accessKeyOf(hub), secretAccessKey: secretKey },
    clock: virtualClock(),
  })
  const own: Spoilable = {
    store: storeIn(dynamodb, kept.tableName),
    openAccount: night.openAccount ?? openAccountWith(connection),
  }
  return {
    organization: readOrganizationWith(connection),
    whoAmI: whoAmIWith(connection),
    apiCalls: () => connection.calls.read().answered,
    readPolicy: async () => policy,
    bucket: bucketIn('runs', s3),
    ...(night.spoil?.(own) ?? own),
    publish: publishTo(topic, sns),
    // However short the time, a call begins as many Regions as posture.yaml lets it read at once.
    deadline: { remainingMs: () => (night.inParts ? 0 : 900_000), timeIsUp: new AbortController().signal },
    now,
  }
}

const isMeant = (error: unknown): boolean => error instanceof PostureError || isOfKill(error)

/** What a call throws is wrapped by whoever made it. */
const isOfKill = (error: unknown): boolean =>
  error instanceof KilledError || (error instanceof Error && isOfKill(error.cause))

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
