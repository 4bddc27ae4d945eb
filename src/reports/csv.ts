import type { Finding } from '../core/finding.ts'
import type { ScanResult } from '../core/result.ts'
import type { Evidence } from '../core/verdict.ts'
import { printable } from './printable.ts'

type Value = string | number | null

/** The columns in their order; a new one goes to the end, for people count them. */
const columns: Readonly<Record<string, (finding: Finding, result: ScanResult) => Value>> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  severity: ({ severity }) => severity,
  check: ({ checkId }) => checkId,
  account_id: ({ accountId }) => accountId,
  account_name: ({ accountId }, { accountNames }) => accountNames[accountId] ?? accountId,
  region: ({ region }) => region,
  resource_type: ({ resource }) => resource.type,
  cluster: ({ resource }) => resource.clusterName,
  resource_name: ({ resource }) => resource.name,
  resource_id: ({ resource }) => resource.id,
  owner: ({ owner }) => owner,
  nodes: ({ nodes }) => nodes,
  first_seen: ({ id }, { firstSeen }) => firstSeen[id] ?? null,
  title: ({ title }) => title,
  message: ({ message }) => message,
  caused_by: ({ causedBy }) => causedBy.join(' '),
  waiver_owner: ({ waiver }) => waiver?.owner ?? null,
  waiver_reason: ({ waiver }) => waiver?.reason ?? null,
  waiver_ticket: ({ waiver }) => waiver?.ticket ?? null,
  waiver_expires: ({ waiver }) => waiver?.expires ?? null,
  controls: ({ controls }) => controls.map(({ framework, id }) => `${framework} ${id}`).join('; '),
  evidence: ({ evidence }) => evidence.map(evidenceText).join('; '),
}

const evidenceText = ({ what, value, source }: Evidence) => `${what}: ${value} (${source})`

/**
 * Every finding as a record of RFC 4180, after a header with the names of the columns: UTF-8 without a byte order mark.
 * No value begins a formula, and none holds a line break, so that a record is a line.
 */
export const csv = (scanned: ScanResult): string => {
  const result = printable(scanned)
  const records = result.findings.map(finding => Object.values(columns).map(of => cellOf(of(finding, result))))
  return [Object.keys(columns), ...records].map(cells => `${cells.join(',')}\r\n`).join('')
}

const cellOf = (value: Value) => (value === null ? '' : csvCell(String(value)))

/**
 * A text as a cell. A spreadsheet takes one that begins with one of these marks, or its full-width twin, for a formula,
 * and runs what an account named: https://owasp.org/www-community/attacks/CSV_Injection. An apostrophe keeps it a text.
 */
export const csvCell = (text: string): string => {
  const harmless = formula.test(text) ? `'${text}` : text
  return special.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const formula = /^[=+\-@\t\r\n＝＋－＠]/
const special = /[",\r\n]|^\s|\s$/
