import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fewChecks } from '../../bench/faults/all.ts'
import { abroad, home, payments } from '../../bench/faults/organization.ts'
import { type Fault, playFault, type Stage, setStage } from '../../bench/faults/play.ts'
import { openTables } from '../../bench/faults/state.ts'
import { tableOf } from '../../bench/faults/table.ts'
import type { AccountReader } from '../../src/core/ports.ts'

// Of the places at which functions are killed every seventh, for the time that it takes: `npm run faults` tries each.
test('every fault strikes, comes to what is expected of it, and is healed by the next night', async () => {
  const { stdout, code } = await runNode(['bench/faults/run.ts', '--every', '7'])
  const rows = stdout.split('\n').filter(line => /^[✔✖] {2}/.test(line))
  expect(rows.filter(row => row.startsWith('✖'))).toEqual([])
  expect(stdout).toMatch(/\n✔ 48 faults\n$/)
  expect(rows).toHaveLength(48)
  expect(code).toBe(0)
}, 300_000)

/** Runs a file as a person does, and not under Jest, where each of its many errors costs more. */
const runNode = async (args: readonly string[]) => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { stdout, code }
}

/** Takes clusters that could not be listed for none. */
const blind = (reader: AccountReader): AccountReader => ({
  ...reader,
  readRegion: async (region, wanted) => {
    const read = await reader.readRegion(region, wanted)
    if (read.status !== 'read') return read
    return { ...read, inventory: { ...read.inventory, clusters: { items: [], failures: [] } } }
  },
})

describe('the judge goes red for', () => {
  let tables: Awaited<ReturnType<typeof openTables>>
  let stage: Stage
  const few = { policy: fewChecks }
  beforeAll(async () => {
    tables = await openTables()
    stage = await setStage(tables.endpoint, 'after', { before: few, after: few })
  })
  afterAll(() => tables.close())

  const same = [{ run: 'ended', findings: 'same findings' }]
  const play = async (fault: Partial<Fault>) => {
    const row = await playFault(stage, { name: 'a control', expected: same, struck: () => 1, ...fault })
    expect(tableOf([row])).toContain(row.isGreen ? '✔ 1 faults' : '✖ 1 of 1 faults')
    return { ...row, ...row.outcomes[0] }
  }

  test('nothing where nothing is wrong', async () => {
    expect(await play({})).toMatchObject({ isGreen: true, unhealed: [], run: 'ended', findings: 'same findings' })
  })

  test('a fault that never struck', async () => {
    expect(await play({ struck: () => 0 })).toMatchObject({ isGreen: false, unhealed: [], findings: 'same findings' })
  })

  test('a finding that is lost', async () => {
    const spoil: Fault['spoil'] = ({ store, ...ports }) => ({
      ...ports,
      store: {
        ...store,
        putFinding: async (finding, before) => finding.pending === 'new' || store.putFinding(finding, before),
      },
    })
    expect(await play({ spoil })).toMatchObject({ isGreen: false, findings: expect.stringMatching(/^\d+ wrong: /) })
  })

  test('a pass that nobody saw', async () => {
    const denied: Fault = {
      name: 'EKS denies',
      faults: [{ account: payments, region: home, action: 'eks:ListClusters', answer: 'denied' }],
      expected: [{ run: 'ended', findings: `in coverage: partial (${payments} ${home})` }],
      maxAttempts: 2,
    }
    expect(await playFault(stage, denied)).toMatchObject({ isGreen: true })
    const hiding: Fault['spoil'] = ({ openAccount, ...ports }) => ({
      ...ports,
      openAccount: async (target, share) => {
        const access = await openAccount(target, share)
        return access.status === 'open' ? { ...access, reader: blind(access.reader) } : access
      },
    })
    expect(await play({ ...denied, spoil: hiding })).toMatchObject({
      isGreen: false,
      findings: expect.stringMatching(/^\d+ wrong: \w+ in a place that is ok$/),
    })
  })

  test('a difference that is not where it is expected', async () => {
    const elsewhere = await play({
      faults: [{ account: payments, region: abroad, action: 'eks:*', answer: 'denied' }],
      expected: [{ run: 'ended', findings: `in coverage: partial (${payments} ${home})` }],
    })
    expect(elsewhere).toMatchObject({
      isGreen: false,
      unhealed: [],
      findings: `in coverage: partial (${payments} ${abroad})`,
    })
  })

  test('a run that never ends', async () => {
    const spoil: Fault['spoil'] = ({ store, ...ports }) => ({
      ...ports,
      store: { ...store, updateRun: async () => {} },
    })
    expect(await play({ spoil })).toMatchObject({ isGreen: false, run: 'not ended' })
  })

  test('a message that is never sent', async () => {
    const spoil: Fault['spoil'] = ({ store, ...ports }) => ({
      ...ports,
      store: {
        ...store,
        updateRun: (id, fields) =>
          store.updateRun(id, { ...fields, ...(fields.finishedAt && { owesMessages: false }) }),
      },
    })
    const silent = await play({ spoil, expected: [{ run: 'ended, not told', findings: 'same findings' }] })
    expect(silent).toMatchObject({ isGreen: false, run: 'ended, not told' })
    expect(silent.unhealed).toContainEqual(expect.stringMatching(/ was not alerted once$/))
  })

  test('a state that the next night does not heal', async () => {
    const spoil: Fault['spoil'] = ({ store, ...ports }) => ({
      ...ports,
      store: {
        ...store,
        putFinding: (finding, before) => store.putFinding({ ...finding, reopenCount: finding.reopenCount + 1 }, before),
      },
    })
    const spoilt = await play({ spoil })
    expect(spoilt).toMatchObject({ isGreen: false, run: 'ended' })
    expect(spoilt.unhealed).toContainEqual(expect.stringMatching(/ differs$/))
  })

  test('a lease that is never given back', async () => {
    const spoil: Fault['spoil'] = ({ store, ...ports }) => ({
      ...ports,
      store: {
        ...store,
        takeLease: (lease, now) => store.takeLease({ ...lease, until: '2026-12-24T00:00:00.000Z' }, now),
        releaseLease: async () => {},
      },
    })
    const held = await play({ spoil })
    expect(held).toMatchObject({ isGreen: false, findings: 'same findings' })
    expect(held.unhealed).toContain('the run did not end')
  })
})
