import { payments } from './organization.ts'
import { type Fault, playFault, type Row, type Stage } from './play.ts'
import type { Strike, WireFault } from './wire.ts'

interface Killed {
  readonly name: string
  readonly invocation: string
  readonly repeats: number
  readonly expected: readonly string[]
}

const same = 'same findings'

/** Functions that are killed before their first write and after each, to the store, the bucket and the topic. */
export const kills: readonly Killed[] = [
  { invocation: 'plan', repeats: 1, expected: [same] },
  { invocation: 'plan', repeats: 0, expected: ['no run begun, nothing changed'] },
  { invocation: `scan ${payments}`, repeats: 1, expected: [same] },
  { invocation: `scan ${payments}`, repeats: 0, expected: [same, 'in coverage: not-reached'] },
  { invocation: 'digest', repeats: 1, expected: [same] },
  { invocation: 'digest', repeats: 0, expected: [same, `${same}, run kept without digest`] },
].map(kill => ({
  ...kill,
  name: `${kill.invocation.split(' ')[0]} is killed between any two writes, ${kill.repeats > 0 ? 'and repeated' : 'and given up'}`,
}))

/** One row of all the places at which a function can be killed. */
export const playKills = async (stage: Stage, killed: Killed): Promise<Row> => {
  const rows = [await playKill(stage, killed, 1, 'kill-before')]
  for (let step = 1; ; step++) {
    const row = await playKill(stage, killed, step, 'kill-after')
    // Past its last write there is nothing to be killed at.
    if (row.struck === 0) break
    rows.push(row)
  }
  return {
    fault: killed.name,
    struck: rows.length,
    outcome: [...new Set(rows.map(({ outcome }) => outcome))].sort().join(' or '),
    isHealed: rows.every(row => row.isHealed),
    isGreen: rows.length > 1 && rows.every(row => row.isGreen),
  }
}

const playKill = (stage: Stage, { invocation, repeats, expected, name }: Killed, step: number, kind: WireFault) => {
  let struck = 0
  const once: Strike = (() => {
    let writes = 0
    return ({ isWrite }) => {
      if (!isWrite || ++writes !== step) return undefined
      struck++
      return kind
    }
  })()
  const fault: Fault = {
    ...{ name, repeats, expected, struck: () => struck },
    strikeIn: invoked => (invoked === invocation ? once : undefined),
  }
  return playFault(stage, fault)
}
