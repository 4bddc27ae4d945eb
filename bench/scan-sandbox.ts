import { scan } from '../src/app/scan.ts'
import { openAccountWith } from '../src/aws/account.ts'
import { type Connection, type ConnectOptions, connectionWith } from '../src/aws/connection.ts'
import { readOrganizationWith } from '../src/aws/organization.ts'
import { checks } from '../src/checks/index.ts'
import { defaultPolicy } from '../src/core/policy.ts'
import type { ScanResult } from '../src/core/result.ts'
import { startRun } from '../src/core/run.ts'
import { virtualClock } from '../src/sandbox/clock.ts'
import { accessKeyOf, secretKey } from '../src/sandbox/keys.ts'
import type { Organization } from '../src/sandbox/organization.ts'

/** What carries the calls of a scan: a sandbox in this process, or one that listens. */
export type Carrier = Pick<ConnectOptions, 'requestHandler' | 'endpointUrl' | 'clock'>

/** The hub of an organization, connected to whatever carries its calls. What it may not send yet, it sends in virtual time. */
export const hubOf = (
  { organization, regions }: Pick<Organization, 'organization' | 'regions'>,
  carrier: Carrier,
): Connection =>
  connectionWith({
    clock: virtualClock(),
    ...carrier,
    sessionName: 'bench',
    now: () => night,
    region: regions[0],
    externalId: organization.externalId,
    credentials: { accessKeyId: accessKeyOf(organization.hub), secretAccessKey: secretKey },
  })

const night = new Date('2026-11-22T02:00:00Z')
const silent = { planned: () => undefined, scanned: () => undefined }

/** A whole scan of the organization by the use case that every face calls: without progress and without a report. */
export const scanOver = (connection: Connection): Promise<ScanResult> => {
  const { now } = connection.options
  const run = startRun(now(), '0be9c4')
  const request = { run, who: { kind: 'organization' }, policy: defaultPolicy, checks, toolVersion: 'bench' } as const
  const ports = {
    organization: readOrganizationWith(connection),
    openAccount: openAccountWith(connection),
    apiCalls: () => connection.calls.read().answered,
    now,
  }
  return scan(request, ports, silent)
}
