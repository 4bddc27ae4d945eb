import { defineCheck } from '../core/check.ts'
import { evidenceOf } from '../core/decision.ts'
import { type Read, unknownBecause } from '../core/read.ts'
import type { JudgedVersion, LaunchTemplateSubject } from '../core/subjects.ts'
import { type Evidence, pass, type Severity, type Verdict, worstOf } from '../core/verdict.ts'

export default defineCheck({
  id: 'launch-template-imdsv2-required',
  revision: 1,
  title: 'Launch template requires IMDSv2',
  severity: 'high',
  appliesTo: 'launch-template',
  why: 'Whatever starts from the template allows IMDSv1, so that a process which can be made to fetch a URL reads the credentials of the instance role.',
  fix: 'Create a version with HttpTokens required, make it the default, and point every group that pins an older version at it.',
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceMetadataOptionsRequest.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-170',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'EC2.170', mapping: 'aws' },
    { framework: 'PCI DSS 4.0.1', id: '2.2.6', mapping: 'aws' },
    { framework: 'AWS Control Tower', id: 'CT.EC2.PR.1', mapping: 'aws' },
  ],

  evaluate(subject) {
    const verdict = worstOf(subject.versions, version => judge(subject, version), 'high')
    return verdict.status === 'fail' ? weigh(subject, verdict.evidence) : verdict
  },
})

const judge = ({ resource }: LaunchTemplateSubject, version: Read<JudgedVersion>): Verdict => {
  const doubt = `Whether launch template ${resource.name} requires IMDSv2 is not known.`
  if (!version.ok) return unknownBecause(version, doubt)
  const { imds, number, roles } = version.value
  const { httpTokens, httpEndpoint } = imds
  if (httpTokens.value === 'required' || httpEndpoint.value === 'disabled') return pass
  for (const option of [httpTokens, httpEndpoint]) {
    if (option.decidedBy === 'nothing') return unknownBecause(option.gap, doubt)
  }
  return {
    status: 'fail',
    message: `Launch template ${resource.name} allows IMDSv1.`,
    evidence: [
      { what: `version ${number}`, value: roles.join(', '), source: `launch template ${resource.name}` },
      ...evidenceOf('HttpTokens', httpTokens),
      ...evidenceOf('HttpEndpoint', httpEndpoint).slice(-1),
    ],
  }
}

/** The severity of a template that fails is that of its use; where that could not be read, nothing is claimed. */
const weigh = (subject: LaunchTemplateSubject, evidence: readonly Evidence[]): Verdict => {
  const { resource, eksGroups, otherGroups } = subject
  const allows = `Launch template ${resource.name} allows IMDSv1 in ${failingVersions(subject)}`
  const users = [
    ...rowsOf('EKS node group', eksGroups),
    ...rowsOf('Auto Scaling group', otherGroups.ok ? otherGroups.value : []),
  ]
  const used = (severity: Severity, use: string): Verdict => ({
    status: 'fail',
    severity,
    message: `${allows}; ${use}.`,
    evidence: [...evidence, ...users],
  })
  if (eksGroups.length > 0) return used('high', 'the template is used by EKS')
  if (!otherGroups.ok) return unknownBecause(otherGroups, `${allows}; who uses the template is not known.`, evidence)
  if (otherGroups.value.length > 0) return used('medium', 'the template is used by Auto Scaling')
  return used('low', 'no use was seen, but fleets, AWS Batch and direct launches are not read')
}

/** `version 1 (default)`, `versions 2 (in use) and 3 (latest)`. */
const failingVersions = (subject: LaunchTemplateSubject) => {
  const failing = subject.versions.flatMap(version =>
    version.ok && judge(subject, version).status === 'fail' ? [version.value] : [],
  )
  const named = new Set(failing.map(({ number, roles }) => `${number} (${roles.join(', ')})`))
  return `${named.size === 1 ? 'version' : 'versions'} ${[...named].join(' and ')}`
}

const rowsOf = (what: string, names: readonly string[]): Evidence[] =>
  names.map(value => ({ what, value, source: 'starts from the template' }))
