import { unknown } from '../shell-values.ts'
import { type Finding, finding } from './finding.ts'

const managers = new Set(['yum', 'dnf', 'microdnf', 'rpm'])
const installing = new Set(['install', 'localinstall', 'reinstall'])
const optionsWithValue = new Set([
  '-c',
  '-d',
  '-e',
  '-R',
  '-x',
  '--enablerepo',
  '--disablerepo',
  '--exclude',
  '--releasever',
  '--setopt',
])
const rpmInstalls = /^(-[vh]*[iUF][a-zA-Z]*|--install|--upgrade)$/

const longestName = 256

const spread = (words: readonly string[]) => words.flatMap(word => (word.includes(' ') ? word.split(/\s+/) : [word]))

/** The packages, files and addresses that a command of yum, dnf or rpm installs, by the names it gives them. */
export const packagesInstalled = (program: string, given: readonly string[]): readonly string[] => {
  if (!managers.has(program)) return []
  const words = spread(given)
  const operands = words.filter((word, at) => !word.startsWith('-') && !optionsWithValue.has(words[at - 1] ?? ''))
  if (program === 'rpm') return words.some(word => rpmInstalls.test(word)) ? operands : []
  const [verb, ...packages] = operands
  return verb !== undefined && installing.has(verb) ? packages : []
}

const byName = new Map<string, Finding>([
  ['ntp', finding('ntp')],
  ['ntpdate', finding('ntp')],
  ['awslogs', finding('awslogs')],
  ['ec2-net-utils', finding('ec2-net-utils')],
  ['amazon-linux-extras', finding('amazon-linux-extras')],
  ['epel-release', finding('epel')],
  ['docker', finding('docker-install')],
  ['docker-ce', finding('docker-ce')],
  ['docker-ce-cli', finding('docker-ce')],
  ['redhat-lsb', finding('lsb-release')],
  ['redhat-lsb-core', finding('lsb-release')],
  ['system-lsb', finding('lsb-release')],
  ['system-lsb-core', finding('lsb-release')],
])

/** The name of a package without version and architecture: `docker-20.10.25-1.amzn2` is `docker`. */
export const nameOfPackage = (given: string): string =>
  given.slice(0, longestName).replace(/(-\d[^/]*|\.(x86_64|aarch64|noarch))$/, '')

/**
 * The construct that the installation of a package is: the names that the repositories of AL2023 lack, and docker, which is
 * there without use for the kubelet.
 */
export const constructOfPackage = (given: string): Finding | undefined => {
  if (given.includes(unknown) && !given.startsWith('http')) return undefined
  if (/^(https?:|\/).*\bepel-release/.test(given.slice(0, longestName))) return finding('epel')
  const name = nameOfPackage(given)
  return byName.get(name) ?? (/^(python(2|27|2\.7)(-|$)|python-pip$)/.test(name) ? finding('python2') : undefined)
}

/** The construct that a repository is which a command of yum or dnf adds or enables. */
export const constructOfRepository = (program: string, words: readonly string[]): Finding | undefined => {
  if (!managers.has(program) && program !== 'yum-config-manager') return undefined
  const adds = program === 'yum-config-manager' || words[0] === 'config-manager'
  if (adds && words.some(word => word.includes('download.docker.com/linux/'))) return finding('docker-ce')
  return words.some((word, at) => enablesEpel(word, words[at - 1])) ? finding('epel') : undefined
}

const enablesEpel = (word: string, before: string | undefined) =>
  /^--enablerepo=['"]?epel/.test(word) ||
  ((before === '--enablerepo' || before === '--enable') && word.startsWith('epel'))
