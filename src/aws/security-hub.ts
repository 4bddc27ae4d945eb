import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  type ImportFindingsError,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub'
import type { AsffFinding } from '../core/asff.ts'
import { PostureError } from '../core/errors.ts'
import type { Hub, ImportFindings } from '../core/ports.ts'
import { isSdkError, reasonOf } from './failure.ts'
import { hubTimeouts } from './timeouts.ts'

const action = 'securityhub:BatchImportFindings'

/** https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html */
const mostFindings = 100
const mostBytes = 6_000_000

/** The client of the hub's own Region, at an endpoint of its own where one is given. */
export const securityHubClient = ({ region }: Pick<Hub, 'region'>, endpoint?: string): SecurityHubClient =>
  new SecurityHubClient({
    region,
    retryMode: 'adaptive',
    requestHandler: hubTimeouts,
    ...(endpoint === undefined ? {} : { endpoint }),
  })

/**
 * Imports into the Security Hub of the client's account and Region: one request after the other, which with the time that
 * each takes stays under the 10 a second that AWS allows; the client slows down where it is told to.
 */
export const importFindingsWith =
  (client: SecurityHubClient): ImportFindings =>
  async findings => {
    const refused: ImportFindingsError[] = []
    let count = 0
    for await (const batch of batchesOf(findings)) {
      count += batch.length
      const failed = await importBatch(client, batch)
      refused.push(...failed)
      // It refuses all of them for this one, and will the others.
      if (failed.some(isNoAccess)) break
    }
    const [first] = refused
    if (first) throw refusal(first, refused.length, count)
  }

const importBatch = async (client: SecurityHubClient, batch: readonly AsffFinding[]) => {
  try {
    const { FailedFindings = [] } = await client.send(
      new BatchImportFindingsCommand({ Findings: batch.map(sdkFinding) }),
    )
    return FailedFindings
  } catch (error) {
    if (!isSdkError(error)) throw error
    const advice = error.name === 'InvalidAccessException' ? `: ${enable}` : ''
    throw new PostureError(`${action}: ${reasonOf(error)}${advice}.`, { cause: error })
  }
}

const enable = 'enable Security Hub CSPM in the account and Region that import, or import nothing'

const isNoAccess = ({ ErrorCode }: ImportFindingsError) => ErrorCode === 'InvalidAccess'

const refusal = (first: ImportFindingsError, refused: number, sent: number) => {
  const { Id, ErrorCode, ErrorMessage } = first
  const advice = isNoAccess(first) ? `: ${enable}` : ''
  return new PostureError(
    `${action}: ${refused} of ${sent} findings were refused, the first of them ${Id}: ${ErrorCode}: ${ErrorMessage}${advice}.`,
  )
}

/** In their order, each within the limits of a request. */
async function* batchesOf(findings: AsyncIterable<AsffFinding>): AsyncGenerator<readonly AsffFinding[]> {
  let batch: AsffFinding[] = []
  let bytes = 0
  for await (const finding of findings) {
    const size = Buffer.byteLength(JSON.stringify(finding)) + 1
    if (batch.length === mostFindings || (batch.length > 0 && bytes + size > mostBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(finding)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

/** The SDK takes lists that it could change. */
const sdkFinding = (finding: AsffFinding): AwsSecurityFinding => {
  const { FindingProviderFields: given, Compliance, Resources } = finding
  const { RelatedRequirements } = Compliance
  return {
    ...finding,
    FindingProviderFields: {
      Severity: given.Severity,
      Types: [...given.Types],
      ...(given.RelatedFindings && { RelatedFindings: [...given.RelatedFindings] }),
    },
    Compliance: { ...Compliance, RelatedRequirements: RelatedRequirements && [...RelatedRequirements] },
    Resources: [...Resources],
  }
}
