import type { AccountReport, Store } from '../core/store.ts'
import type { Target } from '../core/target.ts'
import type { Planned } from './plan.ts'

const detail = 'the account is not in the organization any more'

/**
 * The accounts that the run before still had and that are not in the organization any more: they are coverage for one more
 * night, in which their findings are retired.
 * @param accounts those that are in it, planned for tonight.
 */
export const departedSince = async (
  previousRunId: string | undefined,
  accounts: readonly Planned[],
  store: Pick<Store, 'eachAccount'>,
): Promise<readonly Planned[]> => {
  if (previousRunId === undefined) return []
  const here = new Set(accounts.map(({ target }) => target.accountId))
  const departed: Planned[] = []
  await store.eachAccount(previousRunId, report => {
    if (here.has(report.accountId) || wasTold(report)) return
    departed.push({ target: targetOf(report), unasked: { status: 'account-inactive', detail } })
  })
  return departed
}

/** Also beside Regions that posture.yaml leaves out, which say so instead. */
const wasTold = ({ regions }: AccountReport) => regions.length === 0 || regions.some(region => region.detail === detail)

const targetOf = ({ accountId, name }: AccountReport): Target => ({
  accountId,
  name,
  arn: '',
  ouPath: null,
  state: 'CLOSED',
  partition: 'aws',
  roleArn: null,
})

/**
 * The Regions of an account in the run before, for one that cannot tell them tonight: all but those that were never read,
 * for they are not enabled. Whatever is known of the others has to be told on.
 */
export const regionsIn =
  (previousRunId: string | undefined, store: Pick<Store, 'readAccount'>) =>
  async (accountId: string): Promise<readonly string[]> => {
    const report = previousRunId === undefined ? undefined : await store.readAccount(previousRunId, accountId)
    const known = report?.regions.filter(
      ({ status, estateAsOf }) => status !== 'region-disabled' || estateAsOf !== null,
    )
    return known?.map(({ region }) => region) ?? []
  }
