import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { printable } from '../../src/reports/printable.ts'

describe('what is printed', () => {
  test('shows what a terminal would obey, wherever it stands', () => {
    const given = { name: 'a\u001b[2Jb', rows: [{ reason: 'x\u202ey', count: 2, none: null }], isOk: true }
    expect(printable(given)).toEqual({
      name: 'a\\u001b[2Jb',
      rows: [{ reason: 'x\\u202ey', count: 2, none: null }],
      isOk: true,
    })
    expect(given.name).toBe('a\u001b[2Jb')
  })

  test('is the same as what is given where there is nothing to obey', () => {
    const plain = fc.jsonValue({ stringUnit: fc.constantFrom('a', 'é', '"', '<', '😀', ' ') })
    fc.assert(fc.property(plain, value => expect(printable(value)).toEqual(value)))
  })

  test('holds nothing that a terminal obeys, however deep', () => {
    const hostile = fc.jsonValue({ maxDepth: 4, stringUnit: fc.constantFrom('a', '\u001b', '\n', '\u009b', '\u2066') })
    const isPlain = (value: unknown): boolean => {
      if (typeof value === 'string') return !/[\p{Cc}\u2066]/u.test(value)
      return typeof value !== 'object' || value === null || Object.values(value).every(isPlain)
    }
    fc.assert(fc.property(hostile, value => isPlain(printable(value))))
  })

  test('keeps a name that means something to objects', () => {
    const tags = JSON.parse('{"__proto__":"a\\u0007","constructor":"b"}')
    expect(Object.entries(printable(tags))).toEqual([
      ['__proto__', 'a\\u0007'],
      ['constructor', 'b'],
    ])
  })
})
