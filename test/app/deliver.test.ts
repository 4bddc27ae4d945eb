import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { BusyError, claimMs } from '../../src/app/deliver.ts'
import { storeIn } from '../../src/aws/store.ts'
import { PostureError } from '../../src/core/errors.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import type { Store } from '../../src/core/store.ts'
import { explore, startProcess } from '../support/interleave.ts'
import { memoryStore, stepped } from '../support/memory-store.ts'
import { type Engine, newTable, startDynalite } from '../support/table.ts'
import { data, endNight, minutesInto, post, send, shop } from './deliveries.ts'

let engine: Engine
beforeAll(async () => {
  engine = await startDynalite()
})
afterAll(() => engine.stop())

const everything = [
  ...[`topic alert ${shop}`, `topic alert ${data}`, 'topic digest 10'],
  // In a chat the digest begins the thread.
  ...['chat digest 10', `chat alert ${shop}`, `chat alert ${data}`],
]

const bothTopics = ({ publishTo }: ReturnType<typeof post>) => ({
  publish: publishTo('topic'),
  chat: publishTo('chat'),
})

const hub = { accountId: '111111111111', partition: 'aws', region: 'eu-west-1' }

describe.each<[string, () => Promise<Store>]>([
  ['in memory', async () => memoryStore()],
  ['in dynalite', async () => storeIn(engine.client, await newTable(engine))],
])('what a run owes, %s', (_, open) => {
  test('is sent once, and the run says when', async () => {
    const store = await open()
    const runId = await endNight(store, 10)
    const letters = post()
    await send(runId, store, bothTopics(letters), minutesInto(10))
    await send(runId, store, bothTopics(letters), minutesInto(10, 30))
    expect(letters.names()).toEqual(everything)
    expect((await store.readRun(runId))?.digestSentAt).toBe(minutesInto(10).toISOString())
  })

  // Between sending and marking no protocol can know whether the message is out; it is sent again, the same.
  test('is sent whole after a crash before any call, and twice only where it was not yet marked', async () => {
    let crashes = 0
    for (let fatal = 0; ; fatal += 1) {
      const store = await open()
      const runId = await endNight(store, 10)
      const letters = post()
      let made = 0
      let crashedBefore = ''
      const dying = stepped(store, async ({ name, make }) => {
        if (made++ === fatal) {
          crashedBefore = name
          throw new Error('killed')
        }
        return make()
      })
      await send(runId, dying, bothTopics(letters), minutesInto(10)).catch(error =>
        expect(error.message).toBe('killed'),
      )
      if (crashedBefore === '') break
      crashes += 1
      const last = letters.sent.at(-1)
      await send(runId, store, bothTopics(letters), new Date(minutesInto(10).getTime() + claimMs))
      expect(new Set(letters.names())).toEqual(new Set(everything))
      expect(letters.names()).toHaveLength(everything.length + (crashedBefore === 'putTold' ? 1 : 0))
      if (crashedBefore === 'putTold') expect(letters.sent.filter(one => same(one, last))).toHaveLength(2)
    }
    expect(crashes).toBeGreaterThan(20)
  }, 120_000)

  test('stays owed to a topic that denies, is told by the next digest, and then no more', async () => {
    const store = await open()
    const first = await endNight(store, 10)
    const letters = post()
    letters.refusing.set('topic', 'sns:Publish to alerts: access denied.')
    await expect(send(first, store, bothTopics(letters), minutesInto(10))).rejects.toThrow('access denied')
    // The other topic has everything all the same.
    expect(letters.names()).toEqual(everything.slice(3))
    expect(await store.readRun(first)).toMatchObject({ digestFailure: 'sns:Publish to alerts: access denied.' })

    letters.refusing.clear()
    letters.sent.length = 0
    for (const day of [11, 12]) await send(await endNight(store, day, []), store, bothTopics(letters), minutesInto(day))
    expect(letters.names()).toEqual([
      ...everything.slice(0, 3),
      ...['topic digest 11', 'chat digest 11', 'topic digest 12', 'chat digest 12'],
    ])
    const [eleventh, twelfth] = letters.sent.filter(({ to }) => to === 'topic').slice(3)
    expect(eleventh?.message.text).toContain(`Not everything of run ${first} could be sent that night: sns:Publish`)
    expect(twelfth?.message.text).not.toContain('access denied')
  })
})

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

test('two that send at once send it once, in every order of their calls', async () => {
  const start = memoryStore()
  const runId = await endNight(start, 10, [shop])
  let busy = 0
  const orders = await explore(async choose => {
    const store = start.copy()
    const letters = post()
    const sender = () =>
      startProcess(step =>
        send(runId, stepped(store, step), { publish: letters.publishTo('topic') }, minutesInto(10)).catch(error => {
          if (!(error instanceof BusyError)) throw error
          busy += 1
        }),
      )
    const senders = [await sender(), await sender()]
    for (;;) {
      const waiting = senders.filter(one => one.next() !== undefined)
      if (waiting.length === 0) break
      const state = senders.map(one => `${one.next()} ${one.answers()}`).join('|')
      const chosen = choose(waiting.length, state)
      if (chosen === undefined) return
      await waiting[chosen]?.advance()
    }
    expect(letters.names()).toEqual([`topic alert ${shop}`, 'topic digest 10'])
  })
  expect(orders).toBeGreaterThan(100)
  expect(busy).toBeGreaterThan(0)
})

