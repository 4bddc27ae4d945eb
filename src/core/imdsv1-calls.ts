import type { ImdsOptions, Instance, RegionInventory } from './inventory.ts'
import { causedBy, known, type Read } from './read.ts'
import type { CountedCalls } from './subjects.ts'

/** The days before a scan for which CloudWatch is asked. */
const days = 7
const hourMs = 3_600_000
const windowMs = days * 24 * hourMs

/** The whole hours for which CloudWatch is asked, in milliseconds since 1970: a week that ends with the last full hour. */
export const countedHours = (collectedAt: string): { readonly startMs: number; readonly endMs: number } => {
  const endMs = Math.floor(Date.parse(collectedAt) / hourMs) * hourMs
  return { startMs: endMs - windowMs, endMs }
}

/** Whether IMDS answers calls without a token, and CloudWatch counts them. */
export const answersImdsV1 = ({ httpTokens, httpEndpoint }: ImdsOptions): boolean =>
  httpTokens !== 'required' && httpEndpoint !== 'disabled'

/** Tells what CloudWatch counted of some instances together; undefined where it was not asked. */
export type CountedCallsOf = (ids: readonly string[]) => Read<CountedCalls> | undefined

/** The counts of an account-Region, for groups of its instances. */
export const countedCallsIn = ({ imdsV1Calls, instances, collectedAt }: RegionInventory): CountedCallsOf => {
  if (!imdsV1Calls) return () => undefined
  const unlisted = causedBy(instances.failures[0])
  if (unlisted) return () => unlisted

  const unanswered = causedBy(imdsV1Calls.failures[0])
  const counts = new Map(imdsV1Calls.items.map(count => [count.instanceId, count]))
  const described = new Map(instances.items.map(instance => [instance.id, instance]))
  const countsOf = (instance: Instance) => {
    const nodeHours = hoursOf(instance, collectedAt)
    // Nobody can call where every call needs a token, so nobody has to be asked.
    if (!answersImdsV1(instance.metadataOptions)) return { calls: 0, hours: nodeHours, nodeHours }
    const { calls, hours } = counts.get(instance.id) ?? { calls: 0, hours: 0 }
    return { calls, hours, nodeHours }
  }
  return ids => {
    const nodes = ids.flatMap(id => described.get(id) ?? [])
    const isUnanswered = ({ id, metadataOptions }: Instance) => answersImdsV1(metadataOptions) && !counts.has(id)
    if (unanswered && nodes.some(isUnanswered)) return unanswered
    const all = nodes.map(countsOf)
    return known({
      calls: sumOf(all.map(({ calls }) => calls)),
      hours: sumOf(all.map(({ hours }) => hours)),
      nodeHours: sumOf(all.map(({ nodeHours }) => nodeHours)),
      days,
    })
  }
}

const hoursOf = ({ launchTime }: Instance, collectedAt: string) => {
  const { startMs, endMs } = countedHours(collectedAt)
  const fromMs = launchTime === undefined ? startMs : Math.max(startMs, Date.parse(launchTime))
  return Math.max(0, (endMs - fromMs) / hourMs)
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)
