import type { Row } from './play.ts'

/** The rows as a person reads them: the fault, how often it struck, how the run ended, what differs, and what the next night healed. */
export const tableOf = (rows: readonly Row[]): string => {
  const lines = [
    ['', 'fault', 'struck', 'run', 'findings', 'healed by the next night'],
    ...rows.map(({ fault, struck, outcomes, unhealed, isGreen }) => [
      isGreen ? '✔' : '✖',
      fault,
      String(struck),
      each(outcomes.map(({ run }) => run)),
      each(outcomes.map(({ findings }) => findings)),
      unhealed.length === 0 ? 'yes' : `NO, ${unhealed.length}: ${unhealed[0]}`,
    ]),
  ]
  const widths = [0, 1, 2, 3, 4].map(column => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const text = lines.map(line =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const red = rows.filter(({ isGreen }) => !isGreen).length
  return `${text.join('\n')}\n\n${red === 0 ? `✔ ${rows.length} faults` : `✖ ${red} of ${rows.length} faults`}\n`
}

const each = (texts: readonly string[]) => [...new Set(texts)].sort().join(' or ')
