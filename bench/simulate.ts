import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import type { CoverageStatus } from '../src/core/coverage.ts'
import type { AccountReport } from '../src/core/store.ts'
import type { Organization } from '../src/sandbox/organization.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { listen } from '../src/sandbox/server.ts'
import { accountsOf } from '../src/sandbox/walk.ts'
import { definitionIn } from '../test/packaged/machine.ts'
import { type Packaged, packageService } from '../test/packaged/package.ts'
import { stackOf } from '../test/packaged/stack.ts'
import type { Shape } from './organizations.ts'
import { simulationClock } from './simulation/clock.ts'
import { costOf } from './simulation/cost.ts'
import { coverageProblems } from './simulation/coverage.ts'
import { type Outcome, simulateNight } from './simulation/night.ts'
import { organizations, troubled } from './simulation/organizations.ts'
import { storeByAccount } from './simulation/store.ts'

const bytesOfMegabyte = 1_000_000
const names = Object.keys(organizations) as (keyof typeof organizations)[]

/** Simulates so many nights after one another on one store. @returns whether nothing was wrong in any. */
const simulate = async (name: string, shape: Shape, nights: number, packaged: Packaged): Promise<boolean> => {
  const { organization, deaths } = troubled(shape)
  const stack = stackOf(packaged)
  const same = {
    ...{ organization, deaths, definition: definitionIn(stack), arnOf: stack.arnOf },
    ...{ store: storeByAccount(), clock: simulationClock() },
  }
  process.stdout.write(`${title(name, shape)}\n`)
  let isKept = true
  for (let nightsBefore = 0; nightsBefore < nights; nightsBefore++) {
    const began = performance.now()
    const outcome = await simulateNight({ ...same, nightsBefore })
    const tookSeconds = (performance.now() - began) / 1000
    const problems = problemsOf(outcome, organization, nightsBefore)
    const lines = [
      `night ${nightsBefore + 1}, simulated in ${tookSeconds.toFixed(0)} seconds`,
      ...linesOf(outcome),
      ...(nightsBefore === 0 ? [await memoryOf(organization, outcome.longest.accountId)] : []),
      ...verdict(outcome, problems),
    ]
    process.stdout.write(`${lines.join('\n')}\n\n`)
    isKept &&= problems.length === 0
  }
  return isKept
}

const title = (name: string, { accounts, regions, emptyRegions, clusters, groups }: Shape) =>
  `${name}: ${count(accounts)} accounts × ${regions} Regions, ${clusters} clusters × ${groups} groups in ${((1 - emptyRegions) * 100).toFixed(0)} % of them; store in memory`

const count = (number: number) => Math.round(number).toLocaleString('en-US')
const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, one) => sum + one, 0)

const linesOf = (outcome: Outcome): readonly string[] => {
  const { sandbox, usage, nightSeconds, planSeconds, longest, planned, entered, handedOver } = outcome
  const calls = total(sandbox.counters.calls)
  const violations = total(sandbox.counters.bucketViolations)
  const cost = costOf(usage)
  const dollars = cost.reduce((sum, line) => sum + line.dollars, 0)
  return [
    `  accounts a second      ${(planned / nightSeconds).toFixed(1)}, 100 at once; the night takes ${(nightSeconds / 60).toFixed(1)} virtual minutes, its plan ${planSeconds.toFixed(0)} seconds`,
    `  calls                  ${count(calls)} answered, ${(calls / planned).toFixed(1)} an account`,
    `  throttles              ${count(violations)} calls over AWS's published rates, ${count(outcome.throttled)} answered as such`,
    `  politeness             calls stood ${count(outcome.waitedSeconds)} virtual seconds in the row for their share of a rate`,
    `  CPU a call             ${((usage.cpuSeconds * 1000) / calls).toFixed(2)} ms, the sandbox's own work included`,
    `  longest child          ${longest.seconds.toFixed(1)} virtual seconds (${longest.accountId}); ${handedOver} handed over`,
    `  scanned again          ${entered.get('ScanAgain') ?? 0} accounts that the first map lost`,
    `  written                ${count(outcome.findingsWritten)} findings; ${Object.values(outcome.reportSizes)
      .map(size => `${(size / bytesOfMegabyte).toFixed(0)} MB`)
      .join(' and ')} of reports`,
    `  AWS                    $${dollars.toFixed(2)} a night`,
    ...cost.map(({ what, arithmetic, dollars: part }) => `    ${what.padEnd(20)} $${part.toFixed(3)}  ${arithmetic}`),
  ]
}

/** What must not be: an account-Region without a status or with two, another number of digests than one, a night of no news that writes. */
const problemsOf = (
  { reports, digests, findingsWritten }: Outcome,
  organization: Organization,
  nightsBefore: number,
): readonly string[] => [
  ...coverageProblems(reports, organization),
  ...(digests === 1 ? [] : [`${digests} digests were sent`]),
  ...(nightsBefore === 0 || findingsWritten === 0
    ? []
    : [`${findingsWritten} findings were written although nothing changed`]),
]

const verdict = ({ reports }: Outcome, problems: readonly string[]): readonly string[] => {
  const rows = reports.flatMap(({ regions }) => regions)
  const byStatus = Map.groupBy<CoverageStatus, AccountReport['regions'][number]>(rows, ({ status }) => status)
  const statuses = [...byStatus].map(([status, of]) => `${status} ${count(of.length)}`).join(', ')
  return [
    `  coverage               ${statuses}`,
    problems.length === 0
      ? `✔ each of ${count(rows.length)} account-Regions has exactly one status, and one digest was sent`
      : `✖ ${problems.join('; ')}`,
  ]
}

/** A process that scans the account with the longest child and nothing else, as the function would. */
const memoryOf = async (organization: Organization, accountId: string): Promise<string> => {
  const account = accountsOf(organization).find(placed => placed.accountId === accountId)?.account
  const alone = { ...organization, units: {}, policies: [], accounts: account ? { [accountId]: account } : {} }
  const server = await listen(createSandbox(alone), 0)
  try {
    const child = join(import.meta.dirname, 'memory-child.ts')
    const hub = JSON.stringify({ organization: alone.organization, regions: alone.regions })
    const { stdout } = await promisify(execFile)(process.execPath, [child, server.url, hub])
    const { beforeMb, peakMb } = JSON.parse(stdout) as { beforeMb: number; peakMb: number }
    return `  peak memory a child    ${peakMb.toFixed(0)} MB resident, ${beforeMb.toFixed(0)} MB of it before the scan; this process ${((process.resourceUsage().maxRSS * 1024) / bytesOfMegabyte).toFixed(0)} MB`
  } finally {
    await server.close()
  }
}

const options = { only: { type: 'string' }, accounts: { type: 'string' }, nights: { type: 'string' } } as const
const { only, accounts, nights: wanted = '1' } = parseArgs({ options }).values
const most = Number(accounts ?? Number.POSITIVE_INFINITY)
const nights = Number(wanted)
if ((only !== undefined && !names.some(name => name === only)) || !(most >= 1) || !(nights >= 1)) {
  process.stderr.write(`Usage: npm run simulate -- [--only ${names.join('|')}] [--accounts NUMBER] [--nights NUMBER]\n`)
  process.exitCode = 2
} else {
  const packaged = await packageService()
  try {
    for (const name of names.filter(one => only === undefined || one === only)) {
      process.stderr.write(`${name} …\n`)
      const shape = organizations[name]
      const isKept = await simulate(name, { ...shape, accounts: Math.min(most, shape.accounts) }, nights, packaged)
      if (!isKept) process.exitCode = 1
    }
  } finally {
    await packaged.remove()
  }
}
