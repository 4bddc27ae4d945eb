import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import type { Organization } from '../src/sandbox/organization.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { listen } from '../src/sandbox/server.ts'
import type { Figure } from './harness.ts'
import { groupsOfLargeAccount, largeAccount } from './large-account.ts'

const budgetMb = 256

/** What `memory-child.ts` prints. */
const Measured = z.strictObject({ beforeMb: z.number(), peakMb: z.number(), nodeGroups: z.number() })

/** As much of an organization as its hub must be told. */
const hubIn = ({ organization, regions }: Organization) => ({ organization, regions })

/** The most memory that a process takes while it scans a thousand node groups; the sandbox is in another process. */
export const benchMemory = async (): Promise<Figure[]> => {
  const organization = largeAccount()
  const server = await listen(createSandbox(organization), 0)
  try {
    const child = join(import.meta.dirname, 'memory-child.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [
      child,
      server.url,
      JSON.stringify(hubIn(organization)),
    ])
    const { beforeMb, peakMb, nodeGroups } = Measured.parse(JSON.parse(stdout))
    if (nodeGroups !== groupsOfLargeAccount) throw new Error(`the scan saw ${nodeGroups} node groups`)
    const note = `${nodeGroups} node groups in one account; resident ${beforeMb.toFixed(0)} MB before, ${peakMb.toFixed(0)} MB at most`
    return [{ name: 'memory, growth', value: peakMb - beforeMb, unit: 'MB', budget: budgetMb, isAdvice: true, note }]
  } finally {
    await server.close()
  }
}
