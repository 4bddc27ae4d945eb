import pMap from 'p-map'
import { openAccountWith } from '../../src/aws/account.ts'
import { once } from '../../src/aws/connection.ts'
import { checks } from '../../src/checks/index.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { OpenAccount } from '../../src/core/ports.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { hubOf } from '../scan-sandbox.ts'
import { accountFaults, vanishing } from './accounts.ts'
import { kills, playKills } from './kills.ts'
import { type OrganizationState, organizationOf, payments, retail } from './organization.ts'
import { type Alike, playFault, type Row, setStage } from './play.ts'
import { portFaults } from './ports.ts'
import { openTables } from './state.ts'

/** At how many places a function can be killed, about. */
const mostPlaces = 9

/** Most of what a fault costs is waiting for the next attempt. */
const rowsAtOnce = 4

export interface Settings {
  /** Which calls are struck where not all of them are. */
  readonly seed: number
  /** Of the places at which functions are killed 1 takes every one, 3 each third. @default 1 */
  readonly everyPlace?: number
  /** Of that many processes the one with this number plays its rows alone. @default one plays all of them */
  readonly share?: { readonly of: number; readonly number: number }
}

/** Every fault with its outcome, in the order of the table. @param told of each row as soon as it is known */
export const playAll = async (
  { seed, everyPlace = 1, share = { of: 1, number: 0 } }: Settings,
  told: (row: Row) => void = () => {},
): Promise<readonly Row[]> => {
  const { endpoint, close } = await openTables()
  const stages = stagesAt(endpoint)
  const rows: Play[] = [
    ...accountFaults(seed).map(fault => ({ weight: 1, play: async () => playFault(await stages.after(), fault) })),
    { weight: 1, play: async () => playFault(await stages.vanished(), vanishing) },
    ...portFaults(seed).map(fault => ({ weight: 1, play: async () => playFault(await stages.few(), fault) })),
    ...kills.map(kill => ({
      weight: 1 + mostPlaces / everyPlace,
      play: async () => playKills(await stages.few(), kill, everyPlace),
    })),
  ]
  try {
    return await pMap(
      shareOf(rows, share),
      async ({ play }) => {
        const row = await play()
        told(row)
        return row
      },
      { concurrency: rowsAtOnce },
    )
  } finally {
    close()
  }
}

interface Play {
  /** What it costs, about, in histories. */
  readonly weight: number
  readonly play: () => Promise<Row>
}

/** The histories without a fault, each made when it is first needed. */
const stagesAt = (endpoint: string) => {
  const policy = { policy: fewChecks }
  return {
    after: once(() => setStage(endpoint)),
    vanished: once(() => setStage(endpoint, 'vanished', { before: policy, after: policy })),
    few: once(() => setStage(endpoint, 'after', { before: fewFindings('before'), after: fewFindings('after') })),
  }
}

/** Neighbours go together, for they need the same stage. */
const shareOf = (rows: readonly Play[], { of, number }: NonNullable<Settings['share']>) => {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  let before = 0
  return rows.filter(({ weight }) => {
    const isMine = Math.floor((before * of) / total) === number
    before += weight
    return isMine
  })
}

/** The few checks of the rows in which it does not matter what is found. */
const checksOfFew = ['node-group-off-amazon-linux-2', 'launch-template-imdsv2-required']
export const fewChecks: Policy = {
  ...defaultPolicy,
  checks: { ...defaultPolicy.checks, disable: checks.map(({ id }) => id).filter(id => !checksOfFew.includes(id)) },
}

/** Few findings in two accounts that are read once for all nights, so few calls to strike or to be killed at. */
const fewFindings = (state: OrganizationState): Alike => ({
  policy: { ...fewChecks, scope: { ...fewChecks.scope, accounts: { include: [payments, retail] } } },
  openAccount: readOnce(state),
})

const readOnce = (state: OrganizationState): OpenAccount => {
  const organization = organizationOf(state)
  const open = openAccountWith(hubOf(organization, { requestHandler: requestHandlerOf(createSandbox(organization)) }))
  const kept = new Map<string, Promise<unknown>>()
  const keeping = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = kept.get(key) ?? read()
    kept.set(key, known)
    return known as Promise<T>
  }
  return async target => {
    const access = await keeping(target.accountId, () => open(target))
    if (access.status !== 'open') return access
    const { reader } = access
    const listRegions = () => keeping(`${target.accountId} Regions`, () => reader.listRegions())
    const readRegion = (region: string) => keeping(`${target.accountId} ${region}`, () => reader.readRegion(region))
    return { status: 'open', reader: { listRegions, readRegion } }
  }
}
