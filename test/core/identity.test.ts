import { expect, test } from '@jest/globals'
import { identityInWords, identityOf } from '../../src/core/identity.ts'

const account = '111111111111'

test.each([
  {
    arn: `arn:aws:iam::${account}:root`,
    kind: 'root',
    words: 'the root user',
    principal: `arn:aws:iam::${account}:root`,
  },
  {
    arn: `arn:aws:iam::${account}:user/people/jane`,
    kind: 'user',
    words: 'IAM user jane',
    principal: `arn:aws:iam::${account}:user/people/jane`,
  },
  // The path of a role is in no ARN of a session.
  {
    arn: `arn:aws-cn:sts::${account}:assumed-role/eks-operator/i-0abc`,
    kind: 'assumed-role',
    words: 'role eks-operator',
    principal: `arn:aws-cn:iam::${account}:role/eks-operator`,
  },
  {
    arn: `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Audit_Plus_0123456789abcdef/jane@example.com`,
    kind: 'identity-center',
    words: 'IAM Identity Center, permission set Audit_Plus',
    principal: `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Audit_Plus_0123456789abcdef`,
  },
  // A role that somebody named so is none of IAM Identity Center's.
  {
    arn: `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Audit/jane`,
    kind: 'assumed-role',
    words: 'role AWSReservedSSO_Audit',
    principal: `arn:aws:iam::${account}:role/AWSReservedSSO_Audit`,
  },
  {
    arn: `arn:aws:sts::${account}:federated-user/jane`,
    kind: 'federated-user',
    words: 'federated user jane',
    principal: `arn:aws:sts::${account}:federated-user/jane`,
  },
  {
    arn: `arn:aws:sts::${account}:user/moto`,
    kind: 'other',
    words: 'an identity of a kind that doctor does not know',
    principal: `arn:aws:sts::${account}:user/moto`,
  },
])('$arn is $words', ({ arn, kind, words, principal }) => {
  const identity = identityOf(arn)
  expect(identity).toMatchObject({ arn, kind, principal })
  expect(identityInWords(identity)).toBe(words)
})
