import { randomBytes } from 'node:crypto'
import type { Who } from '../../app/plan.ts'
import { type ScanPorts, scan } from '../../app/scan.ts'
import { type ConnectOptions, connect, sessionNameOf } from '../../aws/clients.ts'
import { checks } from '../../checks/index.ts'
import { readPosture } from '../../config/posture.ts'
import { defaultPolicy, type Policy } from '../../core/policy.ts'
import type { ScanResult } from '../../core/result.ts'
import { type Run, type Scope, startRun } from '../../core/run.ts'
import { type ReportFormat, reports } from '../../reports/index.ts'
import { type ExitCode, exitCodeOf, type FailOn, failureOf } from '../exit-code.ts'
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
  /** How to reach AWS; the sandbox puts itself here. */
  readonly aws: Omit<ConnectOptions, 'sessionName' | 'now'>
}

/**
 * Scans, prints or writes the report, and says how the process should end.
 * @throws {PostureError} when nothing could be scanned; nothing is written then.
 */
export const runScan = async (options: ScanOptions, terminal: Terminal): Promise<ExitCode> => {
  const environment = terminal.environment()
  const policy = await policyOf(options.config)
  await checkOutput(options.output)
  const { run, who, ports, finish, abandon } = await sourceOf(options, environment.EXTERNAL_ID)
  const progress = progressOn(terminal)
  let hubAccountId = ''
  try {
    const request = { run, who, policy, checks, roleName: options.role, toolVersion }
    const result = await scan(request, ports, {
      ...progress,
      planned: (hub, accounts) => {
        hubAccountId = hub.accountId
        progress.planned(hub, accounts)
      },
    })
    progress.end()
    await finish(result)

    const text = reports[options.format](result, {
      paint: options.output === undefined ? paintFor(terminal.stdout, environment) : undefined,
      most: options.most,
    })
    await writeReport(text, options.output, terminal)
    const failure = failureOf(result, hubAccountId)
    if (failure) terminal.stderr.write(`${failure}\n`)
    return failure ? 2 : exitCodeOf(result, options)
  } catch (error) {
    progress.end()
    await abandon()
    throw error
  }
}

const policyOf = async (file: string | undefined): Promise<Policy> =>
  file === undefined
    ? defaultPolicy
    : readPosture(
        file,
        checks.map(({ id }) => id),
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
  const now = () => new Date()
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
