import { CloudFormationClient, ListStackInstancesCommand } from '@aws-sdk/client-cloudformation'
import { expect, test } from '@jest/globals'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { configOf, hub, management, member, organization, refusalOf, sandboxOf } from './support.ts'

const StackSetName = 'eks-node-posture-read'
const list = (sandbox: Sandbox, accountId: string, more: object = {}) =>
  new CloudFormationClient(configOf(sandbox, accountId)).send(new ListStackInstancesCommand({ StackSetName, ...more }))
const asDelegate = { CallAs: 'DELEGATED_ADMIN' as const }

test('the StackSet of the role has an instance in every account but the management account', async () => {
  const { Summaries = [] } = await list(sandboxOf({ role: { stackInstance: 'OUTDATED' } }), hub, asDelegate)
  expect(Summaries.map(({ Account, Status }) => `${Account} ${Status}`).sort()).toEqual([
    `${hub} CURRENT`,
    `${member} OUTDATED`,
  ])
  expect(Summaries[0]).toMatchObject({
    Region: 'eu-west-1',
    StackSetId: expect.stringMatching(/^eks-node-posture-read:/),
  })
})

test('where the role is missing there is no instance', async () => {
  const { Summaries = [] } = await list(sandboxOf({ role: { trust: 'missing' } }), hub, asDelegate)
  expect(Summaries.map(({ Account }) => Account)).toEqual([hub])
})

test('it is told in pages', async () => {
  const sandbox = sandboxOf()
  const first = await list(sandbox, hub, { ...asDelegate, MaxResults: 1 })
  const second = await list(sandbox, hub, { ...asDelegate, MaxResults: 1, NextToken: first.NextToken })
  expect([first, second].map(({ Summaries }) => Summaries?.length)).toEqual([1, 1])
  expect(second.NextToken).toBeUndefined()
})

test('the management account sees it as its own, the hub as a delegated administrator, and nobody else does', async () => {
  const sandbox = createSandbox(organization())
  await expect(list(sandbox, management)).resolves.toMatchObject({ Summaries: expect.any(Array) })
  expect(await refusalOf(list(sandbox, member, asDelegate))).toMatchObject({
    name: 'ValidationError',
    message: 'Account used is not a delegated administrator',
  })
  for (const call of [list(sandbox, hub), list(sandbox, hub, { ...asDelegate, StackSetName: 'other' })]) {
    expect(await refusalOf(call)).toMatchObject({ name: 'StackSetNotFoundException', status: 404 })
  }
})
