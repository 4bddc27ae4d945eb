import { finishRun } from '../../src/app/finish-run.ts'
import { planRun } from '../../src/app/plan-run.ts'
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
import { virtualClock } from '../../src/sandbox/clock.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import type { Organization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { type Counters, createSandbox } from '../../src/sandbox/sandbox.ts'
import { externalId, home, hub } from './organization.ts'
import { clientsOf, type Kept, KilledError, type Strike, type Watch } from './wire.ts'

/** What the state machine invokes: `plan`, `scan 222222222222`, `digest`. */
export type Invocation = string

export interface Night {
  /** Of November 2026. */
  readonly day: number
  readonly organization: Organization
  /** What strikes an invocation, each time that it is invoked. @default nothing */
  readonly strikeIn?: (invocation: Invocation) => Strike | undefined
  /** How often a function that ended with an error is invoked again. @default 0, as the machine does for errors of ours */
  readonly repeats?: number
  /** Attempts of a call to an account. @default 8 */
  readonly maxAttempts?: number
  /** Whether every account is scanned twice at the same time, as a delivery at least once may have it. @default false */
  readonly twice?: boolean
  readonly policy?: Policy
  /** What is read in place of AWS, where nothing strikes that: it is the same every night. @default AWS is read */
  readonly openAccount?: OpenAccount
  readonly watch?: Watch
}

/** What became of a night. */
export interface Played {
  /** Undefined where no run began. */
  readonly runId: string | undefined
  /** What functions ended with, by invocation; a defect is an error that nobody threw on purpose. */
  readonly errors: readonly { readonly invocation: Invocation; readonly message: string; readonly isDefect: boolean }[]
  readonly counters: Counters
}

const nothing: Strike = () => undefined
const deployment = { roleName: 'eks-node-posture-read', toolVersion: '0.0.0' }
const topic = `arn:aws:sns:${home}:${hub}:alerts`

/** One night as the state machine runs it: plan, each account, digest; an account whose scan fails is passed over. */
export const playNight = async (kept: Kept, night: Night): Promise<Played> => {
  const { day, organization, strikeIn, repeats = 0 } = night
  const sandbox = createSandbox(organization)
  const reading = requestHandlerOf(sandbox)
  const startedAt = new Date(Date.UTC(2026, 10, day, 2)).toISOString()
  const now = () => new Date(Date.parse(startedAt) + 60_000)
  const errors: Played['errors'][number][] = []

  // Making clients costs more than their calls, and only what is struck needs its own.
  const spared = portsOf(kept, nothing, night, reading, now)
  const invoke = async <T>(invocation: Invocation, work: (ports: ReturnType<typeof portsOf>) => Promise<T>) => {
    for (let tries = 0; tries <= repeats; tries++) {
      const strike = strikeIn?.(invocation)
      const ports = strike ? portsOf(kept, strike, night, reading, now) : spared
      try {
        return await work(ports)
      } catch (error) {
        errors.push({ invocation, message: messageOf(error), isDefect: !isMeant(error) })
      }
    }
    return undefined
  }

  const request = { startedAt, execution: `night-${day}`, scope: {} }
  const planned = await invoke('plan', ports => planRun(request, deployment, ports))
  if (!planned) return { runId: undefined, errors, counters: sandbox.counters }
  const manifest = await spared.bucket.readFile(planned.manifestKey)
  for (const line of (manifest ?? '').split('\n').filter(one => one !== '')) {
    const asked = ScanRequest.parse(JSON.parse(line))
    const scan = () => invoke(`scan ${asked.target.accountId}`, ports => scanTarget(asked, ports))
    await Promise.all(night.twice ? [scan(), scan()] : [scan()])
  }
  await invoke('digest', ports => finishRun(planned.runId, ports))
  return { runId: planned.runId, errors, counters: sandbox.counters }
}

type Reading = ReturnType<typeof requestHandlerOf>

const portsOf = (kept: Kept, strike: Strike, night: Night, reading: Reading, now: () => Date) => {
  const { maxAttempts = 8, policy = defaultPolicy } = night
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
  return {
    organization: readOrganizationWith(connection),
    openAccount: night.openAccount ?? openAccountWith(connection),
    whoAmI: whoAmIWith(connection),
    apiCalls: () => connection.calls.read().answered,
    readPolicy: async () => policy,
    bucket: bucketIn('runs', s3),
    store: storeIn(dynamodb, kept.tableName),
    publish: publishTo(topic, sns),
    // A call of the scan function has all the time that an account takes here.
    deadline: { remainingMs: () => 900_000, timeIsUp: new AbortController().signal },
    now,
  }
}

const isMeant = (error: unknown): boolean =>
  error instanceof PostureError || error instanceof KilledError || (error instanceof Error && isMeantCause(error.cause))
const isMeantCause = (cause: unknown) => cause instanceof KilledError

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
