import { amazonLinux2In } from '../core/amazon-linux-2.ts'
import { defineCheck } from '../core/check.ts'
import { type NotRead, notRead, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject } from '../core/subjects.ts'
import { pass, skip } from '../core/verdict.ts'
import { isAtLeast } from '../core/versions.ts'

const minimum = '0.176.0'
const guide = 'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html'

export default defineCheck({
  id: 'node-group-eksctl-ready',
  revision: 1,
  title: 'Node group can be moved with the eksctl that is in use',
  severity: 'info',
  appliesTo: 'node-group',
  why: `An eksctl before ${minimum} cannot make Amazon Linux 2023 nodes as EKS starts them today, so that the move of a group that eksctl made fails at its first step.`,
  fix: `Move the node group with eksctl ${minimum} or newer, best with the newest release.`,
  references: [guide, 'https://github.com/eksctl-io/eksctl/releases'],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject) {
    const { resource, group, eksctl } = subject
    const name = fullName(resource)
    const al2 = amazonLinux2In(subject)
    const doubt = `Whether node group ${name} can be moved with the eksctl that is in use is not known.`
    const isOnAl2 = al2.next || al2.now
    if (!isOnAl2 && !al2.gap) return skip
    if (group.origin !== 'eksctl') {
      const gap = unreadTags(subject)
      return gap ? unknownBecause(gap, doubt) : skip
    }
    if (!isOnAl2 && al2.gap) return unknownBecause(al2.gap, doubt)

    if (eksctl.newest !== undefined && isAtLeast(eksctl.newest, minimum)) return pass
    if (eksctl.gap) return unknownBecause(eksctl.gap, doubt)
    if (eksctl.newest === undefined) {
      return unknownBecause(notRead('version of eksctl', 'no tag in the account and Region tells it'), doubt)
    }
    return {
      status: 'fail',
      message: `Node group ${name} was made by eksctl, and the newest eksctl that its account and Region show is ${eksctl.newest}, older than ${minimum}.`,
      evidence: [
        {
          what: 'newest eksctl',
          value: eksctl.newest,
          source: 'tag alpha.eksctl.io/eksctl-version in the account and Region',
        },
        { what: 'needed', value: minimum, source: guide },
        {
          what: 'made by',
          value: `eksctl ${group.eksctlVersion ?? 'of a version that no tag tells'}`,
          source: 'tags of the node group',
        },
      ],
    }
  },
})

/** Why a managed group may have tags of eksctl that were not seen: its own, or those of its Auto Scaling group. */
const unreadTags = ({ group, nodes }: NodeGroupSubject): NotRead | undefined => {
  if (group.provisioner !== 'managed') return undefined
  if (group.undescribed) return group.undescribed
  return nodes.ok ? undefined : nodes
}
