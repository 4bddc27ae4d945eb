import { defineCheck } from '../core/check.ts'
import { unknownBecause } from '../core/read.ts'
import type { AccountRegion } from '../core/subjects.ts'
import { type Evidence, pass, skip } from '../core/verdict.ts'

export default defineCheck({
  id: 'account-imdsv2-default-required',
  revision: 1,
  title: 'Account requires IMDSv2 by default in every Region',
  severity: 'medium',
  appliesTo: 'account',
  why: 'Whatever is launched without metadata options of its own, by a console, a fleet or a forgotten template, allows IMDSv1 unless the default of the Region says otherwise.',
  fix: 'Attach an EC2 declarative policy to the organization or the unit that sets http_tokens to required; or set the default in each Region with ModifyInstanceMetadataDefaults. Running instances stay as they are.',
  references: [
    'https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html',
    'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html',
  ],
  controls: [
    { framework: 'CIS Controls 8.1', id: '4.6', mapping: 'derived' },
    { framework: 'ISO 27001:2022', id: 'A.8.20', mapping: 'derived' },
    { framework: 'NIS2', id: '6.7.2.i', mapping: 'derived' },
    { framework: 'CSA CCM', id: 'IVS-04', mapping: 'derived' },
  ],

  evaluate({ resource, regions, unlisted }) {
    const asked = regions.filter(({ status }) => status !== 'excluded' && status !== 'region-disabled')
    if (asked.length === 0 && !unlisted) return skip
    const failing = asked.filter(({ defaults }) => defaults.ok && defaults.value.httpTokens !== 'required')
    if (failing.length > 0) {
      const names = failing.map(({ region }) => region).join(', ')
      return {
        status: 'fail',
        message: `Account ${resource.name} does not require IMDSv2 by default in ${names}: ${firstFix(asked, failing)}.`,
        evidence: asked.map(evidenceOf),
      }
    }
    const gap = asked.find(({ defaults }) => !defaults.ok)?.defaults ?? unlisted
    if (!gap || gap.ok) return pass
    return unknownBecause(
      gap,
      `Whether account ${resource.name} requires IMDSv2 by default is not known.`,
      asked.map(evidenceOf),
    )
  },
})

const firstFix = (asked: readonly AccountRegion[], failing: readonly AccountRegion[]) => {
  if (failing.some(isByPolicy)) return 'change the EC2 declarative policy that sets it'
  return asked.some(isByPolicy)
    ? 'let the EC2 declarative policy, which is in force in other Regions, set it there too'
    : 'attach an EC2 declarative policy that sets it'
}

const isByPolicy = ({ defaults }: AccountRegion) => defaults.ok && defaults.value.managedBy === 'declarative-policy'

const evidenceOf = ({ region, defaults }: AccountRegion): Evidence => {
  if (!defaults.ok)
    return { what: 'HttpTokens', value: `not read: ${defaults.reason}`, source: `account default in ${region}` }
  const { httpTokens = 'no preference', managedBy } = defaults.value
  const by = managedBy === 'declarative-policy' ? ', by a declarative policy' : ''
  return { what: 'HttpTokens', value: `${httpTokens}${by}`, source: `account default in ${region}` }
}
