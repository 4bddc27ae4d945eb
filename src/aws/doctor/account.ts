import { ListClustersCommand } from '@aws-sdk/client-eks'
import type { EnterAccount, EnteredAccount, Entry, Refuser, RegionTried } from '../../core/doctor.ts'
import type { Target } from '../../core/target.ts'
import { assumeRole, clientsByRegion, listRegions } from '../account.ts'
import { askAtMost } from '../ask.ts'
import { type Connection, type Credentials, iamClient, type RegionClients } from '../connection.ts'
import { isRegionDisabled } from '../failure.ts'
import { tryReads } from './reads.ts'

const callsAtOnce = 4

/** Enters accounts as a scan does: by their role, and the hub's own with the hub's own credentials. */
export const enterAccountWith =
  (connection: Connection): EnterAccount =>
  async target => {
    if (target.roleArn === null) return entered(connection, target, undefined)
    const answer = await assumeRole(connection, target.roleArn)
    const action = 'sts:AssumeRole'
    if (answer.status === 'failed') return { status: 'refused', failure: answer.failure, by: refuserIn(answer.error) }
    if (answer.status === 'gone') return broken(action, answer.reason)
    return answer.value ? entered(connection, target, answer.value) : broken(action, 'answered without credentials')
  }

const broken = (action: string, reason: string): Entry => ({
  status: 'refused',
  failure: { action, class: 'broken', reason },
  by: undefined,
})

// The kinds of policy of the IAM guide, "Troubleshoot access denied error messages". Which sentence they stand in has
// changed before; of a missing role, a condition that does not hold and a wrong external id AWS may name none.
const refusers: readonly Refuser[] = [
  'identity-based policy',
  'role trust policy',
  'service control policy',
  'resource control policy',
  'permissions boundary',
  'session policy',
  'VPC endpoint policy',
]

const refuserIn = (error: unknown): Refuser | undefined => {
  const message = error instanceof Error ? error.message : ''
  return refusers.find(refuser =>
    new RegExp(`\\bno ${refuser} allows\\b|\\bexplicit deny in (?:an?|the) ${refuser}\\b`, 'i').test(message),
  )
}

const entered = async (
  connection: Connection,
  { partition }: Target,
  credentials: Credentials | undefined,
): Promise<Entry> => {
  const clientsIn = clientsByRegion(connection, { credentials })
  const ask = askAtMost(callsAtOnce)
  const places = new Set([await connection.hubRegion(), ...(connection.options.regions ?? [])])
  const account: EnteredAccount = {
    listRegions: () => listRegions(clientsIn, places),
    tryRegion: region => tryRegion(clientsIn(region)),
    tryReads: place => {
      const iam = iamClient(connection, partition, { credentials })
      return tryReads(ask, clientsIn(place.region), iam, place, connection.options.now)
    },
  }
  return { status: 'entered', account }
}

const tryRegion = async (clients: RegionClients): Promise<RegionTried> => {
  const answer = await askAtMost(1)('eks:ListClusters', () =>
    clients.eks().send(new ListClustersCommand({ maxResults: 1 })),
  )
  if (answer.status === 'ok') return { status: 'answers', cluster: answer.value.clusters?.[0] }
  if (answer.status === 'failed' && !isRegionDisabled(answer.error)) {
    return { status: 'refused', failure: answer.failure }
  }
  return { status: 'not-enabled' }
}
