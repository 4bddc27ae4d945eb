import { type Answer, type Decision, decide, type Level, type Question } from './decision.ts'
import type { Image, ImdsDefaults, ImdsOptions } from './inventory.ts'
import { describeLaunch, type LaunchSource } from './launch.ts'
import { notRead, type Read } from './read.ts'

/** The instance metadata options that a node started now would get, each decided by itself. */
export interface ImdsDecisions {
  readonly httpTokens: Decision<'optional' | 'required'>
  readonly httpEndpoint: Decision<'enabled' | 'disabled'>
  readonly httpPutResponseHopLimit: Decision<number>
}

/** The places that speak of instance metadata options, in their order of precedence. */
export interface ImdsLevels {
  readonly launch: Read<LaunchSource>
  readonly defaults: Read<ImdsDefaults>
  readonly image: Read<Image>
}

/** AMI attribute under which EC2 sets HttpTokens to required and the hop limit to 2, where nothing above says otherwise. */
export const v2Image = 'v2.0'

/**
 * EC2's precedence: launch template, account default of the Region, AMI, EC2's own default.
 * Source: EC2 User Guide, "Configure the Instance Metadata Service options", order of precedence.
 */
export const decideImds = (levels: ImdsLevels): ImdsDecisions => {
  const v2 = levels.image.ok && levels.image.value.imdsSupport === v2Image
  return {
    httpTokens: chain(levels, options => options.httpTokens, 'optional', imageSays(levels.image, v2 && 'required')),
    httpEndpoint: chain(levels, options => options.httpEndpoint, 'enabled'),
    httpPutResponseHopLimit: chain(
      levels,
      options => options.httpPutResponseHopLimit,
      1,
      imageSays(levels.image, v2 && 2),
    ),
  }
}

const chain = <T extends string | number>(
  { launch, defaults, image }: ImdsLevels,
  optionOf: (options: ImdsOptions) => T | undefined,
  ec2Default: T,
  askImage?: () => Answer<T>,
): Decision<T> => {
  const questions: Question<T>[] = [
    {
      level: launch.ok ? launch.value.kind : 'launch template',
      source: launch.ok ? describeLaunch(launch.value) : 'launch template',
      ask: () => (launch.ok ? askLaunch(launch.value, optionOf(launch.value.metadataOptions)) : launch),
    },
    {
      level: 'account default',
      source: 'account default of the Region',
      ask: () => (defaults.ok ? askDefaults(defaults.value, optionOf(defaults.value)) : defaults),
    },
  ]
  if (askImage) {
    questions.push({ level: 'image', source: image.ok ? `AMI ${image.value.id}` : 'AMI', ask: askImage })
  }
  questions.push({ level: 'EC2 default', source: 'EC2', ask: () => ({ value: ec2Default, said: String(ec2Default) }) })
  return decide(questions, notRead('ec2:GetInstanceMetadataDefaults', 'nothing decides'))
}

const askLaunch = <T>(launch: LaunchSource, value: T | undefined): Answer<T> => {
  if (value !== undefined) return { value, said: String(value) }
  if (launch.kind === 'launch configuration') return notRead(ownValues, `${describeLaunch(launch)} leaves it out`)
  if (launch.kind === 'EC2NodeClass') return notRead('ec2:DescribeInstances', 'its newest node does not tell')
  if (!launch.completedByEks) return { silent: 'not set' }
  const reason = `EKS completes ${describeLaunch(launch)} in a copy of its own, and no copy was seen`
  return notRead('autoscaling:DescribeAutoScalingGroups', reason)
}

/** What a launch configuration leaves out is documented nowhere together with account defaults. */
const ownValues = 'effective value under a launch configuration'

const askDefaults = <T>(defaults: ImdsDefaults, value: T | undefined): Answer<T> => {
  if (value === undefined) return { silent: 'no preference' }
  return { value, said: defaults.managedBy === 'declarative-policy' ? `${value} (declarative policy)` : String(value) }
}

const imageSays =
  <T>(image: Read<Image>, value: T | false): (() => Answer<T>) =>
  () => {
    if (!image.ok) return image
    if (value === false) return { silent: `ImdsSupport ${image.value.imdsSupport ?? 'not set'}` }
    return { value, said: `ImdsSupport ${v2Image}` }
  }

/** What is in force on the nodes of one launch; a failed read where not all of them could be seen. */
export type RunningOptions = Read<readonly ImdsOptions[]>

/**
 * The decisions with what nodes of the same launch have: where they all have another value than the one that account
 * default, AMI or EC2 would give, the nodes win, for how the three work together is not documented in full. What the
 * launch itself sets stands: a node that differs from it was changed by hand. Where the nodes could not be seen, what
 * they would overrule is not known.
 */
export const corrected = (decisions: ImdsDecisions, nodes: RunningOptions): ImdsDecisions => ({
  httpTokens: correctedBy(decisions.httpTokens, nodes, ({ httpTokens }) => httpTokens),
  httpEndpoint: correctedBy(decisions.httpEndpoint, nodes, ({ httpEndpoint }) => httpEndpoint),
  httpPutResponseHopLimit: correctedBy(
    decisions.httpPutResponseHopLimit,
    nodes,
    ({ httpPutResponseHopLimit }) => httpPutResponseHopLimit,
  ),
})

const ownLevels: ReadonlySet<Level> = new Set(['launch template', 'launch configuration', 'EC2NodeClass'])
const source = 'nodes of the same launch'

const correctedBy = <T>(
  decision: Decision<T>,
  nodes: RunningOptions,
  optionOf: (options: ImdsOptions) => T | undefined,
): Decision<T> => {
  if (decision.decidedBy !== 'nothing' && ownLevels.has(decision.decidedBy)) return decision
  if (!nodes.ok) {
    const unseen = { level: 'running nodes', source, said: `not read: ${nodes.reason}` } as const
    return { decidedBy: 'nothing', value: undefined, gap: nodes, trace: [...decision.trace, unseen] }
  }
  const [value, ...others] = new Set(nodes.value.map(optionOf))
  if (value === undefined || others.length > 0 || value === decision.value) return decision
  const said = { level: 'running nodes', source, said: String(value) } as const
  return { decidedBy: 'running nodes', value, trace: [...decision.trace, said] }
}
