import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PostureError } from '../../core/errors.ts'
import { failureOf, isCredentialsError, isSdkError, type SdkError } from '../failure.ts'

/**
 * Asks the table, and turns what AWS or the way to it refuses into one sentence: which call, on which table, why, and
 * what to do. Any other error is a bug and stays as it is.
 */
export type AskTable = <T>(action: string, ask: () => Promise<T>) => Promise<T>

export const asking =
  (client: DynamoDBClient, tableName: string): AskTable =>
  async (action, ask) => {
    try {
      return await ask()
    } catch (error) {
      const cause = unwrapped(error)
      const message = isSdkError(cause)
        ? sentence(cause, action, `${tableName} in ${await client.config.region()}`)
        : await withoutRegion(client)
      throw message === undefined ? error : new PostureError(message, { cause: error })
    }
  }

/** ElectroDB wraps what the SDK throws. */
const unwrapped = (error: unknown) =>
  error instanceof Error && 'isElectroError' in error ? (error.cause ?? error) : error

const sentence = (error: SdkError, action: string, table: string) => {
  if (error.name === 'ResourceNotFoundException') {
    return `There is no DynamoDB table ${table}: deploy the stack there, or name the table that it made.`
  }
  const failure = failureOf(error, action)
  return `${action} on table ${table} failed: ${failure.reason}. ${adviceOn(error, failure.class, action)}`
}

const adviceOn = (error: SdkError, failureClass: string, action: string) => {
  if (failureClass === 'denied' || failureClass === 'denied-by-scp') {
    return `Allow this identity ${action} on the table and its index.`
  }
  if (failureClass === 'throttled') return 'Run it again when less is written to the table.'
  if (isCredentialsError(error)) return 'Log in, or name a profile that has credentials.'
  if (error.$metadata?.httpStatusCode === undefined) return 'Check the network and AWS_ENDPOINT_URL_DYNAMODB.'
  return 'Check the table, its Region and the credentials, then run it again.'
}

/** Nothing is sent where no Region is known, and the SDK's error then is as plain as any bug's. */
const withoutRegion = async (client: DynamoDBClient) => {
  try {
    await client.config.region()
    return undefined
  } catch {
    return 'No AWS Region is configured: set AWS_REGION or a Region in the profile.'
  }
}
