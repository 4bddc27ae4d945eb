import { defineCheck } from '../core/check.ts'
import { evidenceOf } from '../core/decision.ts'
import { type ImdsPlace, imdsPlacesOf, verbOf } from '../core/imds-places.ts'
import { expectedOf, type Policy } from '../core/policy.ts'
import { known, type Read, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject } from '../core/subjects.ts'
import { type Evidence, pass, type Severity, skip, type Verdict, worstOf } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-group-hop-limit-fits',
  revision: 1,
  title: 'Node group has the metadata hop limit that its pods need',
  severity: 'medium',
  appliesTo: 'node-group',
  why: 'With a hop limit of 2 or more the answer to an IMDSv2 request reaches every pod, so that any of them can take the credentials of the node role.',
  fix: 'Give pods credentials of their own, set HttpPutResponseHopLimit to 1 and replace the nodes; where the network needs more, write the value with its reason into posture.yaml, under expect.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'AutoScaling.4', mapping: 'derived' },
    { framework: 'AWS Control Tower', id: 'CT.EC2.PR.2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-6', mapping: 'derived' },
  ],

  evaluate(subject, policy) {
    if (subject.group.provisioner === 'auto-mode') return skip
    const places = imdsPlacesOf(subject)
    const verdicts = new Map(places.map(place => [place, judge(subject, policy, place, places)]))
    const worst = worstOf(places, place => verdicts.get(place) ?? skip, 'medium')
    // What was not read could weigh more than low.
    const unread = [...verdicts.values()].find(({ status }) => status === 'unknown')
    return worst.status === 'fail' && worst.severity === 'low' && unread ? unread : worst
  },
})

const judge = (subject: NodeGroupSubject, policy: Policy, place: ImdsPlace, places: readonly ImdsPlace[]): Verdict => {
  const { httpEndpoint, httpTokens, httpPutResponseHopLimit: hopLimit } = place
  const name = fullName(subject.resource)
  const doubt = `Whether the hop limit of node group ${name} fits is not known.`
  if (httpEndpoint.value === 'disabled') return pass
  if (hopLimit.decidedBy === 'nothing') return unknownBecause(hopLimit.gap, doubt)
  if (hopLimit.value <= 1) return pass
  const expectation = expectedOf(
    policy,
    { clusterName: subject.group.clusterName, tags: subject.resource.tags },
    'hopLimit',
  )
  if (!expectation.ok) return unknownBecause(expectation, doubt)
  if (hopLimit.value === expectation.value?.hopLimit) return pass
  if (httpEndpoint.decidedBy === 'nothing') return unknownBecause(httpEndpoint.gap, doubt)

  const reach = reachAt(hopLimit.value, subject)
  if (!reach.ok) return unknownBecause(reach, doubt)
  const alike = places.filter(
    other =>
      other.httpPutResponseHopLimit.value === hopLimit.value &&
      other.httpTokens.value === httpTokens.value &&
      other.httpEndpoint.value !== 'disabled',
  )
  const { severity, what, evidence } = reach.value
  const unbound = httpTokens.value === 'optional' ? ' While HttpTokens is optional no hop limit binds IMDSv1.' : ''
  return {
    status: 'fail',
    severity,
    message: `Node group ${name} ${verbOf(alike)} nodes with a hop limit of ${hopLimit.value}: ${what}.${unbound}`,
    evidence: [
      ...evidenceOf('HttpPutResponseHopLimit', hopLimit),
      ...evidenceOf('HttpTokens', httpTokens).slice(-1),
      ...evidence,
      ...expectationRow(expectation.value?.hopLimit),
    ],
  }
}

interface Reach {
  readonly severity: Severity
  readonly what: string
  readonly evidence: readonly Evidence[]
}

const ways = {
  'EKS Pod Identity': 'EKS Pod Identity',
  'IAM OIDC provider': 'IAM roles for service accounts',
} as const

/** Who reaches the metadata service at a hop limit of 2 or more, and how much that weighs. */
const reachAt = (hopLimit: number, { podCredentials }: NodeGroupSubject): Read<Reach> => {
  const everyPod = 'every pod can use the node role'
  if (hopLimit > 2)
    return known({
      severity: 'medium',
      what: `${everyPod}, and so can what runs further away than a pod`,
      evidence: [],
    })
  if (!podCredentials.ok) return podCredentials
  const evidence = [{ what: 'credentials of pods', value: podCredentials.value, source: 'EKS and IAM' }]
  if (podCredentials.value === 'none') return known({ severity: 'low', what: everyPod, evidence })
  return known({
    severity: 'medium',
    what: `${everyPod}, and could do without it by ${ways[podCredentials.value]}`,
    evidence,
  })
}

const expectationRow = (hopLimit: number | undefined): Evidence[] =>
  hopLimit === undefined ? [] : [{ what: 'expected', value: String(hopLimit), source: 'posture.yaml, expect' }]
