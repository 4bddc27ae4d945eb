import { defineCheck } from '../core/check.ts'
import type { Addon } from '../core/inventory.ts'
import { isNotVisible } from '../core/lookup.ts'
import { isUntold, type OsFamily, osNames } from '../core/os-family.ts'
import { expected, type Policy } from '../core/policy.ts'
import { type NotRead, notRead, unknownBecause } from '../core/read.ts'
import type { ClusterSubject } from '../core/subjects.ts'
import { type Evidence, pass, skip, type Verdict } from '../core/verdict.ts'
import { isAtLeast } from '../core/versions.ts'

const minimum = '1.16.2'

/** States in which the version that EKS reports is not what runs on the nodes. */
const unsettled = ['CREATE_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED', 'DELETING', 'DEGRADED']

export default defineCheck({
  id: 'cluster-vpc-cni-ready',
  revision: 1,
  title: 'Cluster runs a VPC CNI that Amazon Linux 2023 nodes need',
  severity: 'high',
  appliesTo: 'cluster',
  why: 'With an older VPC CNI, pods on Amazon Linux 2023 nodes lose their network, because the node manages its interfaces otherwise than Amazon Linux 2 did.',
  fix: `Update the vpc-cni add-on to ${minimum} or newer before the first Amazon Linux 2023 node joins.`,
  references: ['https://docs.aws.amazon.com/eks/latest/userguide/al2023.html'],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject, policy) {
    const { cluster, resource } = subject
    const doubt = `Whether the VPC CNI of cluster ${resource.name} is ready for Amazon Linux 2023 is not known.`
    if (!cluster.detail.ok) return unknownBecause(cluster.detail, doubt)
    if (cluster.detail.value.autoMode) return skip

    const families = familiesOf(subject)
    const onAmazonLinux = families.found.has('al2') || families.found.has('al2023')
    if (!onAmazonLinux && !families.gap) return skip

    const cni = cniOf(subject, policy)
    if ('ok' in cni) return unknownBecause(cni, doubt)
    const ready = isAtLeast(cni.version, minimum)
    if (ready === true) return pass
    if (ready === undefined) return unknownBecause(notRead(question, `${cni.version} is not a version`), doubt)
    if (!onAmazonLinux && families.gap) return unknownBecause(families.gap, doubt)
    const isUrgent = families.found.has('al2023')
    // Amazon Linux 2023 where it could not be seen would weigh more: nothing is claimed then.
    if (!isUrgent && families.unread) {
      const message = `Cluster ${resource.name} has VPC CNI ${cni.version}, older than ${minimum}; whether it has Amazon Linux 2023 nodes is not known.`
      return unknownBecause(families.unread, message, rowsOf(cni))
    }
    return tooOld(subject, cni, isUrgent ? 'al2023' : 'al2')
  },
})

const question = 'version of the VPC CNI'

interface Cni {
  readonly version: string
  readonly source: string
}

const rowsOf = ({ version, source }: Cni): Evidence[] => [
  { what: 'VPC CNI', value: version, source },
  { what: 'needed', value: minimum, source: 'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html' },
]

const tooOld = ({ resource }: ClusterSubject, cni: Cni, os: OsFamily): Verdict => {
  const { version } = cni
  const evidence: Evidence[] = [
    ...rowsOf(cni),
    { what: 'nodes', value: osNames[os], source: `node groups of cluster ${resource.name}` },
  ]
  const nodes = os === 'al2023' ? 'has Amazon Linux 2023 nodes' : 'will move to Amazon Linux 2023'
  return {
    status: 'fail',
    severity: os === 'al2023' ? 'high' : 'medium',
    message: `Cluster ${resource.name} ${nodes} with VPC CNI ${version}, older than ${minimum}.`,
    evidence,
  }
}

/** The VPC CNI as an add-on, or the version that the policy vouches for where it is not one. */
const cniOf = ({ cluster, resource }: ClusterSubject, policy: Policy): Cni | NotRead => {
  const addon = cluster.addons.items.find(({ name }) => name === 'vpc-cni')
  if (addon) return addonCni(addon)
  const [failure] = cluster.addons.failures
  if (failure) return notRead(failure.action, failure.reason)
  const vouched = expected(policy, resource.name, 'vpcCni')?.vpcCni
  if (vouched !== undefined) return { version: vouched, source: 'posture.yaml, expect' }
  return notRead(question, 'it is not an EKS add-on of the cluster; name its version in posture.yaml, under expect')
}

const addonCni = ({ detail }: Addon): Cni | NotRead => {
  if (!detail) return notRead('eks:DescribeAddon', 'add-on vpc-cni was not described')
  if (!detail.ok) return detail
  const { version, status } = detail.value
  if (unsettled.includes(status)) return notRead(question, `add-on vpc-cni ${version} is ${status}`)
  return { version, source: 'EKS add-on vpc-cni' }
}

/** What the node groups of a cluster run or would start, why there may be more, and whether a failed read is why. */
const familiesOf = ({ groups, unlisted }: ClusterSubject) => {
  const found = new Set<OsFamily>()
  const gaps: NotRead[] = unlisted ? [unlisted] : []
  for (const { group, variants, nodes } of groups) {
    // AWS brings the network of these nodes.
    if (group.provisioner === 'auto-mode') continue
    for (const { os } of [...variants, ...(nodes.ok ? nodes.value : [])]) {
      if (os.decidedBy === 'nothing') gaps.push(os.gap)
      else found.add(os.value)
    }
    if (!nodes.ok) gaps.push(nodes)
  }
  return { found, gap: gaps[0], unread: gaps.find(gap => !isUntold(gap) && !isNotVisible(gap)) }
}
