import { type After, isHealed, outcomeOf, type Reference } from './judge.ts'
import { type Night, type Played, playNight } from './nights.ts'
import { type Faults, type OrganizationState, organizationOf } from './organization.ts'
import { copyOf, coverageOf, newHouse, stateOf } from './state.ts'
import type { Kept } from './wire.ts'

/** A fault, and what is expected of the night that it strikes. */
export interface Fault extends Partial<Omit<Night, 'day' | 'organization'>> {
  readonly name: string
  /** In the words of the sandbox's YAML. @default none */
  readonly faults?: Faults
  /** What the organization is while the fault strikes. @default what it is without the fault */
  readonly meanwhile?: OrganizationState
  /** How often it struck, where the sandbox does not know. */
  readonly struck?: () => number
  readonly expected: readonly string[]
}

/** A row of the table. */
export interface Row {
  readonly fault: string
  /** A row in which nothing happened proves nothing. */
  readonly struck: number
  readonly outcome: string
  readonly isHealed: boolean
  readonly isGreen: boolean
}

/** The history that faults are compared with, and what was kept after its first night. */
export interface Stage {
  readonly kept: Kept
  readonly firstRun: string
  readonly reference: Reference
  /** What the organization is in the second night and in the third. */
  readonly then: OrganizationState
  readonly alike: Alike
}

/** What all nights of a stage have in common. */
export type Alike = Pick<Night, 'policy' | 'openAccount'>

const days = { before: 22, night: 23, next: 24 }

let tables = 0
const nextTable = () => `faults-${++tables}`

/** Plays the three nights without a fault. @param endpoint a DynamoDB in which tables may be made */
export const setStage = async (
  endpoint: string,
  then: OrganizationState = 'after',
  { before: first = {}, after: alike = {} }: { readonly before?: Alike; readonly after?: Alike } = {},
): Promise<Stage> => {
  const kept = await newHouse(endpoint, nextTable())
  const { runId: firstRun = '' } = await playNight(kept, {
    ...{ ...first, day: days.before, organization: organizationOf('before') },
  })
  const before = { state: await stateOf(kept, firstRun), coverage: [], digests: 0 }
  const copy = await copyOf(kept, nextTable())
  const played = await playNight(copy, { ...alike, day: days.night, organization: organizationOf(then) })
  const night = await lookAt(copy, firstRun, played)
  const stage = { kept, firstRun, then, alike }
  return { ...stage, reference: { before, night, next: await clean(copy, stage) } }
}

/** Plays the night with the fault and a clean one after it. */
export const playFault = async (stage: Stage, fault: Fault): Promise<Row> => {
  const kept = await copyOf(stage.kept, nextTable())
  const organization = organizationOf(fault.meanwhile ?? stage.then, fault.faults)
  const played = await playNight(kept, { ...stage.alike, ...fault, day: days.night, organization })
  const outcome = outcomeOf(played, await lookAt(kept, stage.firstRun, played), stage.reference)
  const healed = isHealed(await clean(kept, stage), stage.reference)
  const struck = fault.struck?.() ?? struckIn(played)
  const isGreen = struck > 0 && healed && fault.expected.includes(outcome)
  return { fault: fault.name, struck, outcome, isHealed: healed, isGreen }
}

const clean = async (kept: Kept, { then, alike, firstRun }: Omit<Stage, 'reference'>): Promise<After> => {
  const played = await playNight(kept, { ...alike, day: days.next, organization: organizationOf(then) })
  return lookAt(kept, firstRun, played)
}

const lookAt = async (kept: Kept, firstRun: string, { runId }: Played): Promise<After> => ({
  state: await stateOf(kept, firstRun),
  coverage: runId === undefined ? [] : await coverageOf(kept, runId),
  digests: kept.published.length,
})

const struckIn = ({ counters: { throttles, faults } }: Played) =>
  [...Object.values(throttles), ...Object.values(faults)].reduce((sum, count) => sum + count, 0)
