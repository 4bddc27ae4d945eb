import { type AmazonLinux2, amazonLinux2In } from '../core/amazon-linux-2.ts'
import { defineCheck } from '../core/check.ts'
import { al2023OnOutposts } from '../core/dates.ts'
import { type ControlPlaneMove, controlPlaneMoveOf, daysUntil } from '../core/eks-upgrade.ts'
import { type NotRead, notRead, unknownBecause } from '../core/read.ts'
import type { ClusterSubject } from '../core/subjects.ts'
import { type Evidence, pass, skip, type Verdict } from '../core/verdict.ts'
import { isAtLeast } from '../core/versions.ts'

/** Kubernetes 1.32 is the last version with AMIs for Amazon Linux 2. */
const firstWithout = '1.33'
const faq = 'https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html'
const insightName = 'Amazon Linux 2 compatibility'
const urgentDays = 60

export default defineCheck({
  id: 'cluster-free-of-al2-hold',
  revision: 1,
  title: 'Cluster is held back by no Amazon Linux 2 nodes',
  severity: 'high',
  appliesTo: 'cluster',
  why: 'Kubernetes 1.33 and newer have no AMIs for Amazon Linux 2: its node groups cannot follow the cluster there, and the control plane gets no upgrade that its nodes can take part in until AWS moves it by itself.',
  fix: 'Move the node groups that the evidence names off Amazon Linux 2 before the control plane goes beyond Kubernetes 1.32.',
  references: [faq, 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html'],
  controls: [
    { framework: 'NIST 800-53 r5', id: 'SI-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
    { framework: 'CIS Controls 8.1', id: '2.2', mapping: 'derived' },
  ],

  evaluate(subject) {
    const groups = onAl2In(subject)
    if (groups.found.length > 0) return held(subject, groups.found)
    const { name } = subject.resource
    if (groups.gap) return unknownBecause(groups.gap, `Whether cluster ${name} has Amazon Linux 2 nodes is not known.`)
    return subject.groups.length > 0 ? pass : skip
  },
})

interface Al2Group extends AmazonLinux2 {
  readonly name: string
}

const onAl2In = ({ groups, unlisted }: ClusterSubject) => {
  const found: Al2Group[] = []
  let gap: NotRead | undefined = unlisted
  for (const group of groups) {
    const al2 = amazonLinux2In(group)
    if (al2.next || al2.now) found.push({ name: group.resource.name, ...al2 })
    gap ??= al2.gap
  }
  return { found, gap }
}

const held = (subject: ClusterSubject, groups: readonly Al2Group[]): Verdict => {
  const { cluster, support, resource } = subject
  const doubt = `Cluster ${resource.name} has Amazon Linux 2 nodes; how far they hold it back is not known.`
  if (!cluster.detail.ok) return unknownBecause(cluster.detail, doubt)
  const { version, supportType } = cluster.detail.value
  if (!support.ok) return unknownBecause(support, doubt)
  const isStuck = isAtLeast(version, firstWithout)
  if (isStuck === undefined) {
    return unknownBecause(notRead('Kubernetes version', `${version} is not a version`), doubt)
  }

  const move = controlPlaneMoveOf(supportType, support.value)
  const isUrgent = daysUntil(move.date, subject) <= urgentDays
  const state = isStuck
    ? `is at Kubernetes ${version} with Amazon Linux 2 nodes, which have no AMIs after 1.32: they cannot follow it and hold it back now`
    : `is at Kubernetes ${version} with Amazon Linux 2 nodes, which have no step beyond 1.32 and stop it at 1.33`
  const urgency = isUrgent ? `; AWS moves its control plane from ${move.date}` : ''
  return {
    status: 'fail',
    severity: isUrgent ? 'critical' : 'high',
    message: `Cluster ${resource.name} ${state}${urgency}.`,
    evidence: [
      { what: 'Kubernetes version', value: version, source: 'eks:DescribeCluster' },
      { what: 'last version with AL2 AMIs', value: '1.32', source: faq },
      ...evidenceOfMove(move, support.value.source),
      ...groups.map(rowOf),
      ...insight(subject),
      ...onOutposts(cluster.detail.value.outpost),
    ],
  }
}

const evidenceOfMove = ({ date, supportType, policySource }: ControlPlaneMove, source: string): Evidence[] => [
  { what: 'upgrade policy', value: supportType, source: policySource },
  { what: 'AWS moves the control plane from', value: date, source },
]

const rowOf = ({ name, next, now }: Al2Group): Evidence => {
  const place = next && now ? 'templates and nodes' : next ? 'templates' : 'nodes'
  return { what: 'node group', value: name, source: `Amazon Linux 2 in its ${place}` }
}

/** It looks at nodes, once a day and for one version: it supports what was found and decides nothing. */
const insight = ({ cluster }: ClusterSubject): Evidence[] =>
  cluster.insights.items
    .filter(({ name }) => name === insightName)
    .map(({ status, kubernetesVersion }) => ({
      what: `EKS insight "${insightName}"`,
      value: status,
      source: kubernetesVersion === undefined ? 'EKS' : `EKS, for Kubernetes ${kubernetesVersion}`,
    }))

const onOutposts = (isLocal: boolean): Evidence[] =>
  isLocal ? [{ what: 'AL2023 nodes', value: 'not supported on local clusters', source: al2023OnOutposts.source }] : []
