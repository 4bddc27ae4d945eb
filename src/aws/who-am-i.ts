import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { Caller } from '../core/doctor.ts'
import { PostureError } from '../core/errors.ts'
import type { Hub } from '../core/ports.ts'
import type { Connection } from './connection.ts'
import { isCredentialsError, isRegionDisabled, isSdkError, reasonOf } from './failure.ts'

const badCredentials =
  /^(Expired|InvalidAccessKey|InvalidClientToken|SignatureDoesNotMatch|IncompleteSignature|MissingAuth)/

/** Asks STS whose credentials these are, for a scan. */
export const whoAmIWith = (connection: Connection) => async (): Promise<Hub> => (await callerWith(connection)()).hub

/**
 * Asks STS whose credentials these are, and by what ARN they go.
 * @throws {PostureError} when there are no credentials or STS cannot be reached.
 */
export const callerWith =
  ({ sts, hubRegion, options }: Connection) =>
  async (): Promise<Caller> => {
    const region = await hubRegion()
    const where = options.endpointUrl ?? region
    const { Arn: arn } = await sts.send(new GetCallerIdentityCommand()).catch((error: unknown) => {
      throw explained(error, where)
    })
    const [, partition, , , accountId] = arn?.split(':') ?? []
    if (!arn || !partition || !accountId) {
      throw new PostureError(`STS in ${where} did not say whose credentials these are.`)
    }
    return { hub: { accountId, partition, region }, arn }
  }

/** One sentence for a person; an error that is neither AWS's nor of the credentials is left as it is. */
const explained = (error: unknown, where: string): unknown => {
  if (!isSdkError(error)) return error
  if (isCredentialsError(error)) {
    const advice = 'sign in, or set AWS_PROFILE or AWS_ACCESS_KEY_ID'
    return new PostureError(`No AWS credentials could be loaded (${error.message}): ${advice}.`, { cause: error })
  }
  if (badCredentials.test(error.name) || isRegionDisabled(error)) {
    const advice = 'sign in again, or check the profile'
    return new PostureError(`STS in ${where} does not accept these credentials (${error.name}): ${advice}.`, {
      cause: error,
    })
  }
  return new PostureError(`STS in ${where} could not be asked who is calling: ${reasonOf(error)}.`, { cause: error })
}
