import { byPlace, type Finding, isCause, isOpenFail } from '../core/finding.ts'
import { type ScanResult, summarise } from '../core/result.ts'
import { fullName } from '../core/subjects.ts'
import { bySeverity, severities } from '../core/verdict.ts'
import { printable } from './printable.ts'
import { accountName, counted, coverageGroups } from './words.ts'

const style = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 78rem; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .35rem .6rem; text-align: left; vertical-align: top }
th { font-weight: 600 } td.number { font-size: 1.3rem; font-variant-numeric: tabular-nums } td.key { white-space: nowrap }
.critical, .high { color: light-dark(#b00020, #ff8a80); font-weight: 600 } .medium { color: light-dark(#8a5a00, #ffcf70) }
.quiet { opacity: .7 } code { font-size: .9em; overflow-wrap: anywhere }
ul { margin: .3rem 0; padding-left: 1.1rem }
`

/** The result as one self-contained page: summary, coverage and a plain table of findings. */
export const html = (scanned: ScanResult): string => {
  const result = printable(scanned)
  const body = [summarySection(result), coverageSection(result), findingSection(result)].join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>EKS node posture, ${escaped(result.run.startedAt.slice(0, 10))}</title>
<style>${style}</style>
</head>
<body>
<h1>EKS node posture</h1>
<p class="quiet">Run ${escaped(result.run.id)}, ended ${escaped(result.finishedAt)}, eks-node-posture ${escaped(result.toolVersion)}</p>
${body}
</body>
</html>
`
}

const summarySection = (result: ScanResult) => {
  const { fail, caused, waived, unknown, pass, ...looked } = summarise(result)
  const { accounts, regions, clusters, nodeGroups, launchTemplates } = looked
  const cells = [
    ...severities.map(severity => [severity, fail[severity]] as const),
    ['follow from others', caused] as const,
    ['waived', waived] as const,
    ['unknown', unknown] as const,
    ['pass', pass] as const,
  ]
  return `<h2>Summary</h2>
${tableOf(
  cells.map(([name]) => name),
  [cells.map(([name, count]) => `<td class="number ${count ? loudness(name) : 'quiet'}">${count ?? '–'}</td>`)],
)}
<p>Read: ${counted(accounts, 'account')}, ${counted(regions, 'account-Region')}, ${counted(clusters, 'cluster')}, ${counted(nodeGroups, 'node group')}, ${counted(launchTemplates, 'launch template')}.</p>`
}

/** Only a severity is louder than the text around it. */
const loudness = (name: string) => severities.find(severity => severity === name) ?? 'plain'

const coverageSection = ({ coverage, accountNames }: ScanResult) => {
  const rows = coverageGroups(coverage).map(({ accountId, regions, status, detail }) => [
    key(status),
    cell(accountName(accountNames, accountId)),
    cell(regions.join(', ')),
    cell(detail ?? ''),
  ])
  const ok = coverage.filter(({ status }) => status === 'ok').length
  const head = `<h2>Coverage</h2>\n<p>${ok} of ${counted(coverage.length, 'account-Region')} wholly read.</p>`
  return rows.length === 0 ? head : `${head}\n${tableOf(['status', 'account', 'Regions', 'why'], rows)}`
}

const findingSection = ({ findings, accountNames, firstSeen }: ScanResult) => {
  const rows = findings
    .toSorted((a, b) => rankOf(a) - rankOf(b) || bySeverity(a.severity, b.severity) || byPlace(a, b))
    .map(finding => [
      statusCell(finding),
      `<td>${escaped(accountName(accountNames, finding.accountId))}<br><span class="quiet">${escaped(finding.region)}</span></td>`,
      cell(fullName(finding.resource)),
      `<td>${escaped(finding.message)}${noteOf(finding)}<br><code>${escaped(finding.checkId)}</code>${evidenceOf(finding.evidence)}</td>`,
      key(firstSeen[finding.id]?.slice(0, 10) ?? ''),
    ])
  if (rows.length === 0) return '<h2>Findings</h2>\n<p>None.</p>'
  return `<h2>Findings</h2>\n${tableOf(['severity', 'account, Region', 'resource', 'finding', 'since'], rows)}`
}

/** What counts by itself comes first, then what follows from others, what is waived, and what is not known. */
const rankOf = (finding: Finding) => {
  if (finding.status === 'unknown') return 3
  if (!isOpenFail(finding)) return 2
  return isCause(finding) ? 0 : 1
}

/** The severity, loud only where the finding is open. */
const statusCell = (finding: Finding) => {
  if (finding.status === 'unknown') return '<td class="quiet">unknown</td>'
  if (!isOpenFail(finding)) return `<td class="quiet">${finding.severity}, waived</td>`
  return `<td class="${finding.severity}">${finding.severity}</td>`
}

/** Why a finding is not among the fails that the summary counts by severity. */
const noteOf = ({ waiver, causedBy }: Finding) => {
  const note = waiver
    ? `Waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason} (${waiver.ticket})`
    : causedBy.length > 0
      ? 'Follows from another finding, and is mended with that.'
      : ''
  return note === '' ? '' : `<br><span class="quiet">${escaped(note)}</span>`
}

const evidenceOf = (evidence: ScanResult['findings'][number]['evidence']) =>
  `<details><summary class="quiet">evidence</summary><ul>${evidence
    .map(
      ({ what, value, source }) =>
        `<li>${escaped(what)}: ${escaped(value)} <span class="quiet">${escaped(source)}</span></li>`,
    )
    .join('')}</ul></details>`

const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  `<table>
<thead><tr>${heads.map(head => `<th>${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(cells => `<tr>${cells.join('')}</tr>`).join('\n')}
</tbody>
</table>`

const key = (text: string) => `<td class="key">${escaped(text)}</td>`
const cell = (text: string) => `<td>${escaped(text)}</td>`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** The one place where text becomes HTML. */
const escaped = (text: string) => text.replace(/[&<>"']/g, mark => entities[mark] ?? mark)
