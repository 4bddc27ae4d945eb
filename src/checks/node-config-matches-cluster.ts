import { defineCheck } from '../core/check.ts'
import { notRead, readValue, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject } from '../core/subjects.ts'
import type { NamedCluster } from '../core/user-data.ts'
import {
  inWords,
  type Judgement,
  judgeUserData,
  osRows,
  placeIn,
  unreadPart,
  type WrittenUserData,
} from '../core/user-data-of-group.ts'
import { pass, skip } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-config-matches-cluster',
  revision: 1,
  title: 'Node group has user data that names its own cluster',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'With the endpoint or the certificate authority of another cluster the node cannot join, or joins that other one; with another service CIDR it joins and its pods look for DNS at an address where nobody answers.',
  fix: 'Take name, endpoint, certificate authority and service CIDR from aws eks describe-cluster, or have the tool that writes the user data read them from the cluster itself.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    'https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html',
    'https://awslabs.github.io/amazon-eks-ami/nodeadm/',
  ],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject) {
    const name = fullName(subject.resource)
    const doubt = `Whether the user data of node group ${name} names its own cluster is not known.`
    const judge = (written: WrittenUserData) => compare(subject, written, name, doubt)
    return judgeUserData(subject, { severity: 'high', doubt, judge })
  },
})

const compare = (subject: NodeGroupSubject, written: WrittenUserData, name: string, doubt: string): Judgement => {
  const named = fields.filter(({ field }) => written.facts.cluster[field] !== undefined)
  const unread = unreadPart(written)
  if (named.length === 0) return unread ? unknownBecause(unread, doubt) : skip
  const { cluster } = subject
  if (!cluster.detail.ok) return cluster.detail
  const own: NamedCluster = { ...readValue(cluster.detail), name: cluster.name }
  const compared = named.map(one => ({ ...one, says: written.facts.cluster[one.field], has: own[one.field] }))
  const differing = compared.filter(({ says, has, same }) => has !== undefined && says && same(says) !== same(has))
  if (differing.length === 0) {
    const absent = compared.find(({ has }) => has === undefined)
    if (!absent) return pass
    return unknownBecause(
      notRead(absent.words, `EKS gives none for cluster ${cluster.name}, as while it is made`),
      doubt,
    )
  }
  // What the user data says in place of it stays there: all of its text may be a secret.
  const evidence = differing.flatMap(({ what, has = '' }) => [
    { what, value: 'another one', source: placeIn(written) },
    { what, value: has, source: `cluster ${cluster.name}` },
  ])
  return {
    status: 'fail',
    message: `Node group ${name} names another ${inWords(differing.map(({ words }) => words))} in its user data than its cluster has.`,
    evidence: [...evidence, ...osRows(written).slice(-1)],
  }
}

interface Field {
  readonly field: keyof NamedCluster
  readonly words: string
  readonly what: string
  /** Brings two ways to write the same into one. */
  readonly same: (value: string) => string
}

const asWritten = (value: string) => value

const fields: readonly Field[] = [
  { field: 'name', words: 'cluster name', what: 'name', same: asWritten },
  {
    field: 'endpoint',
    words: 'endpoint',
    what: 'endpoint',
    same: value => value.toLowerCase().replace(/(?::443)?\/?$/, ''),
  },
  { field: 'caSha256', words: 'certificate authority', what: 'SHA-256 of the certificate authority', same: asWritten },
  { field: 'serviceCidr', words: 'service CIDR', what: 'service CIDR', same: value => value.toLowerCase() },
]
