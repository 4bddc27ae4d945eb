import type { Use } from '../shell-use.ts'
import { type Finding, finding } from './finding.ts'

const dockerInstalled = ['docker', 'docker-ce', 'moby-engine'] as const
const docker = finding('docker-command', ...dockerInstalled)
const ntp = finding('ntp')
const netTools = finding('net-tools', 'net-tools')
const network = finding('network-scripts')
const python = finding('python2', 'python-unversioned-command', 'python')

const byProgram = new Map<string, Finding>([
  ['docker', docker],
  ['dockerd', docker],
  ['docker-compose', docker],
  ['amazon-linux-extras', finding('amazon-linux-extras')],
  ['crontab', finding('crontab', 'cronie', 'crond')],
  ['crond', finding('crontab', 'cronie')],
  ['ntpd', ntp],
  ['ntpdate', ntp],
  ['ntpq', ntp],
  ['python', python],
  ['python2', finding('python2')],
  ['python2.7', finding('python2')],
  ['pip2', finding('python2')],
  ['pip2.7', finding('python2')],
  ['awslogs-agent-setup.py', finding('awslogs')],
  ['ec2ifup', finding('ec2-net-utils')],
  ['ec2ifdown', finding('ec2-net-utils')],
  ['ec2ifscan', finding('ec2-net-utils')],
  ['ifup', network],
  ['ifdown', network],
  ['dhclient', finding('network-scripts', 'dhclient', 'dhcp-client')],
  ['ifconfig', netTools],
  ['netstat', netTools],
  ['route', netTools],
  ['arp', netTools],
  ['lsb_release', finding('lsb-release')],
])

/** The construct that a program of AL2 is, wherever it is called. */
export const constructOfProgram = (program: string): Finding | undefined => {
  const found = byProgram.get(program)
  return found && { id: found.id, unless: [...found.unless, program] }
}

const dockerService = finding('docker-service', ...dockerInstalled)
const cronService = finding('crontab', 'cronie', 'crontab')

const byUnit = new Map<string, Finding>([
  ['docker', dockerService],
  ['crond', cronService],
  ['ntpd', ntp],
  ['ntpdate', ntp],
  ['ntp', ntp],
  ['awslogsd', finding('awslogs')],
  ['awslogs', finding('awslogs')],
  ['network', network],
])

const asking = new Set([
  'status',
  'is-active',
  'is-enabled',
  'is-failed',
  'show',
  'cat',
  'list-units',
  'list-unit-files',
  'mask',
  'kill',
])
const stopping = new Set(['stop', 'disable'])

const nameOfUnit = (unit: string) => unit.replace(/\.(service|socket|timer)$/, '')

const serviceTools = new Set(['systemctl', 'service', 'chkconfig'])
const none = { verb: '', units: [] } as const

/** The units that a command of systemctl, service or chkconfig names, and what it does to them; a question has no verb. */
export const unitsOf = ({ program, words }: Use): { readonly verb: string; readonly units: readonly string[] } => {
  if (!serviceTools.has(program)) return none
  const [first = '', ...others] = words.filter(word => !word.startsWith('-'))
  if (program === 'systemctl') return { verb: first, units: others.map(nameOfUnit) }
  if (program === 'service') return { verb: others[0] ?? '', units: [nameOfUnit(first)] }
  return { verb: others[0] ?? '', units: [first] }
}

/**
 * The constructs that a command of systemctl, service or chkconfig is: services of AL2 that AL2023 does not have.
 * @param isAwaited whether a loop waits for the command to succeed, as it never does for such a service.
 */
export const constructsOfServices = (use: Use, isAwaited: boolean): readonly Finding[] => {
  const { verb, units } = unitsOf(use)
  if (
    units.length === 0 ||
    (asking.has(verb) && !(isAwaited && isQuestion(verb))) ||
    (stopping.has(verb) && use.mayFail)
  )
    return []
  return units.flatMap(unit => {
    const found = byUnit.get(unit)
    return found === undefined ? [] : [{ id: found.id, unless: [...found.unless, unit] }]
  })
}

/** Whether a verb only asks after a unit, as a condition does. */
export const isQuestion = (verb: string): boolean => asking.has(verb) && verb !== 'mask' && verb !== 'kill'
