import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { keysOf } from '../../src/core/bucket.ts'
import type { AccountReport } from '../../src/core/store.ts'
import { accountsIn, eventsIn } from '../support/collect.ts'
import { leaksIn, plant } from '../support/secrets.ts'
import {
  closed,
  type Deployment,
  deploy,
  externalId,
  organizationOf,
  payments,
  retail,
  stranger,
} from './deployment.ts'
import { type Packaged, packageService } from './package.ts'
import { hub } from './stack.ts'

let packaged: Packaged
let deployment: Deployment

beforeAll(async () => {
  packaged = await packageService()
  deployment = await deploy(packaged)
}, 120_000)

afterAll(async () => {
  await deployment?.stop()
  await packaged?.remove()
})

const lastRun = async () => {
  const [run] = await deployment.store.latestRuns(1)
  if (!run) throw new Error('the store knows no run')
  return run
}
const coverageOf = (reports: readonly AccountReport[]) =>
  Object.fromEntries(
    reports.map(({ accountId, regions }) => [accountId, regions.map(({ region, status }) => `${region} ${status}`)]),
  )
const lastMessage = () => Object.fromEntries(deployment.aws.published.at(-1) ?? [])

describe('the packaged service', () => {
  test('scans the organization, remembers it and tells of it', async () => {
    await deployment.night(organizationOf(), 'first-night')

    const run = await lastRun()
    expect(run).toMatchObject({ accountCount: 6, scope: {}, toolVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
    expect(run.finishedAt).toBeDefined()
    expect(coverageOf(await accountsIn(deployment.store, run.id))).toEqual({
      '100000000000': ['eu-west-1 ok', 'us-east-1 ok'],
      [hub]: ['eu-west-1 ok', 'us-east-1 ok'],
      [payments]: ['eu-west-1 ok', 'us-east-1 ok'],
      [retail]: ['eu-west-1 ok', 'us-east-1 ok'],
      [closed]: ['eu-west-1 account-inactive', 'us-east-1 account-inactive'],
      [stranger]: ['eu-west-1 no-role', 'us-east-1 no-role'],
    })
    const open = await deployment.store.listFindings()
    expect(open.map(({ checkId, resource }) => `${checkId} ${resource.name}`)).toContain(
      'node-group-off-amazon-linux-2 old',
    )

    expect(deployment.aws.published).toHaveLength(1)
    expect(lastMessage()).toMatchObject({
      Action: 'Publish',
      TopicArn: deployment.stack.arnOf('AlertTopic'),
      Subject: expect.stringMatching(/^EKS node posture: \d+ first seen/),
      Message: expect.stringContaining('stranger'),
      'MessageAttributes.entry.1.Name': 'kind',
      'MessageAttributes.entry.1.Value.StringValue': 'digest',
      'MessageAttributes.entry.2.Name': 'runId',
      'MessageAttributes.entry.2.Value.StringValue': run.id,
    })
    expect(await deployment.store.readLease()).toBeUndefined()
  })

  test('leaves the policy, the manifest and the reports of the run in the bucket', async () => {
    const { id } = await lastRun()
    const fileOf = (key: string) => deployment.aws.files.get(`${deployment.stack.nameOf('RunBucket')}/${key}`) ?? ''
    const keys = keysOf(id)
    expect(JSON.parse(fileOf(keys.policy))).toMatchObject({ version: 1, limits: { accounts: 8 } })
    expect(JSON.parse(fileOf(keys.calendar))).toMatchObject({ 1.31: { endOfExtendedSupport: '2026-11-26' } })
    expect(JSON.parse(fileOf(keys.findings))).toMatchObject({ run: { id }, coverage: { length: 12 } })
    expect(fileOf(keys.report)).toMatch(/^<!doctype html>[\s\S]*payments/)
    const lines = fileOf(keys.manifest)
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as object)
    expect(lines).toHaveLength(6)
    expect(lines).toContainEqual(
      expect.objectContaining({
        runId: id,
        unasked: { status: 'account-inactive', detail: 'the account is SUSPENDED' },
      }),
    )
  })

  test('has nothing to tell of a night without change, and something of one with', async () => {
    await deployment.night(organizationOf(), 'second-night')
    expect(lastMessage()['Subject']).toMatch(/^EKS node posture: Nothing changed;/)
    expect(await eventsIn(deployment.store, (await lastRun()).id)).toEqual([])

    await deployment.night(organizationOf({}, { tokens: 'required' }), 'third-night')
    const events = await eventsIn(deployment.store, (await lastRun()).id)
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['resolved']))
    expect(lastMessage()['Subject']).toMatch(/^EKS node posture: \d+ fixed;/)
  })

  test('goes on when the scan of an account breaks, and says that it was not reached', async () => {
    deployment.aws.refuse = ({ by, action, body }) =>
      by === 'scan' && action === 'dynamodb:PutItem' && body.includes(retail)
    try {
      await deployment.night(organizationOf({}, { tokens: 'required' }), 'broken-night')
    } finally {
      deployment.aws.refuse = undefined
    }
    const run = await lastRun()
    const reports = await accountsIn(deployment.store, run.id)
    expect(reports).toHaveLength(6)
    expect(coverageOf(reports)[retail]).toEqual(['eu-west-1 not-reached', 'us-east-1 not-reached'])
    expect(lastMessage()['Message']).toContain('not-reached: ')
    expect(lastMessage()['MessageAttributes.entry.2.Value.StringValue']).toBe(run.id)
    expect(metricsOf(deployment.functions.digest.log(), 'AccountsNotScanned')).toEqual([0, 0, 0, 1])
    // What was not reached is neither resolved nor gone: it is lost from coverage, and what is open there not confirmed.
    const kinds = (await eventsIn(deployment.store, run.id)).map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(['coverage-lost', 'unconfirmed']))
  })

  test('reads an account that throttles to its end, and counts that', async () => {
    const faults = [{ account: payments, action: 'ec2:*', throttle: 0.35 }]
    const sandbox = await deployment.night(organizationOf({ faults }, { tokens: 'required' }), 'throttled-night')
    const throttles = Object.values(sandbox.counters.throttles).reduce((sum, count) => sum + count, 0)
    expect(throttles).toBeGreaterThan(0)
    const reports = await accountsIn(deployment.store, (await lastRun()).id)
    expect(coverageOf(reports)[payments]).toEqual(['eu-west-1 ok', 'us-east-1 ok'])
    const counted = metricsOf(deployment.functions.scan.log(), 'Throttles')
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(throttles)
  })

  test('scans a part of the organization when the execution says so, and sends no digest of it', async () => {
    const before = deployment.aws.published.length
    await deployment.night(organizationOf(), 'scoped-night', { scope: { accounts: [payments] } })
    const run = await lastRun()
    expect(run.scope).toEqual({ accounts: [payments] })
    const coverage = coverageOf(await accountsIn(deployment.store, run.id))
    expect(coverage[payments]).toEqual(['eu-west-1 ok', 'us-east-1 ok'])
    expect(coverage[retail]).toEqual(['eu-west-1 excluded', 'us-east-1 excluded'])
    expect(deployment.aws.published).toHaveLength(before)
    // No alarm that waits for a night takes it for one, and none that a night rang is cleared by it.
    expect(metricsOf(deployment.functions.digest.log(), 'RunsEnded')).toEqual([1, 1, 1, 1, 1, 0])
    expect(metricsOf(deployment.functions.digest.log(), 'AccountsNotScanned')).toEqual([0, 0, 0, 1, 0])
  })

  test('keeps the external id out of files, messages and logs', () => {
    const { aws, functions } = deployment
    expect(aws.calls.some(({ action, body }) => action === 'sts:AssumeRole' && body.includes(externalId))).toBe(true)
    const written = [
      ...aws.files.values(),
      ...aws.published.map(String),
      ...Object.values(functions).map(one => one.log()),
    ]
    expect(written.filter(text => text.includes(externalId))).toEqual([])
  })
})

