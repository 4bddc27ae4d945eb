import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { handoverKeyOf, keysOf } from '../../src/core/bucket.ts'
import { Handover } from '../../src/core/handover.ts'
import type { ScanRequest } from '../../src/core/messages.ts'
import { accountsIn } from '../support/collect.ts'
import { type Deployment, deploy, type Night, organizationOf, payments, retail } from './deployment.ts'
import { FunctionError } from './functions.ts'
import { crashed } from './machine.ts'
import { type Packaged, packageService } from './package.ts'

let packaged: Packaged
let deployment: Deployment

beforeAll(async () => {
  packaged = await packageService()
  deployment = await deploy(packaged)
}, 120_000)

beforeEach(() => deployment.reset())

afterAll(async () => {
  await deployment?.stop()
  await packaged?.remove()
})

const startedAt = new Date().toISOString()
const killed = new FunctionError({ name: 'Sandbox.Timedout', message: 'the function was killed' })

/** A night of which the states are told, in the order in which they were entered. */
const nightOf = async (over: Night = {}, execution = 'night', organization = organizationOf()) => {
  const states: string[] = []
  const sandbox = await deployment.night(organization, execution, {
    startedAt,
    ...over,
    entered: state => states.push(state),
  })
  return { states, sandbox }
}
const lastRun = async () => {
  const [run] = await deployment.store.latestRuns(1)
  if (!run) throw new Error('the store knows no run')
  return run
}
const reportOf = async (accountId: string) =>
  (await accountsIn(deployment.store, (await lastRun()).id)).find(report => report.accountId === accountId)
const fileOf = (key: string) => deployment.aws.files.get(`${deployment.stack.nameOf('RunBucket')}/${key}`)
const oneRegionAtOnce = () =>
  deployment.aws.files.set(
    `${deployment.stack.nameOf('RunBucket')}/posture.yaml`,
    'version: 1\nlimits: { regions: 1 }\n',
  )

/** Everything that a night leaves, but for the moments at which it ended and the doors that had to be opened again. */
const remembered = async () => {
  const items = (await deployment.items()).map(({ finishedAt, digestSentAt, claimedUntil, ...item }) => item)
  return JSON.parse(JSON.stringify(items).replaceAll('"sts:AssumeRole":2', '"sts:AssumeRole":1')) as readonly object[]
}

