import { Command, CommanderError, Option } from 'commander'
import type { Who } from '../app/plan.ts'
import { type ReportOrder, reportOrders } from '../app/report.ts'
import { PostureError } from '../core/errors.ts'
import { type Severity, severities } from '../core/verdict.ts'
import { type ReportFormat, reportFormats } from '../reports/index.ts'
import { printable } from '../reports/printable.ts'
import { provisioningPaths } from '../userdata/judge-path.ts'
import {
  accountId,
  endpoint,
  externalIdOption,
  ids,
  matching,
  port,
  regionName,
  reportedRegion,
  roleOption,
  topicArn,
} from './arguments.ts'
import { showChecks } from './commands/checks.ts'
import { runDemo } from './commands/demo.ts'
import { runReport } from './commands/report.ts'
import { serveSandbox } from './commands/sandbox.ts'
import { runScan } from './commands/scan.ts'
import { type CheckUserDataOptions, checkUserData } from './commands/userdata.ts'
import { addDoctor, type DoctorFlags, doctorOptionsOf } from './doctor-flags.ts'
import { type ExitCode, type FailOn, failOnLevels } from './exit-code.ts'
import { defaultFolder, type MemoryOptions } from './memory.ts'
import type { Terminal } from './terminal.ts'
import { toolVersion } from './version.ts'

const name = 'eks-node-posture'

/**
 * Runs one command line.
 * @returns the exit code: 0 clean, 1 findings at or over `--fail-on`, 2 the tool could not do its work. What it could
 * not do stands on stderr in a sentence; only a defect of this tool throws.
 */
export const runCli = async (args: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let exitCode: ExitCode = 0
  const program = programFor(terminal, code => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof PostureError)) throw error
    // A message can name a file or a value as somebody gave it.
    terminal.stderr.write(`${error.message.split('\n').map(printable).join('\n')}\n`)
    return 2
  }
}

interface ScanFlags {
  readonly org?: true
  readonly account?: readonly string[]
  readonly region?: readonly string[]
  readonly role?: string
  readonly externalId?: string
  readonly config?: string
  readonly endpointUrl?: string
  readonly format: ReportFormat
  readonly output?: string
  readonly failOn: FailOn
  readonly strict?: true
  readonly record?: string
  readonly replay?: string
  readonly table?: string
  readonly store?: string
  readonly publish?: string
  readonly chat?: string
}

interface ReportFlags {
  readonly endpointUrl?: string
  readonly run?: string
  readonly check?: string
  readonly account?: string
  readonly region?: string
  readonly cluster?: string
  readonly owner?: string
  readonly severity?: Severity
  readonly sort?: ReportOrder
  readonly history?: string
  readonly table?: string
  readonly store?: string
  readonly format: ReportFormat | 'digest'
  readonly output?: string
}

const programFor = (terminal: Terminal, end: (code: ExitCode) => void): Command => {
  const program = new Command(name)
    .description(
      'Amazon Linux 2023 readiness and IMDSv2 posture of every EKS node group and launch template of an AWS Organization.',
    )
    .version(toolVersion)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.stdout.write(text),
      writeErr: text => terminal.stderr.write(text),
      outputError: (text, write) =>
        write(
          text
            .replace(/^error: /, `${name}: `)
            .split('\n')
            .map(printable)
            .join('\n'),
        ),
    })
    .showHelpAfterError(`Run npx ${name} help for the commands and their flags.`)

  program
    .command('demo')
    .description(
      `the nightly run against the sandbox's example organization, kept in ${defaultFolder}; writes report.html and ends with 0 whatever it finds`,
    )
    .addOption(formatOption())
    .action(async ({ format }: { format: ReportFormat }) => end(await runDemo(format, terminal)))

  addScan(program).action(async (flags: ScanFlags) => end(await runScan(scanOptionsOf(flags), terminal)))

  addMemory(program.command('report').description('what the store holds, or the digest of a run'))
    .option('--endpoint-url <url>', 'where the table is, instead of AWS', endpoint)
    .option('--run <id>', 'the run (default: the newest that ended)')
    .option('--check <id>', 'findings of this check alone')
    .option('--account <id>', 'this account alone', matching(...accountId))
    .option('--region <name>', 'this Region alone', matching(...reportedRegion))
    .option('--cluster <name>', 'clusters of this name; * for any text')
    .option('--owner <name>', 'what this owner answers for')
    .addOption(new Option('--severity <severity>', 'this severity and worse').choices(severities))
    .addOption(new Option('--sort <order>', 'the worst, the oldest or the largest first').choices(reportOrders))
    .option('--history <finding>', 'what happened to a finding, by the id that json and csv print')
    .addOption(new Option('--format <format>', 'what to print').choices([...reportFormats, 'digest']).default('table'))
    .option('--output <file>', 'write it there instead of to stdout')
    .action(async (flags: ReportFlags) => end(await runReport(reportOptionsOf(flags), terminal)))

  addUserData(program).action(async (file: string, flags: CheckUserDataOptions) =>
    end(await checkUserData(file, flags, terminal)),
  )

  program
    .command('checks')
    .description('the catalogue, or one check explained')
    .argument('[id]', 'the check to explain')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .action((id: string | undefined, { format }: { format: 'table' | 'json' }) => end(showChecks(id, format, terminal)))

  addDoctor(program).action(async (flags: DoctorFlags) => {
    // The clients that no other command needs are loaded with it.
    const { runDoctor } = await import('./commands/doctor.ts')
    end(await runDoctor(doctorOptionsOf(flags), terminal))
  })

  program
    .command('sandbox')
    .description('an AWS organization in memory as a server on 127.0.0.1, for any AWS client')
    .requiredOption('--org <file>', 'the organization, as YAML')
    .option('--port <number>', 'the port to listen on; 0 for any that is free', port, 4566)
    .action(async (flags: { org: string; port: number }) => end(await serveSandbox(flags.org, flags.port, terminal)))
  return program
}

