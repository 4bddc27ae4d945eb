import type { Hub } from '../core/ports.ts'
import type { ScanResult } from '../core/result.ts'
import { asff } from './asff.ts'
import { csv } from './csv.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { markdown } from './markdown.ts'
import { ocsf } from './ocsf.ts'
import { type TableOptions, table } from './table.ts'

export interface ReportOptions extends TableOptions {
  /** Who is to import what is written; without it there is no asff. */
  readonly hub?: Hub | undefined
}

/** Every format of a scan result: a pure function from result to text. The caller writes, colours and exits. */
export const reports = {
  table: (result, options) => table(result, options),
  json: result => json(result),
  csv: result => csv(result),
  markdown: result => markdown(result),
  html: result => html(result),
  ocsf: result => ocsf(result),
  asff: (result, { hub }) => asff(result, hub),
} as const satisfies Record<string, (result: ScanResult, options: ReportOptions) => string>

export type ReportFormat = keyof typeof reports
export const reportFormats = Object.keys(reports) as readonly ReportFormat[]
