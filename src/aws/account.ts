import { DescribeRegionsCommand, type Region } from '@aws-sdk/client-ec2'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import type { AccountAccess, AccountReader, OpenAccount, RegionState } from '../core/ports.ts'
import type { Collected, Failure } from '../core/read.ts'
import type { Target } from '../core/target.ts'
import { type Answer, askAtMost, failuresOf, type Refusal, refused } from './ask.ts'
import { readOidcProviders } from './collect/oidc-providers.ts'
import { sortedBy } from './collect/shape.ts'
import {
  type Connection,
  type Credentials,
  iamClient,
  once,
  type Place,
  type RegionClients,
  regionClients,
} from './connection.ts'
import { isRegionDisabled } from './failure.ts'
import { readRegion } from './region.ts'

/** An hour is all that a role may give to one that was itself assumed (STS, role chaining); an account takes less. */
const sessionSeconds = 3600
const callsAtOnce = 4

/** Opens accounts by assuming the role of each; the hub's own account is read with the hub's own credentials. */
export const openAccountWith =
  (connection: Connection): OpenAccount =>
  async (target, share) => {
    const hubRegion = await connection.hubRegion()
    if (target.roleArn === null) return open(connection, target, hubRegion, { share })

    const answer = await assumeRole(connection, target.roleArn)
    if (answer.status !== 'ok') return notOpen(target.roleArn, answer)
    if (!answer.value) return { status: 'error', reason: 'sts:AssumeRole answered without credentials' }
    return open(connection, target, hubRegion, { credentials: answer.value, share })
  }

/** The credentials of a role; undefined where STS answered without any. */
export const assumeRole = async (
  { sts, options: { sessionName, externalId } }: Connection,
  RoleArn: string,
): Promise<Answer<Credentials | undefined>> => {
  const input = { RoleArn, RoleSessionName: sessionName, ExternalId: externalId, DurationSeconds: sessionSeconds }
  return askAtMost(1)('sts:AssumeRole', async () => {
    const { Credentials: given } = await sts.send(new AssumeRoleCommand(input))
    const { AccessKeyId, SecretAccessKey, SessionToken } = given ?? {}
    if (!AccessKeyId || !SecretAccessKey || !SessionToken) return undefined
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  })
}

const notOpen = (roleArn: string, refusal: Refusal): AccountAccess => {
  const status = isDenied(refusal) ? 'no-role' : 'error'
  // STS gives one answer to all of these, so that nobody can find out which roles exist.
  const reason =
    refusal.status === 'failed' && refusal.failure.class === 'denied'
      ? 'the role does not exist, does not trust the hub, expects another external id, or the hub may not assume it'
      : refused(refusal).reason
  return { status, reason: `sts:AssumeRole of ${roleArn}: ${reason}` }
}

const isDenied = (refusal: Refusal) =>
  refusal.status === 'failed' && (refusal.failure.class === 'denied' || refusal.failure.class === 'denied-by-scp')

const open = (
  connection: Connection,
  target: Target,
  hubRegion: string,
  account: Pick<Place, 'credentials' | 'share'>,
): AccountAccess => {
  const clientsIn = clientsByRegion(connection, account)
  const { options } = connection
  const { accountId, partition } = target
  const oidcProviders = once(() => readOidcProviders(askAtMost(1), iamClient(connection, partition, account)))
  const reader: AccountReader = {
    listRegions: () => listRegions(clientsIn, new Set([hubRegion, ...(options.regions ?? [])])),
    readRegion: (region, wanted) => {
      const place = { accountId, partition, region, clients: clientsIn(region) }
      return readRegion({ ...place, ask: askAtMost(callsAtOnce), oidcProviders }, wanted, options.now)
    },
  }
  return { status: 'open', reader }
}

/** The clients of one account, those of a Region made when it is first asked for. */
export const clientsByRegion = (connection: Connection, account: Pick<Place, 'credentials' | 'share'>) => {
  const made = new Map<string, RegionClients>()
  return (region: string): RegionClients => {
    const clients = made.get(region) ?? regionClients(connection, { ...account, region })
    made.set(region, clients)
    return clients
  }
}

/** Asked in one Region after the other while they refuse: an SCP can deny EC2 in any, the hub's own included. */
export const listRegions = async (
  clientsIn: (region: string) => RegionClients,
  places: ReadonlySet<string>,
): Promise<Collected<RegionState>> => {
  const ask = askAtMost(1)
  const failures: Failure[] = []
  for (const place of places) {
    const answer = await ask('ec2:DescribeRegions', () =>
      clientsIn(place)
        .ec2()
        .send(new DescribeRegionsCommand({ AllRegions: true })),
    )
    if (answer.status === 'ok')
      return { items: sortedBy((answer.value.Regions ?? []).map(stateOf), byName), failures: [] }
    failures.push(...failuresOf(answer))
    if (!isDenied(answer) && !isDisabledHere(answer)) break
  }
  return { items: [], failures: failures.slice(0, 1) }
}

const isDisabledHere = (refusal: Refusal) => refusal.status === 'failed' && isRegionDisabled(refusal.error)

const stateOf = ({ RegionName = '', OptInStatus }: Region): RegionState => ({
  name: RegionName,
  enabled: OptInStatus !== 'not-opted-in',
})

const byName = ({ name }: RegionState) => name
