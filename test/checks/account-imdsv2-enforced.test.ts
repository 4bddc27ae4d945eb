import check from '../../src/checks/account-imdsv2-enforced.ts'
import { accountSubject } from '../../src/core/join.ts'
import { known, notRead } from '../../src/core/read.ts'
import { account, denied, target } from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const required = known({ httpTokens: 'required' } as const)
const enforced = known({ httpTokens: 'required', httpTokensEnforced: 'enabled' } as const)
const disabled = { httpTokens: 'required', httpTokensEnforced: 'disabled' } as const
const off = known(disabled)
const offByPolicy = known({ ...disabled, managedBy: 'declarative-policy' } as const)
const optional = known({ httpTokens: 'optional' } as const)
const unread = denied('ec2:GetInstanceMetadataDefaults')
const unjudged = notRead('IMDSv2 of every node group and launch template', 'access denied')

checkTable(check, {
  pass: {
    'enforced in every Region': { subject: account({ 'eu-west-1': enforced, 'us-east-1': enforced }) },
    'a Region that is not enabled does not count': {
      subject: accountSubject(
        target(),
        [
          { region: 'eu-west-1', status: 'ok', defaults: enforced },
          { region: 'me-south-1', status: 'region-disabled', defaults: unread },
        ],
        known(false),
      ),
    },
  },
  fail: {
    'off in one Region': { subject: account({ 'eu-west-1': enforced, 'us-east-1': off }) },
    'never set': { subject: account({ 'eu-west-1': required }) },
    'off by a declarative policy': { subject: account({ 'eu-west-1': offByPolicy }) },
  },
  unknown: {
    'one Region was not read': { subject: account({ 'eu-west-1': off, 'us-east-1': unread }) },
    'enforced where it was read': { subject: account({ 'eu-west-1': enforced, 'us-east-1': unread }) },
    'whether something allows IMDSv1 is not known': { subject: account({ 'eu-west-1': off }, unjudged) },
    'the Regions were not listed': {
      subject: accountSubject(target(), [], known(false), notRead('ec2:DescribeRegions', 'access denied')),
    },
  },
  skip: {
    // Before the steps that come first, enforcement would only stop launches.
    'the default is not required in one Region': { subject: account({ 'eu-west-1': off, 'us-east-1': optional }) },
    'the default is not required in one Region, another was not read': {
      subject: account({ 'eu-west-1': known({}), 'us-east-1': unread }),
    },
    'something in the account allows IMDSv1': { subject: account({ 'eu-west-1': off }, known(true)) },
    'no Region is in scope': { subject: account({}) },
  },
})
