import { type AsffFinding, type AsffSeverity, asffPartitions } from '../core/asff.ts'
import { PostureError } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { Hub } from '../core/ports.ts'
import type { ScanResult } from '../core/result.ts'
import type { StoredFinding } from '../core/stored.ts'
import type { Evidence, Severity } from '../core/verdict.ts'
import { jsonText } from './json-text.ts'
import { cut } from './words.ts'

/** What a finding in the AWS Security Finding Format says beside the finding itself. */
export interface AsffContext {
  /** The account and Region whose Security Hub imports it. */
  readonly hub: Hub
  readonly state: StoredFinding['state']
  /** UTC. */
  readonly firstSeen: string
  /** UTC; of two imports the younger one counts, whichever comes first. */
  readonly updatedAt: string
  readonly accountName?: string | undefined
}

/**
 * The result as one object, `{"Findings": […]}`, as BatchImportFindings takes it: at most 100 of them at once.
 * @param hub who imports it.
 * @throws {PostureError} where nobody says who does, for every finding has to name the account.
 */
export const asff = ({ run, finishedAt, findings, firstSeen, accountNames }: ScanResult, hub?: Hub): string => {
  if (!hub)
    throw new PostureError('The format asff names the account and the Region that import it, and none is known.')
  const all = findings.map(finding =>
    asffFinding(finding, {
      hub,
      state: finding.waiver ? 'waived' : 'open',
      firstSeen: firstSeen[finding.id] ?? run.startedAt,
      updatedAt: finishedAt,
      accountName: accountNames[finding.accountId],
    }),
  )
  return `${jsonText({ Findings: all }, 2)}\n`
}

/** Limits of the format: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html */
const limits = { title: 256, description: 1024, value: 2048, requirements: 32, related: 10, evidence: 30 } as const

const product = 'eks-node-posture'

/**
 * A finding as Security Hub takes it, within its limits. It belongs to the account that imports it, as Security Hub
 * demands; whose it really is, is told by the resource and the product fields.
 */
export const asffFinding = (finding: Finding, context: AsffContext): AsffFinding => {
  const { hub, state, firstSeen, updatedAt } = context
  const ProductArn = `arn:${hub.partition}:securityhub:${hub.region}:${hub.accountId}:product/${hub.accountId}/default`
  const requirements = finding.controls.map(({ framework, id }) => `${framework} ${id}`).slice(0, limits.requirements)
  const causes = finding.causedBy.slice(0, limits.related).map(id => ({ ProductArn, Id: idOf(id) }))
  return {
    SchemaVersion: '2018-10-08',
    Id: idOf(finding.id),
    ProductArn,
    ProductName: product,
    GeneratorId: `${product}/${finding.checkId}`,
    AwsAccountId: hub.accountId,
    FirstObservedAt: firstSeen,
    CreatedAt: firstSeen,
    UpdatedAt: updatedAt,
    Title: cut(finding.title, limits.title),
    Description: cut(finding.message, limits.description),
    // What a provider may update: the fields of the same names beside it belong to whoever works on the finding.
    FindingProviderFields: {
      Severity: { Label: labelOf(finding), Original: finding.severity },
      Types: ['Software and Configuration Checks/AWS Security Best Practices'],
      ...(causes.length > 0 && { RelatedFindings: causes }),
    },
    Remediation: { Recommendation: { Text: `npx eks-node-posture checks ${finding.checkId}` } },
    ProductFields: productFields(finding, context),
    Resources: [resourceOf(finding, hub)],
    Compliance: {
      Status: finding.status === 'fail' ? 'FAILED' : 'NOT_AVAILABLE',
      ...(requirements.length > 0 && { RelatedRequirements: requirements }),
    },
    RecordState: recordStateOf(state),
  }
}

/** The default product is shared by everything of an account that imports findings, so the id says whose it is. */
const idOf = (findingId: string) => `${product}/${findingId}`

const labels = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
  info: 'INFORMATIONAL',
} as const satisfies Record<Severity, AsffSeverity>

/** What is not known alarms nobody: with the severity of the check it would be in every list of what is critical. */
const labelOf = ({ status, severity }: Finding): AsffSeverity =>
  status === 'fail' ? labels[severity] : 'INFORMATIONAL'

/**
 * What is waived is archived as what is closed. An import cannot set the workflow status of a finding that is there, so
 * `SUPPRESSED` is out of reach, and the compliance status `WARNING` would say that information is missing. A finding that
 * turns from ARCHIVED to ACTIVE gets the workflow status NEW again, which is what the end of a waiver means:
 * https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Workflow.html
 */
const recordStateOf = (state: AsffContext['state']) => (state === 'open' ? 'ACTIVE' : 'ARCHIVED')

/** What the format calls our kinds of resource; it has no name for the others. */
const types = {
  account: 'AwsAccount',
  cluster: 'AwsEksCluster',
  'node-group': 'Other',
  'launch-template': 'AwsEc2LaunchTemplate',
  image: 'Other',
} as const satisfies Record<Finding['resource']['type'], string>

const resourceOf = ({ resource, accountId, region }: Finding, hub: Hub) => {
  const Partition = asffPartitions.find(partition => partition === hub.partition)
  return {
    Type: types[resource.type],
    // As Security Hub itself calls an account, so that its own findings of the account stand beside ours.
    Id: resource.type === 'account' ? `AWS::::Account:${accountId}` : resource.id,
    ...(Partition && { Partition }),
    ...(region !== 'global' && { Region: region }),
  }
}

/** At most 50 of them, none of them blank. */
const productFields = (finding: Finding, { state, accountName }: AsffContext): Readonly<Record<string, string>> => {
  const { resource, waiver } = finding
  const shown = finding.evidence.slice(0, limits.evidence)
  const left = finding.evidence.length - shown.length
  const rows: readonly (readonly [string, string | number | null | undefined])[] = [
    ['state', state],
    ['checkId', finding.checkId],
    ['accountId', finding.accountId],
    ['accountName', accountName],
    ['region', finding.region],
    ['resourceType', resource.type],
    ['resourceId', resource.id],
    ['resourceName', resource.name],
    ['clusterName', resource.clusterName],
    ['owner', finding.owner],
    ['nodes', finding.nodes],
    ['waiver/owner', waiver?.owner],
    ['waiver/reason', waiver?.reason],
    ['waiver/ticket', waiver?.ticket],
    ['waiver/expires', waiver?.expires],
    ...shown.map((row, index) => [`evidence/${index + 1}`, evidenceText(row)] as const),
    ['evidence/leftOut', left > 0 ? left : null],
  ]
  return Object.fromEntries(
    rows
      .map(([name, value]) => [`${product}/${name}`, cut(String(value ?? ''), limits.value)] as const)
      .filter(([, value]) => value.trim() !== ''),
  )
}

const evidenceText = ({ what, value, source }: Evidence) => `${what}: ${value} (${source})`
