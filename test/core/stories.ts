import { checks } from '../../src/checks/index.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import * as build from '../support/build.ts'

/** What a night says of an account-Region: of one check the verdicts, by the name of the resource. */
export const told = (checkId: string, over: Partial<RegionInventory>): Record<string, Verdict> => {
  const check = checks.find(({ id }) => id === checkId)
  if (!check || check.appliesTo === 'account') throw new Error(`no such check: ${checkId}`)
  const subjects = joinSubjects(build.inventory(over))[check.appliesTo]
  return Object.fromEntries(subjects.map(subject => [subject.resource.name, check.evaluate(subject, defaultPolicy)]))
}

/** Its verdict where there is one resource. */
export const only = (checkId: string, over: Partial<RegionInventory>): Verdict => {
  const [verdict, ...others] = Object.values(told(checkId, over))
  if (!verdict || others.length > 0) throw new Error(`expected one verdict, got ${others.length + (verdict ? 1 : 0)}`)
  return verdict
}

/** What a verdict names as the value of something. */
export const rowsOf = (verdict: Verdict, what: string): string[] =>
  'evidence' in verdict ? verdict.evidence.filter(row => row.what === what).map(({ value }) => value) : []

/** An Auto Scaling group of cluster `shop` that is the only node group, with the template `web`. */
export const selfManaged = (
  versions: Parameters<typeof build.launchTemplate>[0],
  group: Parameters<typeof build.autoScalingGroup>[0] = {},
  over: Partial<RegionInventory> = {},
): Partial<RegionInventory> => ({
  nodeGroups: build.complete(),
  launchTemplates: build.complete(build.launchTemplate(versions)),
  autoScalingGroups: build.complete(build.autoScalingGroup(group)),
  ...over,
})

/** A managed group whose user's template names an AMI, with the copy that EKS made of it. */
export const customManaged = (imageId: string, over: Partial<RegionInventory> = {}): Partial<RegionInventory> => ({
  nodeGroups: build.complete(
    build.managedNodeGroup({ amiType: 'CUSTOM', launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } }),
  ),
  launchTemplates: build.complete(build.launchTemplate([{ imageId }]), build.eksCopy([{ imageId }])),
  ...over,
})

/** A group's template by version. */
export const ofVersion = (version: string) => ({ launchTemplates: [{ ref: { id: 'lt-0web', name: 'web', version } }] })
