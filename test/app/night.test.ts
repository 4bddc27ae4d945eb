import { describe, expect, test } from '@jest/globals'
import { finishRun } from '../../src/app/finish-run.ts'
import { type PlanRunPorts, planRun } from '../../src/app/plan-run.ts'
import { type ScanTargetPorts, scanTarget } from '../../src/app/scan-target.ts'
import { checks } from '../../src/checks/index.ts'
import { parseYaml } from '../../src/config/yaml.ts'
import { keysOf, postureKey } from '../../src/core/bucket.ts'
import { ConfigError, PostureError } from '../../src/core/errors.ts'
import { PlanReply, type PlanRequest, ScanRequest } from '../../src/core/messages.ts'
import { defaultPolicy, type Policy, policySchema } from '../../src/core/policy.ts'
import type { Message } from '../../src/core/ports.ts'
import { accountsIn } from '../support/collect.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { hub, member, memberId, openAccounts, organization } from './fakes.ts'
import { bucketOf } from './memory.ts'

const request: PlanRequest = { startedAt: '2026-11-22T02:00:00.123Z', execution: 'night-of-the-22nd', scope: {} }
const deployment = { roleName: 'eks-node-posture-read', toolVersion: '1.0.0' }

const house = (over: Partial<PlanRunPorts> = {}, store: MemoryStore = memoryStore()) => {
  const { files, bucket } = bucketOf()
  const now = () => new Date('2026-11-22T02:00:05Z')
  const ports = { organization: organization(), readPolicy: async () => defaultPolicy, bucket, store, now, ...over }
  const messages: Message[] = []
  const scanPorts: ScanTargetPorts = {
    openAccount: openAccounts(),
    whoAmI: async () => hub,
    apiCalls: () => ({ 'eks:ListClusters': 2 }),
    deadline: { remainingMs: () => 900_000, timeIsUp: new AbortController().signal },
    bucket,
    store,
    now,
  }
  const publish = async (message: Message) => {
    messages.push(message)
  }
  return {
    files,
    store,
    messages,
    plan: (asked: PlanRequest = request) => planRun(asked, deployment, ports),
    scan: (asked: ScanRequest) => scanTarget(asked, scanPorts),
    finish: (runId: string) => finishRun(runId, { store, bucket, publish, now, hubRegion: 'eu-west-1' }),
    requests: (runId: string) =>
      (files.get(keysOf(runId).manifest) ?? '')
        .trimEnd()
        .split('\n')
        .map(line => ScanRequest.parse(JSON.parse(line))),
  }
}

const policyOf = (written: object): Policy => policySchema(checks.map(({ id }) => id)).parse({ version: 1, ...written })

