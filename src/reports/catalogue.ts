import type { Check } from '../core/check.ts'
import type { Paint } from './paint.ts'
import { plain } from './paint.ts'

/** The catalogue as a list: a line a check. */
export const catalogueTable = (checks: readonly Check[], paint: Paint = plain): string => {
  const widths = {
    id: Math.max(...checks.map(({ id }) => id.length)),
    severity: Math.max(...checks.map(({ severity }) => severity.length)),
    kind: Math.max(...checks.map(({ appliesTo }) => appliesTo.length)),
  }
  const lines = checks.map(
    ({ id, severity, appliesTo, title, optIn = false }) =>
      `${paint.bold(id.padEnd(widths.id))}  ${severity.padEnd(widths.severity)}  ${appliesTo.padEnd(widths.kind)}  ${title}${optIn ? ' (opt-in)' : ''}`,
  )
  return `${lines.join('\n')}\n\n${paint.dim('Explain one: npx eks-node-posture checks ID')}\n`
}

/** One check explained, so that a person can act on its finding. */
export const explainCheck = (check: Check, paint: Paint = plain): string => {
  const { id, revision, title, severity, appliesTo, optIn = false, why, fix, references, controls } = check
  const block = (heading: string, lines: readonly string[]) =>
    `${paint.bold(heading)}\n${lines.map(line => `  ${line}`).join('\n')}`
  return `${[
    `${paint.bold(id)}\n${title}`,
    `severity ${severity} · applies to ${appliesTo} · revision ${revision}${optIn ? ' · opt-in' : ''}`,
    block('Why', [why]),
    block('Fix', [fix]),
    block(
      'Controls',
      controls.map(({ framework, id: control, mapping }) => `${framework} ${control} (${mapping})`),
    ),
    block('References', references),
    paint.dim(`More: docs/checks/${id}.md`),
  ].join('\n\n')}\n`
}

/** The catalogue, or a part of it, as JSON: every field of a check but its function. */
export const catalogueJson = (checks: readonly Check[]): string =>
  `${JSON.stringify(
    checks.map(({ id, revision, title, severity, appliesTo, optIn = false, why, fix, references, controls }) => ({
      id,
      revision,
      title,
      severity,
      appliesTo,
      optIn,
      why,
      fix,
      references,
      controls,
    })),
    null,
    2,
  )}\n`
