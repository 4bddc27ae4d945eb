import type { NamedCluster, UserDataConstruct, UserDataFacts, UserDataProblem } from '../core/user-data.ts'
import { type BootstrapCall, bootstrapCalls, clusterOf } from './bootstrap-sh.ts'
import { readBottlerocket } from './bottlerocket.ts'
import { type CloudConfigScripts, readCloudConfig } from './cloud-config.ts'
import { type CloudInitReading, readAsCloudInit } from './cloud-init.ts'
import { constructsOf, constructsOfCloudConfig } from './constructs.ts'
import { type Decoded, decode } from './decode.ts'
import { layoutProblems } from './layout.ts'
import { isMeantAsNodeConfig, type NodeConfigReading, readNodeConfigs } from './node-config.ts'
import { type NodeadmReading, readAsNodeadm } from './nodeadm-mime.ts'
import type { Part } from './part.ts'
import { knownType, nodeConfigType } from './part-kind.ts'
import { readPowerShell } from './powershell.ts'
import { readShell } from './shell.ts'
import { usesOf } from './shell-uses.ts'

/** What nodeadm takes for a NodeConfig, `nothing` where there is none for it. */
type Seen = Omit<NodeConfigReading, 'status'> & { readonly status: NodeConfigReading['status'] | 'nothing' }

/** What one part of the user data has to say. */
interface Reading {
  readonly problems: readonly UserDataProblem[]
  readonly constructs: readonly UserDataConstruct[]
  readonly calls: readonly BootstrapCall[]
  /** Whether it calls the bootstrap script of Windows nodes. */
  readonly bootstrapsWindows: boolean
  readonly cluster: NamedCluster
}

const nothing: Reading = { problems: [], constructs: [], calls: [], bootstrapsWindows: false, cluster: {} }

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
  const config = configOf(nodeadm)
  const layout = layoutProblems(decoded.text, nodeadm, cloudInit)
  const readings = cloudInit.parts.map(readPart)
  const calls = readings.flatMap(reading => reading.calls)
  const status = statusOf(config, isDamaged(decoded, nodeadm), cloudInit)
  const problems = [
    ...decoded.problems,
    ...layout,
    ...config.problems,
    ...readings.flatMap(reading => reading.problems),
  ]
  return {
    encoding: decoded.encoding,
    format: cloudInit.format,
    bootstrap: bootstrapOf(status, readings, cloudInit),
    bootstrapCalls: calls.map(({ line }) => line),
    parts: cloudInit.parts.map(({ contentType, kind }) => ({ contentType: knownType(contentType), kind })),
    nodeConfig: { status, missing: status === 'partial' ? config.missing : [], problems: problems.sort(byLine) },
    constructs: readings.flatMap(reading => reading.constructs).sort(byLine),
    cluster: Object.assign({}, ...readings.map(reading => reading.cluster), config.cluster),
  }
}

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

const none: Seen = { status: 'nothing', missing: [], problems: [], cluster: {} }

const configOf = (nodeadm: NodeadmReading): Seen => {
  if (nodeadm.kind === 'broken') return none
  if (nodeadm.kind === 'document') return configOfDocument(nodeadm.part)
  const parts = nodeadm.parts.filter(isNodeConfigPart)
  return parts.length > 0 ? readNodeConfigs(parts) : none
}

/** What nodeadm takes is a NodeConfig, however odd; of the rest it tries as well, what looks like one is one with mistakes. */
const configOfDocument = (part: Part): Seen => {
  if (!/node\.eks\.aws|nodeconfig/i.test(part.text)) return none
  const config = readNodeConfigs([part])
  return config.status !== 'invalid' || isMeantAsNodeConfig(part.text) ? config : none
}

/** nodeadm rejects a NodeConfig with bytes that are no UTF-8, of which the decoded text has replacement characters. */
const isDamaged = ({ problems }: Decoded, nodeadm: NodeadmReading): boolean => {
  if (!problems.some(({ id }) => id === 'user-data-not-utf-8') || nodeadm.kind === 'broken') return false
  const documents = nodeadm.kind === 'document' ? [nodeadm.part] : nodeadm.parts.filter(isNodeConfigPart)
  return documents.some(({ text }) => text.includes('\uFFFD'))
}

const isNodeConfigPart = ({ contentType }: Part) => contentType === nodeConfigType

/** A NodeConfig that only cloud-init's lax reading finds is one that nodeadm rejects. */
const statusOf = (
  { status }: Seen,
  damaged: boolean,
  { parts }: CloudInitReading,
): UserDataFacts['nodeConfig']['status'] => {
  if (status !== 'nothing') return damaged ? 'invalid' : status
  return parts.some(({ kind }) => kind === 'nodeconfig') ? 'invalid' : 'absent'
}

const bootstrapOf = (
  status: UserDataFacts['nodeConfig']['status'],
  readings: readonly Reading[],
  { format }: CloudInitReading,
): UserDataFacts['bootstrap'] => {
  if (status !== 'absent') return 'nodeadm'
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