describe('planning a run', () => {
  test('answers with where the scans are written down, and never with the scans', async () => {
    const { plan } = house()
    const reply = await plan()
    expect(PlanReply.parse(reply)).toEqual({
      runId: expect.stringMatching(/^2026-11-22T02:00:00\.123Z-[0-9a-f]{6}$/),
      bucket: 'runs',
      manifestKey: `runs/${reply.runId}/manifest.jsonl`,
      concurrency: 8,
      accountCount: 2,
    })
  })

  test('makes the same run of the same execution, and another of another', async () => {
    const { plan, store } = house()
    const first = await plan()
    expect(await plan()).toEqual(first)
    expect(await store.latestRuns(9)).toHaveLength(1)
    const other = await house().plan({ ...request, execution: 'started by hand' })
    expect(other.runId).not.toBe(first.runId)
  })

  // A function that is killed after its last write is called again, minutes later.
  test('keeps what the run was begun with when it is repeated, whatever has changed meanwhile', async () => {
    let members = ['444455556666']
    let policy = policyOf({ limits: { accounts: 3 } })
    const listAccounts = async () => [hub.accountId, ...members].map(accountId => member({ accountId }))
    const { plan, files, store, finish, scan, requests } = house({
      organization: organization({ listAccounts }),
      readPolicy: async () => policy,
    })
    const first = await plan()
    const written = new Map(files)
    members = ['444455556666', '777788889999']
    policy = policyOf({ limits: { accounts: 5 } })
    expect(await plan()).toEqual(first)
    expect(files).toEqual(written)
    for (const one of requests(first.runId)) await scan(one)
    expect(await finish(first.runId)).toEqual({ isWhole: true, plannedAccounts: 2, reportedAccounts: 2 })
    expect(await accountsIn(store, first.runId)).toHaveLength(2)
  })

  test('keeps a second run of the whole organization out, and a scoped one not', async () => {
    const { plan } = house()
    await plan()
    await expect(plan({ ...request, execution: 'twice' })).rejects.toThrow(/holds its lease until/)
    await expect(plan({ ...request, execution: 'part', scope: { accounts: [memberId] } })).resolves.toBeDefined()
  })

  test('writes a request for every account, those that are not asked with the reason', async () => {
    const policy = policyOf({ scope: { accounts: { exclude: [memberId] } } })
    const { plan, requests } = house({ readPolicy: async () => policy })
    const { runId } = await plan()
    expect(requests(runId).map(({ target, unasked }) => [target.accountId, unasked])).toEqual([
      [hub.accountId, undefined],
      [memberId, { status: 'excluded', detail: 'posture.yaml: scope.accounts.exclude' }],
    ])
  })

  test.each([
    ['a check that is not there', { scope: { checks: ['no-such-check'] } }, {}, /no-such-check/],
    [
      'an account that is not there',
      { scope: { accounts: [memberId, '1234'] } },
      {},
      /names account 1234, and the org/,
    ],
    ['a role that the deployment may not assume', {}, { role: { name: 'mine' } }, /role\.name is mine, .* assume eks-/],
  ])('begins no run for %s', async (_, asked, written, says) => {
    const { plan, store, files } = house({ readPolicy: async () => policyOf(written) })
    const refused = plan({ ...request, ...asked })
    await expect(refused).rejects.toThrow(ConfigError)
    await expect(refused).rejects.toThrow(says)
    expect([store.writes, [...files.keys()]]).toEqual([[], []])
  })

  test.each([
    ['without an end', '', /^posture\.yaml:3: waivers\.0\.expires: is missing/],
    [
      'that ends a year and a day after the run',
      ', expires: 2027-11-23',
      /waivers\.0\.expires: is more than a year ahead: 2027-11-22/,
    ],
  ])('begins no run for a waiver %s', async (_, end, says) => {
    const text = `version: 1\nwaivers:\n  - { cluster: shop, owner: a, reason: b, ticket: c${end} }\n`
    const readPolicy: PlanRunPorts['readPolicy'] = async (ids, today) =>
      parseYaml(text, postureKey, policySchema(ids, today))
    const { plan, store, files } = house({ readPolicy })
    await expect(plan()).rejects.toThrow(says)
    expect([store.writes, [...files.keys()]]).toEqual([[], []])
  })

  test('holds no lease when the bucket fails', async () => {
    const writeFile = async () => {
      throw new PostureError('s3:PutObject is denied.')
    }
    const { plan, store } = house({ bucket: { ...bucketOf().bucket, writeFile } })
    await expect(plan()).rejects.toThrow('s3:PutObject')
    expect(await store.readLease()).toBeUndefined()
  })
})

