import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { matchesGlob } from '../../src/core/glob.ts'

test.each([
  ['payments', 'payments', true],
  ['payments', 'payments-eu', false],
  ['payments-*', 'payments-eu', true],
  ['payments-*', 'payments-', true],
  ['payments-*', 'payments', false],
  ['*-prod', 'shop-prod', true],
  ['*-prod', 'shop-prod-2', false],
  ['*', '', true],
  ['*', 'anything', true],
  ['', '', true],
  ['', 'a', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['ab*ba', 'aba', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'acb', false],
  ['**', 'x', true],
  // Only the star is special.
  ['a.c', 'abc', false],
  ['a?c', 'abc', false],
  ['[ab]', 'a', false],
  ['SHOP', 'shop', false],
])('%p matches %p: %p', (pattern, name, expected) => {
  expect(matchesGlob(pattern, name)).toBe(expected)
})

/** What a glob is, by definition: a star takes no character, or one and stays. */
const reference = ([head, ...tail]: readonly string[], name: readonly string[]): boolean => {
  if (head === undefined) return name.length === 0
  if (head === '*') return reference(tail, name) || (name.length > 0 && reference([head, ...tail], name.slice(1)))
  return head === name[0] && reference(tail, name.slice(1))
}

test('agrees with the definition on every short pattern and name', () => {
  const letters = (alphabet: readonly string[]) => fc.array(fc.constantFrom(...alphabet), { maxLength: 8 })
  fc.assert(
    fc.property(letters(['a', 'b', '*']), letters(['a', 'b']), (pattern, name) => {
      expect(matchesGlob(pattern.join(''), name.join(''))).toBe(reference(pattern, name))
    }),
    { numRuns: 3000, seed: 20261122 },
  )
})

// A backtracking matcher would not answer within the age of the universe.
test('answers a long pattern of many stars', () => {
  expect(matchesGlob(`${'a*'.repeat(2000)}b`, 'a'.repeat(20_000))).toBe(false)
  expect(matchesGlob(`${'a*'.repeat(2000)}a`, 'a'.repeat(20_000))).toBe(true)
})
