import { defineCheck } from '../core/check.ts'
import { unknownBecause } from '../core/read.ts'
import type { AccountRegion } from '../core/subjects.ts'
import { type Evidence, pass, skip } from '../core/verdict.ts'

export default defineCheck({
  id: 'account-imdsv2-enforced',
  revision: 1,
  title: 'Account refuses launches that allow IMDSv1 in every Region',
  severity: 'low',
  appliesTo: 'account',
  why: 'A default is what a launch gets that says nothing: a template or a script that asks for IMDSv1 still gets it, until EC2 refuses such launches.',
  fix: 'As the last step, set http_tokens_enforced to enabled in the EC2 declarative policy; or set it in each Region with ModifyInstanceMetadataDefaults.',
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

  evaluate({ resource, regions, allowsImdsV1, unlisted }) {
    const asked = regions.filter(({ status }) => status !== 'excluded' && status !== 'region-disabled')
    if (asked.length === 0 && !unlisted) return skip
    // Enforcement is the last step of all: before the others are done it would stop launches.
    if (asked.some(({ defaults }) => defaults.ok && defaults.value.httpTokens !== 'required')) return skip
    if (allowsImdsV1.ok && allowsImdsV1.value) return skip

    const gaps = [...asked.map(({ defaults }) => defaults), allowsImdsV1].flatMap(read => (read.ok ? [] : [read]))
    const gap = gaps[0] ?? unlisted
    if (gap) {
      const message = `Whether account ${resource.name} is ready to enforce IMDSv2, and does, is not known.`
      return unknownBecause(gap, message, asked.map(evidenceOf))
    }
    const failing = asked.filter(({ defaults }) => defaults.ok && defaults.value.httpTokensEnforced !== 'enabled')
    if (failing.length === 0) return pass
    const names = failing.map(({ region }) => region).join(', ')
    return {
      status: 'fail',
      message: `Account ${resource.name} requires IMDSv2 by default and does not enforce it in ${names}: ${firstFix(failing)}.`,
      evidence: asked.map(evidenceOf),
    }
  },
})

const firstFix = (failing: readonly AccountRegion[]) =>
  failing.some(({ defaults }) => defaults.ok && defaults.value.managedBy === 'declarative-policy')
    ? 'let the EC2 declarative policy that sets the default enforce it too'
    : 'let an EC2 declarative policy enforce it'

const evidenceOf = ({ region, defaults }: AccountRegion): Evidence => {
  const row = (value: string) => ({ what: 'HttpTokensEnforced', value, source: `account default in ${region}` })
  if (!defaults.ok) return row(`not read: ${defaults.reason}`)
  const { httpTokensEnforced = 'not set', managedBy } = defaults.value
  return row(`${httpTokensEnforced}${managedBy === 'declarative-policy' ? ', by a declarative policy' : ''}`)
}
