import type { Tonight } from '../core/compare.ts'
import { isListed, unseenIn } from '../core/completeness.ts'
import type { Finding } from '../core/finding.ts'
import type { Scope } from '../core/run.ts'
import type { StoredFinding } from '../core/stored.ts'
import type { JudgedArea } from './scan-account.ts'

/** What is known of an area tonight. */
export interface AreaTonight {
  readonly scope: Scope
  /** The ids of the checks that the policy switches on, whatever the scope. */
  readonly checksOn: ReadonlySet<string>
  readonly isAccountClosed: boolean
  /** Undefined where the area was not read. */
  readonly area: JudgedArea | undefined
}

/** What tonight says of a finding that is stored; undefined where it is out of scope, and stays as it is. */
export type SaysOf = (stored: StoredFinding) => Tonight | undefined

/** What tonight says of each stored finding of an area; prepared with maps, for an area can hold thousands. */
export const saysOfArea = ({ scope, checksOn, isAccountClosed, area }: AreaTonight): SaysOf => {
  const findings = new Map(area?.findings.map(finding => [finding.id, finding]))
  const judged = new Map(area?.judged.map(({ checkId, resourceIds }) => [checkId, resourceIds]))

  return ({ id, checkId, resource }) => {
    if (scope.checks && !scope.checks.includes(checkId)) return undefined
    if (isAccountClosed || !checksOn.has(checkId)) return { says: 'retired' }
    const finding = findings.get(id)
    if (finding) return sayOf(finding)
    const resourceIds = judged.get(checkId)
    if (resourceIds?.has(resource.id)) return { says: 'pass' }
    if (!area || !resourceIds) return { says: 'not-read' }
    const unseen = unseenIn(area.listed, resource)
    if (unseen) return { says: unseen === 'unseen' ? 'unseen' : 'retired' }
    return isListed(area.listed, resource) ? { says: 'gone' } : { says: 'not-read' }
  }
}

/** What a finding of tonight says. */
export const sayOf = (finding: Finding): Tonight => ({ says: finding.status, finding })