describe('a night', () => {
  test('asks what is missing, and goes on to the digest where nothing is', async () => {
    const { states } = await nightOf()
    expect(states.filter(state => state !== 'ScanAccount')).toEqual(['Plan', 'Reconcile', 'Digest'])
    expect(states.filter(state => state === 'ScanAccount')).toHaveLength(6)
    expect(fileOf(keysOf((await lastRun()).id).missing)).toBeUndefined()
  })

  test('repeats a scan that was killed, once', async () => {
    const deaths = [retail]
    await nightOf({
      beforeScan: accountId => {
        if (deaths[0] === accountId) throw deaths.shift() && killed
      },
    })
    expect((await reportOf(retail))?.regions.map(({ status }) => status)).toEqual(['ok', 'ok'])
    expect(fileOf(keysOf((await lastRun()).id).missing)).toBeUndefined()
  })

  test('scans again what the first map lost, and that alone', async () => {
    let deaths = 2
    const { states } = await nightOf({
      beforeScan: accountId => {
        if (accountId === retail && deaths-- > 0) throw killed
      },
    })
    expect(states.filter(state => state !== 'ScanAccount')).toEqual(['Plan', 'Reconcile', 'ScanAgain', 'Digest'])
    // Six accounts, of which one dies twice.
    expect(states.filter(state => state === 'ScanAccount')).toHaveLength(7)
    const lines = fileOf(keysOf((await lastRun()).id).missing)
      ?.trimEnd()
      .split('\n')
    expect(lines?.map(line => (JSON.parse(line) as ScanRequest).target.accountId)).toEqual([retail])
    expect((await reportOf(retail))?.regions.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  test('ends with a digest where an account cannot be scanned at all', async () => {
    await nightOf({
      beforeScan: accountId => {
        if (accountId === retail) throw killed
      },
    })
    expect((await reportOf(retail))?.regions.map(({ status }) => status)).toEqual(['not-reached', 'not-reached'])
    expect(deployment.aws.published).toHaveLength(1)
  })

  test('ends with a digest where nothing can be reconciled', async () => {
    deployment.aws.refuse = ({ by }) => by === 'reconcile'
    try {
      await nightOf()
    } finally {
      deployment.aws.refuse = undefined
    }
    expect(deployment.aws.published).toHaveLength(1)
  })
})

describe('an account that takes longer than one call of the function', () => {
  const short = { remainingMs: 100_000 }

  test('is taken Region by Region, to the same findings and the same report', async () => {
    oneRegionAtOnce()
    await nightOf()
    const atOnce = await remembered()
    await deployment.reset()

    oneRegionAtOnce()
    const { states } = await nightOf(short)
    // Two Regions of each account that is asked and opens: the other three are done in one call.
    expect(states.filter(state => state === 'ScanAccount').length).toBeGreaterThan(8)
    expect(await remembered()).toEqual(atOnce)
    expect(deployment.aws.published).toHaveLength(1)
  })

  test('hands over what is done, and no finding', async () => {
    oneRegionAtOnce()
    await nightOf(short)
    const { id } = await lastRun()
    const text = fileOf(handoverKeyOf(id, payments)) ?? ''
    expect(Handover.parse(JSON.parse(text))).toMatchObject({
      done: [{ coverage: { region: 'eu-west-1', status: 'ok' }, imdsV1: 'allowed' }],
      givenUp: {},
    })
    const messages = (await deployment.store.listFindings()).map(({ message }) => message)
    expect(messages.length).toBeGreaterThan(0)
    expect(messages.filter(message => text.includes(message))).toEqual([])
  })

  test('keeps what was done where it falls silent in between', async () => {
    oneRegionAtOnce()
    let calls = 0
    await nightOf({
      ...short,
      beforeScan: accountId => {
        if (accountId === payments && ++calls > 1) throw killed
      },
    })
    expect((await reportOf(payments))?.regions.map(({ region, status }) => `${region} ${status}`)).toEqual([
      'eu-west-1 ok',
      'us-east-1 not-reached',
    ])
  })
})

describe('a night that is cut off and started again under its name', () => {
  const isRetail = (event: unknown) => (event as ScanRequest).target.accountId === retail
  const later = new Date(Date.parse(startedAt) + 1_000).toISOString()
  /** In which something is fixed since the night before. */
  const second = async (over: Night = {}) =>
    nightOf({ startedAt: later, ...over }, 'second', organizationOf({}, { tokens: 'required' }))
  let nightBefore: Awaited<ReturnType<Deployment['items']>>
  let undisturbed: readonly object[]

  beforeAll(async () => {
    await deployment.reset()
    await nightOf({}, 'first')
    nightBefore = await deployment.items()
    oneRegionAtOnce()
    await second()
    undisturbed = await remembered()
  })

  beforeEach(async () => {
    await deployment.reset(nightBefore)
    oneRegionAtOnce()
  })

  test.each<[string, Night]>([
    ['Plan', { crashAfter: state => state === 'Plan' }],
    ['a scan', { crashAfter: (state, event) => state === 'ScanAccount' && isRetail(event) }],
    [
      'a scan of which Regions remain',
      {
        remainingMs: 100_000,
        crashAfter: (state, event) => state === 'ScanAccount' && 'remaining' in (event as object),
      },
    ],
    ['Reconcile', { crashAfter: state => state === 'Reconcile' }],
    [
      'a scan of the second map',
      {
        crashAfter: state => state === 'ScanAgain',
        beforeScan: diesTwice(),
      },
    ],
  ])('after %s remembers the same, and tells it once', async (_, over) => {
    await expect(second(over)).rejects.toMatchObject({ name: crashed })
    expect(deployment.aws.published).toHaveLength(0)
    await second()
    expect(await remembered()).toEqual(undisturbed)
    expect(deployment.aws.published).toHaveLength(1)
  })

  test('after Digest is told by a second delivery of it alone, which sends nothing', async () => {
    const cutOff = second({ crashAfter: state => state === 'Digest' })
    await expect(cutOff).rejects.toMatchObject({ name: crashed })
    await deployment.functions.digest.invoke({ runId: (await lastRun()).id })
    expect(await remembered()).toEqual(undisturbed)
    expect(deployment.aws.published).toHaveLength(1)
  })
})

/** Both calls of the first map die, so that the account comes to the second. */
function diesTwice(): NonNullable<Night['beforeScan']> {
  let deaths = 2
  return accountId => {
    if (accountId === retail && deaths-- > 0) throw killed
  }
}
