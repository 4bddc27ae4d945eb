import { defineCheck } from '../core/check.ts'
import { evidenceOf } from '../core/decision.ts'
import type { ImdsDecisions } from '../core/imds.ts'
import { allowsImdsV1, optionsOf } from '../core/imds-reach.ts'
import type { ImdsOptions } from '../core/inventory.ts'
import { notRead, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject } from '../core/subjects.ts'
import { compareText } from '../core/text.ts'
import { distinctRows, type Evidence, pass, skip, type Verdict } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-group-nodes-imdsv2-required',
  revision: 1,
  title: 'Node group runs nodes that require IMDSv2, as their template does',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'A template speaks of the next node: those that run keep what they started with, and those that were fixed by hand are followed by nodes that were not.',
  fix: 'Set HttpTokens to required in what starts the nodes, then replace the nodes; ModifyInstanceMetadataOptions helps a running node until it ends.',
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html',
    'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'EC2.8', mapping: 'derived' },
    { framework: 'CIS AWS Foundations 3.0.0', id: '5.6', mapping: 'derived' },
    { framework: 'CIS AWS Foundations 5.0.0', id: '5.7', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3(7)', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3(15)', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-6', mapping: 'derived' },
    { framework: 'PCI DSS 4.0.1', id: '2.2.6', mapping: 'derived' },
  ],

  evaluate(subject) {
    const { nodes, variants, resource } = subject
    const doubt = `Whether the nodes of node group ${fullName(resource)} require IMDSv2 is not known.`
    if (!nodes.ok) return unknownBecause(nodes, doubt)
    if (nodes.value.length === 0) return skip

    const running = nodes.value.flatMap(({ imds }) => (imds.ok ? [imds.value] : []))
    if (running.some(options => allowsImdsV1(options) === true)) return allowed(subject, running)
    const unread = nodes.value.find(({ imds }) => !imds.ok)?.imds
    if (unread && !unread.ok) return unknownBecause(unread, doubt)
    if (running.some(options => allowsImdsV1(options) === undefined)) return unknownBecause(untold, doubt)

    const answers = variants.map(({ imds }) => allowsImdsV1(optionsOf(imds)))
    // Nodes that require IMDSv2 agree with any launch that does, so one such launch settles it.
    if (answers.length === 0 || answers.includes(false)) return pass
    const gap = variants.map(({ imds }) => gapOf(imds)).find(found => found !== undefined)
    if (!gap) return fixedByHand(subject, running)
    const message = `The nodes of node group ${fullName(resource)} require IMDSv2; whether what starts them does is not known.`
    return unknownBecause(gap, message)
  },
})

const untold = notRead('ec2:DescribeInstances', 'HttpTokens and HttpEndpoint of a node are not both told')

const gapOf = ({ httpTokens, httpEndpoint }: ImdsDecisions) => {
  for (const option of [httpTokens, httpEndpoint]) if (option.decidedBy === 'nothing') return option.gap
  return undefined
}

const allowed = (subject: NodeGroupSubject, running: readonly ImdsOptions[]): Verdict => {
  const answers = subject.variants.map(({ imds }) => allowsImdsV1(optionsOf(imds)))
  const message = `Node group ${fullName(subject.resource)} runs nodes that allow IMDSv1${nextNode(subject, answers)}.`
  return { status: 'fail', message, evidence: [...nodeRows(running), ...nextRows(subject)] }
}

const nextNode = ({ group }: NodeGroupSubject, answers: readonly (boolean | undefined)[]) => {
  if (answers.length === 0) return group.provisioner === 'auto-mode' ? ', which EKS Auto Mode should not start' : ''
  if (answers.includes(true)) return ', and starts more of them'
  return answers.includes(undefined) ? '; what the next one allows is not known' : '; the next one will require IMDSv2'
}

/** What was fixed on the nodes and not in what starts them; a node of an older version looks the same. */
const fixedByHand = (subject: NodeGroupSubject, running: readonly ImdsOptions[]): Verdict => ({
  status: 'fail',
  message: `The nodes of node group ${fullName(subject.resource)} require IMDSv2, but what starts them does not: they were fixed by hand or started from another version, and the next node will allow IMDSv1.`,
  evidence: [...nodeRows(running), ...nextRows(subject)],
})

/** Distinct values alone: which instances have them, and how many, changes from night to night by itself. */
const nodeRows = (running: readonly ImdsOptions[]): Evidence[] => {
  const rows = running.flatMap(({ httpTokens = 'not told', httpEndpoint = 'not told' }) => [
    { what: 'HttpTokens', value: httpTokens, source },
    { what: 'HttpEndpoint', value: httpEndpoint, source },
  ])
  return distinctRows(rows).sort((a, b) => compareText(b.what, a.what) || compareText(a.value, b.value))
}

const source = 'running nodes'

const nextRows = ({ variants }: NodeGroupSubject): Evidence[] =>
  distinctRows(
    variants.flatMap(({ imds }) => [
      ...evidenceOf('HttpTokens of the next node', imds.httpTokens),
      ...evidenceOf('HttpEndpoint of the next node', imds.httpEndpoint).slice(-1),
    ]),
  )
