import { defineCheck } from '../core/check.ts'
import { type NotRead, notRead, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject } from '../core/subjects.ts'
import {
  bootFault,
  inWords,
  type Judgement,
  judgeUserData,
  osRows,
  placeIn,
  unreadPart,
  type WrittenUserData,
} from '../core/user-data-of-group.ts'
import { type Evidence, pass, skip } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-config-complete',
  revision: 1,
  title: 'Node group has a NodeConfig with every cluster field that it needs',
  severity: 'critical',
  appliesTo: 'node-group',
  why: 'Amazon Linux 2023 nodes no longer ask EKS for their cluster. Where a launch names the AMI, nobody adds what the NodeConfig leaves out, and the node never joins.',
  fix: 'Write name, apiServerEndpoint, certificateAuthority and cidr under spec.cluster, as aws eks describe-cluster gives them.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    'https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html',
    'https://awslabs.github.io/amazon-eks-ami/nodeadm/',
  ],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject) {
    const name = fullName(subject.resource)
    const doubt = `Whether the NodeConfig of node group ${name} has every cluster field that it needs is not known.`
    const judge = (written: WrittenUserData): Judgement => {
      const { facts, completedBy, os } = written
      const { status, missing } = facts.nodeConfig
      if (facts.format === 'opaque') return unknownBecause(unreadPart(written) ?? elsewhere(written), doubt)
      if (status === 'absent' || status === 'invalid') return skip
      if (status === 'complete' || completedBy) return pass
      const gap = mayStandElsewhere(written)
      if (gap) return unknownBecause(gap, doubt)

      const lacks = `Node group ${name} has a NodeConfig without ${inWords(missing)}, which nobody else adds`
      const evidence = [...rowsOf(subject, written), ...osRows(written).slice(-1)]
      if (os === 'al2') {
        const message = `${lacks}: nothing reads it on Amazon Linux 2, and on Amazon Linux 2023 no node would join the cluster.`
        return { status: 'fail', severity: 'medium', message, evidence }
      }
      const fault = bootFault(written, 'critical')
      if (!fault.ok) return fault
      const { severity, but } = fault.value
      return {
        status: 'fail',
        severity,
        message: `${lacks}: its next node would not join the cluster${but}.`,
        evidence,
      }
    }
    return judgeUserData(subject, { severity: 'critical', doubt, judge })
  },
})

/** nodeadm also reads /etc/eks/nodeadm.d, where scripts and the makers of an AMI can put the rest. */
const mayStandElsewhere = (written: WrittenUserData): NotRead | undefined => {
  const unread = unreadPart(written)
  if (unread) return unread
  return written.facts.namesDropIns || !written.eksPublished ? elsewhere(written) : undefined
}

const elsewhere = ({ facts, source }: WrittenUserData): NotRead => {
  const who = facts.namesDropIns ? `a script in the ${source}` : 'a custom AMI'
  return notRead('drop-ins of nodeadm', `${who} may put the rest of the NodeConfig into /etc/eks/nodeadm.d`)
}

const rowsOf = ({ group }: NodeGroupSubject, written: WrittenUserData): Evidence[] => {
  const { missing } = written.facts.nodeConfig
  const launch = group.provisioner === 'managed' ? 'managed, with an AMI id in its launch template' : group.provisioner
  return [
    { what: 'missing', value: missing.join(', '), source: placeIn(written) },
    { what: 'who adds it', value: 'nobody', source: launch },
  ]
}
