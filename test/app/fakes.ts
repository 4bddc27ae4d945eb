import type {
  AccountReader,
  Hub,
  OpenAccount,
  OrganizationAccount,
  OrganizationReader,
  RegionRead,
  RegionState,
} from '../../src/core/ports.ts'
import type { Collected } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

/** Ports as object literals: a healthy organization of two accounts, of which the first is the hub. */

export const hub: Hub = { accountId: '111111111111', partition: 'aws', region: 'eu-west-1' }
export const memberId = '222222222222'

export const member = (over: Partial<OrganizationAccount> = {}): OrganizationAccount => {
  const accountId = over.accountId ?? memberId
  return {
    accountId,
    arn: `arn:aws:organizations::100000000000:account/o-acme/${accountId}`,
    name: `account ${accountId[0]}`,
    state: 'ACTIVE',
    ouPath: [
      { id: 'ou-ab12-root', name: 'Business' },
      { id: 'ou-ab12-prod', name: 'Production' },
    ],
    ...over,
  }
}

export const organization = (over: Partial<OrganizationReader> = {}): OrganizationReader => ({
  whoAmI: async () => hub,
  listAccounts: async () => [member(), member({ accountId: hub.accountId })],
  describeOrganization: async () => ({ id: 'o-acme', managementAccountId: '100000000000' }),
  describeClusterVersions: async () => new Map(),
  ...over,
})

export const enabled = (...names: string[]): Collected<RegionState> =>
  build.complete(...names.map(name => ({ name, enabled: true })))

/** A Region with the healthy cluster of {@link build.inventory}. */
export const readHealthy = async (region: string, accountId = memberId): Promise<RegionRead> => ({
  status: 'read',
  inventory: build.inventory({ accountId, region }),
})

export const reader = (over: Partial<AccountReader> = {}): AccountReader => ({
  listRegions: async () => enabled('eu-west-1', 'us-east-1'),
  readRegion: region => readHealthy(region),
  ...over,
})

/** Opens every account; `readers` says what is behind the door of those that are not healthy. */
export const openAccounts =
  (readers: Readonly<Record<string, Partial<AccountReader>>> = {}): OpenAccount =>
  async ({ accountId }) => ({
    status: 'open',
    reader: reader({ readRegion: region => readHealthy(region, accountId), ...readers[accountId] }),
  })
