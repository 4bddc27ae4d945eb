import { accountsOf } from '../../src/sandbox/walk.ts'
import { generate, type Shape } from '../organizations.ts'

const plain = {
  ...{ selfManaged: 0, spareTemplates: 0, ownTemplates: 0.3, pinned: 0.2, customImages: 0.2 },
  ...{ warmPools: 0, nodeClasses: 0, configured: 0, batch: 0 },
}

/** Organizations to simulate a night of, by name. */
export const organizations = {
  // Many accounts, of which most have nothing: clusters in 2 of 100 account-Regions.
  wide: { ...plain, seed: 11, accounts: 10_000, regions: 17, emptyRegions: 0.98, clusters: 1, groups: 3 },
  // Platform teams everywhere: five clusters of ten groups in every account.
  heavy: { ...plain, seed: 12, accounts: 1_000, regions: 1, emptyRegions: 0, clusters: 5, groups: 10 },
} as const satisfies Record<string, Shape>

/** One account of so many: without a role, suspended, and with scans that are killed once or in the whole first map. */
const every = { withoutRole: 100, suspended: 125, killedOnce: 200, lostOnce: 500 }
const callsOfLostAccount = 2

/**
 * The organization of a shape, with what goes wrong in one: roles that are missing, accounts that are suspended, a policy
 * that denies two Regions to a unit, and scans that are killed.
 */
export const troubled = (shape: Shape) => {
  const organization = generate(shape, true)
  const placed = accountsOf(organization)
  for (const [index, { account }] of placed.entries()) {
    if (index % every.withoutRole === 7) account.role.trust = 'missing'
    if (index % every.suspended === 11) account.state = 'SUSPENDED'
  }
  const denied = organization.regions.slice(-2)
  const policies =
    shape.regions > denied.length ? [{ id: 'p-regions', unit: 'Team 1', deny: ['*'], regions: denied }] : []
  const deaths = new Map<string, number>()
  for (const [index, { accountId }] of placed.entries()) {
    if (index % every.killedOnce === 5) deaths.set(accountId, 1)
    if (index % every.lostOnce === 3) deaths.set(accountId, callsOfLostAccount)
  }
  return { organization: { ...organization, policies }, deaths }
}
