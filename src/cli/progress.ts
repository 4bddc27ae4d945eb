import ora from 'ora'
import type { ScanWatcher } from '../app/scan.ts'
import type { AccountResult } from '../app/scan-account.ts'
import { isCovered } from '../core/coverage.ts'
import { printable } from '../reports/printable.ts'
import type { Output, Terminal } from './terminal.ts'

/** Tells of a scan on stderr: one moving line on a terminal, two plain ones elsewhere. */
export interface Progress extends ScanWatcher {
  /** Ends the moving line, so that whatever is printed next stands alone. */
  end(): void
}

/** @param subject what is scanned, for the first line: `organization`, `account`. */
export const progressOn = ({ stderr }: Pick<Terminal, 'stderr'>): Progress => {
  const spinner = isStream(stderr) ? ora({ stream: stderr, discardStdin: false }) : undefined
  let total = 0
  let done = 0
  let entered = 0
  let regions = 0
  let read = 0

  return {
    planned: (hub, accounts) => {
      total = accounts.length
      const text = `Reading ${total === 1 ? '1 account' : `${total} accounts`} from account ${hub.accountId}, Region ${hub.region}`
      if (spinner) spinner.start(text)
      else stderr.write(`${text} …\n`)
    },
    scanned: ({ target, coverage }: AccountResult) => {
      done += 1
      const covered = coverage.filter(({ status }) => isCovered(status)).length
      entered += covered > 0 ? 1 : 0
      read += covered
      regions += coverage.length
      if (spinner)
        spinner.text = `${done} of ${total} accounts, ${read} account-Regions read; last ${printable(target.name)}`
    },
    end: () => {
      spinner?.stop()
      if (total > 0) stderr.write(`Read ${read} of ${regions} account-Regions, in ${entered} of ${done} accounts.\n`)
    },
  }
}

// A terminal of no width, as a pseudo-terminal without a size has it, would keep a moving line busy for ever.
const isStream = (output: Output): output is NodeJS.WriteStream =>
  output.isTTY === true && 'columns' in output && Number(output.columns) > 0
