import { expect, test } from '@jest/globals'
import { departedSince, regionsIn } from '../../src/app/departed.ts'
import { type FinishRunPorts, finishRun } from '../../src/app/finish-run.ts'
import type { Planned } from '../../src/app/plan.ts'
import { remember } from '../../src/app/remember.ts'
import { beginRun } from '../../src/app/runs.ts'
import { keysOf } from '../../src/core/bucket.ts'
import type { CoverageStatus } from '../../src/core/coverage.ts'
import { PostureError } from '../../src/core/errors.ts'
import type { ScanRequest } from '../../src/core/messages.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import * as build from '../support/build.ts'
import { accountsIn } from '../support/collect.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { member } from './fakes.ts'
import { account, area, check, during, eventsOf, finding, nightOf, runOf, statesOf } from './memory.ts'

// Accounts that were planned and never told of themselves, and accounts that are not in the organization any more.

const { accountId } = build
const otherId = '999999999999'
const target = build.target()

/** Coverage of an account by Region. */
const covered = (regions: Readonly<Record<string, CoverageStatus>>, id = accountId) =>
  Object.entries(regions).map(([region, status]) => ({ accountId: id, region, status, detail: null, failures: [] }))

const checkId = 'cluster-version-supported'
const failing = area({ findings: [finding({ checkId })] })

/** The last night, in which the account was read in Regions of its own. */
const nightBefore = (regions: Readonly<Record<string, CoverageStatus>>) => async (store: MemoryStore) => {
  await nightOf(store, runOf(1), account([failing], 'ok', { coverage: covered(regions) }), {
    checks: [check(checkId)],
  })
}

/** Ends a run that planned some accounts, of which only another one told of itself. */
const finish = async (
  planned: readonly Planned[],
  {
    before,
    policy = defaultPolicy,
    isAnyHeard = true,
  }: { before?: (store: MemoryStore) => Promise<void>; policy?: Policy; isAnyHeard?: boolean } = {},
) => {
  const store = memoryStore()
  await before?.(store)
  const run = runOf(2)
  const manifest = planned.map((one): ScanRequest => ({ runId: run.id, ...one }))
  const files = new Map([[keysOf(run.id).manifest, manifest.map(line => `${JSON.stringify(line)}\n`).join('')]])
  const ports: FinishRunPorts = {
    ...during(run, store),
    hubRegion: 'eu-central-1',
    publish: async () => {},
    bucket: {
      name: 'runs',
      readFile: async key => files.get(key),
      writeFile: async (key, text) => void files.set(key, text),
    },
  }
  await beginRun(run, { toolVersion: '1.0.0', accountCount: planned.length + 1, isOrganization: true, policy }, ports)
  const regions = { 'eu-west-1': 'ok', 'us-east-1': 'ok', 'af-south-1': 'region-disabled' } as const
  const result = account([], 'ok', {
    target: build.target({ accountId: otherId }),
    coverage: covered(regions, otherId),
  })
  if (isAnyHeard) await remember(result, { run, checks: [], policy, previousRunId: undefined }, ports)
  const end = await finishRun(run.id, ports)
  const again = await finishRun(run.id, ports)
  const reports = await accountsIn(store, run.id)
  const rows = reports.find(one => one.accountId === accountId)?.regions ?? []
  return { store, run, end, again, rows: rows.map(({ region, status }) => `${region} ${status}`) }
}

test('an account that never told of itself is not reached wherever anybody was, and where it was before', async () => {
  const before = nightBefore({ 'eu-west-1': 'ok', 'ap-south-1': 'no-role', 'af-south-1': 'region-disabled' })
  const { rows, end, again } = await finish([{ target }], { before })
  expect(rows).toEqual(['ap-south-1 not-reached', 'eu-west-1 not-reached', 'us-east-1 not-reached'])
  expect(end).toEqual({ isWhole: true, plannedAccounts: 2, reportedAccounts: 1 })
  expect(again).toEqual(end)
})

/** A run of one account that told of itself, ended with a bucket that is down. */
const finishWithoutBucket = async (heardOf: boolean) => {
  const store = memoryStore()
  const run = runOf(2)
  const sent: string[] = []
  const down = async () => {
    throw new PostureError('s3 is down.')
  }
  const ports: FinishRunPorts = {
    ...during(run, store),
    hubRegion: 'eu-west-1',
    publish: async ({ attributes }) => void sent.push(String(attributes['kind'])),
    bucket: { name: 'runs', readFile: down, writeFile: down },
  }
  const beginning = { toolVersion: '1.0.0', accountCount: 1, isOrganization: true, policy: defaultPolicy }
  await beginRun(run, beginning, ports)
  if (heardOf)
    await remember(
      account([failing]),
      { run, checks: [check(checkId)], policy: defaultPolicy, previousRunId: undefined },
      ports,
    )
  await expect(finishRun(run.id, ports)).rejects.toThrow('s3 is down.')
  return { sent, hasEnded: (await store.readRun(run.id))?.finishedAt !== undefined }
}

