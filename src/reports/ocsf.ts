import type { Finding } from '../core/finding.ts'
import type { ScanResult } from '../core/result.ts'
import type { Severity } from '../core/verdict.ts'
import { jsonText } from './json-text.ts'

/**
 * The version that AWS Security Hub speaks: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-ocsf.html.
 * Nothing is used that a later 1.x takes away.
 */
const schemaVersion = '1.6.0'
const classUid = 2003
const create = 1
const update = 2

/**
 * Every finding as an OCSF Compliance Finding (class 2003), one JSON object a line: what Athena, Glue and Data Firehose on
 * the way into a data lake read, and the bulk inputs of SIEMs, and what can be read without holding all of it.
 */
export const ocsf = (result: ScanResult): string =>
  result.findings.map(finding => `${jsonText(eventOf(finding, result))}\n`).join('')

const eventOf = (finding: Finding, { run, toolVersion, accountNames, firstSeen }: ScanResult) => {
  const { accountId, region, waiver } = finding
  const since = firstSeen[finding.id] ?? run.startedAt
  const activity = since < run.startedAt ? update : create
  return {
    activity_id: activity,
    activity_name: activity === create ? 'Create' : 'Update',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: 'Compliance Finding',
    type_uid: classUid * 100 + activity,
    time: Date.parse(run.startedAt),
    ...severityOf(finding),
    ...(waiver ? { status_id: 3, status: 'Suppressed' } : { status_id: 1, status: 'New' }),
    message: finding.message,
    ...(waiver && { comment: waiverText(waiver) }),
    metadata: {
      version: schemaVersion,
      profiles: ['cloud'],
      product: { name: 'eks-node-posture', vendor_name: 'eks-node-posture', version: toolVersion },
      correlation_uid: run.id,
      event_code: finding.checkId,
    },
    cloud: {
      provider: 'AWS',
      account: { uid: accountId, name: accountNames[accountId] ?? accountId, type_id: 10, type: 'AWS Account' },
      ...regionOf(region),
    },
    finding_info: findingInfo(finding, Date.parse(since), Date.parse(run.startedAt)),
    compliance: complianceOf(finding),
    evidences: finding.evidence.map(({ what, value, source }) => ({ name: what, data: { value, source } })),
    remediation: { desc: `npx eks-node-posture checks ${finding.checkId}` },
    resources: [resourceOf(finding)],
  }
}

const severities = {
  critical: { severity_id: 5, severity: 'Critical' },
  high: { severity_id: 4, severity: 'High' },
  medium: { severity_id: 3, severity: 'Medium' },
  low: { severity_id: 2, severity: 'Low' },
  info: { severity_id: 1, severity: 'Informational' },
} as const satisfies Record<Severity, object>

/** What is not known has no severity yet, and must not be counted with what has one. */
const severityOf = ({ status, severity }: Finding) =>
  status === 'fail' ? severities[severity] : { severity_id: 0, severity: 'Unknown' }

const waiverText = ({ owner, reason, ticket, expires }: NonNullable<Finding['waiver']>) =>
  `Waived by ${owner} until ${expires} (${ticket}): ${reason}`

const findingInfo = ({ id, checkId, title, message, causedBy }: Finding, since: number, now: number) => ({
  uid: id,
  title,
  desc: message,
  analytic: { uid: checkId, name: title, type_id: 1, type: 'Rule' },
  created_time: since,
  first_seen_time: since,
  modified_time: now,
  ...(causedBy.length > 0 && { related_events: causedBy.map(uid => ({ uid })) }),
})

/** A check that no framework asks for is measured by our own. `Warning` is OCSF's word for missing information. */
const complianceOf = ({ status, checkId, controls }: Finding) => ({
  control: checkId,
  standards: controls.length > 0 ? [...new Set(controls.map(({ framework }) => framework))] : ['eks-node-posture'],
  requirements: controls.map(({ framework, id }) => `${framework} ${id}`),
  ...(status === 'fail' ? { status_id: 3, status: 'Fail' } : { status_id: 2, status: 'Warning' }),
})

const resourceOf = ({ resource, region, owner, nodes }: Finding) => ({
  uid: resource.id,
  name: resource.name,
  type: resource.type,
  ...(resource.clusterName !== null && { labels: [`cluster:${resource.clusterName}`] }),
  ...regionOf(region),
  ...(owner !== null && { owner: { name: owner } }),
  ...(nodes !== null && { data: { nodes } }),
})

/** What concerns the account as a whole is in no Region. */
const regionOf = (region: string) => (region === 'global' ? {} : { region })
