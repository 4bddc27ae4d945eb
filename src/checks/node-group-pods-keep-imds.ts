import { amazonLinux2In } from '../core/amazon-linux-2.ts'
import { defineCheck } from '../core/check.ts'
import { evidenceOf } from '../core/decision.ts'
import { dependantsSource, dependsOnNodeCredentials } from '../core/dependants.ts'
import { imdsAfterMove } from '../core/imds-after-move.ts'
import { type ImdsPlace, imdsPlacesOf } from '../core/imds-places.ts'
import { optionsOf, podsReachImds } from '../core/imds-reach.ts'
import { expected } from '../core/policy.ts'
import { causedBy, type NotRead, notRead, type Read, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject } from '../core/subjects.ts'
import { distinctRows, type Evidence, pass, skip, type Verdict } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-group-pods-keep-imds',
  revision: 1,
  title: 'Node group keeps what its pods have of the metadata service when it leaves Amazon Linux 2',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'Amazon Linux 2023 nodes often start with required tokens and a hop limit of 1: pods that took credentials or their Region from the metadata service lose them on the first new node.',
  fix: 'Give the dependants a role of their own before the move, by EKS Pod Identity or an IAM role for the service account; or state a hop limit of 2 in what starts the new nodes.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
    dependantsSource,
  ],
  controls: [
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-6', mapping: 'derived' },
  ],

  evaluate(subject, policy) {
    const { cluster, resource, variants } = subject
    const doubt = `Whether pods of node group ${fullName(resource)} keep the metadata service in the move to Amazon Linux 2023 is not known.`
    const al2 = amazonLinux2In(subject)
    if (!al2.next && !al2.now) return al2.gap ? unknownBecause(al2.gap, doubt) : skip
    if (!cluster.detail.ok) return unknownBecause(cluster.detail, doubt)
    // A local cluster on Outposts cannot move.
    if (cluster.detail.value.outpost) return skip

    const need = expected(policy, cluster.name, 'podsNeedImds')?.podsNeedImds
    if (need === false) return pass

    const today = reachedToday(subject)
    if (today.reached.length === 0) return today.gap ? unknownBecause(today.gap, doubt) : pass

    const moving = al2.next ? variants.filter(({ os }) => os.value === 'al2' || os.value === undefined) : variants
    const after = moving.map(variant => imdsAfterMove(subject, variant))
    const lost = after.flatMap(one => (one.ok && !one.value.podsReach ? one.value.evidence : []))
    const gap = after.length === 0 ? noTemplate : after.find(one => !one.ok)
    if (lost.length === 0) return gap && !gap.ok ? unknownBecause(gap, doubt) : pass

    return whoLoses(subject, need === true, [...today.reached.flatMap(rowsOf), ...lost])
  },
})

const noTemplate = notRead('metadata options after the move', 'no template and no EC2NodeClass starts these nodes')

/** The places on Amazon Linux 2 whose metadata service pods reach, and why there may be more of them. */
const reachedToday = (subject: NodeGroupSubject) => {
  const reached: ImdsPlace[] = []
  let gap: NotRead | undefined
  for (const place of imdsPlacesOf(subject)) {
    if (place.os.decidedBy === 'nothing') gap ??= place.os.gap
    if (place.os.value !== 'al2') continue
    const reaches = podsReachImds(optionsOf(place))
    if (reaches) reached.push(place)
    else if (reaches === undefined) gap ??= gapOf(place)
  }
  return { reached, gap }
}

const gapOf = ({ httpTokens, httpEndpoint, httpPutResponseHopLimit }: ImdsPlace) => {
  for (const option of [httpTokens, httpEndpoint, httpPutResponseHopLimit]) {
    if (option.decidedBy === 'nothing') return option.gap
  }
  return undefined
}

const rowsOf = ({ httpTokens, httpPutResponseHopLimit }: ImdsPlace): Evidence[] => [
  ...evidenceOf('HttpTokens', httpTokens).slice(-1),
  ...evidenceOf('HttpPutResponseHopLimit', httpPutResponseHopLimit).slice(-1),
]

/** A fail where it is known who needs the metadata service; else nobody can say whether anything breaks. */
const whoLoses = (subject: NodeGroupSubject, isSaid: boolean, rows: readonly Evidence[]): Verdict => {
  const { cluster, resource, podCredentials } = subject
  const loses = `Pods of node group ${fullName(resource)} reach the metadata service and would not after the move to Amazon Linux 2023`
  const credentials = podCredentials.ok ? podCredentials.value : 'not known'
  const evidence = [
    ...distinctRows(rows),
    { what: 'credentials for pods', value: credentials, source: `cluster ${cluster.name}` },
  ]
  const addons = cluster.addons.items.map(addon => ({ name: addon.name, depends: dependsOnNodeCredentials(addon) }))
  const names = addons.flatMap(({ name, depends }) => (depends.ok && depends.value ? [name] : [])).sort()
  if (names.length > 0 || isSaid) {
    const dependants = names.map(value => ({ what: 'add-on without a role', value, source: dependantsSource }))
    return { status: 'fail', message: `${loses}: ${whoIn(names)}.`, evidence: [...evidence, ...dependants] }
  }
  const unread: Read<unknown> | undefined = addons.map(({ depends }) => depends).find(depends => !depends.ok)
  const cause = causedBy(cluster.addons.failures[0]) ?? (unread && !unread.ok ? unread : untold)
  return unknownBecause(cause, `${loses}; whether some of them need it is not known.`, evidence)
}

const untold = notRead(
  'pods that need the metadata service',
  'no add-on of the cluster is known to; say podsNeedImds in posture.yaml, under expect',
)

const whoIn = ([first, ...others]: readonly string[]) => {
  if (first === undefined) return 'posture.yaml says that they need it'
  if (others.length === 0) return `add-on ${first} of the cluster has no role of its own`
  return `add-ons ${[first, ...others].join(', ')} of the cluster have no role of their own`
}
