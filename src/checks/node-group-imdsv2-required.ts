import { defineCheck } from '../core/check.ts'
import { evidenceOf } from '../core/decision.ts'
import { describeLaunch, type LaunchSource, type TemplateLaunch } from '../core/launch.ts'
import { type Read, unknownBecause } from '../core/read.ts'
import { fullName, type NodeGroupSubject, type Variant } from '../core/subjects.ts'
import { type Evidence, pass, type Verdict, worstOf } from '../core/verdict.ts'

export default defineCheck({
  id: 'node-group-imdsv2-required',
  revision: 1,
  title: 'Node group requires IMDSv2',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'With IMDSv1 any process that can be made to fetch a URL, in any pod that reaches the metadata service, reads the credentials of the node role.',
  fix: 'Set HttpTokens to required where the evidence says that it was decided, then replace the nodes.',
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html',
    'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'EC2.8', mapping: 'derived' },
    { framework: 'AWS Security Hub', id: 'EC2.170', mapping: 'derived' },
    { framework: 'CIS AWS Foundations 3.0.0', id: '5.6', mapping: 'derived' },
    { framework: 'CIS AWS Foundations 5.0.0', id: '5.7', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3(7)', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3(15)', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-6', mapping: 'derived' },
    { framework: 'PCI DSS 4.0.1', id: '2.2.6', mapping: 'derived' },
  ],

  evaluate(subject) {
    return worstOf(subject.variants, variant => judge(subject, variant), 'high')
  },
})

const judge = (subject: NodeGroupSubject, { imds }: Variant): Verdict => {
  const { httpTokens, httpEndpoint } = imds
  const name = fullName(subject.resource)
  if (httpTokens.value === 'required' || httpEndpoint.value === 'disabled') return pass
  for (const option of [httpTokens, httpEndpoint]) {
    if (option.decidedBy === 'nothing') {
      return unknownBecause(option.gap, `Whether node group ${name} requires IMDSv2 is not known.`)
    }
  }

  const evidence = [
    ...evidenceOf('HttpTokens', httpTokens),
    ...evidenceOf('HttpEndpoint', httpEndpoint).slice(-1),
    ...ownTemplate(subject),
    fixPath(subject),
  ]
  if (!subject.defaults.ok) {
    const message = `Node group ${name} allows IMDSv1; whether EC2 refuses its next launch is not known.`
    return unknownBecause(subject.defaults, message, evidence)
  }
  if (subject.defaults.value.httpTokensEnforced !== 'enabled') {
    const message = `Node group ${name} starts nodes that allow IMDSv1: HttpTokens is optional by the ${httpTokens.decidedBy}.`
    return { status: 'fail', message, evidence }
  }
  return {
    status: 'fail',
    severity: 'critical',
    message: `Node group ${name} cannot start a node: HttpTokens is optional by the ${httpTokens.decidedBy}, and the account enforces IMDSv2.`,
    evidence: [...evidence, { what: 'HttpTokensEnforced', value: 'enabled', source: 'account default of the Region' }],
  }
}

/** What the user's template says where EKS's copy, which is in force, says otherwise. */
const ownTemplate = ({ group, variants }: NodeGroupSubject): Evidence[] => {
  const launch = group.managed?.ownTemplate?.launch
  if (!launch?.ok || variants.some(variant => isOf(launch.value, variant.launch))) return []
  const { metadataOptions } = launch.value
  const source = `the user's ${describeLaunch(launch.value)}`
  return [{ what: 'HttpTokens', value: metadataOptions.httpTokens ?? 'not set', source }]
}

const isOf = ({ templateId }: TemplateLaunch, launch: Read<LaunchSource>) =>
  launch.ok && launch.value.kind === 'launch template' && launch.value.templateId === templateId

const fixPath = ({ group, variants }: NodeGroupSubject): Evidence => {
  const row = (value: string) => ({ what: 'fix path', value, source: group.provisioner })
  if (group.provisioner === 'karpenter') return row('metadataOptions of the EC2NodeClass')
  if (group.provisioner === 'batch') return row('launch template of the compute environment')
  if (group.provisioner === 'managed' && !group.managed) return row('not known')
  if (group.managed && !group.managed.ownTemplate) return row('new node group with a launch template')
  const isConfiguration = variants.some(({ launch }) => launch.ok && launch.value.kind === 'launch configuration')
  return row(isConfiguration ? 'launch template instead of the launch configuration' : 'new launch template version')
}
