import { defineCheck } from '../core/check.ts'
import { evidenceOf } from '../core/decision.ts'
import { type ImdsPlace, imdsPlacesOf, verbOf } from '../core/imds-places.ts'
import { type OsFamily, osNames } from '../core/os-family.ts'
import { unknownBecause } from '../core/read.ts'
import { fullName } from '../core/subjects.ts'
import { pass, skip, type Verdict, worstOf } from '../core/verdict.ts'

/** The families whose nodes read their configuration and their credentials from the metadata service. */
const needing: ReadonlySet<OsFamily> = new Set(['al2', 'al2023', 'bottlerocket'])

export default defineCheck({
  id: 'node-group-imds-reachable',
  revision: 1,
  title: 'Node group has nodes that reach the instance metadata service',
  severity: 'critical',
  appliesTo: 'node-group',
  why: 'Nodes read their configuration and the credentials of their role from the instance metadata service: with its endpoint disabled a new node does not join the cluster, and one that runs loses its credentials.',
  fix: 'Set HttpEndpoint to enabled with HttpTokens required, where the evidence says that it was decided, then replace the nodes.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html',
  ],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-6', mapping: 'derived' }],

  evaluate(subject) {
    const name = fullName(subject.resource)
    const places = imdsPlacesOf(subject)
    return worstOf(places, place => judge(name, place, places), 'critical')
  },
})

const judge = (name: string, { os, httpEndpoint }: ImdsPlace, places: readonly ImdsPlace[]): Verdict => {
  const doubt = `Whether nodes of node group ${name} reach the instance metadata service is not known.`
  if (httpEndpoint.decidedBy === 'nothing') return unknownBecause(httpEndpoint.gap, doubt)
  if (httpEndpoint.value === 'enabled') return pass
  const evidence = [...evidenceOf('HttpEndpoint', httpEndpoint), ...evidenceOf('OS', os)]
  if (os.decidedBy === 'nothing') {
    return unknownBecause(
      os.gap,
      `Node group ${name} has HttpEndpoint disabled; whether its nodes need it is not known.`,
      evidence,
    )
  }
  if (!needing.has(os.value)) return skip
  return {
    status: 'fail',
    message: `Node group ${name} ${verbOf(places.filter(other => isFailing(other, os.value)))} nodes with HttpEndpoint disabled, the endpoint from which ${osNames[os.value]} nodes read their configuration.`,
    evidence,
  }
}

const isFailing = ({ os, httpEndpoint }: ImdsPlace, family: OsFamily) =>
  os.value === family && httpEndpoint.value === 'disabled'
