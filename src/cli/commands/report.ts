import { makeDigest } from '../../app/digest.ts'
import { type ReportFilter, reportFrom } from '../../app/report.ts'
import { type ReportFormat, reports } from '../../reports/index.ts'
import type { ExitCode } from '../exit-code.ts'
import { type MemoryOptions, openExistingMemory } from '../memory.ts'
import { checkOutput, writeReport } from '../output.ts'
import { paintFor, type Terminal } from '../terminal.ts'

export interface ReportOptions extends ReportFilter {
  readonly memory: MemoryOptions
  /** @default the newest run that ended */
  readonly runId?: string | undefined
  readonly format: ReportFormat | 'digest'
  readonly output?: string | undefined
}

/**
 * What the store holds, in any format, or the digest of a run as it was published.
 * @throws {PostureError} when there is no such store or run.
 */
export const runReport = async (options: ReportOptions, terminal: Terminal): Promise<ExitCode> => {
  await checkOutput(options.output)
  const { store, close } = await openExistingMemory(options.memory)
  try {
    const result = await reportFrom(store, options.runId, options)
    const text =
      options.format === 'digest'
        ? (await makeDigest(result.run.id, store)).text
        : reports[options.format](result, {
            paint: options.output === undefined ? paintFor(terminal.stdout, terminal.environment()) : undefined,
          })
    await writeReport(text, options.output, terminal)
    return 0
  } finally {
    await close()
  }
}
