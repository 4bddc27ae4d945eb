import { makeDigest } from '../../app/digest.ts'
import { historyOf, type ReportFilter, reportFrom } from '../../app/report.ts'
import { connect } from '../../aws/clients.ts'
import { ConfigError } from '../../core/errors.ts'
import type { ScanResult } from '../../core/result.ts'
import type { Store } from '../../core/store.ts'
import { history, historyJson } from '../../reports/history.ts'
import { type ReportFormat, reports } from '../../reports/index.ts'
import type { ExitCode } from '../exit-code.ts'
import { type MemoryOptions, openExistingMemory } from '../memory.ts'
import { checkOutput, writeReport } from '../output.ts'
import { paintFor, type Terminal } from '../terminal.ts'

export interface ReportOptions extends ReportFilter {
  readonly memory: MemoryOptions
  /** @default the newest run that ended */
  readonly runId?: string | undefined
  /** A finding whose events are told in place of a report. */
  readonly history?: string | undefined
  readonly format: ReportFormat | 'digest'
  readonly output?: string | undefined
  /** Where the table is. @default AWS */
  readonly endpointUrl?: string | undefined
}

/**
 * What the store holds, in any format, the digest of a run as it was published, or the history of a finding.
 * @throws {PostureError} when there is no such store, run or finding.
 */
export const runReport = async (options: ReportOptions, terminal: Terminal): Promise<ExitCode> => {
  await checkOutput(options.output)
  if (options.history !== undefined && options.format !== 'table' && options.format !== 'json') {
    throw new ConfigError('--history is told with --format table or json.')
  }
  if (options.format === 'digest' && isNarrowed(options)) {
    throw new ConfigError('--format digest is the message as it was sent, and cannot be narrowed or sorted.')
  }
  const { store, close } = await openExistingMemory(options.memory, options.endpointUrl)
  try {
    await writeReport(await textOf(store, options, terminal), options.output, terminal)
    return 0
  } finally {
    await close()
  }
}

const isNarrowed = ({ checkId, accountId, region, cluster, owner, severity, sort }: ReportFilter) =>
  [checkId, accountId, region, cluster, owner, severity, sort].some(asked => asked !== undefined)

/** A misspelt cluster or owner, of which a store knows no list, looks like one without findings. */
const whyNothing = ({ findings }: ScanResult, { cluster, owner }: ReportFilter): string | undefined => {
  const asked = [cluster && `cluster ${cluster}`, owner && `owner ${owner}`].filter(name => name)
  if (findings.length > 0 || asked.length === 0) return undefined
  return `No finding of this report names ${asked.join(' and ')}: nothing of it stands open, or it is called otherwise.`
}

const textOf = async (store: Store, options: ReportOptions, terminal: Terminal): Promise<string> => {
  const { format, output, runId } = options
  if (options.history !== undefined) {
    const events = await historyOf(store, options.history)
    return format === 'json' ? historyJson(events) : history(events)
  }
  const result = await reportFrom(store, runId, options)
  if (format === 'digest') return (await makeDigest(result.run.id, store)).text
  const nothing = whyNothing(result, options)
  if (nothing) terminal.stderr.write(`${nothing}\n`)
  return reports[format](result, {
    paint: output === undefined ? paintFor(terminal.stdout, terminal.environment()) : undefined,
    isSorted: options.sort !== undefined,
    hub: format === 'asff' ? await importer() : undefined,
  })
}

/** Security Hub takes findings from no account but that which they name: that of whoever asks for them. */
const importer = () => connect({ sessionName: 'eks-node-posture', now: () => new Date() }).organization.whoAmI()
