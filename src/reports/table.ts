import { type CoverageStatus, coverageStatuses, isIntended } from '../core/coverage.ts'
import { dayOfTime } from '../core/days.ts'
import { type Finding, isCause, isOpenFail } from '../core/finding.ts'
import { type ScanResult, type Summary, summarise } from '../core/result.ts'
import { fullName } from '../core/subjects.ts'
import { compareText } from '../core/text.ts'
import { bySeverity, type Severity, severities } from '../core/verdict.ts'
import type { Paint } from './paint.ts'
import { plain } from './paint.ts'
import { printable } from './printable.ts'
import { accountName, bySeverityInWords, counted, coverageLines, thatFollow } from './words.ts'

export interface TableOptions {
  readonly paint?: Paint | undefined
  /** How many failing findings to print, the worst first. @default all */
  readonly most?: number | undefined
  /** Whether findings keep their order within a severity. @default false */
  readonly isSorted?: boolean | undefined
}

/** A result for a person at a terminal: coverage, findings the worst first, unknowns by cause, and the counts. */
export const table = (
  scanned: ScanResult,
  { paint = plain, most = Number.POSITIVE_INFINITY, isSorted = false }: TableOptions = {},
): string => {
  const shown = printable(scanned)
  const result = isSorted ? shown : { ...shown, findings: worstFirst(shown) }
  const summary = summarise(result)
  const sections = [
    coverageSection(result, summary, paint),
    ...findingSections(result, most, paint),
    unknownSection(result, paint),
    footer(result, summary, paint),
  ]
  return `${sections.filter(section => section !== '').join('\n\n')}\n`
}

const coverageSection = ({ coverage, accountNames }: ScanResult, { accounts, regions }: Summary, paint: Paint) => {
  const all = new Set(coverage.map(({ accountId }) => accountId)).size
  const lines = [
    paint.bold(
      `Coverage: ${accounts} of ${counted(all, 'account')}, ${regions} of ${counted(coverage.length, 'account-Region')} read`,
    ),
  ]
  const byStatus = Map.groupBy(coverage, ({ status }) => status)
  for (const status of coverageStatuses.toReversed()) {
    const rows = byStatus.get(status) ?? []
    if (rows.length === 0) continue
    lines.push(`  ${statusMark(status, paint)} ${status.padEnd(16)} ${rows.length}`)
    const told = status === 'ok' ? rows.filter(({ detail }) => detail !== null) : rows
    lines.push(...coverageLines(told, accountNames).map(line => paint.dim(`      ${line}`)))
  }
  return lines.join('\n')
}

const statusMark = (status: CoverageStatus, paint: Paint) => {
  if (status === 'ok') return paint.green('✔')
  if (status === 'partial') return paint.yellow('◐')
  return isIntended(status) ? paint.dim('○') : paint.red('✖')
}

const findingSections = (result: ScanResult, most: number, paint: Paint) => {
  const fails = result.findings.filter(isOpenFail)
  const sections = severities.flatMap(severity => {
    const all = fails.filter(finding => finding.severity === severity)
    if (all.length === 0) return []
    const shown = all.slice(0, most)
    const of = shown.length < all.length ? `, ${shown.length} shown` : ''
    const caused = all.filter(finding => !isCause(finding)).length
    const follow = caused > 0 ? `, and ${thatFollow(caused)}` : ''
    const head = `${severityName(severity, paint)} ${paint.dim(`${all.length - caused}${follow}${of}`)}`
    return [`${head}\n${findingLines(shown, result, paint)}`]
  })
  const left = severities.reduce((sum, severity) => {
    const all = fails.filter(finding => finding.severity === severity).length
    return sum + Math.max(0, all - most)
  }, 0)
  return left === 0 ? sections : [...sections, paint.dim(`${left} more; --format json has every one.`)]
}

/** Findings as a person reads them: by severity, then by check, place and name. */
const worstFirst = ({ findings }: ScanResult) =>
  findings.toSorted(
    (a, b) =>
      bySeverity(a.severity, b.severity) ||
      compareText(b.checkId, a.checkId) ||
      compareText(a.accountId, b.accountId) ||
      compareText(a.region, b.region) ||
      compareText(fullName(a.resource), fullName(b.resource)) ||
      compareText(a.resource.id, b.resource.id),
  )

