import { type Figure, isKept } from './harness.ts'

/** The figures as a person reads them: figure, value, budget, whether it is kept, and how it came about. */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = [
    ['figure', 'value', 'budget', 'ok', ''],
    ...figures.map(figure => [
      figure.name,
      figure.value === null ? 'not measured' : withUnit(figure.value, figure),
      figure.budget === undefined ? '' : withUnit(figure.budget, figure),
      verdictOf(figure),
      figure.note,
    ]),
  ]
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    )
  return `${rows.map(row => line(row).join('  ').trimEnd()).join('\n')}\n\n${summary(figures)}\n`
}

const verdictOf = (figure: Figure) => ({ true: 'yes', false: 'NO', undefined: '–' })[`${isKept(figure)}`]

const withUnit = (value: number, { unit }: Figure) =>
  ({ ratio: value.toFixed(3), MB: `${value.toFixed(3)} MB`, ms: `${value.toFixed(0)} ms`, calls: `${value} calls` })[
    unit
  ]

const summary = (figures: readonly Figure[]) => {
  const verdicts = figures.map(isKept).filter(kept => kept !== undefined)
  if (verdicts.length === 0) return 'No figure here has a budget that is judged.'
  const broken = verdicts.filter(kept => !kept).length
  return broken === 0 ? `✔ ${verdicts.length} budgets kept` : `✖ ${broken} of ${verdicts.length} budgets not kept`
}
