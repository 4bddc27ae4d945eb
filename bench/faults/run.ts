import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Settings } from './all.ts'
import type { Row } from './play.ts'
import { tableOf } from './table.ts'
import type { Told } from './worker.ts'

/** More of them would make the histories without a fault more often than it saves. */
const mostWorkers = 4

const playShare = (settings: Settings): Promise<readonly Row[]> => {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>()
  new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings })
    .on('message', (told: Told) => {
      if ('rows' in told) return resolve(told.rows)
      const { isGreen, fault } = told.row
      process.stderr.write(`${isGreen ? '✔' : '✖'} ${fault}\n`)
    })
    .on('error', reject)
    .on('exit', code => reject(new Error(`A worker ended with ${code} before its rows.`)))
  return promise
}

const options = { seed: { type: 'string', default: '1' }, every: { type: 'string', default: '1' } } as const
const { seed, every } = parseArgs({ options }).values
if (![seed, every].every(number => /^[1-9]\d{0,8}$/.test(number))) {
  process.stderr.write(
    '--seed (which calls are struck) and --every (of the places to be killed at; 7 for each seventh) are whole numbers from 1.\n',
  )
  process.exitCode = 2
} else {
  const of = Math.min(availableParallelism(), mostWorkers)
  const share = (number: number) => playShare({ seed: Number(seed), everyPlace: Number(every), share: { of, number } })
  const shares = await Promise.all(Array.from({ length: of }, (_, number) => share(number)))
  const rows = shares.flat()
  process.stdout.write(tableOf(rows))
  process.exitCode = rows.every(({ isGreen }) => isGreen) ? 0 : 1
}
