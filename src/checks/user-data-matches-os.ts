import { defineCheck } from '../core/check.ts'
import { type NotRead, notRead, unknownBecause } from '../core/read.ts'
import { fullName } from '../core/subjects.ts'
import {
  bootFault,
  type Judgement,
  judgeUserData,
  osRows,
  placeIn,
  unreadPart,
  type WrittenUserData,
} from '../core/user-data-of-group.ts'
import { type Evidence, pass, skip } from '../core/verdict.ts'

export default defineCheck({
  id: 'user-data-matches-os',
  revision: 1,
  title: 'Node group has user data that fits the operating system of its AMI',
  severity: 'critical',
  appliesTo: 'node-group',
  why: 'A node that is told to join its cluster in the way of another operating system never joins: the group cannot scale, replace a node or be updated, and nothing says so before the next node starts.',
  fix: 'Give Amazon Linux 2023 a NodeConfig and Amazon Linux 2 a call of /etc/eks/bootstrap.sh, and remove the other one.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    'https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html',
    'https://awslabs.github.io/amazon-eks-ami/nodeadm/',
  ],
  controls: [
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'SI-2', mapping: 'derived' },
  ],

  evaluate(subject) {
    // Where EKS was given no template, it wrote all of the user data itself.
    if (subject.group.managed && !subject.group.managed.ownTemplate) return skip
    const name = fullName(subject.resource)
    const doubt = `Whether the user data of node group ${name} fits its operating system is not known.`
    const judge = (written: WrittenUserData): Judgement => {
      const found = mismatchOf(written)
      if (!found) return pass
      if ('ok' in found) return unknownBecause(found, doubt)
      const evidence = [...rowsOf(written), ...osRows(written)]
      if (!found.keepsFromJoining) {
        return { status: 'fail', severity: 'medium', message: `Node group ${name} ${found.tells}.`, evidence }
      }
      const fault = bootFault(written, written.eksPublished ? 'critical' : 'high')
      if (!fault.ok) return fault
      const { severity, but } = fault.value
      const message = `Node group ${name} ${found.tells}: its next node would not join the cluster${but}.`
      return { status: 'fail', severity, message, evidence }
    }
    return judgeUserData(subject, { severity: 'critical', doubt, judgesEmpty: true, judge })
  },
})

interface Mismatch {
  /** The predicate of "Node group shop/web …". */
  readonly tells: string
  readonly keepsFromJoining: boolean
}

/** What does not fit; a gap where that cannot be told, undefined where it fits. */
const mismatchOf = (written: WrittenUserData): Mismatch | NotRead | undefined => {
  const { facts, os, osDecision } = written
  if (os === undefined) return osDecision.decidedBy === 'nothing' ? osDecision.gap : undefined
  const calls = facts.bootstrapCalls.length > 0
  const hasNodeConfig = facts.nodeConfig.status !== 'absent'
  if (!calls && !hasNodeConfig) return withoutBootstrap(written)
  if (os === 'al2023') return calls ? bootstrapOnAl2023(written) : undefined
  return hasNodeConfig ? nodeConfigOnAl2(written, calls) : undefined
}

const bootstrapOnAl2023 = ({ facts, completedBy }: WrittenUserData): Mismatch => {
  const { status } = facts.nodeConfig
  const joins = status === 'complete' || facts.namesDropIns || (completedBy === 'EKS' && status !== 'invalid')
  return joins
    ? {
        tells:
          'calls bootstrap.sh beside a NodeConfig on Amazon Linux 2023: the call ends its script, and what it sets is ignored',
        keepsFromJoining: false,
      }
    : { tells: 'calls bootstrap.sh on Amazon Linux 2023, where it only ends with an error', keepsFromJoining: true }
}

const nodeConfigOnAl2 = (written: WrittenUserData, calls: boolean): Mismatch | NotRead => {
  if (calls || written.completedBy) {
    return {
      tells: 'has a NodeConfig beside bootstrap.sh on Amazon Linux 2, which ignores it',
      keepsFromJoining: false,
    }
  }
  const tells = 'has a NodeConfig and no call of bootstrap.sh on Amazon Linux 2, which knows no NodeConfig'
  return unreadPart(written) ?? { tells, keepsFromJoining: true }
}

/** Only where a launch names the AMI does nobody add what brings the node into its cluster. */
const withoutBootstrap = (written: WrittenUserData): Mismatch | NotRead | undefined => {
  if (written.completedBy) return undefined
  const unread = unreadPart(written)
  if (unread) return unread
  if (written.facts.namesDropIns) {
    return notRead('user data', `a script in the ${written.source} names nodeadm's drop-ins and may write a NodeConfig`)
  }
  if (!written.eksPublished) {
    return notRead('bootstrap of the AMI', `the ${written.source} has no bootstrap, and a custom AMI may bring its own`)
  }
  const tells = 'names an AMI of EKS and has no bootstrap in its user data, and EKS adds none to such a launch'
  return { tells, keepsFromJoining: true }
}

const rowsOf = (written: WrittenUserData): Evidence[] => {
  const { bootstrapCalls, nodeConfig } = written.facts
  const call = { what: 'bootstrap.sh', value: 'called', source: placeIn(written, bootstrapCalls) }
  const noCall = { what: 'bootstrap.sh', value: 'not called', source: placeIn(written) }
  return [
    bootstrapCalls.length > 0 ? call : noCall,
    { what: 'NodeConfig', value: nodeConfig.status, source: placeIn(written) },
  ]
}
