import { expect, test } from '@jest/globals'
import { describeLaunch, isControllerMade } from '../../src/core/launch.ts'

const nodegroupRole = 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKSNodegroup/EKS'
const ada = 'arn:aws:iam::111122223333:user/ada'

test.each<[string, Parameters<typeof isControllerMade>[0], boolean]>([
  ['a template of a person', { name: 'web', createdBy: ada }, false],
  ['a template whose maker is not known', { name: 'web' }, false],
  ["EKS's copy by its maker", { name: 'eks-web', createdBy: nodegroupRole }, true],
  ["EKS's copy by its name alone", { name: 'eks-0c5d0d3e-8f4e-4c5e-9a51-3f0f7a0c0001' }, true],
  ['a template of Karpenter', { name: 'karpenter.k8s.aws/12345678901234567890', createdBy: ada }, true],
  ['a template that a service manages', { name: 'web', createdBy: ada, operator: 'eks.amazonaws.com' }, true],
  // Names that only look like those of a controller.
  ['a template that a person calls eks-web', { name: 'eks-web', createdBy: ada }, false],
  ['a template that a person calls karpenter', { name: 'karpenter', createdBy: ada }, false],
  ['a template named after a copy', { name: 'my-eks-0c5d0d3e-8f4e-4c5e-9a51-3f0f7a0c0001', createdBy: ada }, false],
  [
    'a template named like a copy and more',
    { name: 'eks-0c5d0d3e-8f4e-4c5e-9a51-3f0f7a0c0001-v2', createdBy: ada },
    false,
  ],
])('%s is made by a controller or not', (_, template, expected) => {
  expect(isControllerMade(template)).toBe(expected)
})

test('evidence names a launch template by name, id and version', () => {
  const launch = { templateId: 'lt-0a', templateName: 'web', version: 3, metadataOptions: {}, completedByEks: false }
  expect(describeLaunch({ kind: 'launch template', ...launch })).toBe('launch template web (lt-0a) version 3')
})

test('evidence names a launch configuration, and an EC2NodeClass without the instance that shows it', () => {
  const metadataOptions = {}
  expect(describeLaunch({ kind: 'launch configuration', name: 'old', metadataOptions })).toBe(
    'launch configuration old',
  )
  const nodeClass = { kind: 'EC2NodeClass', name: 'default', instanceId: 'i-0a', metadataOptions } as const
  expect(describeLaunch(nodeClass)).toBe('EC2NodeClass default, as its newest node shows')
})
