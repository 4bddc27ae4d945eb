import type { Row } from './play.ts'

/** The rows as a person reads them: the fault, how often it struck, what the night came to, and whether the next one healed it. */
export const tableOf = (rows: readonly Row[]): string => {
  const lines = [
    ['', 'fault', 'struck', 'outcome', 'healed by the next night'],
    ...rows.map(({ fault, struck, outcome, isHealed, isGreen }) => [
      isGreen ? '✔' : '✖',
      fault,
      String(struck),
      outcome,
      isHealed ? 'yes' : 'NO',
    ]),
  ]
  const widths = [0, 1, 2, 3].map(column => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const text = lines.map(line =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const red = rows.filter(({ isGreen }) => !isGreen).length
  return `${text.join('\n')}\n\n${red === 0 ? `✔ ${rows.length} faults` : `✖ ${red} of ${rows.length} faults`}\n`
}
