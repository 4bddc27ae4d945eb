import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type * as z from 'zod'
import { checks } from '../../src/checks/index.ts'
import { accessKeyOf } from '../../src/sandbox/keys.ts'
import { type Organization, readOrganization } from '../../src/sandbox/organization.ts'
import type { SeenCall } from '../packaged/aws.ts'
import { type Deployment, deploy, externalId, organizationOf } from '../packaged/deployment.ts'
import { type Packaged, packageService } from '../packaged/package.ts'
import { hub } from '../packaged/stack.ts'
import { actionsOf, memberRole, type Statement, statementsOf } from '../support/cloudformation.ts'

/** With everything that is off unless somebody asks for it. */
const policy = {
  version: 1,
  securityHub: { import: true },
  checks: { enable: checks.filter(({ optIn }) => optIn).map(({ id }) => id) },
}

let packaged: Packaged
let deployment: Deployment
/** The functions, by their logical ids. */
let functions: readonly string[]

/**
 * Nights that make every call that the functions can make: a whole scan of the example organization; then of another, in
 * which what is unknown in the first night is known in the second, and of which no scan can tell in the third.
 */
beforeAll(async () => {
  packaged = await packageService()
  deployment = await deploy(packaged)
  functions = deployment.stack.resourcesOf('AWS::Lambda::Function')
  const { aws, stack } = deployment
  aws.files.set(`${stack.nameOf('RunBucket')}/posture.yaml`, JSON.stringify(policy))
  const { counters } = await deployment.night(await acme(), 'night-of-acme')
  expect(counters.calls['eks:DescribeNodegroup']).toBeGreaterThan(30)
  aws.files.delete(`${stack.nameOf('RunBucket')}/posture.yaml`)
  await deployment.night(organizationOf({}, { denied: ['eks:DescribeAddon'] }), 'first-night')
  await deployment.night(organizationOf(), 'second-night')
  // In the third no call of the scan is long enough for an account, and none tells of itself.
  aws.files.set(`${stack.nameOf('RunBucket')}/posture.yaml`, JSON.stringify({ version: 1, limits: { regions: 1 } }))
  aws.refuse = ({ by, action, body }) => by === 'scan' && action === 'dynamodb:PutItem' && body.includes('"regions"')
  await deployment.night(organizationOf(), 'third-night', { remainingMs: 100_000 })
  aws.refuse = undefined
  await scanWithoutCalendar()
}, 300_000)

afterAll(async () => {
  await deployment?.stop()
  await packaged?.remove()
})

/** The example as it is written: what was read of it has dates. */
const acme = async (): Promise<z.input<typeof Organization>> => {
  const example = await readOrganization(join(import.meta.dirname, '../../examples/acme.yaml'))
  return JSON.parse(JSON.stringify({ ...example, organization: { ...example.organization, externalId } }))
}

/** A scan of a run that was planned before there was a calendar: the file is not there. */
const scanWithoutCalendar = async () => {
  const { files } = deployment.aws
  const manifest = [...files.keys()].filter(key => key.endsWith('manifest.jsonl')).sort()[0] ?? ''
  files.delete(manifest.replace('manifest.jsonl', 'calendar.json'))
  const [request = ''] = files.get(manifest)?.split('\n') ?? []
  await expect(deployment.functions.scan.invoke(JSON.parse(request))).rejects.toThrow('ended')
}

/** What a function is called in the names of its resources. */
const shortNameOf = (id: string) => String(deployment.stack.property(id, 'FunctionName')).replace(/^.*-/, '')
const roleOf = (id: string) => {
  const arn = deployment.stack.property(id, 'Role')
  const role = deployment.stack.resourcesOf('AWS::IAM::Role').find(name => deployment.stack.arnOf(name) === arn)
  if (role === undefined) throw new Error(`${id} has no role of its own`)
  return role
}

/** Allowed to everybody. */
const free = 'sts:GetCallerIdentity'
const callsBy = (name: string) => deployment.aws.calls.filter(({ by, action }) => by === name && action !== free)
const isOwn = ({ accessKey }: SeenCall) => accessKey === accessKeyOf(hub)
/** Each action once, sorted. */
const actionsIn = (calls: readonly SeenCall[]) => [...new Set(calls.map(({ action }) => action))].sort()
const inMembers = () => actionsIn(deployment.aws.calls.filter(call => !isOwn(call)))

/** What the role of a function has to allow beside what it calls, because AWS asks for it and no call is named so. */
const impliedBy = (id: string, calls: readonly SeenCall[]) => [
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  // Without it S3 says of a file that is not there that it is denied.
  ...(calls.some(({ action, status }) => action === 's3:GetObject' && status === 404) ? ['s3:ListBucket'] : []),
  ...keyActionsFor(actionsIn(calls)),
  ...((deployment.stack.property(id, 'TracingConfig') as { Mode?: string } | undefined)?.Mode === 'Active'
    ? ['xray:PutTelemetryRecords', 'xray:PutTraceSegments']
    : []),
]

