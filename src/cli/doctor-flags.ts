import { type Command, Option } from 'commander'
import {
  accountId,
  endpoint,
  externalIdOption,
  howMany,
  ids,
  matching,
  regionName,
  roleOption,
  topicArn,
} from './arguments.ts'
import type { DoctorOptions } from './commands/doctor.ts'

export interface DoctorFlags {
  readonly all?: true
  readonly sample: number
  readonly seed: string
  readonly account?: readonly string[]
  readonly region?: readonly string[]
  readonly role?: string
  readonly externalId?: string
  readonly config?: string
  readonly table?: string
  readonly publish?: string
  readonly bucket?: string
  readonly stackSet?: string
  readonly endpointUrl?: string
  readonly format: 'table' | 'json'
  readonly output?: string
}

const bucketName = [
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  'A bucket is named in 3 to 63 lower-case letters, digits, dots and hyphens',
] as const
const tableName = [/^[\w.-]{3,255}$/, 'A table is named in 3 to 255 letters, digits or any of _.-'] as const
const stackSetName = [
  /^[a-zA-Z][a-zA-Z0-9-]{0,127}(:[\w-]+)?$/,
  'A StackSet is named in letters, digits and hyphens',
] as const

/** The command that tells what an identity may do. */
export const addDoctor = (program: Command): Command =>
  program
    .command('doctor')
    .description('what this identity may do of what a scan of the organization needs; changes nothing')
    .addOption(new Option('--all', 'enter every account, in place of a sample').conflicts('account'))
    .addOption(
      new Option('--sample <number>', 'how many accounts to enter, spread over the units')
        .argParser(howMany)
        .default(10)
        .conflicts('all'),
    )
    .option('--seed <text>', 'another seed takes another sample', '0')
    .option('--account <id...>', 'these accounts, without asking for the organization', ids(...accountId))
    .option('--region <name...>', 'only these Regions', ids(...regionName))
    .addOption(roleOption())
    .addOption(externalIdOption())
    .option('--config <file>', 'posture.yaml: scope, role and checks')
    .option('--table <name>', 'the DynamoDB table that keeps findings', matching(...tableName))
    .option('--publish <topic-arn>', 'the SNS topic of the digest; nothing is sent', matching(...topicArn))
    .option('--bucket <name>', 'the bucket of the nightly run', matching(...bucketName))
    .option('--stack-set <name>', 'the StackSet that deploys the role', matching(...stackSetName))
    .option('--endpoint-url <url>', 'one endpoint for every service, such as a sandbox', endpoint)
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .option('--output <file>', 'write it there instead of to stdout')

/** The flags as the command takes them. */
export const doctorOptionsOf = (flags: DoctorFlags): DoctorOptions => {
  const { account, region, all, sample, externalId, endpointUrl } = flags
  return {
    ...flags,
    who: account ? { kind: 'accounts', ids: account } : { kind: 'organization' },
    scope: { ...(account ? { accounts: account } : {}), ...(region ? { regions: region } : {}) },
    roleName: flags.role,
    sample: all || account ? undefined : sample,
    topic: flags.publish,
    aws: { regions: region, endpointUrl, ...(externalId === undefined ? {} : { externalId }) },
  }
}
