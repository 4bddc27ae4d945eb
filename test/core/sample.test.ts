import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sampleOver } from '../../src/core/sample.ts'

interface Account {
  readonly id: string
  readonly unit: string
}

const accounts = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1 }), unit: fc.constantFrom('a', 'b', 'c', 'd') }),
  { selector: ({ id }) => id, maxLength: 40 },
)
const sample = (all: readonly Account[], count: number, seed: string) =>
  sampleOver(
    all,
    count,
    seed,
    ({ id }) => id,
    ({ unit }) => unit,
  )

test('a sample is as large as was asked for or as there are, and of distinct items', () => {
  fc.assert(
    fc.property(accounts, fc.nat(50), fc.string(), (all, count, seed) => {
      const taken = sample(all, count, seed)
      expect(taken).toHaveLength(Math.min(count, all.length))
      expect(new Set(taken).size).toBe(taken.length)
      expect(all).toEqual(expect.arrayContaining([...taken]))
    }),
  )
})

test('the same seed takes the same, whatever the order of the list', () => {
  fc.assert(
    fc.property(accounts, fc.nat(50), fc.string(), (all, count, seed) => {
      expect(sample(all.toReversed(), count, seed)).toEqual(sample(all, count, seed))
    }),
  )
})

test('no group has two more than another that still has some left', () => {
  fc.assert(
    fc.property(accounts, fc.nat(50), fc.string(), (all, count, seed) => {
      const taken = sample(all, count, seed)
      const sizes = [...new Set(all.map(({ unit }) => unit))].map(unit => {
        const of = (list: readonly Account[]) => list.filter(one => one.unit === unit).length
        return { taken: of(taken), left: of(all) - of(taken) }
      })
      const most = Math.max(0, ...sizes.map(size => size.taken))
      for (const size of sizes) expect(size.left === 0 || size.taken >= most - 1).toBe(true)
    }),
  )
})

test('another seed takes another sample', () => {
  const all = Array.from({ length: 30 }, (_, index) => ({ id: `${index}`, unit: 'a' }))
  expect(sample(all, 5, '0')).not.toEqual(sample(all, 5, '1'))
})
