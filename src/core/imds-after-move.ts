import type { Decision } from './decision.ts'
import { evidenceOf } from './decision.ts'
import { decideImds, type ImdsDecisions, v2Image } from './imds.ts'
import { optionsOf, podsReachImds } from './imds-reach.ts'
import type { ImdsOptions } from './inventory.ts'
import { describeLaunch, type TemplateLaunch } from './launch.ts'
import { known, type NotRead, notRead, type Read } from './read.ts'
import type { NodeGroupSubject, Variant } from './subjects.ts'
import { distinctRows, type Evidence } from './verdict.ts'

/** Whether pods would reach the metadata service of a group's nodes on Amazon Linux 2023, and what tells it. */
export interface AfterMove {
  readonly podsReach: boolean
  readonly evidence: readonly Evidence[]
}

const guide = 'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html'
const templates = 'https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html'
const question = 'metadata options after the move'

/** What EKS gives Amazon Linux 2023 nodes of a managed group without a template of its user's. Source: {@link guide}. */
const withoutTemplate: ImdsOptions = { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 }
/** What EKS fills in where a user's template names an AMI and no hop limit. Source: {@link templates}. */
const hopLimitWithAmi = 2
/** The default of an EC2NodeClass before Karpenter 1.0, where it became 1. Source: Karpenter, pkg/apis, EC2NodeClass. */
const olderKarpenterHopLimit = 2

/**
 * Whether pods would reach the metadata service once what `variant` starts is on Amazon Linux 2023. What a template, an
 * EC2NodeClass or the account default sets stays; what they leave out is filled in anew on each path. Not known where
 * that differs by what the new AMI says, or is documented nowhere.
 */
export const imdsAfterMove = (subject: NodeGroupSubject, variant: Variant): Read<AfterMove> => {
  const { os, imds } = variant
  if (os.decidedBy === 'nothing') return os.gap
  if (os.value !== 'al2') return agreed([imds], question)
  const { provisioner } = subject.group
  if (provisioner === 'managed') return ofManaged(subject, variant)
  return provisioner === 'karpenter' ? ofNodeClass(imds) : ofTemplate(subject, variant)
}

const ofManaged = ({ group }: NodeGroupSubject, { imds }: Variant): Read<AfterMove> => {
  if (!group.managed) return group.undescribed ?? notRead('eks:DescribeNodegroup', 'the node group was not described')
  const { ownTemplate, amiType } = group.managed
  if (!ownTemplate) {
    const rows = [
      { what: 'HttpTokens after the move', value: 'required', source: guide },
      { what: 'HttpPutResponseHopLimit after the move', value: '1', source: guide },
    ]
    return known({ podsReach: podsReachImds(withoutTemplate) === true, evidence: rows })
  }
  if (!ownTemplate.launch.ok) return ownTemplate.launch
  return ofOwnTemplate(ownTemplate.launch.value, imds, amiType === 'CUSTOM')
}

/** What a template leaves out, EKS fills in; where nobody says with what, every value is possible. */
const ofOwnTemplate = (launch: TemplateLaunch, imds: ImdsDecisions, namesAmi: boolean): Read<AfterMove> => {
  const { httpTokens, httpEndpoint = imds.httpEndpoint.value, httpPutResponseHopLimit } = launch.metadataOptions
  const tokens = httpTokens ? [httpTokens] : (['optional', 'required'] as const)
  const hopLimits = httpPutResponseHopLimit ? [httpPutResponseHopLimit] : namesAmi ? [hopLimitWithAmi] : [1, 2]
  const answers = new Set(
    tokens.flatMap(one =>
      hopLimits.map(hops => podsReachImds({ httpTokens: one, httpEndpoint, httpPutResponseHopLimit: hops })),
    ),
  )
  const [podsReach, ...others] = answers
  if (podsReach === undefined || others.length > 0) {
    return notRead(
      question,
      `${describeLaunch(launch)} sets not both HttpTokens and HttpPutResponseHopLimit, and EKS fills in the rest`,
    )
  }
  const source = describeLaunch(launch)
  const evidence = [
    { what: 'HttpTokens after the move', value: httpTokens ?? 'not set', source },
    httpPutResponseHopLimit === undefined && namesAmi
      ? { what: 'HttpPutResponseHopLimit after the move', value: String(hopLimitWithAmi), source: templates }
      : { what: 'HttpPutResponseHopLimit after the move', value: String(httpPutResponseHopLimit ?? 'not set'), source },
  ]
  return known({ podsReach, evidence })
}

/** A class keeps its options. A hop limit of 2 may be one that nobody wrote, and Karpenter 1 would make it 1. */
const ofNodeClass = (imds: ImdsDecisions): Read<AfterMove> => {
  const isOlderDefault =
    imds.httpTokens.value === 'required' && imds.httpPutResponseHopLimit.value === olderKarpenterHopLimit
  if (!isOlderDefault) return agreed([imds], question)
  const reason =
    'a hop limit of 2 stands in the EC2NodeClass, or is the default of Karpenter before 1.0, which became 1'
  return notRead('metadataOptions of the EC2NodeClass', reason)
}

/** Of a self-managed group only the AMI changes: what template and account leave out, the new one decides. */
const ofTemplate = ({ defaults }: NodeGroupSubject, { launch }: Variant): Read<AfterMove> => {
  const images = [v2Image, undefined].map(imdsSupport => known({ id: 'of the move', imdsSupport }))
  return agreed(
    images.map(image => decideImds({ launch, defaults, image })),
    'ImdsSupport of the new AMI',
  )
}

/** The one answer that all of these decisions come to. */
const agreed = (all: readonly ImdsDecisions[], open: string): Read<AfterMove> => {
  const answers = all.map(imds => podsReachImds(optionsOf(imds)))
  const [podsReach] = answers
  if (podsReach === undefined || answers.includes(undefined)) return all.map(gapOf).find(gap => gap) ?? untold
  if (answers.includes(!podsReach)) return notRead(open, 'it decides what template and account default leave out')
  const rows = all.flatMap(({ httpTokens, httpPutResponseHopLimit }) => [
    ...lastRow('HttpTokens after the move', httpTokens),
    ...lastRow('HttpPutResponseHopLimit after the move', httpPutResponseHopLimit),
  ])
  return known({ podsReach, evidence: distinctRows(rows) })
}

const untold = notRead(question, 'nothing tells them')

const gapOf = ({ httpTokens, httpEndpoint, httpPutResponseHopLimit }: ImdsDecisions): NotRead | undefined => {
  for (const option of [httpTokens, httpEndpoint, httpPutResponseHopLimit]) {
    if (option.decidedBy === 'nothing') return option.gap
  }
  return undefined
}

const lastRow = (what: string, decision: Decision<unknown>) => evidenceOf(what, decision).slice(-1)
