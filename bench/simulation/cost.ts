/** What a night used. */
export interface Usage {
  /** Seconds of every call of the scan function, as they were in virtual time. */
  readonly scanSeconds: number
  /** Processor seconds of this machine, which a function of one GB takes longer for. */
  readonly cpuSeconds: number
  readonly invocations: number
  readonly transitions: number
  readonly readUnits: number
  readonly writeUnits: number
  readonly filesRead: number
  readonly filesWritten: number
}

export interface CostLine {
  readonly what: string
  readonly arithmetic: string
  readonly dollars: number
}

// List prices of us-east-1, on demand, without free tiers.
const dollarsPerGbSecond = 0.0000133334
const dollarsPerInvocation = 0.2e-6
const dollarsPerTransition = 0.025e-3
const dollarsPerRead = 0.125e-6
const dollarsPerWrite = 0.625e-6
const dollarsPerPut = 0.005e-3
const dollarsPerGet = 0.0004e-3
const dollarsPerGbOfLog = 0.5
const logBytesOfInvocation = 2_000

/** The memory of the scan function in GB, and the processors that Lambda gives it: one for each 1,769 MB. */
const memoryGb = 1
const processors = 1024 / 1769

/** What a night costs, line by line. Waiting and computing are added, although a function does both at once. */
export const costOf = (usage: Usage): readonly CostLine[] => {
  const { scanSeconds, cpuSeconds, invocations, transitions, readUnits, writeUnits, filesRead, filesWritten } = usage
  const seconds = scanSeconds + cpuSeconds / processors
  const logGb = (invocations * logBytesOfInvocation) / 1e9
  const line = (what: string, amount: number, unit: string, dollars: number): CostLine => ({
    what,
    arithmetic: `${Math.round(amount).toLocaleString('en-US')} ${unit}`,
    dollars,
  })
  return [
    line('Lambda, time', seconds * memoryGb, 'GB-seconds', seconds * memoryGb * dollarsPerGbSecond),
    line('Lambda, requests', invocations, 'invocations', invocations * dollarsPerInvocation),
    line('Step Functions', transitions, 'transitions', transitions * dollarsPerTransition),
    line('DynamoDB, reads', readUnits, 'read units', readUnits * dollarsPerRead),
    line('DynamoDB, writes', writeUnits, 'write units', writeUnits * dollarsPerWrite),
    line('S3', filesRead + filesWritten, 'requests', filesRead * dollarsPerGet + filesWritten * dollarsPerPut),
    line('Logs', logGb * 1000, 'MB', logGb * dollarsPerGbOfLog),
  ]
}
