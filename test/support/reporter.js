import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Names at the end of a test run the outside judges that were not there, and counts in one plain line. */
export default class SkippedJudges {
  onRunStart() {
    this.folder = mkdtempSync(join(tmpdir(), 'skipped-judges-'))
    process.env.SKIPPED_JUDGES = join(this.folder, 'skipped.txt')
  }

  onRunComplete(_, { numPassedTests, numFailedTests, numPendingTests }) {
    for (const line of new Set(readSkipped())) process.stderr.write(`Skipped outside judge: ${line}\n`)
    rmSync(this.folder, { recursive: true })
    process.stderr.write(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`)
  }
}

const readSkipped = () => {
  try {
    return readFileSync(process.env.SKIPPED_JUDGES, 'utf8').trimEnd().split('\n')
  } catch {
    return []
  }
}
