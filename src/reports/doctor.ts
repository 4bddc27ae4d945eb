import { type Diagnosis, lacks, type Row, type RowId, type RowStatus, rowStatuses } from '../core/doctor.ts'
import { type Paint, plain } from './paint.ts'
import { printable } from './printable.ts'
import { accountName, counted } from './words.ts'
import { wrapped } from './wrap.ts'

export interface DoctorTableOptions {
  readonly paint?: Paint | undefined
  /** Characters a line. @default 100 */
  readonly width?: number | undefined
}

const sections: readonly { readonly title: string; readonly ids: readonly RowId[] }[] = [
  {
    title: 'Identity and organization',
    ids: ['identity', 'organization', 'accounts', 'unit-names', 'kubernetes-calendar'],
  },
  { title: 'Roles', ids: ['role'] },
  { title: 'Regions', ids: ['hub-region', 'regions', 'region'] },
  { title: 'Reads', ids: ['read'] },
  { title: 'Table', ids: ['table', 'table-read', 'table-write'] },
  { title: 'Topic', ids: ['topic', 'topic-publish'] },
  { title: 'Bucket', ids: ['bucket', 'bucket-read', 'bucket-write'] },
  { title: 'StackSet', ids: ['stack-set', 'stack-set-account'] },
]

/** A diagnosis for a person at a terminal: a line for everything that works or does not, and what to do about it. */
export const doctorTable = (made: Diagnosis, { paint = plain, width = 100 }: DoctorTableOptions = {}): string => {
  const diagnosis = printable(made)
  const parts = sections.flatMap(({ title, ids }) => {
    const rows = diagnosis.rows.filter(({ id }) => ids.includes(id))
    if (rows.length === 0) return []
    const head = title === 'Roles' ? `${paint.bold(title)}${paint.dim(triedInWords(diagnosis))}` : paint.bold(title)
    return [`${head}\n${linesOf(rows, diagnosis, paint, width)}`]
  })
  return `${[...parts, footer(diagnosis, paint, width)].join('\n\n')}\n`
}

const triedInWords = ({ tried: { accounts, of, seed } }: Diagnosis) =>
  seed === null
    ? `  ${counted(accounts, 'account')}`
    : `  ${accounts} of ${counted(of, 'account')}, seed ${seed}; --all tries every one`

const linesOf = (rows: readonly Row[], diagnosis: Diagnosis, paint: Paint, width: number) => {
  const idWidth = Math.max(...rows.map(({ id }) => id.length))
  const indent = ' '.repeat(idWidth + 6)
  const room = width - indent.length
  return rows
    .map(row => {
      const fix = row.fix === null ? '' : `\n${indent}${paint.dim(`→ ${wrapped(row.fix, room - 2, `${indent}  `)}`)}`
      return `  ${mark(row.status, paint)} ${row.id.padEnd(idWidth)}  ${wrapped(textOf(row, diagnosis), room, indent)}${fix}`
    })
    .join('\n')
}

const textOf = (row: Row, { accountNames }: Diagnosis) => {
  const subjects = row.subjects.join(', ')
  const accounts = accountsInWords(row, accountNames)
  const about = [subjects, accounts].filter(part => part !== '').join(subjects === '' ? '' : ' in ')
  return [about, row.detail ?? ''].filter(part => part !== '').join(': ')
}

const someAccounts = 8

/** Where it works a count will do; where it does not, somebody has to go there. */
const accountsInWords = ({ accounts, status }: Row, names: Diagnosis['accountNames']) => {
  const isWell = status === 'works' || status === 'not-tried'
  if (accounts.length > 1 && isWell) return counted(accounts.length, 'account')
  const shown = accounts.slice(0, someAccounts).map(id => accountName(names, id))
  const left = accounts.length - shown.length
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ')
}

const mark = (status: RowStatus, paint: Paint) =>
  ({ works: paint.green('✔'), fails: paint.red('✖'), unknown: paint.yellow('?'), 'not-tried': paint.dim('○') })[status]

const statusWords = { works: 'work', fails: 'do not', unknown: 'not known', 'not-tried': 'not tried' } as const

const footer = (diagnosis: Diagnosis, paint: Paint, width: number) => {
  const { rows, identity } = diagnosis
  const counts = rowStatuses.flatMap(status => {
    const count = rows.filter(row => row.status === status).length
    return count > 0 ? [`${mark(status, paint)} ${count} ${statusWords[status]}`] : []
  })
  const lacking = rows.filter(lacks).length
  const verdict =
    lacking === 0
      ? `Everything that was tried and that a scan needs works for ${identity.arn}.`
      : `${lacking} of these ${lacking === 1 ? 'is' : 'are'} what a scan needs and ${identity.arn} does not have, or is not known to have.`
  const other =
    'The nightly scan runs as the role of its functions, which doctor tests only where it is run as that role.'
  return `${counts.join(' · ')}\n${wrapped(verdict, width, '')}\n${paint.dim(wrapped(other, width, ''))}`
}

/** As {@link doctorTable}, for a machine: one object, every account by id. */
export const doctorJson = ({ identity, hub, tried, rows }: Diagnosis): string => {
  const paths = rows.filter(({ id, status }) => id === 'role' && status === 'works')
  const document = {
    schemaVersion: 1,
    identity: { arn: identity.arn, kind: identity.kind, name: identity.name, ...hub },
    tried,
    trustPaths: paths.flatMap(({ subjects, accounts }) => subjects.map(path => ({ path, accounts }))),
    summary: Object.fromEntries([
      ...rowStatuses.map(status => [status, rows.filter(row => row.status === status).length]),
      ['lacking', rows.filter(lacks).length],
    ]),
    rows,
  }
  return `${JSON.stringify(printable(document), null, 2)}\n`
}
