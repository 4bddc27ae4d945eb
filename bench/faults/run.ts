import { parseArgs } from 'node:util'
import { playAll } from './all.ts'
import { tableOf } from './table.ts'

const { seed } = parseArgs({ options: { seed: { type: 'string', default: '1' } } }).values
if (!/^\d{1,9}$/.test(seed)) {
  process.stderr.write(`--seed ${seed} is no whole number: give one, or none for the usual calls.\n`)
  process.exitCode = 2
} else {
  const rows = await playAll(Number(seed), ({ fault, isGreen }) =>
    process.stderr.write(`${isGreen ? '✔' : '✖'} ${fault}\n`),
  )
  process.stdout.write(tableOf(rows))
  process.exitCode = rows.every(({ isGreen }) => isGreen) ? 0 : 1
}
