import { expect, test } from '@jest/globals'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { ofVersion, only, rowsOf, selfManaged, told } from './stories.ts'

// Each a story of a template, a default or a node that says something else than what is in force.

const { al2Image, al2023Image, complete, instances } = build
const group = 'node-group-imdsv2-required'
const template = 'launch-template-imdsv2-required'
const v2Image = { ...al2023Image, imdsSupport: 'v2.0' }
const required = { httpTokens: 'required' } as const
const optional = { httpTokens: 'optional' } as const
const of = (metadataOptions: object, imageId = al2023Image.id) => ({ imageId, metadataOptions })
const byMessage = (text: string) => ({ status: 'fail', message: expect.stringContaining(text) })

test("EKS's copy differs from the user's template: the copy is judged, and the template stands beside it", () => {
  const verdicts = (copy: object, own: object) =>
    told(group, {
      nodeGroups: complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } })),
      launchTemplates: complete(build.launchTemplate([{ metadataOptions: own }]), build.eksCopy([of(copy)])),
    })['web']
  const failing = verdicts(optional, required)
  expect(failing).toMatchObject(byMessage('optional by the launch template'))
  expect(failing && rowsOf(failing, 'HttpTokens')).toEqual(['optional', 'required'])
  expect(failing && rowsOf(failing, 'fix path')).toEqual(['new launch template version'])
  expect(verdicts(required, optional)?.status).toBe('pass')
})

test('template without MetadataOptions: the chain goes on below it, to the default of EC2', () => {
  expect(only(group, selfManaged([{ imageId: al2023Image.id }]))).toMatchObject(
    byMessage('optional by the EC2 default'),
  )
})

test('tokens optional with the endpoint unset: the endpoint is enabled by default, so it fails', () => {
  const verdict = only(group, selfManaged([of(optional)]))
  expect(verdict.status).toBe('fail')
  expect(rowsOf(verdict, 'HttpEndpoint')).toEqual(['enabled'])
})

test.each([
  ['1', 'pass'],
  ['2', 'fail'],
  ['$Default', 'pass'],
  ['$Latest', 'fail'],
])(
  'version 1 required and version 2 optional, in use %s: the group is a %s, the template fails either way',
  (version, status) => {
    const over = selfManaged([of(required), of(optional)], ofVersion(version))
    expect(only(group, over).status).toBe(status)
    expect(only(template, over).status).toBe('fail')
  },
)

test("CloudFormation's default left at version 1 while the group runs version 3: the group is judged by what runs", () => {
  const over = selfManaged([of(optional), of(optional), of(required)], ofVersion('3'))
  expect(only(group, over).status).toBe('pass')
  const verdict = only(template, over)
  expect(verdict).toMatchObject(byMessage('version 1 (default)'))
  // Version 2 is neither in use, nor default, nor latest.
  expect(rowsOf(verdict, 'version 2')).toEqual([])
})

test('endpoint disabled: satisfies IMDSv2, whatever the tokens say', () => {
  const over = selfManaged([of({ httpTokens: 'optional', httpEndpoint: 'disabled' })])
  expect(only(group, over).status).toBe('pass')
  expect(only(template, over).status).toBe('pass')
})

test('account default optional over an AMI with v2.0: the account default wins, and the nodes allow IMDSv1', () => {
  const over = { images: complete(v2Image), imdsDefaults: known(optional) }
  expect(only(group, selfManaged([{ imageId: v2Image.id }], {}, over))).toMatchObject(
    byMessage('optional by the account default'),
  )
  expect(only(group, selfManaged([{ imageId: v2Image.id }], {}, { images: complete(v2Image) })).status).toBe('pass')
})

test('account default required under a silent template: passes', () => {
  const over = { imdsDefaults: known({ ...required, managedBy: 'declarative-policy' as const }) }
  expect(only(group, selfManaged([{ imageId: al2023Image.id }], {}, over)).status).toBe('pass')
  // It does not reach a template that says otherwise.
  expect(only(group, selfManaged([of(optional)], {}, over)).status).toBe('fail')
})

test('enforcement on over a template with optional: the next launch is refused, which is critical', () => {
  const imdsDefaults = known({ httpTokensEnforced: 'enabled' } as const)
  expect(only(group, selfManaged([of(optional)], {}, { imdsDefaults }))).toMatchObject({
    ...byMessage('cannot start a node'),
    severity: 'critical',
  })
})

test('override template of a mixed group on AL2 with IMDSv1: found by both checks, though the base is right', () => {
  const over = selfManaged([of(required), of(optional, al2Image.id)], {
    launchTemplates: [...ofVersion('1').launchTemplates, ...ofVersion('2').launchTemplates],
  })
  expect(only(group, over)).toMatchObject(byMessage('allow IMDSv1'))
  const verdict = only('node-group-off-amazon-linux-2', over)
  expect(verdict).toMatchObject(byMessage('starts its next node on Amazon Linux 2'))
  expect(rowsOf(verdict, 'next node starts from')).toEqual(['launch template web (lt-0web) version 2'])
})

test('instance fixed by hand under a template that is not: the template fails still', () => {
  const [node] = instances(1, 'lt-0web', '1')
  const fixed = build.instance({ id: node?.id ?? '', tags: { 'aws:autoscaling:groupName': 'workers' } })
  const over = selfManaged([of(optional)], { instances: node ? [node] : [] }, { instances: complete(fixed) })
  expect(fixed.metadataOptions.httpTokens).toBe('required')
  expect(only(group, over)).toMatchObject(byMessage('optional by the launch template'))
  expect(only(template, over).status).toBe('fail')
})

test('one of two nodes fixed by hand under a silent template: the nodes do not agree, so they overrule nothing', () => {
  const running = instances(2, 'lt-0web', '1')
  const tags = { 'aws:autoscaling:groupName': 'workers' }
  const asEc2 = running.map(({ id }, index) =>
    build.instance({ id, tags, metadataOptions: index === 0 ? required : optional }),
  )
  const over = selfManaged([{ imageId: al2023Image.id }], { instances: running }, { instances: complete(...asEc2) })
  expect(only(group, over)).toMatchObject(byMessage('optional by the EC2 default'))
})

test('nodes of a silent template that all require IMDSv2: they win, for the template and the group', () => {
  const running = instances(2, 'lt-0web', '1')
  const tags = { 'aws:autoscaling:groupName': 'workers' }
  const asEc2 = running.map(({ id }) => build.instance({ id, tags, metadataOptions: required }))
  const over = selfManaged([{ imageId: al2023Image.id }], { instances: running }, { instances: complete(...asEc2) })
  expect(only(group, over).status).toBe('pass')
  expect(only(template, over).status).toBe('pass')
})

test('nodes that an override started from another AMI overrule nothing of the base', () => {
  const launchTemplates = [
    ...ofVersion('1').launchTemplates,
    { ref: { id: 'lt-0web', name: 'web', version: '1' }, imageId: v2Image.id },
  ]
  const running = instances(1, 'lt-0web', '1').map(node => ({ ...node, imageId: v2Image.id }))
  const asEc2 = running.map(({ id, imageId }) =>
    build.instance({ id, imageId, metadataOptions: required, tags: { 'aws:autoscaling:groupName': 'workers' } }),
  )
  const over = selfManaged(
    [{ imageId: al2Image.id }],
    { launchTemplates, instances: running },
    { instances: complete(...asEc2), images: complete(al2Image, v2Image) },
  )
  expect(only(group, over)).toMatchObject(byMessage('optional by the EC2 default'))
})
