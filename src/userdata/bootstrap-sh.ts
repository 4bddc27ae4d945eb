import type { NamedCluster, UserDataProblem } from '../core/user-data.ts'
import { readArguments, variablesRead } from './bootstrap-arguments.ts'
import { certificateSha256 } from './certificate.ts'
import type { Use } from './shell-use.ts'
import { unknown } from './shell-values.ts'

/** One call of `/etc/eks/bootstrap.sh`, or of the script by which eksctl calls it. */
export interface BootstrapCall {
  readonly line: number
  /** Absent where none is given, or where it is computed when the node starts. */
  readonly clusterName?: string
  /** What the call sets, by flag, from its arguments and its environment; undefined where that is computed. */
  readonly arguments: ReadonlyMap<string, string | undefined>
  /** The flags, of those that bootstrap.sh knows, that it passes over as they are written. */
  readonly ignored: readonly string[]
  readonly problems: readonly UserDataProblem[]
}

const bootstrapPath = '/etc/eks/bootstrap.sh'
const eksctlPath = /^\/var\/lib\/cloud\/scripts\/eksctl\/bootstrap\.(?:legacy\.)?(al2|ubuntu)\.sh$/

const mostCalls = 100
const mostWords = 1000

/**
 * Whether a command runs bootstrap.sh or the script by which eksctl calls it, and of which system it is.
 * `/etc/eks/bootstrap.sh` is also on Ubuntu's AMIs; by its path alone it is taken for that of AL2.
 */
export const runsBootstrap = ({ path }: Use): 'al2' | 'ubuntu' | undefined => {
  if (path === bootstrapPath) return 'al2'
  const [, system] = eksctlPath.exec(path ?? '') ?? []
  return system === 'al2' || system === 'ubuntu' ? system : undefined
}

const known = (text: string | undefined) => (text?.includes(unknown) ? undefined : text)

/** The variables of bootstrap.sh that a call of it finds set; undefined for one that is computed. */
const environmentOf = ({ environment, variables, run }: Use): ReadonlyMap<string, string | undefined> => {
  const found = new Map<string, string | undefined>()
  for (const [name, value] of environment) found.set(name, known(value))
  const passed = new Set(found.keys())
  for (let change = variables; change !== undefined; change = change.before) {
    const { name, value, exported } = change
    if (!variablesRead.has(name) || passed.has(name)) continue
    passed.add(name)
    if (exported || run.sourced) found.set(name, known(value))
  }
  return found
}

const callOf = (use: Use): BootstrapCall => {
  const { line, run, path } = use
  if (path !== bootstrapPath) return { line, arguments: new Map(), ignored: [], problems: [] }
  return { line, ...readArguments(run.words.slice(0, mostWords).map(known), environmentOf(use), line) }
}

/**
 * The first 100 calls of `/etc/eks/bootstrap.sh` among the commands of a script. A call that stands in a branch is one
 * too: whether the branch is taken shows only on the node.
 */
export const bootstrapCalls = (uses: readonly Use[]): readonly BootstrapCall[] =>
  uses
    .filter(use => runsBootstrap(use) !== undefined)
    .slice(0, mostCalls)
    .map(callOf)

/** The one value that the calls give; undefined when none gives it, or when they differ. */
const agreed = (calls: readonly BootstrapCall[], valueIn: (call: BootstrapCall) => string | undefined) => {
  const values = new Set(calls.map(valueIn).filter(value => value !== undefined && value !== ''))
  const [value] = values
  return values.size === 1 ? value : undefined
}

const serviceCidr = ({ arguments: given }: BootstrapCall): string | undefined => {
  const [first, second] = ['--service-ipv4-cidr', '--service-ipv6-cidr'].map(flag => given.get(flag))
  return given.get('--ip-family') === 'ipv4' ? first || second : second || first
}

/** The cluster that the calls name; what they leave out, compute, or give differently is absent. */
export const clusterOf = (calls: readonly BootstrapCall[]): NamedCluster => {
  const cluster = {
    name: agreed(calls, call => call.clusterName),
    endpoint: agreed(calls, call => call.arguments.get('--apiserver-endpoint')),
    serviceCidr: agreed(calls, serviceCidr),
    caSha256: certificateSha256(agreed(calls, call => call.arguments.get('--b64-cluster-ca'))),
  }
  return Object.fromEntries(Object.entries(cluster).filter(([, value]) => value !== undefined))
}
