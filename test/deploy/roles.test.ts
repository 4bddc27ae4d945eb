import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Deployment, deploy, organizationOf, ownActions } from '../packaged/deployment.ts'
import { type Packaged, packageService } from '../packaged/package.ts'
import { hub } from '../packaged/stack.ts'

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

/** With everything that is off unless somebody asks for it. */
const policy = 'version: 1\nchecks: { enable: [node-group-imdsv1-not-called] }\nlimits: { regions: 1 }\n'

let packaged: Packaged
let deployment: Deployment

/**
 * Nights that make every call that the functions can make: what is unknown in the first is known in the second, and in
 * the third no call of the scan is long enough for an account, and none tells of itself.
 */
beforeAll(async () => {
  packaged = await packageService()
  deployment = await deploy(packaged)
  deployment.aws.files.set(`${deployment.stack.nameOf('RunBucket')}/posture.yaml`, policy)
  await deployment.night(organizationOf({}, { denied: ['eks:DescribeAddon'] }), 'first-night')
  await deployment.night(organizationOf(), 'second-night')
  deployment.aws.refuse = ({ by, action, body }) =>
    by === 'scan' && action === 'dynamodb:PutItem' && body.includes('"regions"')
  await deployment.night(organizationOf(), 'third-night', { remainingMs: 100_000 })
}, 120_000)

afterAll(async () => {
  await deployment?.stop()
  await packaged?.remove()
})

const statementsOf = (role: string) =>
  (
    deployment.stack.property(role, 'Policies') as readonly { PolicyDocument: { Statement: readonly Statement[] } }[]
  ).flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
const actionsOf = (role: string) => statementsOf(role).flatMap(({ Action }) => Action)

/** What the runtime itself needs: to write its log and to trace. */
const ofRuntime = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments']
/** No call is named so: it turns the denial of a missing file into its absence. */
const uncalled = [...ofRuntime, 's3:ListBucket']
/** Allowed to everybody. */
const free = 'sts:GetCallerIdentity'

const granted = (role: string) =>
  actionsOf(role)
    .filter(action => !uncalled.includes(action))
    .sort()
const called = (by: string) => [...ownActions(deployment.aws.calls, by)].filter(action => action !== free).sort()

describe('the role of a function', () => {
  test.each([
    ['PlanRole', 'plan'],
    ['ReconcileRole', 'reconcile'],
    ['DigestRole', 'digest'],
  ])('%s allows what the function calls, and nothing else', (role, by) => {
    expect(called(by).length).toBeGreaterThanOrEqual(3)
    expect(granted(role)).toEqual(called(by))
  })

  // The hub's own account is read with the function's own credentials, and may hold what any other account holds.
  test('ScanRole allows what the function calls in any account, and nothing else', () => {
    const calls = deployment.aws.calls.filter(({ by, action }) => by === 'scan' && action !== free)
    expect(granted('ScanRole')).toEqual([...new Set(calls.map(({ action }) => action))].sort())
  })

  test.each(['PlanRole', 'ScanRole', 'ReconcileRole', 'DigestRole'])(
    '%s reaches beyond its own resources only to read',
    role => {
      const everywhere = statementsOf(role).filter(({ Resource }) => [Resource].flat().includes('*'))
      const writes = everywhere
        .flatMap(({ Action }) => Action)
        .filter(action => !ofRuntime.includes(action) && !/:(Describe|List|Get)/.test(action))
      expect(writes).toEqual([])
      expect(
        statementsOf(role)
          .flatMap(({ Action }) => Action)
          .filter(action => action.includes('*')),
      ).toEqual([])
    },
  )

  test('ScanRole may assume one role by name, in any account', () => {
    const assume = statementsOf('ScanRole').filter(({ Action }) => [Action].flat().includes('sts:AssumeRole'))
    expect(assume.map(({ Resource }) => Resource)).toEqual(['arn:aws:iam::*:role/eks-node-posture-read'])
  })
})

test('a scan writes nothing to the bucket but what it hands over, and Reconcile nothing but its manifest', () => {
  const writesOf = (role: string) =>
    statementsOf(role)
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .map(({ Resource }) => Resource)
  const bucket = deployment.stack.arnOf('RunBucket')
  expect(writesOf('ScanRole')).toEqual([`${bucket}/runs/*/accounts/*`])
  expect(writesOf('ReconcileRole')).toEqual([`${bucket}/runs/*/missing.jsonl`])
})

describe('the role of the schedule', () => {
  test('starts the machine and keeps what it could not start', () => {
    const { stack } = deployment
    expect(statementsOf('NightlyRole').map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['states:StartExecution', stack.arnOf('ScanMachine')],
      ['sqs:SendMessage', stack.arnOf('ScheduleDeadLetters')],
    ])
  })
})

describe('the role of the machine', () => {
  const resourcesOf = (action: string) =>
    statementsOf('ScanMachineRole')
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => Resource)

  test('invokes the four functions', () => {
    const { stack } = deployment
    expect(resourcesOf('lambda:InvokeFunction').sort()).toEqual(
      stack.resourcesOf('AWS::Lambda::Function').map(stack.arnOf).sort(),
    )
  })

  test('starts and watches children of the machine itself, by the name that it has', () => {
    const name = deployment.stack.property('ScanMachine', 'StateMachineName')
    const place = `arn:aws:states:eu-west-1:${hub}`
    expect(resourcesOf('states:StartExecution')).toEqual([`${place}:stateMachine:${name}`])
    expect(resourcesOf('states:DescribeExecution')).toEqual([`${place}:execution:${name}/*`])
    expect(resourcesOf('states:StopExecution')).toEqual([`${place}:execution:${name}/*`])
    expect(resourcesOf('states:RedriveExecution')).toEqual([`${place}:execution:${name}/*`])
  })

  test('reads the manifests, and no more of the bucket', () => {
    expect(resourcesOf('s3:GetObject')).toEqual([`${deployment.stack.arnOf('RunBucket')}/runs/*`])
  })
})