describe('scanning an account of a run', () => {
  test('remembers what it came to under the run', async () => {
    const { plan, scan, requests, store } = house()
    const { runId } = await plan()
    for (const one of requests(runId)) await scan(one)
    const reports = await accountsIn(store, runId)
    expect(reports.map(({ accountId, regions }) => [accountId, regions.map(({ status }) => status)])).toEqual([
      [hub.accountId, ['ok', 'ok']],
      [memberId, ['ok', 'ok']],
    ])
    expect(reports[0]?.totals.apiCalls).toEqual({ 'eks:ListClusters': 2 })
  })

  test('may be repeated', async () => {
    const { plan, scan, requests, store } = house()
    const { runId } = await plan()
    const [, asked] = requests(runId)
    if (!asked) throw new Error('no request')
    await scan(asked)
    const before = store.copy()
    await scan(asked)
    expect([store.findings(), store.events(), store.areas()]).toEqual([
      before.findings(),
      before.events(),
      before.areas(),
    ])
  })

  test('goes by the policy that the run began with', async () => {
    const policy = policyOf({ scope: { regions: { include: ['eu-west-1'] } } })
    const { plan, scan, requests } = house({ readPolicy: async () => policy })
    const [, asked] = requests((await plan()).runId)
    if (!asked) throw new Error('no request')
    const { coverage } = await scan(asked)
    expect(coverage.map(({ region, status }) => `${region} ${status}`)).toEqual(['eu-west-1 ok', 'us-east-1 excluded'])
  })

  test('gives an account that is not asked its status in every Region of the hub', async () => {
    const { plan, scan, requests } = house()
    const [asked] = requests((await plan()).runId)
    if (!asked) throw new Error('no request')
    const unasked = { status: 'account-inactive', detail: 'the account is SUSPENDED' } as const
    const { coverage } = await scan({ ...asked, unasked })
    expect(coverage.map(({ region, status }) => `${region} ${status}`)).toEqual([
      'eu-west-1 account-inactive',
      'us-east-1 account-inactive',
    ])
  })

  test('goes by the calendar that the run began with, and by the published one where there is none', async () => {
    const days = { endOfStandardSupport: '2026-01-01', endOfExtendedSupport: '2026-11-24', source: 'EKS' }
    const calendar = new Map([['1.31', days]])
    const evidenceOf = async (isThere: boolean) => {
      const { plan, scan, requests, files, store } = house({
        organization: organization({ describeClusterVersions: async () => calendar }),
      })
      const { runId } = await plan()
      const [asked] = requests(runId)
      if (!asked) throw new Error('no request')
      if (!isThere) files.delete(keysOf(runId).calendar)
      await scan(asked)
      return JSON.stringify(store.findings().filter(({ checkId }) => checkId === 'cluster-version-supported'))
    }
    expect(await evidenceOf(true)).toContain('2026-11-24')
    expect(await evidenceOf(false)).toContain('2026-11-26')
  })

  test('does nothing for a run that nobody began, or without its policy', async () => {
    const { plan, scan, requests, files } = house()
    const { runId } = await plan()
    const [asked] = requests(runId)
    if (!asked) throw new Error('no request')
    await expect(scan({ ...asked, runId: '2026-11-22T02:00:00.000Z-000000' })).rejects.toThrow('knows no run')
    files.delete(keysOf(runId).policy)
    await expect(scan(asked)).rejects.toThrow(`There is no ${keysOf(runId).policy} in bucket runs`)
  })
})

describe('the end of a run', () => {
  test('frees the lease, leaves two reports, sends one digest, and says how far it came', async () => {
    const { plan, scan, finish, requests, store, files, messages } = house()
    const { runId } = await plan()
    const [asked] = requests(runId)
    if (!asked) throw new Error('no request')
    await scan(asked)
    expect(await finish(runId)).toEqual({ isWhole: true, plannedAccounts: 2, reportedAccounts: 1 })
    expect(await finish(runId)).toEqual({ isWhole: true, plannedAccounts: 2, reportedAccounts: 1 })
    const silent = (await accountsIn(store, runId)).find(({ accountId }) => accountId === memberId)
    expect(silent?.regions.map(({ status }) => status)).toEqual(['not-reached', 'not-reached'])
    expect(messages.map(({ attributes }) => attributes)).toEqual([{ kind: 'digest', runId }])
    expect([await store.readLease(), (await store.readRun(runId))?.finishedAt]).toEqual([
      undefined,
      '2026-11-22T02:00:05.000Z',
    ])
    expect(files.get(keysOf(runId).report)).toMatch(/^<!doctype html>/)
    expect(JSON.parse(files.get(keysOf(runId).findings) ?? '')).toMatchObject({ run: { id: runId } })
  })

  test('of a run that nobody began is an error', async () => {
    await expect(house().finish('2026-11-22T02:00:00.000Z-000000')).rejects.toThrow('knows no run')
  })
})