test('a bucket that fails keeps neither the end of the run nor its messages back', async () => {
  expect(await finishWithoutBucket(true)).toEqual({ sent: ['digest'], hasEnded: true })
})

test('a run does not end while nobody knows which of its accounts are missing', async () => {
  expect(await finishWithoutBucket(false)).toEqual({ sent: [], hasEnded: false })
})

// Each account of a run has a status, also on a first night on which every scan was killed.
test('an account is not reached in the Region of the hub where no account told of any', async () => {
  const { rows, end } = await finish([{ target }], { isAnyHeard: false })
  expect(rows).toEqual(['eu-central-1 not-reached'])
  expect(end.reportedAccounts).toBe(0)
})

test('what is known of it stands, and is not confirmed', async () => {
  const { store, run } = await finish([{ target }], { before: nightBefore({ 'eu-west-1': 'ok' }) })
  expect(eventsOf(store, run)).toEqual(['coverage-lost eu-west-1', 'unconfirmed shop'])
  expect(statesOf(store)).toEqual({ shop: 'open fail' })
})

test('a Region that posture.yaml leaves out is left out, whether or not anybody told', async () => {
  const policy: Policy = { ...defaultPolicy, scope: { ...defaultPolicy.scope, regions: { include: ['eu-west-1'] } } }
  expect((await finish([{ target }], { policy })).rows).toEqual(['eu-west-1 not-reached', 'us-east-1 excluded'])
})

test.each(['excluded', 'account-inactive', 'error'] as const)(
  'an account that was not to be asked is %s as planned, though nobody wrote it down',
  async status => {
    const { rows } = await finish([{ target, unasked: { status, detail: 'so planned' } }])
    expect(rows).toEqual([`eu-west-1 ${status}`, `us-east-1 ${status}`])
  },
)

const planned = (...ids: string[]): Planned[] => ids.map(id => ({ target: build.target({ accountId: id }) }))

test('an account that has left is told of once more, closed and inactive, and then no more', async () => {
  const store = memoryStore()
  await nightOf(store, runOf(1), account([failing]))
  const [gone, ...others] = await departedSince(runOf(1).id, planned(otherId), store)
  expect(others).toEqual([])
  expect(gone).toMatchObject({
    target: { accountId, name: 'payments', state: 'CLOSED', roleArn: null },
    unasked: { status: 'account-inactive', detail: 'the account is not in the organization any more' },
  })
  if (!gone?.unasked) return
  const row = { ...covered({ 'eu-west-1': 'account-inactive' })[0], ...gone.unasked, region: 'eu-west-1' }
  const last = account([], 'ok', { target: gone.target, coverage: [{ accountId, failures: [], ...row }] })
  await nightOf(store, runOf(2), last, { previousRunId: runOf(1).id })
  expect(statesOf(store)).toEqual({ shop: 'retired fail' })
  expect(await departedSince(runOf(2).id, planned(otherId), store)).toEqual([])
})

test('nobody has left who is planned, nor on a first night', async () => {
  const store = memoryStore()
  expect(await departedSince(undefined, planned(otherId), store)).toEqual([])
  await nightOf(store, runOf(1), account([failing]))
  expect(await departedSince(runOf(1).id, planned(accountId), store)).toEqual([])
})

test('the Regions of the night before are all but those that were never enabled', async () => {
  const store = memoryStore()
  const elsewhere = { 'us-east-1': 'no-role', 'us-west-2': 'excluded', 'af-south-1': 'region-disabled' } as const
  await nightBefore({ 'eu-west-1': 'ok', 'ap-south-1': 'account-inactive', ...elsewhere })(store)
  const before = regionsIn(runOf(1).id, store)
  expect((await before(accountId)).toSorted()).toEqual(['ap-south-1', 'eu-west-1', 'us-east-1', 'us-west-2'])
  expect(await before(member().accountId)).toEqual([])
  expect(await regionsIn(undefined, store)(accountId)).toEqual([])
})

test('an account that has left is told of once also where posture.yaml leaves a Region out', async () => {
  const store = memoryStore()
  await nightOf(store, runOf(1), account([failing]))
  const [gone] = await departedSince(runOf(1).id, planned(otherId), store)
  if (!gone?.unasked) throw new Error('nobody has left')
  const { status, detail } = gone.unasked
  const coverage = [
    { accountId, region: 'eu-west-1', status, detail, failures: [] },
    { accountId, region: 'us-east-1', status: 'excluded', detail: 'posture.yaml: scope.regions.exclude', failures: [] },
  ] as const
  const last = account([], 'ok', { target: gone.target, coverage })
  await nightOf(store, runOf(2), last, { previousRunId: runOf(1).id })
  expect(await departedSince(runOf(2).id, planned(otherId), store)).toEqual([])
})
