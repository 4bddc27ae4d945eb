import type { AccountReport } from '../core/store.ts'
import { severities } from '../core/verdict.ts'
import type { AccountResult } from './scan-account.ts'

/** What one account came to in a run, as it is kept. */
export const accountReport = (
  { target, coverage, judgement: { findings, verdicts }, looked }: AccountResult,
  runId: string,
  apiCalls: Readonly<Record<string, number>>,
): AccountReport => {
  const fails = Object.groupBy(
    findings.filter(({ status }) => status === 'fail'),
    ({ severity }) => severity,
  )
  const [critical = 0, high = 0, medium = 0, low = 0, info = 0] = severities.map(name => fails[name]?.length)
  return {
    runId,
    accountId: target.accountId,
    name: target.name,
    ouPath: target.ouPath?.map(({ name }) => name) ?? null,
    regions: coverage.map(({ accountId, ...region }) => region),
    totals: {
      ...looked,
      pass: verdicts.pass,
      unknown: verdicts.unknown,
      fail: { critical, high, medium, low, info },
      apiCalls,
    },
  }
}
