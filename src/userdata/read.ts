import type { NamedCluster, UserDataConstruct, UserDataFacts, UserDataProblem } from '../core/user-data.ts'
import { type BootstrapCall, bootstrapCalls, clusterOf } from './bootstrap-sh.ts'
import { readBottlerocket } from './bottlerocket.ts'
import { type CloudConfigScripts, readCloudConfig } from './cloud-config.ts'
import { type CloudInitReading, readAsCloudInit } from './cloud-init.ts'
import { constructsOf, constructsOfCloudConfig } from './constructs.ts'
import { type Decoded, decode } from './decode.ts'
import { layoutProblems } from './layout.ts'
import { type SeenNodeConfig, seeNodeConfig } from './node-config-seen.ts'
import { readAsNodeadm } from './nodeadm-mime.ts'
import type { Part } from './part.ts'
import { knownType } from './part-kind.ts'
import { readPowerShell } from './powershell.ts'
import { readShell } from './shell.ts'
import { usesOf } from './shell-uses.ts'

/** What one part of the user data has to say. */
interface Reading {
  readonly problems: readonly UserDataProblem[]
  readonly constructs: readonly UserDataConstruct[]
  readonly calls: readonly BootstrapCall[]
  /** Whether it calls the bootstrap script of Windows nodes. */
  readonly bootstrapsWindows: boolean
  readonly cluster: NamedCluster
}

const nothing: Reading = {
  problems: [],
  constructs: [],
  calls: [],
  bootstrapsWindows: false,
  cluster: {},
}

/**
 * Reads user data as the programs of a node do: nodeadm its NodeConfig, cloud-init the rest. Where the two see different
 * parts in it, a problem says so.
 * @param bytes as the node gets them, or as a person keeps them: in base64, gzip or neither.
 * @returns an answer for any bytes; it holds no text of theirs but the cluster that they name.
 */
export const readUserData = (bytes: Uint8Array): UserDataFacts => {
  const decoded = decode(bytes)
  if (decoded.opaque) return opaque(decoded)

  const nodeadm = readAsNodeadm(decoded.text)
  const cloudInit = readAsCloudInit(decoded.text)
  const config = seeNodeConfig(decoded, nodeadm, cloudInit)
  const layout = layoutProblems(decoded.text, nodeadm, cloudInit)
  const readings = cloudInit.parts.map(readPart)
  const calls = readings.flatMap(reading => reading.calls)
  const problems = [
    ...decoded.problems,
    ...layout,
    ...config.problems,
    ...readings.flatMap(reading => reading.problems),
  ]
  return {
    encoding: decoded.encoding,
    format: cloudInit.format,
    bootstrap: bootstrapOf(config, readings, cloudInit),
    bootstrapCalls: calls.map(({ line }) => line),
    parts: cloudInit.parts.map(({ contentType, kind }) => ({ contentType: knownType(contentType), kind })),
    nodeConfig: { status: config.status, missing: config.missing, problems: explained(config, problems).sort(byLine) },
    constructs: readings.flatMap(reading => reading.constructs).sort(byLine),
    cluster: Object.assign({}, ...readings.map(reading => reading.cluster), config.cluster),
    ...(cloudInit.parts.some(namesDropIns) && { namesDropIns: true }),
  }
}

/** What is invalid has a reason, also where neither the layout nor a parser named one. */
const explained = ({ status }: SeenNodeConfig, problems: UserDataProblem[]): UserDataProblem[] =>
  status === 'invalid' && problems.length === 0 ? [notSeen] : problems

const notSeen: UserDataProblem = {
  id: 'node-config-not-seen',
  message:
    'nodeadm does not take this for a NodeConfig: put apiVersion: node.eks.aws/v1alpha1 and kind: NodeConfig as keys at its top.',
  line: 1,
}

// nodeadm reads NodeConfigs from here too, after user data (its default configuration chain, AMI v20251023 and later).
const dropIns = /\/etc\/eks\/nodeadm\.d|\bnodeadm[ \t]+init\b/
const namesDropIns = ({ kind, text }: Part) => kind !== 'nodeconfig' && dropIns.test(text)

const opaque = ({ encoding, problems }: Decoded): UserDataFacts => ({
  encoding,
  format: 'opaque',
  bootstrap: 'none',
  bootstrapCalls: [],
  parts: [],
  nodeConfig: { status: 'absent', missing: [], problems },
  constructs: [],
  cluster: {},
})

const bootstrapOf = (
  { status }: SeenNodeConfig,
  readings: readonly Reading[],
  { format, parts }: CloudInitReading,
): UserDataFacts['bootstrap'] => {
  if (status !== 'absent' || parts.some(namesDropIns)) return 'nodeadm'
  if (readings.some(({ calls }) => calls.length > 0)) return 'bootstrap.sh'
  if (format === 'bottlerocket') return 'bottlerocket'
  return readings.some(({ bootstrapsWindows }) => bootstrapsWindows) ? 'windows' : 'none'
}

const readPart = (part: Part): Reading => {
  if (part.kind === 'shell' || part.kind === 'boothook') return readScript(part, part.text.startsWith('#!'))
  if (part.kind === 'cloud-config') return readConfig(part)
  if (part.kind === 'bottlerocket') return { ...nothing, ...readBottlerocket(part.text, part.firstLine) }
  if (part.kind === 'powershell') return readWindows(part)
  return nothing
}

const readWindows = ({ text }: Part): Reading => {
  const { callsBootstrap, cluster } = readPowerShell(text)
  return { ...nothing, bootstrapsWindows: callsBootstrap, cluster }
}

const readScript = (
  { text, firstLine }: Pick<Part, 'text' | 'firstLine'>,
  hasShebang: boolean,
  { packages, files }: Pick<CloudConfigScripts, 'packages' | 'files'> = { packages: [], files: [] },
): Reading => {
  const commands = readShell(text, firstLine)
  const uses = usesOf(commands)
  const calls = bootstrapCalls(files.length === 0 ? uses : usesOf(commands, files))
  const installed = packages.map(({ name }) => name)
  return {
    ...nothing,
    problems: calls.flatMap(call => call.problems),
    constructs: constructsOf({ uses, firstLine, hasShebang, text, installed }),
    calls,
    cluster: clusterOf(calls),
  }
}

const readConfig = ({ text, firstLine }: Part): Reading => {
  const config = readCloudConfig(text, firstLine)
  // cloud-init runs what stands under runcmd and bootcmd as a script of its own, with a first line of its own.
  const scripts = config.scripts.map(script => readScript(script, true, config))
  return {
    ...nothing,
    problems: [...config.problems, ...scripts.flatMap(script => script.problems)],
    constructs: [...constructsOfCloudConfig(config), ...scripts.flatMap(script => script.constructs)],
    calls: scripts.flatMap(script => script.calls),
    cluster: Object.assign({}, ...scripts.map(script => script.cluster)),
  }
}

const byLine = (a: { line: number; id: string }, b: { line: number; id: string }) =>
  a.line - b.line || (a.id < b.id ? -1 : Number(a.id > b.id))
