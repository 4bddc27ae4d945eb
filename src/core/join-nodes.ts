import type { RunningOptions } from './imds.ts'
import {
  type AutoScalingGroup,
  type AutoScalingInstance,
  allInstances,
  type ImdsOptions,
  type Instance,
} from './inventory.ts'
import type { LaunchSource } from './launch.ts'
import { type Lookup, ssmPrefix } from './lookup.ts'
import { decideOs } from './os-family.ts'
import { known, type NotRead, notRead, type Read } from './read.ts'
import type { Node } from './subjects.ts'

/**
 * The nodes of an Auto Scaling group, its warm pool included. Most share AMI and options, and those are one object.
 * @param amiType what EKS tells of the OS of nodes that run from its group's current template version.
 */
export const nodesOf = (lookup: Lookup, group: AutoScalingGroup, amiType?: string): Node[] => {
  const decided = new Map<string, Node>()
  const current = new Set(group.launchTemplates.map(({ ref }) => started(ref, lookup)))
  const nodeOf = (instance: AutoScalingInstance): Node => {
    const from = instance.launchTemplate && started(instance.launchTemplate, lookup)
    const described = lookup.instanceWith(instance.id)
    const imds = described?.ok
      ? known(described.value.metadataOptions)
      : (described ?? imdsAsLaunched(instance, lookup))
    const imageId = described?.ok ? described.value.imageId : instance.imageId
    const key = JSON.stringify([imageId, from, instance.launchConfiguration, described?.ok, imds])
    const before = decided.get(key)
    if (before) return before
    const seen = lookup.imageOfInstance(instance)
    const isCurrent = from !== undefined && current.has(from) && hasAmiOfLaunch(instance, described, lookup)
    const node = { image: seen.image, os: decideOs(seen, isCurrent ? amiType : undefined), imds }
    decided.set(key, node)
    return node
  }
  const nodes = allInstances(group).map(nodeOf)
  return group.warmPool?.ok === false ? [...nodes, unseenNode(group.warmPool)] : nodes
}

/** A node as EC2 describes it. */
export const nodeOfInstance = (lookup: Lookup, instance: Instance): Node => {
  const seen = lookup.imageOf(instance.imageId)
  return { image: seen.image, os: decideOs(seen), imds: known(instance.metadataOptions) }
}

/** What stands for nodes that may run and could not be seen. */
export const unseenNode = (cause: NotRead): Node => ({ image: cause, os: decideOs({ image: cause }), imds: cause })

/** A node that was given another AMI than its template names has that AMI's OS, whatever EKS says of its group. */
const hasAmiOfLaunch = (instance: AutoScalingInstance, described: Read<Instance> | undefined, lookup: Lookup) => {
  if (described?.ok === false || instance.imageId !== undefined) return false
  const imageId = described?.value.imageId
  if (imageId === undefined) return true
  const launch = instance.launchTemplate && lookup.launchOf(instance.launchTemplate)
  if (!launch?.ok) return false
  const written = launch.value.imageId
  return written === undefined || written.startsWith(ssmPrefix) || written === imageId
}

/** EC2 lists no stopped instance: what its launch set is in force on it when it starts. */
const imdsAsLaunched = (instance: AutoScalingInstance, lookup: Lookup): Read<ImdsOptions> => {
  const launch = launchOfInstance(instance, lookup)
  if (launch && !launch.ok) return launch
  const { httpTokens } = launch?.value.metadataOptions ?? {}
  if (launch && httpTokens !== undefined) return known(launch.value.metadataOptions)
  const reason =
    'EC2 lists no running instance of that id with the tag of the cluster, and its launch leaves HttpTokens out'
  return notRead('ec2:DescribeInstances', reason)
}

const launchOfInstance = (
  { launchTemplate, launchConfiguration }: AutoScalingInstance,
  lookup: Lookup,
): Read<LaunchSource> | undefined => {
  if (launchTemplate) return lookup.launchOf(launchTemplate)
  return launchConfiguration === undefined ? undefined : lookup.configurationNamed(launchConfiguration)
}

/** A version that a group or a node names, `$Default` and `$Latest` resolved; undefined where that is not known. */
const started = (ref: { readonly id: string; readonly version: string }, lookup: Lookup) => {
  const launch = lookup.launchOf(ref)
  return launch.ok ? `${ref.id}:${launch.value.version}` : undefined
}

/**
 * What is in force on the nodes of a group that were started by a launch, with the AMI that its override names. Warm
 * pools are left out: what waits there may be as old as the pool.
 */
export const runningFrom = (
  lookup: Lookup,
  group: AutoScalingGroup,
  launch: LaunchSource,
  override: string | undefined,
): RunningOptions => {
  const options: ImdsOptions[] = []
  for (const instance of group.instances) {
    if (instance.imageId !== override || !isFrom(instance, launch)) continue
    const described = lookup.instanceWith(instance.id)
    if (described?.ok === false) return described
    if (described) options.push(described.value.metadataOptions)
  }
  return known(options)
}

/** Whether an instance of a group was started by a launch. */
export const isFrom = ({ launchTemplate, launchConfiguration }: AutoScalingInstance, launch: LaunchSource) =>
  launch.kind === 'launch template'
    ? launchTemplate?.id === launch.templateId && launchTemplate.version === String(launch.version)
    : launch.kind === 'launch configuration' && launchConfiguration === launch.name
