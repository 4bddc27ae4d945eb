import * as z from 'zod'
import { ConfigError } from '../core/errors.ts'

const given = z
  .string()
  .optional()
  .transform(value => (value === '' ? undefined : value))

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const externalIdPattern = /^[\w+=,.@:/-]{2,1224}$/

/** Sent with every AssumeRole; from the environment it shows in no process list. */
const externalId = given.pipe(
  z.string().regex(externalIdPattern, 'expected 2 to 1,224 letters, digits or any of _+=,.@:/-').optional(),
)

/** What the command line takes from the environment; AWS credentials and Region are the SDK's to read. */
const CliEnvironment = z.object({
  EXTERNAL_ID: externalId,
  /** Any value: no colour. https://no-color.org */
  NO_COLOR: given,
})
export type CliEnvironment = z.output<typeof CliEnvironment>

const text = z.string('is missing').min(1, 'is empty')

/** What every function is told by its deployment. */
const deployment = {
  /** The bucket that holds posture.yaml and the files of the runs. */
  BUCKET_NAME: text,
  /** The DynamoDB table of findings, events and runs. */
  TABLE_NAME: text,
}

const PlanEnvironment = z.object({
  ...deployment,
  /** The one role name that the scan function may assume. */
  ROLE_NAME: text,
  TOOL_VERSION: text,
})

const ScanEnvironment = z.object({ ...deployment, EXTERNAL_ID: externalId })

const ReconcileEnvironment = z.object(deployment)

const topicArn = z
  .string('is missing')
  .regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'expected the ARN of an SNS topic')

const DigestEnvironment = z.object({
  ...deployment,
  /** The topic of this account that digest and alerts go to. */
  TOPIC_ARN: topicArn,
  /** The topic of Amazon Q Developer in chat applications. */
  CHAT_TOPIC_ARN: given.pipe(topicArn.optional()),
})

/**
 * Makes a reader of the environment; no other file looks at `process.env`.
 * The reader throws {@link ConfigError}, naming the variable and what is expected; never its value.
 */
const readerOf =
  <T extends z.ZodType>(schema: T) =>
  (variables: NodeJS.ProcessEnv = process.env): z.output<T> => {
    const parsed = schema.safeParse(variables)
    if (parsed.success) return parsed.data
    const problems = parsed.error.issues.map(
      ({ path, message }) => `environment variable ${path.join('.')}: ${message}`,
    )
    throw new ConfigError(problems.join('\n'))
  }

export const readEnvironment = readerOf(CliEnvironment)
export const readPlanEnvironment = readerOf(PlanEnvironment)
export const readScanEnvironment = readerOf(ScanEnvironment)
export const readReconcileEnvironment = readerOf(ReconcileEnvironment)
export const readDigestEnvironment = readerOf(DigestEnvironment)
