import type { Outcome } from './judge.ts'
import { abroad, home, payments } from './organization.ts'
import { type Fault, playFault, type Row, type Stage } from './play.ts'
import type { Strike, WireFault } from './wire.ts'

interface Killed {
  readonly invocation: string
  /** Whether every later invocation is killed at its first call, so that the machine gives the function up. */
  readonly forGood: boolean
  readonly expected: readonly Outcome[]
  readonly inParts?: boolean
}

const told: Outcome = { run: 'ended', findings: 'same findings' }
const notBegun: Outcome = { run: 'not begun, alarm', findings: 'nothing changed' }
const notReached = (...regions: string[]): Outcome => ({
  run: 'ended',
  findings: `in coverage: not-reached (${regions.map(region => `${payments} ${region}`).join(', ')})`,
})
const scan = { invocation: `scan ${payments}` }

/**
 * Functions that are killed before their first write and after each, to the store, the bucket and the topic. One that is
 * killed for good may have done everything that somebody sees of it.
 */
export const kills: readonly Killed[] = [
  { invocation: 'plan', forGood: false, expected: [told] },
  { invocation: 'plan', forGood: true, expected: [notBegun] },
  { ...scan, forGood: false, expected: [told] },
  { ...scan, forGood: true, expected: [notReached(home, abroad), told] },
  { ...scan, inParts: true, forGood: false, expected: [told] },
  // What earlier calls handed over is known; an account that has its report is not asked again.
  { ...scan, inParts: true, forGood: true, expected: [notReached(home, abroad), notReached(abroad), told] },
  { invocation: 'reconcile', forGood: false, expected: [told] },
  { invocation: 'reconcile', forGood: true, expected: [notReached(home, abroad)] },
  { invocation: 'digest', forGood: false, expected: [told] },
  {
    ...{ invocation: 'digest', forGood: true },
    expected: ['not ended, alarm', 'ended, not told, alarm', 'ended, alarm'].map(run => ({ ...told, run })),
  },
]

const nameOf = ({ invocation, inParts, forGood }: Killed) =>
  `${invocation.split(' ')[0]} ${inParts ? 'in parts ' : ''}is killed ${forGood ? 'for good' : 'once'} between any two writes`

/** One row of the places at which a function can be killed. @param every which of them: 1 for all, 3 for each third */
export const playKills = async (stage: Stage, killed: Killed, every: number): Promise<Row> => {
  const rows = [await playKill(stage, killed, 1, 'kill-before')]
  for (let step = 1; ; step += every) {
    const row = await playKill(stage, killed, step, 'kill-after')
    // Past its last write there is nothing to be killed at.
    if (row.struck === 0) break
    rows.push(row)
  }
  return {
    fault: nameOf(killed),
    struck: rows.reduce((sum, { struck }) => sum + struck, 0),
    outcomes: rows.flatMap(({ outcomes }) => outcomes),
    unhealed: rows.flatMap(row => row.unhealed),
    isGreen: rows.every(row => row.isGreen),
  }
}

const playKill = (stage: Stage, killed: Killed, step: number, kind: WireFault) => {
  const { invocation, forGood, expected, inParts = false } = killed
  let writes = 0
  let struck = 0
  const strike: Strike = ({ isWrite }) => {
    if (struck > 0) {
      if (!forGood) return undefined
      struck++
      return 'kill-before'
    }
    if (!isWrite || ++writes !== step) return undefined
    struck++
    return kind
  }
  let scans = 0
  // Only what is missing gives reconcile something to write: the first call of the scan and its one repetition die.
  const firstRound = (): Strike | undefined => (++scans <= 2 ? () => 'kill-before' : undefined)
  const fault: Fault = {
    ...{ name: nameOf(killed), expected, inParts, struck: () => struck, mayRepeat: invocation === 'digest' },
    strikeIn: invoked => {
      if (invoked === invocation) return strike
      return invocation === 'reconcile' && invoked === scan.invocation ? firstRound() : undefined
    },
  }
  return playFault(stage, fault)
}
