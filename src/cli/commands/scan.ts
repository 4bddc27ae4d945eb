import { randomBytes } from 'node:crypto'
import { makeDigest } from '../../app/digest.ts'
import type { Who } from '../../app/plan.ts'
import { isScoped } from '../../app/runs.ts'
import { type ScanPorts, type ScanWatcher, scan } from '../../app/scan.ts'
import { scanAndRemember } from '../../app/scan-memory.ts'
import { type ConnectOptions, connect, sessionNameOf } from '../../aws/clients.ts'
import { checks } from '../../checks/index.ts'
import { readPosture } from '../../config/posture.ts'
import type { Digest } from '../../core/digest-input.ts'
import { ConfigError } from '../../core/errors.ts'
import { defaultPolicy, type Policy } from '../../core/policy.ts'
import type { Hub, Now } from '../../core/ports.ts'
import type { ScanResult } from '../../core/result.ts'
import { type Run, type Scope, startRun } from '../../core/run.ts'
import { type ReportFormat, reports } from '../../reports/index.ts'
import type { Paint } from '../../reports/paint.ts'
import { deliverFrom } from '../delivery.ts'
import { type ExitCode, exitCodeOf, type FailOn, failureOf, unmatchedIn } from '../exit-code.ts'
import { type MemoryOptions, openMemory } from '../memory.ts'
import { checkOutput, writeReport } from '../output.ts'
import { progressOn } from '../progress.ts'
import { recordTo, replayFrom } from '../recording.ts'
import { paintFor, type Terminal } from '../terminal.ts'
import { toolVersion } from '../version.ts'

export interface ScanOptions {
  readonly who: Who
  readonly scope: Scope
  readonly role?: string | undefined
  readonly config?: string | undefined
  readonly format: ReportFormat
  readonly output?: string | undefined
  readonly failOn: FailOn
  readonly strict: boolean
  readonly record?: string | undefined
  readonly replay?: string | undefined
  /** How many findings of each severity a table prints. @default all */
  readonly most?: number
  /** Where findings are kept from one scan to the next. @default nowhere */
  readonly memory?: MemoryOptions | undefined
  /** The topic that alerts and digest go to. @default none */
  readonly publish?: string | undefined
  /** The topic of Amazon Q Developer in chat applications. @default none */
  readonly chat?: string | undefined
  /** A file for the page beside whatever is printed. @default none */
  readonly page?: string | undefined
  /** How to reach AWS; the sandbox puts itself here. */
  readonly aws: Omit<ConnectOptions, 'sessionName' | 'now'>
  /** @default the time of this machine */
  readonly now?: Now
}

/**
 * Scans, prints or writes the report, and says how the process should end.
 * @throws {PostureError} when nothing could be scanned, kept or published; no report is half-written then.
 */
export const runScan = async (options: ScanOptions, terminal: Terminal): Promise<ExitCode> => {
  const environment = terminal.environment()
  const policy = await policyOf(options.config)
  await checkOutput(options.output)
  if (options.publish !== undefined && !options.memory) {
    throw new ConfigError('--publish needs --table or --store: a digest tells what changed since the last run.')
  }
  if (options.chat !== undefined && options.publish === undefined) {
    throw new ConfigError('--chat needs --publish: a chat is told in short what the topic of --publish is told.')
  }
  const source = await sourceOf(options, environment.EXTERNAL_ID)
  const progress = progressOn(terminal)
  let hub = undefined as Hub | undefined
  try {
    const watcher: ScanWatcher = {
      ...progress,
      planned: (asHub, accounts) => {
        hub = asHub
        progress.planned(asHub, accounts)
      },
    }
    const kept = await scanAndKeep(options, policy, source, watcher, () => hub)
    progress.end()
    await source.finish(kept.result)
    await tell(kept, { ...options, hub }, paintFor(terminal.stdout, environment), terminal)
    const failure = unmatchedIn(kept.result, policy) ?? failureOf(kept.result, hub?.accountId ?? '')
    if (failure) terminal.stderr.write(`${failure}\n`)
    if (kept.unpublished) terminal.stderr.write(`${kept.unpublished}\n`)
    return failure || kept.unpublished ? 2 : exitCodeOf(kept.result, options)
  } catch (error) {
    progress.end()
    await source.abandon()
    throw error
  }
}

