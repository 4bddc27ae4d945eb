import { openAccountWith } from '../src/aws/account.ts'
import type { RegionInventory } from '../src/core/inventory.ts'
import type { Organization } from '../src/sandbox/organization.ts'
import { generate } from './organizations.ts'
import { type Carrier, hubOf } from './scan-sandbox.ts'

/** Node groups of {@link largeAccount}. */
export const groupsOfLargeAccount = 1_000

/** An organization whose one account has a thousand node groups in one Region. */
export const largeAccount = (): Organization =>
  generate({
    ...{ seed: 7, accounts: 1, regions: 1, emptyRegions: 0, clusters: 10, groups: 95, selfManaged: 5 },
    ...{ spareTemplates: 20, ownTemplates: 0.3, pinned: 0.1, customImages: 0.3, warmPools: 0.05 },
    ...{ nodeClasses: 0, configured: 0, batch: 0 },
  })

/** What its Region told. */
export const readLargeAccount = async (organization: Organization, carrier: Carrier): Promise<RegionInventory> => {
  const connection = hubOf(organization, carrier)
  const [region = ''] = organization.regions
  const [accountId = ''] = Object.values(organization.units).flatMap(({ accounts }) => Object.keys(accounts))
  const access = await openAccountWith(connection)({
    accountId,
    name: accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    ouPath: [],
    state: 'ACTIVE',
    roleArn: `arn:aws:iam::${accountId}:role/eks-node-posture-read`,
    partition: 'aws',
  })
  if (access.status !== 'open') throw new Error(access.reason)
  const read = await access.reader.readRegion(region)
  if (read.status !== 'read') throw new Error(read.reason)
  return read.inventory
}
