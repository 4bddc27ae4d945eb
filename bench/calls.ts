import type { Organization } from '../src/sandbox/organization.ts'
import { requestHandlerOf } from '../src/sandbox/request-handler.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import type { Figure } from './harness.ts'
import { type Calls, neededCalls } from './needed.ts'
import { acme, generate, shapes } from './organizations.ts'
import { hubOf, scanOver } from './scan-sandbox.ts'

const budget = 1.05

/** Calls that a scan sends for each call that the organization needs, in all and by action. */
export const benchCalls = async (): Promise<Figure[]> => {
  const organizations: (readonly [string, Organization])[] = [
    ['acme', await acme()],
    ...Object.entries(shapes).map(([name, shape]) => [name, generate(shape)] as const),
  ]
  const scans: { name: string; made: Calls; needed: Calls }[] = []
  for (const [name, organization] of organizations) {
    scans.push({ name, made: await madeCalls(organization), needed: neededCalls(organization) })
  }
  const made = sumOf(scans.map(scan => scan.made))
  const needed = sumOf(scans.map(scan => scan.needed))
  return [
    ...scans.map(scan => ({
      ...ratioOf(`calls, ${scan.name}`, total(scan.made), total(scan.needed)),
      ...noteOf(scan),
    })),
    ...[...new Set([...Object.keys(made), ...Object.keys(needed)])]
      .sort()
      .map(action => ({ ...ratioOf(action, made[action] ?? 0, needed[action] ?? 0), isAdvice: true })),
    missed(scans),
  ]
}

/** Every request that reached the sandbox, also one that was throttled. */
const madeCalls = async (organization: Organization): Promise<Calls> => {
  const sandbox = createSandbox(organization)
  await scanOver(hubOf(organization, { requestHandler: requestHandlerOf(sandbox) }))
  const { calls, throttles, bucketViolations } = sandbox.counters
  return sumOf([calls, throttles, bucketViolations])
}

const ratioOf = (name: string, made: number, needed: number): Figure => ({
  name,
  value: needed === 0 ? null : made / needed,
  unit: 'ratio',
  budget,
  note: `${made} made, ${needed} needed`,
})

/** The actions that were called too often or too rarely. */
const noteOf = ({ made, needed }: { made: Calls; needed: Calls }) => {
  const off = Object.keys(sumOf([made, needed]))
    .filter(action => made[action] !== needed[action])
    .map(action => `${action} ${made[action] ?? 0} for ${needed[action] ?? 0}`)
  return { note: [`${total(made)} made, ${total(needed)} needed`, ...off].join('; ') }
}

/** A ratio in all hides calls that were left out; they would be a hole in the inventory, or a mistake in the rules here. */
const missed = (scans: readonly { made: Calls; needed: Calls }[]): Figure => ({
  name: 'calls needed and not made',
  value: scans
    .flatMap(({ made, needed }) => Object.entries(needed).map(([action, count]) => count - (made[action] ?? 0)))
    .reduce((sum, missing) => sum + Math.max(0, missing), 0),
  unit: 'calls',
  budget: 0,
  note: 'over all organizations and actions',
})

const total = (calls: Calls) => Object.values(calls).reduce((sum, count) => sum + count, 0)

const sumOf = (all: readonly Calls[]): Calls => {
  const sum: Record<string, number> = {}
  for (const [action, count] of all.flatMap(calls => Object.entries(calls))) sum[action] = (sum[action] ?? 0) + count
  return sum
}
