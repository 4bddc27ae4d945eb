import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import dynalite from 'dynalite'
import pMap from 'p-map'
import { openAccountWith } from '../../src/aws/account.ts'
import { checks } from '../../src/checks/index.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { OpenAccount } from '../../src/core/ports.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { hubOf } from '../scan-sandbox.ts'
import { accountFaults, vanishing } from './accounts.ts'
import { kills, playKills } from './kills.ts'
import { type OrganizationState, organizationOf } from './organization.ts'
import { type Alike, playFault, type Row, setStage } from './play.ts'
import { portFaults } from './ports.ts'

/** Most of what a fault costs is waiting for the next attempt. */
const rowsAtOnce = 4

/** Every fault with its outcome. @param told of each row as soon as it is known */
export const playAll = async (seed: number, told: (row: Row) => void = () => {}): Promise<readonly Row[]> => {
  const server = dynalite({ createTableMs: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const [after, vanished] = [await setStage(endpoint), await setStage(endpoint, 'vanished')]
    const few = await setStage(endpoint, 'after', { before: fewFindings('before'), after: fewFindings('after') })
    const rows = [
      ...[...accountFaults(seed), ...portFaults(seed)].map(fault => () => playFault(after, fault)),
      () => playFault(vanished, vanishing),
      ...kills.map(kill => () => playKills(few, kill)),
    ]
    return await pMap(
      rows,
      async play => {
        const row = await play()
        told(row)
        return row
      },
      { concurrency: rowsAtOnce },
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const checksOfKills = ['node-group-off-amazon-linux-2', 'launch-template-imdsv2-required']

/** Few findings, so few places to be killed at, and accounts that are read once for all of them. */
const fewFindings = (state: OrganizationState): Alike => {
  const disable = checks.map(({ id }) => id).filter(id => !checksOfKills.includes(id))
  const policy = { ...defaultPolicy, checks: { ...defaultPolicy.checks, disable } }
  return { policy, openAccount: readOnce(state) }
}

const readOnce = (state: OrganizationState): OpenAccount => {
  const organization = organizationOf(state)
  const open = openAccountWith(hubOf(organization, { requestHandler: requestHandlerOf(createSandbox(organization)) }))
  const kept = new Map<string, Promise<unknown>>()
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = kept.get(key) ?? read()
    kept.set(key, known)
    return known as Promise<T>
  }
  return async target => {
    const access = await once(target.accountId, () => open(target))
    if (access.status !== 'open') return access
    const { reader } = access
    const listRegions = () => once(`${target.accountId} Regions`, () => reader.listRegions())
    const readRegion = (region: string) => once(`${target.accountId} ${region}`, () => reader.readRegion(region))
    return { status: 'open', reader: { listRegions, readRegion } }
  }
}
