import type { ScanResult } from '../core/result.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { type TableOptions, table } from './table.ts'

/** Every format of a scan result: a pure function from result to text. The caller writes, colours and exits. */
export const reports = {
  table: (result, options) => table(result, options),
  json: result => json(result),
  html: result => html(result),
} as const satisfies Record<string, (result: ScanResult, options: TableOptions) => string>

export type ReportFormat = keyof typeof reports
export const reportFormats = Object.keys(reports) as readonly ReportFormat[]
