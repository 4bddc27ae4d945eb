import { isCidr } from './node-config-cidr.ts'
import type { DecodeWatcher, NodeConfigDraft } from './node-config-decode.ts'
import { isToml } from './node-config-merge.ts'
import { hasExpansion, mostProblems, type Note } from './node-config-notes.ts'
import { hybridFields, knownMistakes, nodeConfigShape, type Shape } from './node-config-schema.ts'
import type { GoValue } from './node-config-value.ts'

const strategies: ReadonlySet<string> = new Set(['', 'raid0', 'raid10', 'mount'])
const mounts: ReadonlySet<string> = new Set(['Containerd', 'PodLogs', 'SOCI'])
const featureGates: ReadonlySet<string> = new Set(['InstanceIdNodeName', 'FastImagePull'])

const shapeAt = (path: string): Shape | undefined => {
  let shape: Shape | undefined = nodeConfigShape
  for (const key of path === '' ? [] : path.split('.'))
    shape = shape?.type === 'struct' ? shape.fields.get(key) : undefined
  return shape
}

/** The field that a key means in the wrong case, if there is one. */
const inRightCase = (path: string): string | undefined => {
  const dot = path.lastIndexOf('.')
  const parent = shapeAt(path.slice(0, Math.max(dot, 0)))
  if (parent?.type !== 'struct') return undefined
  const key = path.slice(dot + 1).toLowerCase()
  return [...parent.fields.keys()].find(field => field.toLowerCase() === key)
}

/** A key can hold a secret as well as a value can, so only a key that nodeadm or we know by another name is repeated. */
const unknownField = (path: string, at: number): Note => {
  const inCase = inRightCase(path)
  const hint = inCase === undefined ? knownMistakes.get(path) : `Field names are case-sensitive: write ${inCase}.`
  const parent = path.slice(0, Math.max(path.lastIndexOf('.'), 0))
  const place = parent !== '' && shapeAt(parent) ? `a field of ${parent}` : 'a field'
  const field = hint === undefined ? place : `the field ${path}`
  return {
    id: 'node-config-unknown-field',
    message: `nodeadm does not know ${field} and drops it in silence. ${hint ?? 'Check its spelling and its indentation.'}`,
    at,
  }
}

const hybrid = (at: number): Note => ({
  id: 'node-config-hybrid',
  message:
    'This is a NodeConfig for EKS Hybrid Nodes, whose nodeadm has other fields under the same apiVersion. nodeadm on EC2 drops them in silence: give EC2 nodes a NodeConfig of their own.',
  at,
})

const expansion = (path: string, at: number): Note => ({
  id: 'node-config-shell-expansion',
  message: `nodeadm takes ${path} as it is written: it expands no shell variable, command or template placeholder. Write the value, or write a drop-in NodeConfig to /etc/eks/nodeadm.d from a script (AMI v20251023 and later).`,
  at,
})

const strategy = (at: number): Note => ({
  id: 'node-config-storage-strategy',
  message:
    'nodeadm accepts this spec.instance.localStorage.strategy and fails when it sets up the disks. Use RAID0, RAID10 or Mount.',
  at,
})

const mount = (at: number): Note => ({
  id: 'node-config-disabled-mount',
  message:
    'nodeadm knows no such entry of spec.instance.localStorage.disabledMounts. Use Containerd, PodLogs or SOCI, in this case.',
  at,
})

const featureGate = (at: number): Note => ({
  id: 'node-config-feature-gate',
  message:
    'nodeadm ignores a spec.featureGates entry that it does not know. It knows InstanceIdNodeName and FastImagePull; the gates of the kubelet belong in spec.kubelet.config.featureGates.',
  at,
})

const cidr = (at: number): Note => ({
  id: 'node-config-cidr',
  message:
    'spec.cluster.cidr is no IPv4 or IPv6 range, so nodeadm fails when it derives the address of the cluster DNS. Write the service range of the cluster, such as 10.100.0.0/16.',
  at,
})

const endpoint = (at: number): Note => ({
  id: 'node-config-endpoint',
  message:
    'spec.cluster.apiServerEndpoint is no https URL, so the kubelet cannot reach the cluster. Write the endpoint that EKS gives for the cluster, starting with https://.',
  at,
})

const containerdToml = (at: number): Note => ({
  id: 'node-config-containerd-toml',
  message:
    'spec.containerd.config is no valid TOML, so nodeadm fails when it merges it with another one or with its own. Correct it.',
  at,
})

const forEachText = (value: GoValue, visit: (text: string, at: number) => void): void => {
  if (value.kind === 'text') visit(value.text, value.at)
  if (value.kind === 'list') for (const item of value.items) forEachText(item, visit)
  if (value.kind === 'object') for (const entry of value.entries) forEachText(entry.value, visit)
}

const isWithout = (value: GoValue, known: (text: string) => boolean): boolean =>
  value.kind === 'text' && !known(value.text)

/** Watches a document being decoded and keeps what nodeadm passes over in silence; `notes` gives it when all is read. */
export const watchNodeConfig = (): DecodeWatcher & { readonly notes: () => readonly Note[] } => {
  const found: Note[] = []
  const unknownFields: Note[] = []
  let hybridAt: number | undefined
  const noteExpansions = (path: string, value: GoValue): void =>
    forEachText(value, (text, at) => {
      if (found.length < mostProblems && hasExpansion(text)) found.push(expansion(path, at))
    })
  return {
    unknown: (path, at) => {
      if (hybridFields.has(path)) hybridAt ??= at
      if (unknownFields.length < mostProblems) unknownFields.push(unknownField(path, at))
    },
    known: (path, value) => {
      if (path === 'spec.kubelet.config' || path === 'spec.kubelet.flags') noteExpansions(path, value)
      if (path.startsWith('spec.cluster.')) noteExpansions(path, value)
      if (path === 'spec.instance.localStorage.strategy') {
        if (isWithout(value, text => strategies.has(text.toLowerCase()))) found.push(strategy(value.at))
      }
      if (path === 'spec.instance.localStorage.disabledMounts') {
        const items = value.kind === 'list' ? value.items : []
        for (const item of items) if (isWithout(item, text => mounts.has(text))) found.push(mount(item.at))
      }
      if (path === 'spec.featureGates' && value.kind === 'object') {
        for (const { key, at } of value.entries) if (!featureGates.has(key)) found.push(featureGate(at))
      }
    },
    notes: () => [...found, ...(hybridAt === undefined ? unknownFields : [hybrid(hybridAt)])],
  }
}

/** Plain http is right for a proxy on the node itself alone. */
const workingUrl = /^(?:https:\/\/[\w.[\]:-]+|http:\/\/(?:localhost|127\.[0-9.]+)(?::[0-9]+)?)(?:[/?#]\S*)?$/i

/** Warns of values that `nodeadm config check` accepts and that fail later. */
export const valueNotes = (draft: NodeConfigDraft): readonly Note[] => {
  const notes: Note[] = []
  const { cidr: range, apiServerEndpoint: url, containerdConfig: toml } = draft
  if (range && range.text !== '' && !hasExpansion(range.text) && !isCidr(range.text)) notes.push(cidr(range.at))
  if (url && url.text !== '' && !hasExpansion(url.text) && !workingUrl.test(url.text)) notes.push(endpoint(url.at))
  if (toml && !isToml(toml.text)) notes.push(containerdToml(toml.at))
  return notes
}
