import { defineCheck } from '../core/check.ts'
import { unknownBecause } from '../core/read.ts'
import { fullName } from '../core/subjects.ts'
import {
  bootFault,
  type Judgement,
  judgeUserData,
  osRows,
  placeIn,
  rowsOf,
  unreadPart,
  type WrittenUserData,
} from '../core/user-data-of-group.ts'
import { type Evidence, pass, skip } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-config-parses',
  revision: 1,
  title: 'Node group has a NodeConfig that nodeadm can read',
  severity: 'critical',
  appliesTo: 'node-group',
  why: 'Where nodeadm cannot read one NodeConfig of a node it throws all of them away, and it reads MIME more strictly than cloud-init: such a node starts, costs money and never joins its cluster.',
  fix: 'Correct what the evidence names, line by line, and read the text again with eks-node-posture userdata check before it goes into a launch template version.',
  references: [
    'https://awslabs.github.io/amazon-eks-ami/nodeadm/',
    'https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html',
  ],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject) {
    const name = fullName(subject.resource)
    const doubt = `Whether nodeadm can read the NodeConfig of node group ${name} is not known.`
    const judge = (written: WrittenUserData): Judgement => {
      const { status } = written.facts.nodeConfig
      if (status === 'absent') return withoutNodeConfig(written, doubt)
      if (status !== 'invalid') return pass
      const refuses = `Node group ${name} has a NodeConfig that nodeadm rejects`
      const evidence = [...problemsIn(written), ...osRows(written).slice(-1)]
      if (written.os === 'al2') {
        const message = `${refuses}: nothing reads it on Amazon Linux 2, and on Amazon Linux 2023 no node would join the cluster.`
        return { status: 'fail', severity: 'medium', message, evidence }
      }
      const fault = bootFault(written, 'critical')
      if (!fault.ok) return fault
      const { severity, but } = fault.value
      const message = `${refuses}: its next node would not join the cluster${but}.`
      return { status: 'fail', severity, message, evidence }
    }
    return judgeUserData(subject, { severity: 'critical', doubt, judge })
  },
})

/** nodeadm reads user data alone: what cloud-init includes from elsewhere is never a NodeConfig to it. */
const withoutNodeConfig = (written: WrittenUserData, doubt: string): Judgement => {
  const unread = written.facts.format === 'opaque' ? unreadPart(written) : undefined
  return unread ? unknownBecause(unread, doubt) : skip
}

const problemsIn = (written: WrittenUserData): Evidence[] => {
  const { problems } = written.facts.nodeConfig
  if (problems.length === 0) return [{ what: 'NodeConfig', value: 'invalid', source: placeIn(written) }]
  return rowsOf(
    written,
    problems.map(({ id, line, message }) => ({ id, line, text: message })),
  )
}
