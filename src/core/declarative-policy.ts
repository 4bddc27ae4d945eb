import { type Finding, findingId, isCause, isOpenFail } from './finding.ts'
import type { ImdsDecisions } from './imds.ts'
import type { RegionSubjects } from './subjects.ts'

/**
 * How many open fails of a Region an account default of `required` would close, as an EC2 declarative policy sets it for
 * every account below it: those where nothing that weighs more than the default allows IMDSv1.
 * Source: EC2 User Guide, "Configure the Instance Metadata Service options", order of precedence.
 */
export const closableIn = (subjects: RegionSubjects, findings: readonly Finding[]): number => {
  const open = new Set(findings.filter(finding => isOpenFail(finding) && isCause(finding)).map(({ id }) => id))
  const groups = subjects['node-group'].filter(
    ({ resource, variants }) =>
      open.has(findingId('node-group-imdsv2-required', resource.id)) &&
      variants.every(({ imds }) => isRightByDefault(imds)),
  )
  const templates = subjects['launch-template'].filter(
    ({ resource, versions }) =>
      open.has(findingId('launch-template-imdsv2-required', resource.id)) &&
      versions.every(version => version.ok && isRightByDefault(version.value.imds)),
  )
  return groups.length + templates.length
}

const isRightByDefault = ({ httpTokens, httpEndpoint }: ImdsDecisions) =>
  httpTokens.value === 'required' || httpEndpoint.value === 'disabled' || isLeftToAccount(httpTokens)

/** Whether the launch leaves it to the account, whatever the account says now, and no node contradicts that. */
const isLeftToAccount = ({ trace }: ImdsDecisions['httpTokens']) =>
  trace.some(({ level }) => level === 'account default') && !trace.some(({ level }) => level === 'running nodes')