/** A result, and with a store what changed since the last one. */
interface Kept {
  readonly result: ScanResult
  readonly digest?: Digest
  /** Why not everything was published or imported; the run is kept all the same. */
  readonly unpublished?: string | undefined
}

const scanAndKeep = async (
  options: ScanOptions,
  policy: Policy,
  source: Source,
  watcher: ScanWatcher,
  hubOf: () => Hub | undefined,
): Promise<Kept> => {
  const { run, who, ports } = source
  const request = { run, who, policy, checks, roleName: options.role, toolVersion }
  if (!options.memory) return { result: await scan(request, ports, watcher) }

  const memory = await openMemory(options.memory, options.aws.endpointUrl)
  const { store } = memory
  try {
    const result = await scanAndRemember(request, { ...ports, store }, watcher, options.publish !== undefined)
    if (isScoped(run.scope)) return { result }
    const digest = await makeDigest(run.id, store)
    const receivers = { ...options, endpointUrl: options.aws.endpointUrl, hub: hubOf() }
    const unpublished = await deliverFrom(run.id, receivers, policy, { store, now: ports.now })
    return { result, digest, unpublished }
  } finally {
    await memory.close()
  }
}

/** The report on stdout or in its file; on stdout the digest after it, unless stdout holds data for a machine. */
const tell = async (
  { result, digest }: Kept,
  options: ScanOptions & { readonly hub: Hub | undefined },
  paint: Paint,
  terminal: Terminal,
): Promise<void> => {
  const text = reports[options.format](result, {
    paint: options.output === undefined ? paint : undefined,
    most: options.most,
    hub: options.hub,
  })
  await writeReport(text, options.output, terminal)
  if (digest && options.format === 'table') terminal.stdout.write(`\n${digest.text}`)
  if (options.page === undefined) return
  await writeReport(reports.html(result), options.page, terminal)
  terminal.stderr.write(`Wrote ${options.page}.\n`)
}

/** The policy of that file, or the one of a scan without. @throws {ConfigError} every problem with file and line. */
export const policyOf = async (file: string | undefined): Promise<Policy> =>
  file === undefined
    ? defaultPolicy
    : readPosture(
        file,
        checks.map(({ id }) => id),
        new Date().toISOString().slice(0, 10),
      )

/** What a scan reads from: AWS, AWS while being recorded, or a recording. */
interface Source {
  readonly run: Run
  readonly who: Who
  readonly ports: ScanPorts
  readonly finish: (result: ScanResult) => Promise<void>
  readonly abandon: () => Promise<void>
}

const nothing = async () => {}

const sourceOf = async (options: ScanOptions, externalId: string | undefined): Promise<Source> => {
  if (options.replay !== undefined) {
    return { ...(await replayFrom(options.replay)), finish: nothing, abandon: nothing }
  }
  const { who, scope } = options
  const { now = () => new Date() } = options
  const run = startRun(now(), randomBytes(3).toString('hex'), scope)
  const { organization, openAccount, calls } = connect({
    externalId,
    ...options.aws,
    sessionName: sessionNameOf(run.id),
    now,
  })
  const ports: ScanPorts = { organization, openAccount, apiCalls: () => calls.read().answered, now }
  if (options.record === undefined) return { run, who, ports, finish: nothing, abandon: nothing }

  const recorder = await recordTo(options.record, ports)
  return {
    run,
    who,
    ports: recorder.ports,
    finish: ({ finishedAt, apiCalls }) => recorder.finish({ run, who, finishedAt, apiCalls }),
    abandon: recorder.abandon,
  }
}
