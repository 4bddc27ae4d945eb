import { type Row, type RowId, type RowStatus, rowIds, rowStatuses, type Tried } from '../../core/doctor.ts'
import type { Failure } from '../../core/read.ts'
import { compareText } from '../../core/text.ts'

/** One thing about one account, or about none; rows are made of these. */
export interface Note extends Omit<Row, 'subjects' | 'accounts'> {
  readonly subject?: string
  readonly accountId?: string
}

/**
 * What is alike as one row: first the accounts of one subject, then the subjects of the same accounts. In the order of
 * `rowIds`, and of one id what works first.
 */
export const rowsOf = (notes: readonly Note[]): readonly Row[] => {
  const bySubject = grouped(notes, ({ accountId: _, ...rest }) => rest).map(group => ({
    ...first(group),
    accounts: distinct(group.flatMap(({ accountId }) => accountId ?? [])),
  }))
  const rows = grouped(bySubject, ({ subject: _, ...rest }) => rest).map((group): Row => {
    const { id, status, needed, detail, fix, accounts } = first(group)
    return {
      id,
      status,
      needed,
      subjects: distinct(group.flatMap(({ subject }) => subject ?? [])),
      accounts,
      detail,
      fix,
    }
  })
  return rows.sort(
    (a, b) =>
      rowIds.indexOf(a.id) - rowIds.indexOf(b.id) ||
      rowStatuses.indexOf(a.status) - rowStatuses.indexOf(b.status) ||
      compareText(a.subjects.join(), b.subjects.join()) ||
      compareText(a.accounts.join(), b.accounts.join()),
  )
}

const grouped = <T>(items: readonly T[], alike: (item: T) => object): [T, ...T[]][] =>
  [...Map.groupBy(items, item => JSON.stringify(sortedEntries(alike(item)))).values()] as [T, ...T[]][]

const sortedEntries = (fields: object) => Object.entries(fields).sort(([a], [b]) => compareText(a, b))
const first = <T>([one]: readonly [T, ...T[]]): T => one
const distinct = (texts: readonly string[]) => [...new Set(texts)].sort(compareText)

/** What AWS refused is known not to work; what broke on the way is not known. */
export const statusOf = (failure: Failure): RowStatus =>
  failure.class === 'denied' || failure.class === 'denied-by-scp' ? 'fails' : 'unknown'

/** A note on something that was tried; `advise` says what to do about a refusal. */
export const noteOn = (
  id: RowId,
  subject: string,
  tried: Tried,
  advise: (failure: Failure) => string,
): Pick<Note, 'id' | 'subject' | 'status' | 'needed' | 'detail' | 'fix'> => {
  const about = { id, subject, needed: true }
  if (tried.status === 'works') return { ...about, status: 'works', detail: null, fix: null }
  if (tried.status === 'not-tried')
    return { ...about, status: 'not-tried', needed: false, detail: tried.why, fix: null }
  const { failure } = tried
  return { ...about, status: statusOf(failure), detail: failure.reason, fix: advise(failure) }
}

/** What to do about a failure that is no denial; a denial has `allow`, which names the action and the resource. */
export const adviceOn = ({ class: failureClass, action }: Failure, allow: string): string => {
  if (failureClass === 'denied') return allow
  if (failureClass === 'denied-by-scp') {
    return `Exempt the role from that service control policy for ${action}, or leave the Region out under scope.regions in posture.yaml.`
  }
  if (failureClass === 'throttled') return 'Run doctor again when less is asked of the account.'
  if (failureClass === 'unsupported')
    return 'Check --endpoint-url and AWS_ENDPOINT_URL: what answers there does not answer as AWS does.'
  return 'See what the answer says, check the network and the Region, then run doctor again.'
}
