/**
 * A finding in the AWS Security Finding Format, as far as it is filled here: what BatchImportFindings takes, and the port
 * that sends it. Field names are those of the format.
 */
export interface AsffFinding {
  readonly SchemaVersion: '2018-10-08'
  readonly Id: string
  readonly ProductArn: string
  readonly ProductName: string
  readonly GeneratorId: string
  /** The account that imports: Security Hub takes findings of the default product from no other. */
  readonly AwsAccountId: string
  readonly FirstObservedAt: string
  readonly CreatedAt: string
  /** Security Hub passes over an import that is not younger than what it has. */
  readonly UpdatedAt: string
  readonly Title: string
  readonly Description: string
  readonly FindingProviderFields: {
    readonly Severity: { readonly Label: AsffSeverity; readonly Original: string }
    readonly Types: readonly string[]
    readonly RelatedFindings?: readonly { readonly ProductArn: string; readonly Id: string }[]
  }
  readonly Remediation: { readonly Recommendation: { readonly Text: string } }
  readonly ProductFields: Readonly<Record<string, string>>
  readonly Resources: readonly AsffResource[]
  readonly Compliance: { readonly Status: 'FAILED' | 'NOT_AVAILABLE'; readonly RelatedRequirements?: readonly string[] }
  readonly RecordState: 'ACTIVE' | 'ARCHIVED'
}

export type AsffSeverity = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL'

export interface AsffResource {
  readonly Type: string
  readonly Id: string
  readonly Partition?: AsffPartition
  readonly Region?: string
}

/** The partitions that the format knows. */
export const asffPartitions = ['aws', 'aws-cn', 'aws-us-gov'] as const
export type AsffPartition = (typeof asffPartitions)[number]
