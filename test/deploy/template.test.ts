import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { claimMs } from '../../src/app/deliver.ts'
import { tableDefinition } from '../../src/aws/store.ts'
import { type Definition, definitionIn, tasksOf } from '../packaged/machine.ts'
import { type Packaged, packageService } from '../packaged/package.ts'
import { hub, type Stack, stackOf } from '../packaged/stack.ts'
import { cfnLintMatches } from '../support/cfn-lint.ts'
import { memberRoleTemplate, statementsOf } from '../support/cloudformation.ts'
import { cfnLint, describeWith } from '../support/judges.ts'

/** It ships no types. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: object) => {
  readonly isValid: boolean
  readonly errorsText: (separator: string) => string
}

let packaged: Packaged
let stack: Stack
/** With every parameter that is off by default. */
let withEverything: Stack

const ofThisAccount = { StringEquals: { 'aws:SourceAccount': hub } }

beforeAll(async () => {
  packaged = await packageService()
  stack = stackOf(packaged)
  const parameters = { ...packaged.parameters, OrganizationId: 'o-a1b2c3d4e5', WithChatTopic: 'true' }
  withEverything = stackOf({ ...packaged, parameters })
}, 120_000)

afterAll(() => packaged?.remove())

describe('the packaged template', () => {
  test('has one zip a function, on arm64 and the newest runtime', () => {
    expect(packaged.zips).toEqual(['digest.zip', 'plan.zip', 'reconcile.zip', 'scan.zip'])
    for (const id of stack.resourcesOf('AWS::Lambda::Function')) {
      expect([stack.property(id, 'Runtime'), stack.property(id, 'Architectures')]).toEqual(['nodejs24.x', ['arm64']])
      expect(stack.property(id, 'TracingConfig')).toEqual({ Mode: 'Active' })
    }
  })

  test('has the table that the store expects', () => {
    const { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = tableDefinition
    const of = (property: string) => stack.property('FindingsTable', property)
    expect(of('KeySchema')).toEqual(KeySchema)
    expect(of('GlobalSecondaryIndexes')).toEqual(GlobalSecondaryIndexes)
    expect(of('AttributeDefinitions')).toEqual(AttributeDefinitions)
    expect(of('BillingMode')).toBe(BillingMode)
  })

  test.each(['FindingsTable', 'RunBucket', 'DataKey'])('does not delete %s with the stack', id => {
    const { DeletionPolicy, UpdateReplacePolicy } = packaged.template.Resources[id] ?? {}
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain'])
  })

  test('keeps the table encrypted, protected and recoverable', () => {
    expect(stack.property('FindingsTable', 'DeletionProtectionEnabled')).toBe(true)
    expect(stack.property('FindingsTable', 'SSESpecification')).toEqual({ SSEEnabled: true })
    expect(stack.property('FindingsTable', 'PointInTimeRecoverySpecification')).toEqual({
      PointInTimeRecoveryEnabled: true,
    })
  })

  test('keeps the bucket from the public and from plain HTTP', () => {
    expect(Object.values(stack.property('RunBucket', 'PublicAccessBlockConfiguration') as object)).toEqual(
      Array(4).fill(true),
    )
    expect(stack.property('RunBucketPolicy', 'PolicyDocument')).toMatchObject({
      Statement: [{ Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': false } } }],
    })
  })

  test.each(['AlertTopic', 'ChatTopic'])(
    'keeps %s from plain HTTP, and encrypts it with the key of the deployment',
    id => {
      expect(withEverything.property(id, 'KmsMasterKeyId')).toBe(stack.arnOf('DataKey'))
      expect(withEverything.property(`${id}Policy`, 'PolicyDocument')).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Effect: 'Deny',
            Principal: '*',
            Action: ['sns:Publish', 'sns:Subscribe'],
            Condition: { Bool: { 'aws:SecureTransport': false } },
          }),
        ]),
      })
    },
  )

  test('encrypts the bucket with the key of the deployment, in few calls of KMS', () => {
    expect(stack.property('RunBucket', 'BucketEncryption')).toEqual({
      ServerSideEncryptionConfiguration: [
        {
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: stack.arnOf('DataKey') },
          BucketKeyEnabled: true,
        },
      ],
    })
  })

  test('gives the key to the account, and to alarms of the account that publish to the topic', () => {
    expect(stack.property('DataKey', 'EnableKeyRotation')).toBe(true)
    const { Statement } = stack.property('DataKey', 'KeyPolicy') as { Statement: readonly Record<string, unknown>[] }
    expect(Statement.map(({ Principal, Action, Condition }) => [Principal, Action, Condition])).toEqual([
      [{ AWS: `arn:aws:iam::${hub}:root` }, 'kms:*', undefined],
      [{ Service: 'cloudwatch.amazonaws.com' }, ['kms:Decrypt', 'kms:GenerateDataKey'], ofThisAccount],
    ])
  })

  test('lets accounts of the organization subscribe where it is told which one that is, and nobody else', () => {
    const allowedBy = (one: Stack) =>
      (
        one.property('AlertTopicPolicy', 'PolicyDocument') as { Statement: readonly Record<string, unknown>[] }
      ).Statement.filter(({ Effect }) => Effect === 'Allow').map(({ Principal, Action, Condition }) => [
        Principal,
        Action,
        Condition,
      ])
    const alarms = [{ Service: 'cloudwatch.amazonaws.com' }, 'sns:Publish', ofThisAccount]
    expect(allowedBy(stack)).toEqual([alarms])
    expect(allowedBy(withEverything)).toEqual([
      alarms,
      ['*', 'sns:Subscribe', { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }],
    ])
  })

  test('has a topic for chat only where it is asked for', () => {
    const topicOf = (one: Stack) =>
      (one.property('DigestLambdaFunction', 'Environment') as { Variables: Record<string, string> }).Variables[
        'CHAT_TOPIC_ARN'
      ]
    const mayPublishTo = (one: Stack) =>
      statementsOf(one, 'DigestRole')
        .filter(({ Action }) => [Action].flat().includes('sns:Publish'))
        .flatMap(({ Resource }) => Resource)
    expect(stack.resourcesOf('AWS::SNS::Topic')).toEqual(['AlertTopic'])
    expect([topicOf(stack), mayPublishTo(stack)]).toEqual(['', [stack.arnOf('AlertTopic')]])
    expect(withEverything.resourcesOf('AWS::SNS::Topic')).toEqual(['AlertTopic', 'ChatTopic'])
    const [alerts, chat] = ['AlertTopic', 'ChatTopic'].map(stack.arnOf)
    expect([topicOf(withEverything), mayPublishTo(withEverything)]).toEqual([chat, [alerts, chat]])
  })

  test('starts the machine every night with the whole organization as its scope', () => {
    expect(stack.property('Nightly', 'Target')).toMatchObject({ Arn: stack.arnOf('ScanMachine'), Input: '{}' })
    expect(stack.property('Nightly', 'ScheduleExpression')).toBe('cron(0 2 * * ? *)')
  })

  test('keeps what the schedule could not start, encrypted, after it tried again', () => {
    expect(stack.property('Nightly', 'Target')).toMatchObject({
      RetryPolicy: { MaximumRetryAttempts: 10 },
      DeadLetterConfig: { Arn: stack.arnOf('ScheduleDeadLetters') },
    })
    expect(stack.property('Nightly', 'FlexibleTimeWindow')).toMatchObject({ Mode: 'FLEXIBLE' })
    expect(stack.property('ScheduleDeadLetters', 'SqsManagedSseEnabled')).toBe(true)
  })

  test('traces the machine, and logs its errors without what went through it', () => {
    expect(stack.property('ScanMachine', 'TracingConfiguration')).toEqual({ Enabled: true })
    expect(stack.property('ScanMachine', 'LoggingConfiguration')).toMatchObject({
      Level: 'ERROR',
      IncludeExecutionData: false,
    })
  })

  test('hides the external id from whoever may read the stack', () => {
    expect(packaged.template.Parameters['ExternalId']).toMatchObject({ NoEcho: true })
  })

  test('takes of external ids what the member role takes, and says what it expects of any other', async () => {
    const expected = (await memberRoleTemplate()).Parameters['ExternalId'] as object
    const { AllowedPattern, ConstraintDescription } = expected as Readonly<Record<string, unknown>>
    expect(AllowedPattern).toMatch(/./)
    expect(packaged.template.Parameters['ExternalId']).toMatchObject({ AllowedPattern, ConstraintDescription })
  })

  test('names no partition, so that it deploys in every one', async () => {
    expect(JSON.stringify(packaged.template)).not.toContain('arn:aws')
    expect(await readFile(join(import.meta.dirname, '../../serverless.yml'), 'utf8')).not.toContain('arn:aws')
  })
})

