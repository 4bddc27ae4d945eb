import type { Subjects } from './check.ts'
import { type Finding, findingId, isOpenFail } from './finding.ts'
import type { NodeGroupSubject, Variant } from './subjects.ts'
import { bySeverity } from './verdict.ts'

/** The check of a node group that follows from the one of the template that it starts from. */
const effect = 'node-group-imdsv2-required'
const cause = 'launch-template-imdsv2-required'

/**
 * Names on findings of node groups the findings of the launch templates that they follow from, so that one cause counts
 * once. It names none where mending the templates would not mend the group, or where they weigh less or are waived.
 */
export const linkCauses = (findings: readonly Finding[], subjects: Subjects): readonly Finding[] => {
  const causes = new Map(
    findings.filter(finding => finding.checkId === cause && isOpenFail(finding)).map(finding => [finding.id, finding]),
  )
  if (causes.size === 0) return findings
  const templates = new Map(
    subjects['launch-template']?.map(({ template, resource }) => [template.id, findingId(cause, resource.id)]),
  )
  const groups = new Map(subjects['node-group']?.map(subject => [subject.resource.id, subject]))
  return findings.map(finding => {
    const group = finding.checkId === effect && isOpenFail(finding) ? groups.get(finding.resource.id) : undefined
    if (!group) return finding
    const ids = group.variants.filter(allowsImdsV1).map(variant => templates.get(templateOf(group, variant) ?? ''))
    const found = ids.map(id => causes.get(id ?? ''))
    const areEnough = found.every(one => one !== undefined && bySeverity(one.severity, finding.severity) <= 0)
    return areEnough ? { ...finding, causedBy: [...new Set(ids.flatMap(id => id ?? []))].sort() } : finding
  })
}

const allowsImdsV1 = ({ imds }: Variant) =>
  imds.httpTokens.value !== 'required' && imds.httpEndpoint.value !== 'disabled'

/** The template that a person mends: of a managed group its own, of which EKS made the copy that it starts from. */
const templateOf = ({ group }: NodeGroupSubject, { launch }: Variant) => {
  if (group.managed) return group.managed.ownTemplate?.ref.id
  return launch.ok && launch.value.kind === 'launch template' ? launch.value.templateId : undefined
}
