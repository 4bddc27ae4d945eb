import { defineCheck } from '../core/check.ts'
import { al2Ended, al2023OnOutposts, eksAl2ImagesEnded } from '../core/dates.ts'
import { type Decision, evidenceOf } from '../core/decision.ts'
import type { Image } from '../core/inventory.ts'
import { describeLaunch } from '../core/launch.ts'
import { isEksPublished, type OsFamily } from '../core/os-family.ts'
import { type NotRead, type Read, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject, type Variant } from '../core/subjects.ts'
import { upgradePathOf, upgradeStepOf } from '../core/upgrade-path.ts'
import { distinctRows, type Evidence, pass, skip, type Verdict } from '../core/verdict.ts'

interface Seen {
  readonly os: Decision<OsFamily>
  readonly image: Read<Image>
}

const isAl2 = ({ os }: Seen) => os.value === 'al2'

export default defineCheck({
  id: 'node-group-off-amazon-linux-2',
  revision: 1,
  title: 'Node group is off Amazon Linux 2',
  severity: 'critical',
  appliesTo: 'node-group',
  why: 'The support of Amazon Linux 2 ended on 2026-06-30: vulnerabilities found since then may stay open on these nodes for good, and no Kubernetes version after 1.32 has AMIs for it.',
  fix: 'Move the node group to Amazon Linux 2023 by the path that the finding names.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    al2Ended.source,
    'https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html',
  ],
  controls: [
    { framework: 'NIST 800-53 r5', id: 'SI-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'CM-8(6)', mapping: 'derived' },
    { framework: 'CIS Controls 8.1', id: '2.2', mapping: 'derived' },
    { framework: 'PCI DSS 4.0', id: '6.3.3', mapping: 'derived' },
  ],

  evaluate(subject) {
    const { variants, nodes, cluster, group } = subject
    // AWS starts these nodes from images of its own, and nobody else can change a thing about it.
    if (group.provisioner === 'auto-mode') return skip
    const running = nodes.ok ? nodes.value : []
    const next: readonly Variant[] = variants.filter(isAl2)
    const now = running.filter(isAl2)
    if (next.length > 0 || now.length > 0) {
      // What an undescribed cluster hides is whether its groups have to hold, which weighs less: nothing is claimed then.
      if (!cluster.detail.ok && group.provisioner !== 'managed') {
        const message = `Node group ${fullName(subject.resource)} ${where(next, now)} Amazon Linux 2; whether it can move is not known.`
        return unknownBecause(cluster.detail, message)
      }
      return onAl2(subject, next, now)
    }

    const gap = gapOf(variants) ?? (nodes.ok ? gapOf(running) : nodes)
    if (gap)
      return unknownBecause(gap, `Whether node group ${fullName(subject.resource)} is on Amazon Linux 2 is not known.`)
    return [...variants, ...running].some(({ os }) => os.value === 'al2023') ? pass : skip
  },
})

const onAl2 = (subject: NodeGroupSubject, next: readonly Variant[], now: readonly Seen[]): Verdict => {
  const nextIsKnown = next.length > 0 || !gapOf(subject.variants)
  const path = upgradePathOf(subject, nextIsKnown ? next.length > 0 : undefined)
  const step = path
    ? upgradeStepOf(subject, path)
    : 'by which path it can move is not known, for not all of it could be read'
  return {
    status: 'fail',
    severity: path === 'hold' ? 'medium' : 'critical',
    message: `Node group ${fullName(subject.resource)} ${where(next, now)} Amazon Linux 2, which ended ${al2Ended.date}: ${step}.`,
    evidence: [
      ...distinctRows(next.flatMap(({ os }) => evidenceOf('OS of the next node', os))),
      ...distinctRows(next.flatMap(variant => startedFrom(subject, variant))),
      ...distinctRows(now.flatMap(({ os }) => evidenceOf('OS of its nodes', os))),
      {
        what: 'upgrade path',
        value: path ?? 'not known',
        source: path === 'hold' ? al2023OnOutposts.source : subject.group.provisioner,
      },
      endOf([...next, ...now]),
    ],
  }
}

/** Which of a group's templates is meant: a mixed group has several. */
const startedFrom = ({ group }: NodeGroupSubject, { launch }: Variant): Evidence[] => {
  const source = group.autoScalingGroups.length > 0 ? 'Auto Scaling group' : group.provisioner
  return launch.ok ? [{ what: 'next node starts from', value: describeLaunch(launch.value), source }] : []
}

const where = (next: readonly Seen[], now: readonly Seen[]) => {
  if (next.length === 0) return 'still runs nodes on'
  return now.length === 0 ? 'starts its next node on' : 'runs'
}

const endOf = (seen: readonly Seen[]): Evidence => {
  const published = seen.some(
    ({ os, image }) => os.decidedBy === 'node group' || (image.ok && isEksPublished(image.value)),
  )
  return published
    ? { what: "announced end of EKS's AL2 AMIs", value: eksAl2ImagesEnded.date, source: eksAl2ImagesEnded.source }
    : { what: 'end of Amazon Linux 2', value: al2Ended.date, source: al2Ended.source }
}

const gapOf = (seen: readonly Seen[]): NotRead | undefined => {
  for (const { os } of seen) if (os.decidedBy === 'nothing') return os.gap
  return undefined
}