describe('what watches the nights', () => {
  const alarms = ['RunNotFinishedAlarm', 'AccountsNotScannedAlarm', 'ScheduleDeadLetterAlarm', 'DigestFailedAlarm']
  const topic = 'arn:aws:sns:eu-west-1:111111111111:pager'

  test.each(alarms)('%s tells the topic of the deployment, and nobody where there is none', id => {
    const given = stackOf({ ...packaged, parameters: { ...packaged.parameters, AlarmTopicArn: topic } })
    expect(given.property(id, 'AlarmActions')).toEqual([topic])
    expect(stack.property(id, 'AlarmActions')).toBeUndefined()
  })

  test('a night that does not come at all is an alarm, for missing data breaches', () => {
    expect(stack.property('RunNotFinishedAlarm', 'AlarmRule')).toBe(
      `ALARM("${stack.arnOf('NoRunEndedAlarm')}") OR ALARM("${stack.arnOf('RunFailedAlarm')}")`,
    )
    const of = (property: string) => stack.property('NoRunEndedAlarm', property)
    expect([of('TreatMissingData'), Number(of('Period')) * Number(of('EvaluationPeriods'))]).toEqual([
      'breaching',
      26 * 60 * 60,
    ])
  })

  /** What the functions count, as the sources say it. */
  const counted = async () => {
    const files = ['plan', 'scan', 'reconcile', 'digest'].map(name => `../../src/handlers/${name}.ts`)
    const code = await Promise.all(files.map(file => readFile(join(import.meta.dirname, file), 'utf8')))
    return code.join('\n')
  }

  test('alarms and dashboard look at metrics that the functions count, under the name of the stack', async () => {
    const code = await counted()
    const { widgets } = JSON.parse(String(stack.property('Dashboard', 'DashboardBody'))) as {
      widgets: { properties: { metrics: string[][] } }[]
    }
    const shown = widgets
      .flatMap(({ properties }) => properties.metrics)
      .filter(([space]) => space === 'EksNodePosture')
    const watched = ['NoRunEndedAlarm', 'AccountsNotScannedAlarm'].map(id => String(stack.property(id, 'MetricName')))
    const names = [...watched, ...shown.map(([, name = '']) => name)]
    expect(names.length).toBeGreaterThan(12)
    expect(names.filter(name => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
    expect(new Set(shown.map(([, , dimension, value]) => `${dimension} ${value}`))).toEqual(
      new Set(['service eks-node-posture-prod']),
    )
    for (const id of stack.resourcesOf('AWS::Lambda::Function')) {
      expect(stack.property(id, 'Environment')).toMatchObject({
        Variables: { POWERTOOLS_METRICS_NAMESPACE: 'EksNodePosture', POWERTOOLS_SERVICE_NAME: 'eks-node-posture-prod' },
      })
    }
  })
})

describe('the state machine', () => {
  test('is valid to asl-validator', () => {
    const { isValid, errorsText } = validate(definitionIn(stack))
    expect(isValid ? '' : errorsText('\n')).toBe('')
  })

  test.each([
    ['Scan', 'Reconcile'],
    ['ScanMissing', 'Digest'],
  ])('lets no child fail the map %s, whatever happens in it, and goes on to %s', (name, next) => {
    const map = definitionIn(stack).States[name]
    expect(map).toMatchObject({
      ToleratedFailurePercentage: 100,
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'JSONL' } },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: next }],
      Next: next,
    })
    for (const [child, state] of Object.entries(map?.ItemProcessor?.States ?? {})) {
      if (state.Type === 'Task') expect([child, state['Catch']]).toEqual([child, [expect.objectContaining(catchesAll)]])
    }
  })

  test("retries Lambda's own errors with jitter, a function that was killed once, and of ours alone that somebody else is sending", () => {
    const whileClaimed = { ErrorEquals: ['BusyError'], IntervalSeconds: 60, BackoffRate: 1, MaxAttempts: 6 }
    expect(whileClaimed.IntervalSeconds * whileClaimed.MaxAttempts * 1000).toBeGreaterThan(claimMs)
    const definition = definitionIn(stack)
    const states = statesOf(definition)
    for (const [name] of tasksOf(definition)) {
      expect(states[name]?.['Retry']).toEqual([
        expect.objectContaining({
          ErrorEquals: expect.arrayContaining(['Lambda.TooManyRequestsException', 'Lambda.ServiceException']),
          JitterStrategy: 'FULL',
        }),
        expect.objectContaining({
          ErrorEquals: ['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError', 'States.Timeout'],
          MaxAttempts: 1,
          JitterStrategy: 'FULL',
        }),
        ...(name === 'Digest' ? [whileClaimed] : []),
      ])
    }
    expect(tasksOf(definition).map(([name]) => name)).toEqual([
      'Plan',
      'ScanAccount',
      'Reconcile',
      'ScanAgain',
      'Digest',
    ])
  })

  test('waits for a function somewhat longer than the function may take, and for a night less than a day', () => {
    const definition = definitionIn(stack)
    const states = statesOf(definition)
    const timeouts = Object.fromEntries(
      stack.resourcesOf('AWS::Lambda::Function').map(id => [stack.arnOf(id), Number(stack.property(id, 'Timeout'))]),
    )
    for (const [name, arn] of tasksOf(definition)) {
      expect([name, states[name]?.['TimeoutSeconds']]).toEqual([name, (timeouts[arn] ?? 0) + 60])
    }
    expect(definition.TimeoutSeconds).toBeLessThan(86_400)
  })

  test('is no larger than Step Functions takes', () => {
    expect(Buffer.byteLength(JSON.stringify(definitionIn(stack)))).toBeLessThan(1_000_000)
  })
})

/** Those of the maps' children as well. */
const statesOf = ({ States }: Definition): Definition['States'] =>
  Object.assign({}, States, ...Object.values(States).map(({ ItemProcessor }) => ItemProcessor?.States))

const catchesAll = { ErrorEquals: ['States.ALL'] }

describeWith(cfnLint, () => {
  test('the packaged template has no errors', () => {
    expect(cfnLintMatches(packaged.templateFile)).toEqual([])
  })
})
