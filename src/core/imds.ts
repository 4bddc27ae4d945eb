import { type Answer, type Decision, decide, type Question } from './decision.ts'
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
const v2Image = 'v2.0'

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
      level: 'launch template',
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
  if (!launch.completedByEks) return { silent: 'not set' }
  const reason = `EKS completes ${describeLaunch(launch)} in a copy of its own, and no copy was seen`
  return notRead('autoscaling:DescribeAutoScalingGroups', reason)
}

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
