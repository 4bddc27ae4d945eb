import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { storeIn } from '../../src/aws/store.ts'
import type { Message } from '../../src/core/ports.ts'
import { expectGolden } from '../reports/golden.ts'
import { describeWith, dynamodbLocal } from '../support/judges.ts'
import { memoryStore } from '../support/memory-store.ts'
import { dump, type Engine, newTable, type StoredItem, startDynalite, startDynamodbLocal } from '../support/table.ts'
import { days, type NightOfWeek, playDay } from '../support/week.ts'

const inWords = ({ subject, text, attributes }: Message) => {
  const by = Object.entries(attributes).map(([name, value]) => `${name}: ${[value].flat().join(', ')}`)
  return `Subject: ${subject}\n${by.join('\n')}\n\n${text}`
}

const playWeek = async (engine: Engine) => {
  const tableName = await newTable(engine)
  const store = storeIn(engine.client, tableName)
  const nights: NightOfWeek[] = []
  for (const day of days) nights.push(await playDay(day, store))
  return { nights, items: await dump(engine, tableName) }
}

let engine: Engine
let nights: readonly NightOfWeek[] = []
let items: readonly StoredItem[] = []
beforeAll(async () => {
  engine = await startDynalite()
  ;({ nights, items } = await playWeek(engine))
}, 300_000)
afterAll(() => engine.stop())

describe('a week', () => {
  test.each(days)('day %i: the messages of the night', async day => {
    const { messages } = nights[day - 1] as NightOfWeek
    await expectGolden(`week-${day}.txt`, messages.map(inWords).join(`\n${'─'.repeat(80)}\n\n`))
  })

  test.each(days)('day %i: the digest that is previewed is the one that is sent, byte for byte', day => {
    const { messages, preview } = nights[day - 1] as NightOfWeek
    expect(messages.filter(({ attributes }) => attributes['kind'] === 'digest').map(({ text }) => text)).toEqual([
      preview,
    ])
  })
})

// Each of them would be as many alerts as there are findings, of things that nobody changed that day.
describe('no alert but one baseline line in the digest', () => {
  const told = ({ messages }: NightOfWeek) =>
    messages.map(({ attributes, text }) => [attributes['kind'], /\d+ first seen \(baseline\)/.exec(text)?.[0]])

  test.each([
    ['a first night', 1, '19 first seen (baseline)'],
    ['a check that is new, and one that is sharper', 8, '3 first seen (baseline)'],
  ] as const)('comes of %s', (_, day, line) => {
    expect(told(nights[day - 1] as NightOfWeek)).toEqual([['digest', line]])
  })

  test('comes of an account that is judged for the first time', async () => {
    const store = memoryStore()
    const before = await playDay(3, store)
    const joined = await playDay(4, store)
    expect(told(before)).toEqual([['digest', '11 first seen (baseline)']])
    expect(told(joined)).toEqual([['digest', '5 first seen (baseline)']])
  })
})

describeWith(dynamodbLocal, () => {
  test('the same week leaves the same items in DynamoDB Local', async () => {
    const local = await startDynamodbLocal()
    try {
      expect((await playWeek(local)).items).toEqual(items)
    } finally {
      await local.stop()
    }
  }, 300_000)
})
