import type { Account, Organization, Region, Unit } from './schema.ts'

export type Step = string | number

interface PlacedUnit {
  /** The names from the root down to the unit, joined by slashes; empty for the root itself. */
  readonly name: string
  readonly unit: Pick<Unit, 'id' | 'accounts'>
  readonly path: readonly Step[]
}

interface PlacedAccount {
  readonly accountId: string
  readonly account: Account
  readonly unitName: string
  readonly path: readonly Step[]
}

interface PlacedRegion extends PlacedAccount {
  readonly name: string
  readonly region: Region
}

/** The root and every unit beneath it, parents first, each with its place in the YAML. */
export const unitsOf = (organization: Organization): PlacedUnit[] => [
  { name: '', unit: { accounts: organization.accounts }, path: [] },
  ...below(organization.units, '', ['units']),
]

const below = (units: Record<string, Unit>, parent: string, at: readonly Step[]): PlacedUnit[] =>
  Object.entries(units).flatMap(([key, unit]) => {
    const name = parent ? `${parent}/${key}` : key
    const path = [...at, key]
    return [{ name, unit, path }, ...below(unit.units ?? {}, name, [...path, 'units'])]
  })

/** Every account that is written down, with its place in the YAML. */
export const accountsOf = (organization: Organization): PlacedAccount[] =>
  unitsOf(organization).flatMap(({ name, unit, path }) =>
    Object.entries(unit.accounts).map(([accountId, account]) => ({
      accountId,
      account,
      unitName: name,
      path: [...path, 'accounts', accountId],
    })),
  )

/** Every account-Region that has something in it, with its place in the YAML. */
export const regionsOf = (organization: Organization): PlacedRegion[] =>
  accountsOf(organization).flatMap(placed =>
    Object.entries(placed.account.regions).flatMap(([name, region]) =>
      region === 'not-opted-in' ? [] : [{ ...placed, name, region, path: [...placed.path, 'regions', name] }],
    ),
  )

/** The units that a policy's `unit` may mean: its name, or enough of its path to be the only one. */
export const unitsNamed = (organization: Organization, name: string) =>
  unitsOf(organization).filter(unit => unit.name === name || unit.name.endsWith(`/${name}`))
