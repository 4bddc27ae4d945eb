import check from '../../src/checks/account-imdsv2-default-required.ts'
import { known } from '../../src/core/read.ts'
import { account, denied } from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const required = known({ httpTokens: 'required' } as const)
const byPolicy = known({ httpTokens: 'required', managedBy: 'declarative-policy' } as const)
const unread = denied('ec2:GetInstanceMetadataDefaults')

checkTable(check, {
  pass: {
    'required in every Region': { subject: account({ 'eu-west-1': required, 'us-east-1': byPolicy }) },
  },
  fail: {
    'no preference in one Region': { subject: account({ 'eu-west-1': required, 'us-east-1': known({}) }) },
    'optional by a declarative policy': {
      subject: account({ 'eu-west-1': known({ httpTokens: 'optional', managedBy: 'declarative-policy' }) }),
    },
    // A Region that was read and fails is enough, whatever the others would have said.
    'one Region fails and another was not read': { subject: account({ 'eu-west-1': known({}), 'us-east-1': unread }) },
  },
  unknown: {
    'one Region was not read': { subject: account({ 'eu-west-1': required, 'us-east-1': unread }) },
  },
  skip: {
    'no Region is in scope': { subject: account({}) },
  },
})
