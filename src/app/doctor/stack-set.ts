import type { StackInstance } from '../../core/doctor.ts'
import type { Collected, Failure } from '../../core/read.ts'
import type { Target } from '../../core/target.ts'
import { adviceOn, type Note, statusOf } from './rows.ts'

/** What has to be known to hold a StackSet against the organization. */
export interface StackSetSeen {
  readonly name: string
  readonly listed: Collected<StackInstance>
  /** The accounts that a scan asks. */
  readonly targets: readonly Target[]
  readonly managementAccountId: string | undefined
}

/** The instances of each account; undefined where the list is not complete, for then nothing is known to be missing. */
export const instancesOf = ({ items, failures }: Collected<StackInstance>) =>
  failures.length > 0 ? undefined : Map.groupBy(items, ({ accountId }) => accountId)

/** The notes on a StackSet: whether it may be listed, and for every account whether its role is there and current. */
export const stackSetNotes = (seen: StackSetSeen): readonly Note[] => {
  const { name, listed, targets, managementAccountId } = seen
  const about = { id: 'stack-set', subject: name, needed: true } as const
  const [failure] = listed.failures
  if (failure) return [{ ...about, ...refusalOf(failure, name) }]
  const instances = instancesOf(listed)
  const count = listed.items.length
  return [
    { ...about, status: 'works', detail: `${count} ${count === 1 ? 'instance' : 'instances'}`, fix: null },
    ...targets.flatMap(target =>
      target.roleArn === null
        ? []
        : accountNote(target, instances?.get(target.accountId) ?? [], name, managementAccountId),
    ),
  ]
}

const refusalOf = (failure: Failure, name: string): Pick<Note, 'status' | 'detail' | 'fix'> => {
  const { reason: detail, action } = failure
  if (detail.startsWith('StackSetNotFound')) {
    return { status: 'fails', detail, fix: 'Name the StackSet as it was made, and set AWS_REGION to its Region.' }
  }
  if (/not a delegated administrator/i.test(detail)) {
    const fix =
      'Register this account as a delegated administrator of CloudFormation StackSets, or run doctor in one that is.'
    return { status: 'fails', detail, fix }
  }
  return {
    status: statusOf(failure),
    detail,
    fix: adviceOn(failure, `Allow this identity ${action} on StackSet ${name}.`),
  }
}

const template = 'deploy/member-role.yaml'

const accountNote = (
  { accountId }: Target,
  instances: readonly StackInstance[],
  name: string,
  managementAccountId: string | undefined,
): Note => {
  const about = { id: 'stack-set-account', subject: name, accountId, needed: true } as const
  const [instance] = instances.toSorted((a, b) => worseOf(b) - worseOf(a))
  if (!instance && accountId === managementAccountId) {
    const detail = 'service-managed permissions leave the management account out; there the role is a plain stack'
    return { ...about, status: 'not-tried', needed: false, detail, fix: null }
  }
  if (!instance) {
    return {
      ...about,
      status: 'fails',
      detail: 'no instance',
      fix: `Deploy ${template} to the account: add it, or its organizational unit, to the targets of StackSet ${name}.`,
    }
  }
  const because = instance.reason === undefined ? '' : `: ${instance.reason}`
  if (instance.status === 'OUTDATED') {
    return {
      ...about,
      status: 'fails',
      detail: `OUTDATED${because}`,
      fix: `Update StackSet ${name} from ${template}, so that the account has its newest version.`,
    }
  }
  if (instance.status === 'INOPERABLE') {
    return {
      ...about,
      status: 'fails',
      detail: `INOPERABLE${because}`,
      fix: `Delete the instance from StackSet ${name} with its stack retained, delete the stack in the account, and add the account again.`,
    }
  }
  if (instance.drifted) {
    return {
      ...about,
      status: 'fails',
      detail: 'DRIFTED: somebody changed the stack by hand',
      fix: `Undo the change in the account, or update StackSet ${name} from ${template}.`,
    }
  }
  if (instance.status === 'CURRENT') return { ...about, status: 'works', detail: 'CURRENT', fix: null }
  return {
    ...about,
    status: 'unknown',
    detail: `${instance.status || 'no status'}${because}`,
    fix: `Look at the operations of StackSet ${name}.`,
  }
}

/** From the best to the worst; a status of tomorrow may be worse than any. */
const statuses = ['CURRENT', 'OUTDATED', 'INOPERABLE']
const worseOf = ({ status, drifted }: StackInstance) =>
  (statuses.includes(status) ? statuses.indexOf(status) : statuses.length) * 2 + Number(drifted)
