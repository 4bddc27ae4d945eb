import { CoverageStatus } from '../../src/core/coverage.ts'
import type { AccountReport } from '../../src/core/store.ts'
import type { Organization } from '../../src/sandbox/organization.ts'
import { accountsOf } from '../../src/sandbox/walk.ts'

type Reported = Pick<AccountReport, 'accountId'> & {
  readonly regions: readonly Pick<AccountReport['regions'][number], 'region' | 'status'>[]
}

/**
 * What is wrong with the coverage of a night, one sentence each: nothing where every account of the organization has one
 * report, and every account-Region in it exactly one status.
 */
export const coverageProblems = (reports: readonly Reported[], organization: Organization): readonly string[] => {
  const { management, hub } = organization.organization
  const accounts = [...new Set([management, hub, ...accountsOf(organization).map(({ accountId }) => accountId)])]
  const left = new Set(accounts.flatMap(account => organization.regions.map(region => keyOf(account, region))))
  const expected = left.size
  const problems: string[] = []
  let twiceOrStrange = 0
  let withoutStatus = 0
  for (const { accountId, regions } of reports) {
    for (const { region, status } of regions) {
      if (!left.delete(keyOf(accountId, region))) twiceOrStrange++
      if (!CoverageStatus.safeParse(status).success) withoutStatus++
    }
  }
  if (reports.length !== accounts.length) problems.push(`${reports.length} reports of ${accounts.length} accounts`)
  if (left.size > 0) problems.push(`${left.size} of ${expected} account-Regions have no row`)
  if (twiceOrStrange > 0) problems.push(`${twiceOrStrange} rows are of an account-Region that has one or is none`)
  if (withoutStatus > 0) problems.push(`${withoutStatus} rows have no status that there is`)
  return problems
}

const keyOf = (accountId: string, region: string) => `${accountId} ${region}`
