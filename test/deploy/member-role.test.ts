import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ownerOf } from '../../src/core/ownership.ts'
import { cfnLintMatches } from '../support/cfn-lint.ts'
import { memberRole, memberRoleFile, memberRoleTemplate, statementsOf } from '../support/cloudformation.ts'
import { cfnLint, describeWith } from '../support/judges.ts'

const file = join(import.meta.dirname, '../..', memberRoleFile)

const scanRole = 'arn:aws:iam::111111111111:role/eks-node-posture-prod-scan'
const permissionSet = 'arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Posture_*'
const least = { HubAccountId: '111111111111', OrganizationId: 'o-a1b2c3d4e5', TrustedRoleArns: scanRole }

const trustOf = async (parameters: Readonly<Record<string, string>>) =>
  (await memberRole({ ...least, ...parameters })).property('ReadRole', 'AssumeRolePolicyDocument')
const allowedOn = async (action: string, parameters: Readonly<Record<string, string>> = {}) =>
  statementsOf(await memberRole({ ...least, ...parameters }), 'ReadRole')
    .filter(({ Action }) => [Action].flat().includes(action))
    .map(({ Resource, Condition }) => [Resource, Condition])

describe('who may assume the member role', () => {
  test('the scan of the hub, from inside the organization', async () => {
    expect(await trustOf({})).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnLike: { 'aws:PrincipalArn': [scanRole] },
            StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
          },
        },
      ],
    })
  })

  test('a permission set of people too, and all of them with the external id where there is one', async () => {
    const trust = await trustOf({ TrustedRoleArns: `${scanRole},${permissionSet}`, ExternalId: 'open-sesame' })
    expect(trust).toMatchObject({
      Statement: [
        {
          Condition: {
            ArnLike: { 'aws:PrincipalArn': [scanRole, permissionSet] },
            StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'sts:ExternalId': 'open-sesame' },
          },
        },
      ],
    })
  })
})

describe('what the member role may read', () => {
  test("of parameters AWS's own alone, until it is given some", async () => {
    const ofAws = ['arn:aws:ssm:*::parameter/aws/service/*', undefined]
    expect(await allowedOn('ssm:GetParameters')).toEqual([ofAws])
    const [golden, shared] = ['arn:aws:ssm:*:*:parameter/golden/*', 'arn:aws:ssm:*:555566667777:parameter/base']
    expect(await allowedOn('ssm:GetParameters', { ImageParameterArns: `${golden},${shared}` })).toEqual([
      ofAws,
      [[golden, shared], undefined],
    ])
  })

  test("of the user data of instances that of Karpenter's nodes, by the tags that tell them, or none", async () => {
    const allowed = await allowedOn('ec2:DescribeInstanceAttribute')
    const tags = allowed.map(([, condition]) => {
      const { Null } = condition as { readonly Null: Readonly<Record<string, boolean>> }
      expect(Object.values(Null)).toEqual([false])
      return Object.keys(Null).join().replace('aws:ResourceTag/', '')
    })
    expect(tags).toHaveLength(3)
    for (const tag of tags) expect(ownerOf({ tags: { [tag]: 'x' } })?.provisioner).toBe('karpenter')
    expect(allowed.map(([resource]) => resource)).toEqual(tags.map(() => 'arn:aws:ec2:*:111111111111:instance/*'))
    expect(await allowedOn('ec2:DescribeInstanceAttribute', { ReadNodeUserData: 'false' })).toEqual([])
  })

  test('of CloudWatch nothing, until the opt-in check is wanted', async () => {
    expect(await allowedOn('cloudwatch:GetMetricData')).toEqual([])
    expect(await allowedOn('cloudwatch:GetMetricData', { CountImdsV1Calls: 'true' })).toEqual([['*', undefined]])
  })

  test('reads, and nothing but reads', async () => {
    const statements = statementsOf(await memberRole({ ...least, CountImdsV1Calls: 'true' }), 'ReadRole')
    const actions = statements.flatMap(({ Action }) => Action)
    expect(actions.length).toBeGreaterThan(20)
    expect(actions.filter(action => !/^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$/.test(action))).toEqual([])
  })
})

describe('the template of the member role', () => {
  test('goes into every partition, and needs no macro, which a StackSet would refuse', async () => {
    const text = await readFile(file, 'utf8')
    const template = await memberRoleTemplate()
    expect(JSON.stringify(template.Resources)).not.toContain('arn:aws')
    expect(template).not.toHaveProperty('Transform')
    // CloudFormation reads YAML without aliases.
    expect(text).not.toMatch(/^\s*-?\s*(<<:|[&*]\w)/m)
  })

  test('bounds the role, puts it under a path and lets nobody have it for more than an hour', async () => {
    const role = await memberRole({ ...least, PermissionsBoundary: 'guard', RolePath: '/security/' })
    expect(role.property('ReadRole', 'PermissionsBoundary')).toBe('arn:aws:iam::111111111111:policy/guard')
    expect(role.property('ReadRole', 'Path')).toBe('/security/')
    expect(role.property('ReadRole', 'MaxSessionDuration')).toBe(3600)
    expect((await memberRole(least)).property('ReadRole', 'PermissionsBoundary')).toBeUndefined()
  })

  test.each([
    ['TrustedRoleArns', [scanRole, permissionSet], ['*', 'arn:aws:iam::111111111111:role/*', 'arn:aws:iam::*:role/a']],
    ['HubAccountId', ['111111111111'], ['', '1111']],
    ['OrganizationId', ['o-a1b2c3d4e5'], ['', 'r-ab12', 'o-*']],
    ['ExternalId', ['', 'open-sesame'], ['x', 'with space']],
    ['RoleName', ['eks-node-posture-read'], ['', 'a/b', '*']],
    ['RolePath', ['/', '/security/audit/'], ['', 'security', '/security']],
    ['PermissionsBoundary', ['', 'teams/guard'], ['arn:aws:iam::111111111111:policy/guard']],
    ['ImageParameterArns', ['', 'arn:aws:ssm:*:*:parameter/golden/*'], ['*', '/golden/*', 'arn:aws:ssm:*:*:*']],
  ])('takes as %s what it can be, and says what it expects of anything else', async (name, good, bad) => {
    const { AllowedPattern, ConstraintDescription } = (await memberRoleTemplate()).Parameters[name] as unknown as {
      readonly AllowedPattern: string
      readonly ConstraintDescription: string
    }
    expect(ConstraintDescription).toMatch(/^expected /)
    const pattern = new RegExp(`^(?:${AllowedPattern})$`)
    expect(good.filter(value => !pattern.test(value))).toEqual([])
    expect(bad.filter(value => pattern.test(value))).toEqual([])
  })
})

describeWith(cfnLint, () => {
  test('the template of the member role has no errors, warnings or advice', () => {
    expect(cfnLintMatches(file, ['Error', 'Warning', 'Informational'])).toEqual([])
  })
})