test('what somebody else is sending is left alone, until the claim runs out', async () => {
  const store = memoryStore()
  const runId = await endNight(store, 10)
  await store.claimMessages(runId, minutesInto(10, 15).toISOString(), minutesInto(10).toISOString())
  const letters = post()
  await expect(send(runId, store, bothTopics(letters), minutesInto(10, 14))).rejects.toThrow(BusyError)
  expect(letters.sent).toEqual([])
  await send(runId, store, bothTopics(letters), minutesInto(10, 15))
  expect(letters.names()).toEqual(everything)
})

test('a chat that fails keeps nothing from the topic, and alone is told again', async () => {
  const store = memoryStore()
  const runId = await endNight(store, 10)
  const letters = post()
  letters.refusing.set('chat', 'sns:Publish to chat: the topic does not exist.')
  await expect(send(runId, store, bothTopics(letters), minutesInto(10))).rejects.toThrow(PostureError)
  expect(letters.names()).toEqual(everything.slice(0, 3))
  letters.refusing.clear()
  await send(runId, store, bothTopics(letters), minutesInto(10, 11))
  expect(letters.names()).toEqual(everything)
})

test('what an earlier night owes goes first, and a receiver that fails is asked once for all of those', async () => {
  const store = memoryStore()
  for (const day of [8, 9]) await endNight(store, day, [])
  const runId = await endNight(store, 10, [])
  const letters = post()
  let asked = 0
  const gone = async () => {
    asked += 1
    throw new PostureError('the topic is gone.')
  }
  await expect(send(runId, store, { publish: gone }, minutesInto(10))).rejects.toThrow('gone')
  expect(asked).toBe(2)
  await send(runId, store, { publish: letters.publishTo('topic') }, minutesInto(10, 11))
  expect(letters.names()).toEqual(['topic digest 08', 'topic digest 09', 'topic digest 10'])
})

test.each([
  ['a scoped run', { scope: { accounts: [shop] } }],
  ['a run that nobody published', { owesMessages: false }],
  ['a run that has not ended', { finishedAt: undefined }],
])('%s owes nothing', async (_, over) => {
  const store = memoryStore()
  const { finishedAt, ...rest } = { finishedAt: minutesInto(10).toISOString(), ...over }
  const runId = await endNight(store, 10, [shop], { ...rest, ...(finishedAt ? { finishedAt } : {}) })
  if (!finishedAt) await store.updateRun(runId, { finishedAt: undefined } as never)
  const letters = post()
  await send(runId, store, bothTopics(letters), minutesInto(10))
  expect(letters.sent).toEqual([])
})

test('a night without change is silent where posture.yaml asks for it', async () => {
  const store = memoryStore()
  const silent = { ...defaultPolicy, digest: { whenNothingChanged: 'silent' as const } }
  const runId = await endNight(store, 10, [], {}, silent)
  const letters = post()
  await send(runId, store, bothTopics(letters), minutesInto(10))
  expect(letters.sent).toEqual([])
  expect((await store.readRun(runId))?.digestSentAt).toBeDefined()
})

test('alerts go by the threshold of posture.yaml', async () => {
  const store = memoryStore()
  const runId = await endNight(store, 10, [shop], {}, { ...defaultPolicy, alerts: { minSeverity: 'critical' } })
  const letters = post()
  await send(runId, store, bothTopics(letters), minutesInto(10))
  expect(letters.names()).toEqual(['topic digest 10', 'chat digest 10'])
})

describe('Security Hub', () => {
  const owing = { owesMessages: true, owesImport: true }

  test('that is off keeps no message back, and is asked again the next night', async () => {
    const store = memoryStore()
    const first = await endNight(store, 10, [], owing)
    const letters = post()
    const publish = letters.publishTo('topic')
    const importFindings = async () => {
      throw new PostureError('securityhub:BatchImportFindings: not subscribed.')
    }
    await expect(
      send(first, store, { publish, securityHub: { hub, importFindings } }, minutesInto(10)),
    ).rejects.toThrow('not subscribed')
    expect(letters.names()).toEqual(['topic digest 10'])
    const second = await endNight(store, 11, [], owing)
    let imports = 0
    const works = {
      hub,
      importFindings: async () => {
        imports += 1
      },
    }
    await send(second, store, { publish, securityHub: works }, minutesInto(11))
    await send(second, store, { publish, securityHub: works }, minutesInto(11, 11))
    expect(imports).toBe(2)
    expect(letters.names()).toEqual(['topic digest 10', 'topic digest 11'])
    expect(letters.sent[1]?.message.text).toContain('not subscribed')
  })

  test('is all that a run owes which nobody published, and messages wait for a topic', async () => {
    const store = memoryStore()
    const published = await endNight(store, 9, [])
    const runId = await endNight(store, 10, [], { owesMessages: false, owesImport: true })
    let imports = 0
    const securityHub = {
      hub,
      importFindings: async () => {
        imports += 1
      },
    }
    await send(runId, store, { securityHub }, minutesInto(10))
    expect([imports, (await store.readRun(runId))?.digestSentAt]).toEqual([1, minutesInto(10).toISOString()])
    expect((await store.readRun(published))?.digestSentAt).toBeUndefined()
    const letters = post()
    await send(runId, store, { publish: letters.publishTo('topic'), securityHub }, minutesInto(10, 11))
    expect(letters.names()).toEqual(['topic digest 09'])
  })
})
