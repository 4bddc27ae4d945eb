import { defineCheck } from '../core/check.ts'
import { controlPlaneMoveOf, daysUntil } from '../core/eks-upgrade.ts'
import { unknownBecause } from '../core/read.ts'
import { type Evidence, pass, type Severity } from '../core/verdict.ts'

const criticalDays = 30
const highDays = 90

export default defineCheck({
  id: 'cluster-version-supported',
  revision: 1,
  title: 'Cluster runs a Kubernetes version in standard support',
  severity: 'medium',
  appliesTo: 'cluster',
  why: 'At the end of support AWS moves the control plane to a newer Kubernetes version by itself, at a time that nobody chose and whether or not nodes and add-ons are ready; until then extended support costs a fee for every hour.',
  fix: 'Update the control plane, one minor version at a time, to a version in standard support, and its nodes and add-ons with it.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html',
    'https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html#eks-2',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'EKS.2', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'CA-9(1)', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'SI-2', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'SI-2(2)', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'SI-2(4)', mapping: 'aws' },
    { framework: 'NIST 800-53 r5', id: 'SI-2(5)', mapping: 'aws' },
  ],

  evaluate(subject) {
    const { cluster, support, resource } = subject
    const doubt = `How long the Kubernetes version of cluster ${resource.name} is supported is not known.`
    if (!cluster.detail.ok) return unknownBecause(cluster.detail, doubt)
    if (!support.ok) return unknownBecause(support, doubt)

    const { version, supportType } = cluster.detail.value
    const { endOfStandardSupport, endOfExtendedSupport, source } = support.value
    const move = controlPlaneMoveOf(supportType, support.value)
    const days = daysUntil(move.date, subject)
    const isExtended = daysUntil(endOfStandardSupport, subject) <= 0
    if (days > highDays && !isExtended) return pass

    const evidence: Evidence[] = [
      { what: 'Kubernetes version', value: version, source: 'eks:DescribeCluster' },
      { what: 'end of standard support', value: endOfStandardSupport, source },
      { what: 'end of extended support', value: endOfExtendedSupport, source },
      { what: 'upgrade policy', value: move.supportType, source: move.policySource },
    ]
    const runs = `Cluster ${resource.name} runs Kubernetes ${version}`
    const phase = isExtended ? ' in extended support' : ''
    const next =
      days > 0
        ? `${phase}: AWS moves its control plane from ${move.date}`
        : `, whose support ended ${move.date}: AWS moves its control plane at any time`
    return {
      status: 'fail',
      severity: severityAt(days),
      message: `${runs}${next}.`,
      evidence,
    }
  },
})

const severityAt = (days: number): Severity => {
  if (days <= criticalDays) return 'critical'
  return days <= highDays ? 'high' : 'medium'
}
