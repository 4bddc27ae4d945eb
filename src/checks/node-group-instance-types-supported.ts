import { amazonLinux2In } from '../core/amazon-linux-2.ts'
import { defineCheck } from '../core/check.ts'
import {
  type Al2023Ami,
  acceleratedSource,
  al2023AmiFor,
  familyOfType,
  inf1Source,
  instanceTypeSource,
} from '../core/instance-types.ts'
import { type NotRead, notRead, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject, type Provisioner } from '../core/subjects.ts'
import { type Evidence, pass, type Severity, skip, type Verdict } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-group-instance-types-supported',
  revision: 1,
  title: 'Node group has instance types that one Amazon Linux 2023 AMI fits',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'A node whose instance type its AMI does not fit fails to start, or starts without its GPU: A1 and old GPU types have no Amazon Linux 2023 AMI, and types with different processors or accelerators need different ones.',
  fix: 'Replace the types that have no AMI, and give each amiType that the evidence names a node group of its own.',
  references: [acceleratedSource, instanceTypeSource, inf1Source],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject) {
    const name = fullName(subject.resource)
    const doubt = `Whether the instance types of node group ${name} have Amazon Linux 2023 AMIs is not known.`
    const al2 = amazonLinux2In(subject)
    if (!al2.next && !al2.now) return al2.gap ? unknownBecause(al2.gap, doubt) : skip

    const verdict = judge(subject)
    // What was not seen could only weigh as much as a type without an AMI.
    if (verdict.status === 'fail' && verdict.severity === 'high') return verdict
    const gap = unreadTypes(subject)
    return gap ? unknownBecause(gap, doubt) : verdict
  },
})

/** Karpenter chooses the AMI for each node by its type, and a lone instance has its own. */
const oneAmiPerNode: ReadonlySet<Provisioner> = new Set(['karpenter', 'standalone'])

const judge = ({ resource, group }: NodeGroupSubject): Verdict => {
  const byAmi = Map.groupBy(group.instanceTypes, type => al2023AmiFor(type).amiType)
  const without = byAmi.get('none') ?? []
  const targets = [...byAmi.keys()].filter(amiType => amiType !== 'none' && amiType !== 'not known').sort()
  const inf1 = group.instanceTypes.filter(type => familyOfType(type) === 'inf1')
  const fail = (severity: Severity, what: string, more: readonly Evidence[] = []): Verdict => ({
    status: 'fail',
    severity,
    message: `Node group ${fullName(resource)} ${what}.`,
    evidence: [...rowsOf(group.instanceTypes), ...more],
  })
  if (without.length > 0)
    return fail('high', `may start ${listed(without)}, for which there is no Amazon Linux 2023 AMI`)
  if (targets.length > 1 && !oneAmiPerNode.has(group.provisioner)) {
    return fail('medium', `has instance types that need different Amazon Linux 2023 AMIs: ${listed(targets)}`)
  }
  if (inf1.length === 0) return pass
  const last = { what: 'last Neuron driver for inf1', value: '2.24', source: inf1Source }
  return fail('low', `may start ${listed(inf1)}, which new Neuron drivers no longer run`, [last])
}

const rowsOf = (instanceTypes: readonly string[]): Evidence[] => {
  const rows = instanceTypes.map((type): readonly [string, Al2023Ami] => [type, al2023AmiFor(type)])
  return rows.map(([type, { amiType, source }]) => ({ what: `amiType for ${type}`, value: amiType, source }))
}

const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** Why a group may have other instance types than those that it shows. */
const unreadTypes = ({ group, variants, nodes }: NodeGroupSubject): NotRead | undefined => {
  const unread = variants.find(({ launch }) => !launch.ok)?.launch
  if (unread?.ok === false) return unread
  if (group.undescribed) return group.undescribed
  if (!nodes.ok) return nodes
  if (group.instanceTypes.length > 0) return undefined
  return notRead('instance types', 'the group names none, as where it chooses them by attributes')
}
