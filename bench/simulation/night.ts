import { finishRun } from '../../src/app/finish-run.ts'
import { planRun } from '../../src/app/plan-run.ts'
import { reconcileRun } from '../../src/app/reconcile.ts'
import type { Deadline } from '../../src/app/scan-in-parts.ts'
import { scanTarget } from '../../src/app/scan-target.ts'
import { openAccountWith } from '../../src/aws/account.ts'
import { sessionNameOf } from '../../src/aws/clients.ts'
import { type Connection, type ConnectOptions, connectionWith } from '../../src/aws/connection.ts'
import { readOrganizationWith } from '../../src/aws/organization.ts'
import { whoAmIWith } from '../../src/aws/who-am-i.ts'
import { type Bucket, keysOf } from '../../src/core/bucket.ts'
import {
  DigestRequest,
  PlanReply,
  PlanRequest,
  ReconcileReply,
  ReconcileRequest,
  ScanReply,
  ScanRequest,
} from '../../src/core/messages.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { Clock } from '../../src/core/ports.ts'
import type { AccountReport, Store } from '../../src/core/store.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import type { Organization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Definition } from '../../test/packaged/machine.ts'
import { execute } from '../../test/packaged/machine.ts'
import { accountsIn } from '../../test/support/collect.ts'
import type { SimulationClock } from './clock.ts'
import type { Usage } from './cost.ts'
import { counted } from './store.ts'

/** What a simulated night is made of. */
export interface Setting {
  readonly organization: Organization
  /** As it is packaged, with what its tasks call by ARN. */
  readonly definition: Definition
  readonly arnOf: (functionId: string) => string
  readonly store: Store
  readonly clock: SimulationClock
  /** Scans that are killed before they begin, by account how many. */
  readonly deaths: ReadonlyMap<string, number>
  /** How many nights this store has seen, with the organization as it is. @default 0 */
  readonly nightsBefore?: number | undefined
}

/** What came of it. */
export interface Outcome {
  readonly reports: readonly AccountReport[]
  readonly planned: number
  /** How often each state was entered. */
  readonly entered: ReadonlyMap<string, number>
  readonly usage: Usage
  readonly sandbox: Sandbox
  /** Calls that AWS throttled, as the clients saw them. */
  readonly throttled: number
  /** Virtual seconds that calls stood in the row for their share of AWS's rates, all of them added. */
  readonly waitedSeconds: number
  /** Findings that were put into the store. */
  readonly findingsWritten: number
  /** Characters of the two reports that the digest function makes whole, by their keys. */
  readonly reportSizes: Readonly<Record<string, number>>
  /** Virtual seconds from the first state to the last, and those of the plan function alone. */
  readonly nightSeconds: number
  readonly planSeconds: number
  readonly longest: { readonly accountId: string; readonly seconds: number }
  readonly handedOver: number
  readonly digests: number
}

const firstNight = Date.parse('2026-11-22T02:00:00.000Z')
const nightMs = 24 * 60 * 60 * 1000
const accountsAtOnce = 100
const invocationMs = 900_000
const handOverMs = 60_000
/** What a call of AWS takes, of DynamoDB and of S3: typical, and by the dice for AWS. */
const callMs = { least: 40, most: 120 }
const storeMs = 5
const bucketMs = 30

