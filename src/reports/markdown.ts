import { byPlace, type Finding, isCause, isOpenFail } from '../core/finding.ts'
import { type ScanResult, summarise } from '../core/result.ts'
import { fullName } from '../core/subjects.ts'
import { compareText } from '../core/text.ts'
import { bySeverity, severities } from '../core/verdict.ts'
import { markdownCell } from './markdown-text.ts'
import { printable } from './printable.ts'
import { accountName, counted, coverageGroups } from './words.ts'

/**
 * The result for a ticket or a wiki, in GitHub's dialect of Markdown: summary, coverage, findings by severity, then those
 * that follow from others, those that are waived, and what is not known by cause. It has no link and no HTML.
 */
export const markdown = (scanned: ScanResult): string => {
  const result = printable(scanned)
  const { run, finishedAt, toolVersion, undelivered } = result
  const sections = [
    `# EKS node posture, ${run.startedAt.slice(0, 10)}`,
    `Run ${run.id}, ended ${finishedAt}, eks-node-posture ${toolVersion}.`,
    undelivered === null ? '' : `Not everything of it was sent: ${markdownCell(undelivered)}`,
    summarySection(result),
    coverageSection(result),
    ...findingSections(result),
  ]
  return `${sections.filter(section => section !== '').join('\n\n')}\n`
}

const summarySection = (result: ScanResult) => {
  const summary = summarise(result)
  const { fail, caused, waived, unknown, pass } = summary
  const counts = [...severities.map(severity => fail[severity]), caused, waived, unknown, pass]
  const read = [
    counted(summary.accounts, 'account'),
    counted(summary.regions, 'account-Region'),
    counted(summary.clusters, 'cluster'),
    counted(summary.nodeGroups, 'node group'),
    counted(summary.launchTemplates, 'launch template'),
  ]
  const heads = [...severities, 'follow from others', 'waived', 'unknown', 'pass']
  return `## Summary\n\n${tableOf(heads, [counts.map(count => `${count ?? '–'}`)])}\n\nRead: ${read.join(', ')}.`
}

const coverageSection = ({ coverage, accountNames }: ScanResult) => {
  const rows = coverageGroups(coverage).map(({ accountId, regions, status, detail }) => [
    status,
    accountName(accountNames, accountId),
    regions.join(', '),
    detail ?? '',
  ])
  const ok = coverage.filter(({ status }) => status === 'ok').length
  const head = `## Coverage\n\n${ok} of ${counted(coverage.length, 'account-Region')} wholly read.`
  return rows.length === 0 ? head : `${head}\n\n${tableOf(['status', 'account', 'Regions', 'why'], rows)}`
}

const findingSections = (result: ScanResult): readonly string[] => {
  const findings = result.findings.toSorted((a, b) => bySeverity(a.severity, b.severity) || byPlace(a, b))
  const open = findings.filter(isOpenFail)
  const causes = Map.groupBy(open.filter(isCause), ({ severity }) => severity)
  const caused = open.filter(finding => !isCause(finding))
  const waived = findings.filter(({ waiver }) => waiver !== null)
  const unknown = findings.filter(({ status, waiver }) => status === 'unknown' && waiver === null)
  const sections = [
    ...severities.map(severity => section(severity, causes.get(severity) ?? [], sinceColumns(result), result)),
    section('Follow from others', caused, causeColumns(result), result),
    section('Waived', waived, waiverColumns, result),
    unknownSection(unknown, result),
  ].filter(text => text !== '')
  return sections.length === 0 ? ['## Findings\n\nNone.'] : ['## Findings', ...sections]
}

type Columns = Readonly<Record<string, (finding: Finding) => string>>

const section = (name: string, findings: readonly Finding[], more: Columns, { accountNames }: ScanResult) => {
  if (findings.length === 0) return ''
  const columns: Columns = {
    resource: ({ resource }) => fullName(resource),
    account: ({ accountId }) => accountName(accountNames, accountId),
    Region: ({ region }) => region,
    finding: ({ message }) => message,
    check: ({ checkId }) => checkId,
    ...more,
  }
  const rows = findings.map(finding => Object.values(columns).map(of => of(finding)))
  return `### ${name} (${findings.length})\n\n${tableOf(Object.keys(columns), rows)}`
}

const sinceColumns = ({ firstSeen }: ScanResult): Columns => ({
  owner: ({ owner }) => owner ?? '',
  since: ({ id }) => firstSeen[id]?.slice(0, 10) ?? '',
})

/** The causes by check and resource; by their id where the result does not hold them. */
const causeColumns = ({ findings }: ScanResult): Columns => {
  const names = new Map(findings.map(({ id, checkId, resource }) => [id, `${checkId} of ${fullName(resource)}`]))
  return {
    severity: ({ severity }) => severity,
    'follows from': ({ causedBy }) => causedBy.map(id => names.get(id) ?? id).join(', '),
  }
}

const waiverColumns: Columns = {
  severity: ({ severity }) => severity,
  'waived by': ({ waiver }) => waiver?.owner ?? '',
  until: ({ waiver }) => waiver?.expires ?? '',
  reason: ({ waiver }) => (waiver ? `${waiver.reason} (${waiver.ticket})` : ''),
}

/** What is not known for one cause is one line, for the same person mends it. */
const unknownSection = (unknown: readonly Finding[], { accountNames }: ScanResult) => {
  if (unknown.length === 0) return ''
  const causes = Map.groupBy(unknown, ({ accountId, evidence: [cause] }) =>
    JSON.stringify([accountName(accountNames, accountId), cause?.what ?? '', cause?.source ?? '']),
  )
  const rows = [...causes]
    .map(([cause, group]) => ({ cause: JSON.parse(cause) as string[], count: group.length }))
    .sort((a, b) => b.count - a.count || compareText(a.cause.join(), b.cause.join()))
    .map(({ cause, count }) => [String(count), ...cause])
  return `### Unknown (${unknown.length}, by cause)\n\n${tableOf(['findings', 'account', 'what', 'why'], rows)}`
}

const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => '---'), ...rows.map(cells => cells.map(markdownCell))]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')