/** What who calls these on an encrypted bucket or topic has to be allowed of its key. */
const keyActionsFor = (actions: readonly string[]) => [
  ...(['s3:GetObject', 'sns:Publish'].some(action => actions.includes(action)) ? ['kms:Decrypt'] : []),
  ...(['s3:PutObject', 'sns:Publish'].some(action => actions.includes(action)) ? ['kms:GenerateDataKey'] : []),
]

const everything = {
  HubAccountId: hub,
  OrganizationId: 'o-test',
  TrustedRoleArns: `arn:aws:iam::${hub}:role/eks-node-posture-prod-scan`,
  CountImdsV1Calls: 'true',
}

/** Statements as lines: an action, what it is allowed on, and under what condition. */
const linesOf = (statements: readonly Statement[]) =>
  statements
    .flatMap(({ Action, Resource, Condition }) =>
      [Action].flat().map(action => `${action} on ${[Resource].flat().join(' or ')} if ${JSON.stringify(Condition)}`),
    )
    .sort()

describe('the role of every function', () => {
  test('allows what the function calls, and nothing else', () => {
    expect(functions.length).toBeGreaterThan(2)
    const granted = functions.map(id => [id, actionsOf(deployment.stack, roleOf(id))])
    const needed = functions.map(id => {
      const calls = callsBy(shortNameOf(id))
      const own = calls.filter(isOwn)
      // The hub's own account is read with the function's own credentials, and may hold what any other account holds.
      const called = actionsIn(calls.length > own.length ? calls : own)
      return [id, [...new Set([...called, ...impliedBy(id, own)])].sort()]
    })
    expect(granted).toEqual(needed)
    for (const [id = ''] of granted) expect(callsBy(shortNameOf(String(id))).length).toBeGreaterThan(3)
  })

  test('reaches beyond its own resources only to read, and names every action whole', () => {
    for (const id of functions) {
      const statements = statementsOf(deployment.stack, roleOf(id))
      const everywhere = statements.filter(({ Resource }) => [Resource].flat().includes('*'))
      const writes = everywhere
        .flatMap(({ Action }) => Action)
        .filter(action => !/:(Describe|List|Get)|^xray:/.test(action))
      expect([id, writes]).toEqual([id, []])
      expect(actionsOf(deployment.stack, roleOf(id)).filter(action => action.includes('*'))).toEqual([])
    }
  })

  test('writes to the log of the function alone', () => {
    for (const id of functions) {
      const group = id.replace(/LambdaFunction$/, 'LogGroup')
      const logs = statementsOf(deployment.stack, roleOf(id)).filter(({ Action }) =>
        [Action].flat().includes('logs:PutLogEvents'),
      )
      expect(logs.map(({ Resource }) => Resource)).toEqual([deployment.stack.arnOf(group)])
    }
  })
})

describe('the member role', () => {
  test('allows what is called with it, and nothing else', async () => {
    expect(inMembers().length).toBeGreaterThan(15)
    expect(actionsOf(await memberRole(everything), 'ReadRole')).toEqual(inMembers())
  })

  test('allows in an account what the hub allows itself in its own, on the same resources', async () => {
    const member = linesOf(statementsOf(await memberRole(everything), 'ReadRole'))
    const actions = new Set(inMembers())
    const own = statementsOf(deployment.stack, 'ScanRole').map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(action => actions.has(action)),
    }))
    expect(linesOf(own)).toEqual(member)
  })

  test('is the one role that the scan may assume, in any account', () => {
    const assume = statementsOf(deployment.stack, 'ScanRole').filter(({ Action }) =>
      [Action].flat().includes('sts:AssumeRole'),
    )
    expect(assume.map(({ Resource }) => Resource)).toEqual(['arn:aws:iam::*:role/eks-node-posture-read'])
  })
})

describe('every role', () => {
  test('may use the key of the bucket and the topics for what it does with them, and no further', () => {
    for (const role of deployment.stack.resourcesOf('AWS::IAM::Role')) {
      const granted = actionsOf(deployment.stack, role)
      expect([role, granted.filter(action => action.startsWith('kms:'))]).toEqual([role, keyActionsFor(granted)])
    }
  })
})

describe('the role of the machine', () => {
  const resourcesOf = (action: string) =>
    statementsOf(deployment.stack, 'ScanMachineRole')
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => Resource)

  test('invokes the functions', () => {
    expect(resourcesOf('lambda:InvokeFunction').sort()).toEqual(functions.map(deployment.stack.arnOf).sort())
  })

  test('starts and watches children of the machine itself, by the name that it has', () => {
    const name = deployment.stack.property('ScanMachine', 'StateMachineName')
    const place = `arn:aws:states:eu-west-1:${hub}`
    expect(resourcesOf('states:StartExecution')).toEqual([`${place}:stateMachine:${name}`])
    expect(resourcesOf('states:DescribeExecution')).toEqual([`${place}:execution:${name}/*`])
    expect(resourcesOf('states:StopExecution')).toEqual([`${place}:execution:${name}/*`])
  })

  test('reads the manifests, and no more of the bucket', () => {
    expect(resourcesOf('s3:GetObject')).toEqual([`${deployment.stack.arnOf('RunBucket')}/runs/*`])
  })
})