describe('a night in which user data holds secrets', () => {
  const planted = plant('night').filter(({ kind }) => kind === 'mime')

  test('keeps them out of files, messages, logs and calls', async () => {
    const { aws, functions } = deployment
    const userData = planted.map(({ base64 }) => base64).join('')
    const sandbox = await deployment.night(organizationOf({}, { userData }), 'secret-night')
    expect(sandbox.counters.calls['ec2:DescribeLaunchTemplateVersions']).toBeGreaterThan(0)
    const reports = await accountsIn(deployment.store, (await lastRun()).id)
    expect(coverageOf(reports)[payments]).toEqual(['eu-west-1 ok', 'us-east-1 ok'])
    const written = [
      ...aws.files,
      ...aws.published.map(message => ['message', [...message.values()].join('\n')]),
      ...aws.calls.map(({ action, body }) => [action, body]),
      ...Object.entries(functions).map(([name, one]) => [`log of ${name}`, one.log()]),
    ] as const
    expect(
      written.flatMap(([where = '', what = '']) => leaksIn(what, planted).map(leak => `${where}: ${leak}`)),
    ).toEqual([])
  })
})

/** The values of a metric, in the order in which they were logged as EMF. */
const metricsOf = (log: string, name: string): number[] =>
  log
    .split('\n')
    .filter(line => line.includes('"_aws"'))
    .flatMap(line => (JSON.parse(line) as Record<string, number>)[name] ?? [])