/** Where findings are kept; a table and a folder at once are one too many. */
const addMemory = (command: Command): Command =>
  command
    .addOption(new Option('--table <name>', 'the DynamoDB table that keeps findings').conflicts('store'))
    .option('--store <folder>', 'a folder that keeps findings on this machine')

const memoryOf = ({ table, store }: { table?: string; store?: string }): MemoryOptions | undefined => {
  if (table !== undefined) return { table }
  return store === undefined ? undefined : { store }
}

const formatOption = () => new Option('--format <format>', 'what to print').choices(reportFormats).default('table')

const addScan = (program: Command): Command =>
  addMemory(program.command('scan'))
    .description('reads and judges accounts; by default the one that the credentials belong to')
    .addOption(new Option('--org', 'every account of the AWS Organization').conflicts('account'))
    .option('--account <id...>', 'these accounts', ids(...accountId))
    .option('--region <name...>', 'only these Regions', ids(...regionName))
    .addOption(roleOption())
    .addOption(externalIdOption())
    .option('--config <file>', 'posture.yaml: scope, checks, expectations, waivers')
    .option('--endpoint-url <url>', 'one endpoint for every service, such as a sandbox', endpoint)
    .addOption(formatOption())
    .option('--output <file>', 'write the report there instead of stdout')
    .addOption(
      new Option('--fail-on <severity>', 'end with 1 from this severity up').choices(failOnLevels).default('high'),
    )
    .option('--strict', 'end with 2 when anything is unknown or was not read')
    .option(
      '--publish <topic-arn>',
      'send alerts and digest to this SNS topic; needs --table or --store',
      matching(...topicArn),
    )
    .option(
      '--chat <topic-arn>',
      'send them in short to a topic of Amazon Q Developer in chat applications as well',
      matching(...topicArn),
    )
    .option('--record <folder>', 'keep what was read, to judge it again without AWS')
    .addOption(
      new Option('--replay <folder>', 'judge a recording again').conflicts([
        'org',
        'account',
        'region',
        'role',
        'externalId',
        'endpointUrl',
        'record',
        'table',
        'store',
      ]),
    )

const addUserData = (program: Command): Command =>
  program
    .command('userdata')
    .description('EC2 user data, read as nodeadm and cloud-init do; without AWS')
    .command('check')
    .description('what of it is wrong or breaks on Amazon Linux 2023; ends with 1 when anything does')
    .argument('<file>', 'the user data as it is, in base64 or gzip; - for stdin')
    .addOption(
      new Option('--path <path>', 'who provisions the nodes, and so who adds the cluster').choices(provisioningPaths),
    )
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))

const scanOptionsOf = (flags: ScanFlags) => ({
  ...flags,
  who: whoOf(flags),
  scope: {
    ...(flags.account ? { accounts: flags.account } : {}),
    ...(flags.region ? { regions: flags.region } : {}),
  },
  memory: memoryOf(flags),
  strict: flags.strict === true,
  aws: {
    regions: flags.region,
    endpointUrl: flags.endpointUrl,
    ...(flags.externalId === undefined ? {} : { externalId: flags.externalId }),
  },
})

const reportOptionsOf = ({ run, check, account, table, store, ...flags }: ReportFlags) => ({
  ...flags,
  memory: memoryOf({ ...(table && { table }), ...(store && { store }) }) ?? { store: defaultFolder },
  runId: run,
  checkId: check,
  accountId: account,
})

const whoOf = ({ org, account }: ScanFlags): Who => {
  if (org) return { kind: 'organization' }
  return account ? { kind: 'accounts', ids: account } : { kind: 'own' }
}
