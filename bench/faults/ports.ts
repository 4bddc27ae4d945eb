import { diceOf } from '../dice.ts'
import { abroad, home, payments } from './organization.ts'
import type { Fault } from './play.ts'
import type { Strike, WireCall, WireFault } from './wire.ts'

const same = [{ run: 'ended', findings: 'same findings' }]
const notTold = [{ run: 'ended, not told, alarm', findings: 'same findings' }]
const notFiled = [{ run: 'ended, alarm', findings: 'same findings' }]
const notEnded = [{ run: 'not ended, alarm', findings: 'same findings' }]
const noRun = [{ run: 'not begun, alarm', findings: 'nothing changed' }]
const notReached = [{ run: 'ended', findings: `in coverage: not-reached (${payments} ${home}, ${payments} ${abroad})` }]
const scan = `scan ${payments}`

interface Where {
  readonly service: WireCall['service']
  /** @default every one */
  readonly invocation?: string
  readonly share?: number | 'every second'
  readonly writesOnly?: boolean
}

/** A fault that strikes calls to what the functions keep their work in. */
const striking = (
  { service, invocation, share = 1, writesOnly = false }: Where,
  fault: WireFault,
  seed: number,
): Pick<Fault, 'strikeIn' | 'struck'> => {
  let struck = 0
  const strikeOf = (): Strike => {
    const isStruck = share === 'every second' ? everySecond() : sometimes(seed, share)
    return call => {
      if (call.service !== service || (writesOnly && !call.isWrite) || !isStruck()) return undefined
      struck++
      return fault
    }
  }
  return {
    strikeIn: invoked => (invocation === undefined || invocation === invoked ? strikeOf() : undefined),
    struck: () => struck,
  }
}

const down = { status: 503, code: 'ServiceUnavailable' }
const denied = { status: 403, code: 'AccessDenied' }
const throttled = { status: 400, code: 'ProvisionedThroughputExceededException' }

/** Faults of the store, the bucket and the topic. @param seed which calls are struck where not all of them are */
export const portFaults = (seed: number): Fault[] => {
  const row = (name: string, where: Where, fault: WireFault, expected: Fault['expected']): Fault => ({
    ...striking(where, fault, seed),
    name,
    expected,
  })
  return [
    // The SDK slows down for each, in real time.
    row('DynamoDB throttles 5 % of all calls', { service: 'dynamodb', share: 0.05 }, throttled, same),
    row('DynamoDB answers 5xx to 10 % of all calls', { service: 'dynamodb', share: 0.1 }, down, same),
    row('10 % of the answers of DynamoDB are lost', { service: 'dynamodb', share: 0.1 }, 'reset-after', same),
    deliveredTwice(),
    row('DynamoDB denies a scan', { service: 'dynamodb', invocation: scan }, denied, notReached),
    row(
      'DynamoDB denies the writes of a scan',
      { service: 'dynamodb', invocation: scan, writesOnly: true },
      denied,
      notReached,
    ),
    row('DynamoDB is down while a run is planned', { service: 'dynamodb', invocation: 'plan' }, down, noRun),
    row('DynamoDB is down while a run ends', { service: 'dynamodb', invocation: 'digest' }, down, notEnded),
    row('S3 is down while a run is planned', { service: 's3', invocation: 'plan' }, down, noRun),
    row('S3 is down for a scan', { service: 's3', invocation: scan }, down, notReached),
    row('S3 is down while a run ends', { service: 's3', invocation: 'digest' }, down, notFiled),
    row('S3 denies the reports', { service: 's3', invocation: 'digest', writesOnly: true }, denied, notFiled),
    row('SNS is down', { service: 'sns' }, down, notTold),
    row('SNS denies', { service: 'sns' }, denied, notTold),
    // Of as many that are lost by chance three in a row would be one call's, which is all of its attempts.
    row('every second answer of S3 is lost', { service: 's3', share: 'every second' }, 'reset-after', same),
  ]
}

/** Two writers of the same findings: each meets conditions that fail, because the other was first. */
const deliveredTwice = (): Fault => {
  let conflicts = 0
  return {
    name: 'every account is scanned twice at once',
    twice: true,
    watch: ({ isWrite }, statusCode) => {
      if (isWrite && statusCode === 400) conflicts++
    },
    struck: () => conflicts,
    expected: same,
  }
}

const everySecond = () => {
  let calls = 0
  return () => calls++ % 2 === 0
}

const sometimes = (seed: number, share: number) => {
  const dice = diceOf(seed)
  return () => dice.isOneOf(share)
}