const findingLines = (findings: readonly Finding[], result: ScanResult, paint: Paint) => {
  const places = findings.map(finding => placeOf(finding, result))
  const checkWidth = Math.max(...findings.map(({ checkId }) => checkId.length))
  return findings
    .map(({ checkId, resource, message }, index) => {
      return `  ${checkId.padEnd(checkWidth)}  ${paint.bold(fullName(resource))}  ${paint.dim(places[index] ?? '')}\n      ${message}`
    })
    .join('\n')
}

/** Where it is, who answers for it, and since when it stands where that was before this run. */
const placeOf = (
  { id, accountId, region, resource, owner }: Finding,
  { accountNames, firstSeen, run }: ScanResult,
): string => {
  const since = firstSeen[id] ?? run.startedAt
  return [
    resource.type === 'account' ? accountId : `${accountName(accountNames, accountId)} ${region}`,
    ...(owner === null ? [] : [`owner ${owner}`]),
    ...(dayOfTime(since) < dayOfTime(run.startedAt) ? [`since ${dayOfTime(since)}`] : []),
  ].join(' · ')
}

const severityName = (severity: Severity, paint: Paint) => {
  const name = paint.bold(severity.toUpperCase())
  if (severity === 'critical' || severity === 'high') return paint.red(name)
  return severity === 'medium' ? paint.yellow(name) : name
}

/** Unknowns with one cause are one line with a count: the first row of their evidence names the cause. */
const unknownSection = ({ findings, accountNames }: ScanResult, paint: Paint) => {
  const unknown = findings.filter(({ status }) => status === 'unknown')
  if (unknown.length === 0) return ''
  const causes = Map.groupBy(
    unknown,
    ({ accountId, evidence: [cause] }) => `${accountName(accountNames, accountId)}: ${cause?.what}: ${cause?.source}`,
  )
  const lines = [...causes]
    .map(([cause, group]) => ({ cause, group }))
    .sort((a, b) => b.group.length - a.group.length || compareText(a.cause, b.cause))
    .map(
      ({ cause, group }) =>
        `  ? ${group.length} × ${cause}${group.length === 1 && group[0] ? paint.dim(` (${group[0].checkId} of ${fullName(group[0].resource)})`) : ''}`,
    )
  return `${paint.bold('UNKNOWN')} ${paint.dim(`${unknown.length}, by cause`)}\n${lines.join('\n')}`
}

const footer = (result: ScanResult, summary: Summary, paint: Paint) => {
  const fails = Object.values(summary.fail).reduce((sum, count) => sum + count, 0)
  const detail = bySeverityInWords(summary.fail)
  const counts = [
    fails > 0 ? paint.red(`✖ ${fails} fail`) + (detail ? ` (${detail})` : '') : '',
    summary.caused > 0 ? `${summary.caused} more that ${summary.caused === 1 ? 'follows' : 'follow'} from others` : '',
    summary.waived > 0 ? `${summary.waived} waived` : '',
    summary.unknown > 0 ? paint.yellow(`? ${summary.unknown} unknown`) : '',
    summary.regions === 0 ? 'nothing was read' : '',
    summary.regions > 0 && summary.pass !== null ? paint.green(`✔ ${summary.pass} pass`) : '',
    result.verdicts.skip > 0 ? paint.dim(`${result.verdicts.skip} not applicable`) : '',
  ].filter(part => part !== '')
  const looked = [
    counted(summary.clusters, 'cluster'),
    counted(summary.nodeGroups, 'node group'),
    counted(summary.launchTemplates, 'launch template'),
    counted(summary.regions, 'account-Region'),
    counted(summary.accounts, 'account'),
  ]
  const first = result.findings.find(isOpenFail)
  const undelivered =
    result.undelivered === null
      ? ''
      : `\n${paint.red('✖')} Not everything of this run could be sent so far: ${result.undelivered}`
  const advice = first ? `\n${paint.dim(`Explain one: npx eks-node-posture checks ${first.checkId}`)}` : ''
  return `${counts.join(' · ')}   ${paint.dim(`(${looked.join(', ')})`)}${undelivered}${advice}`
}