/** Runs the packaged definition over an organization, with the functions' own use cases and AWS in the sandbox. */
export const simulateNight = async (setting: Setting): Promise<Outcome> => {
  const { organization, definition, arnOf, clock, nightsBefore = 0 } = setting
  const startedAt = new Date(firstNight + nightsBefore * nightMs)
  const beganMs = clock.nowMs()
  const sandbox = createSandbox(organization, { clockMs: clock.nowMs })
  const units = { reads: 0, writes: 0, findings: 0 }
  const store = counted(setting.store, units, async call => {
    await clock.wait(storeMs)
    return clock.outside(call)
  })
  const files = filesOn(clock)
  const now = () => new Date(startedAt.getTime() + clock.nowMs() - beganMs)
  const entered = new Map<string, number>()
  const tally = tallyOf()
  const deaths = new Map(setting.deaths)
  const carry = carrierOf(sandbox, clock)
  const row = rowOn(clock)
  let planSeconds = 0
  const connect = (sessionName: string, signal?: AbortSignal) =>
    connectionIn(organization, carry, { sessionName, now, signal, clock: row.clock })
  const ports = { store, bucket: files.bucket, now }

  const functions = {
    [arnOf('PlanLambdaFunction')]: async (event: unknown) => {
      const reader = readOrganizationWith(connect('plan'))
      const policy = { ...defaultPolicy, limits: { ...defaultPolicy.limits, accounts: accountsAtOnce } }
      const deployment = { roleName: 'eks-node-posture-read', toolVersion: 'simulation' }
      const planPorts = { ...ports, organization: reader, readPolicy: async () => policy }
      const reply = PlanReply.parse(await planRun(PlanRequest.parse(event), deployment, planPorts))
      planSeconds = (clock.nowMs() - beganMs) / 1000
      return reply
    },
    [arnOf('ScanLambdaFunction')]: async (event: unknown) => {
      const request = ScanRequest.parse(event)
      const { accountId } = request.target
      const left = deaths.get(accountId) ?? 0
      deaths.set(accountId, left - 1)
      if (left > 0) throw Object.assign(new Error('killed by the simulation'), { name: 'Sandbox.Timedout' })
      const began = clock.nowMs()
      const deadline = deadlineOn(clock)
      const connection = connect(sessionNameOf(request.runId), deadline.timeIsUp)
      const scan = { openAccount: openAccountWith(connection), whoAmI: whoAmIWith(connection) }
      const apiCalls = () => connection.calls.read().answered
      const { remaining } = await scanTarget(request, { ...ports, ...scan, apiCalls, deadline })
      tally.add(accountId, (clock.nowMs() - began) / 1000, remaining.length > 0, connection.calls.read().throttled)
      return ScanReply.parse({ ...request, remaining })
    },
    [arnOf('ReconcileLambdaFunction')]: async (event: unknown) =>
      ReconcileReply.parse(await reconcileRun(ReconcileRequest.parse(event).runId, ports)),
    [arnOf('DigestLambdaFunction')]: async (event: unknown) => {
      const request = DigestRequest.parse(event)
      await finishRun(request.runId, { ...ports, hubRegion: 'eu-west-1', publish: async () => tally.digest() })
      return request
    },
  }
  const cpuBefore = process.cpuUsage()
  await execute(definition, {
    functions,
    readFile: async (_, key) => files.bucket.readFile(key),
    name: `simulation-${nightsBefore + 1}`,
    startedAt: startedAt.toISOString(),
    entered: state => entered.set(state, (entered.get(state) ?? 0) + 1),
  })
  const { user, system } = process.cpuUsage(cpuBefore)
  const nightSeconds = (clock.nowMs() - beganMs) / 1000
  const [run] = await setting.store.latestRuns(1)
  const reports = await accountsIn(setting.store, run?.id ?? '')
  const keys = keysOf(run?.id ?? '')
  const reportKeys = [keys.report, keys.findings]
  const invocations = [...entered.values()].reduce((sum, count) => sum + count, 0)
  return {
    reports,
    planned: run?.accountCount ?? 0,
    entered,
    sandbox,
    nightSeconds,
    planSeconds,
    longest: tally.longest(),
    handedOver: tally.handedOver(),
    digests: tally.digests(),
    throttled: tally.throttled(),
    waitedSeconds: row.waitedMs() / 1000,
    findingsWritten: units.findings,
    reportSizes: Object.fromEntries(reportKeys.map(key => [key, files.sizeOf(key)])),
    usage: {
      scanSeconds: tally.seconds(),
      cpuSeconds: (user + system) / 1e6,
      invocations,
      // A task is one, and so are the Choice after a scan, the end of a child, the two maps and the Choice between them.
      transitions:
        invocations +
        (entered.get('ScanAccount') ?? 0) +
        (entered.get('ScanAgain') ?? 0) +
        (run?.accountCount ?? 0) +
        3,
      readUnits: units.reads,
      writeUnits: units.writes,
      filesRead: files.counts.read,
      filesWritten: files.counts.written,
    },
  }
}

/** What carries every call: it takes its time, and then the sandbox answers. */
const carrierOf = (sandbox: Sandbox, clock: SimulationClock) => {
  const { handle } = requestHandlerOf(sandbox)
  let state = 1
  const dice = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    handle: async (...args: Parameters<typeof handle>) => {
      await clock.wait(callMs.least + dice() * (callMs.most - callMs.least))
      return handle(...args)
    },
  }
}

/** The same clock for those who stand in a row for their share of a rate, which adds up how long they do. */
const rowOn = ({ nowMs, wait }: SimulationClock) => {
  let waitedMs = 0
  const clock: Clock = {
    nowMs,
    wait: ms => {
      waitedMs += ms
      return wait(ms)
    },
  }
  return { clock, waitedMs: () => waitedMs }
}

/** A connection to the sandbox whose calls wait for their share of AWS's rates on the simulation's clock. */
const connectionIn = (
  { organization, regions }: Organization,
  requestHandler: ReturnType<typeof carrierOf>,
  rest: Pick<ConnectOptions, 'sessionName' | 'now' | 'signal' | 'clock'>,
): Connection =>
  connectionWith({
    ...rest,
    requestHandler,
    region: regions[0],
    externalId: organization.externalId,
    credentials: { accessKeyId: accessKeyOf(organization.hub), secretAccessKey: secretKey },
  })

const deadlineOn = (clock: SimulationClock): Deadline => {
  const began = clock.nowMs()
  const controller = new AbortController()
  void clock.wait(invocationMs - handOverMs).then(() => controller.abort())
  return { remainingMs: () => began + invocationMs - clock.nowMs(), timeIsUp: controller.signal }
}

const filesOn = (clock: SimulationClock) => {
  const files = new Map<string, string>()
  const counts = { read: 0, written: 0 }
  const bucket: Bucket = {
    name: 'simulation',
    readFile: async key => {
      counts.read += 1
      await clock.wait(bucketMs)
      return files.get(key)
    },
    writeFile: async (key, text) => {
      counts.written += 1
      await clock.wait(bucketMs)
      files.set(key, text)
    },
  }
  return { bucket, counts, sizeOf: (key: string) => files.get(key)?.length ?? 0 }
}

const tallyOf = () => {
  const byAccount = new Map<string, number>()
  let handedOver = 0
  let digests = 0
  let throttled = 0
  return {
    add: (accountId: string, seconds: number, isHandedOver: boolean, throttles: number) => {
      throttled += throttles
      byAccount.set(accountId, (byAccount.get(accountId) ?? 0) + seconds)
      if (isHandedOver) handedOver += 1
    },
    digest: () => {
      digests += 1
    },
    digests: () => digests,
    handedOver: () => handedOver,
    throttled: () => throttled,
    seconds: () => [...byAccount.values()].reduce((sum, seconds) => sum + seconds, 0),
    longest: () => {
      const [first = ['none', 0] as const, ...others] = byAccount
      const [accountId, seconds] = others.reduce((most, one) => (one[1] > most[1] ? one : most), first)
      return { accountId, seconds }
    },
  }
}
