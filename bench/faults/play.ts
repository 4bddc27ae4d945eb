import { type After, type Outcome, outcomeOf, type Reference, unhealed } from './judge.ts'
import { type Night, type Played, playNight } from './nights.ts'
import { type Faults, type OrganizationState, organizationOf } from './organization.ts'
import { copyOf, lookAtRun, newHouse, stateOf } from './state.ts'
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
  readonly expected: readonly Outcome[]
  /** Whether a message may be sent twice. @default false */
  readonly mayRepeat?: boolean
}

/** A row of the table. */
export interface Row {
  readonly fault: string
  /** A row in which nothing happened proves nothing. */
  readonly struck: number
  /** More than one where the fault strikes at many places. */
  readonly outcomes: readonly Outcome[]
  /** What the next night did not heal. */
  readonly unhealed: readonly string[]
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
  const before = { state: await stateOf(kept, firstRun), coverage: [], hasEnded: true, published: [] }
  const ofNight = { ...alike, day: days.night, organization: organizationOf(then) }
  const copy = await copyOf(kept, nextTable())
  const night = await lookAt(copy, firstRun, await playNight(copy, ofNight))
  const stage = { kept, firstRun, then, alike }
  const next = await clean(copy, stage)
  const empty = await newHouse(endpoint, nextTable())
  await playNight(empty, ofNight)
  return { ...stage, reference: { before, night, next, afresh: await stateOf(empty, undefined) } }
}

/** Plays the night with the fault and a clean one after it. */
export const playFault = async (stage: Stage, fault: Fault): Promise<Row> => {
  const { kept: first, firstRun, then, alike, reference } = stage
  const kept = await copyOf(first, nextTable())
  const organization = organizationOf(fault.meanwhile ?? then, fault.faults)
  const played = await playNight(kept, { ...alike, ...fault, day: days.night, organization })
  const outcome = outcomeOf(played, await lookAt(kept, firstRun, played), reference)
  const left = unhealed(await clean(kept, stage), reference, fault.mayRepeat)
  const struck = fault.struck?.() ?? struckIn(played)
  const isExpected = fault.expected.some(({ run, findings }) => run === outcome.run && findings === outcome.findings)
  const isGreen = struck > 0 && left.length === 0 && isExpected
  return { fault: fault.name, struck, outcomes: [outcome], unhealed: left, isGreen }
}

const clean = async (kept: Kept, { then, alike, firstRun }: Omit<Stage, 'reference'>): Promise<After> => {
  const played = await playNight(kept, { ...alike, day: days.next, organization: organizationOf(then) })
  return lookAt(kept, firstRun, played)
}

const lookAt = async (kept: Kept, firstRun: string, { runId }: Played): Promise<After> => ({
  ...(await lookAtRun(kept, firstRun, runId)),
  published: [...kept.published],
})

const struckIn = ({ counters: { throttles, faults } }: Played) =>
  [...Object.values(throttles), ...Object.values(faults)].reduce((sum, count) => sum + count, 0)
