import { type DoctorPorts, type DoctorRequest, type DoctorWatcher, diagnose } from '../../app/doctor.ts'
import { sessionNameOf } from '../../aws/clients.ts'
import { type ConnectOptions, connectionWith } from '../../aws/connection.ts'
import { enterAccountWith } from '../../aws/doctor/account.ts'
import { tryBucket } from '../../aws/doctor/bucket.ts'
import { listStackInstancesWith } from '../../aws/doctor/stack-set.ts'
import { tryTable } from '../../aws/doctor/table.ts'
import { tryTopic } from '../../aws/doctor/topic.ts'
import { readOrganizationWith } from '../../aws/organization.ts'
import { callerWith } from '../../aws/who-am-i.ts'
import { lacks } from '../../core/doctor.ts'
import { identityInWords } from '../../core/identity.ts'
import { doctorJson, doctorTable } from '../../reports/doctor.ts'
import { printable } from '../../reports/printable.ts'
import { checkOutput, writeReport } from '../output.ts'
import { paintFor, type Terminal, widthOf } from '../terminal.ts'
import { policyOf } from './scan.ts'

export interface DoctorOptions extends Pick<DoctorRequest, 'who' | 'scope' | 'roleName' | 'sample' | 'seed'> {
  readonly config?: string | undefined
  readonly table?: string | undefined
  readonly topic?: string | undefined
  readonly bucket?: string | undefined
  readonly stackSet?: string | undefined
  readonly format: 'table' | 'json'
  readonly output?: string | undefined
  /** How to reach AWS. */
  readonly aws: Omit<ConnectOptions, 'sessionName' | 'now'>
}

/**
 * Tries what a scan needs as the identity of the environment, and changes nothing.
 * @returns 0 where all of it works, 2 where something does not or is not known to.
 * @throws {PostureError} when there is nobody to test, or a file cannot be read or written.
 */
export const runDoctor = async (options: DoctorOptions, terminal: Terminal): Promise<0 | 2> => {
  const environment = terminal.environment()
  const policy = await policyOf(options.config)
  await checkOutput(options.output)
  const aws = { externalId: environment.EXTERNAL_ID, ...options.aws }
  const request = { ...options, policy, sendsExternalId: aws.externalId !== undefined }
  const diagnosis = await diagnose(request, portsOf(options, aws), watcherOn(terminal))
  const onTerminal = options.output === undefined
  const text =
    options.format === 'json'
      ? doctorJson(diagnosis)
      : doctorTable(diagnosis, {
          paint: onTerminal ? paintFor(terminal.stdout, environment) : undefined,
          width: onTerminal ? widthOf(terminal.stdout) : undefined,
        })
  await writeReport(text, options.output, terminal)
  return diagnosis.rows.some(lacks) ? 2 : 0
}

const portsOf = ({ table, topic, bucket, stackSet }: DoctorOptions, aws: DoctorOptions['aws']): DoctorPorts => {
  const connection = connectionWith({ ...aws, sessionName: sessionNameOf('doctor'), now: () => new Date() })
  return {
    whoAmI: callerWith(connection),
    organization: readOrganizationWith(connection),
    enter: enterAccountWith(connection),
    table: table === undefined ? undefined : { name: table, tryIt: () => tryTable(connection, table) },
    topic: topic === undefined ? undefined : { name: topic, tryIt: () => tryTopic(connection, topic) },
    bucket: bucket === undefined ? undefined : { name: bucket, tryIt: () => tryBucket(connection, bucket) },
    stackSet:
      stackSet === undefined ? undefined : { name: stackSet, list: listStackInstancesWith(connection, stackSet) },
  }
}

const watcherOn = ({ stderr }: Terminal): DoctorWatcher => ({
  planned: (identity, { region }, accounts) => {
    const what = accounts === 1 ? '1 account' : `${accounts} accounts`
    stderr.write(`Trying ${what} as ${printable(identityInWords(identity))}, from Region ${region} …\n`)
  },
})
