import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bySeverity, pass, type Severity, severities, skip, type Verdict, worstOf } from '../../src/core/verdict.ts'

const fail = (message: string, severity?: Severity): Verdict => ({
  status: 'fail',
  message,
  evidence: [{ what: message, value: 'v', source: 's' }],
  ...(severity && { severity }),
})
const unknown = (message: string): Verdict => ({
  status: 'unknown',
  message,
  evidence: [{ what: message, value: 'not read', source: 's' }],
})
const worst = (...verdicts: Verdict[]) => worstOf(verdicts, verdict => verdict, 'medium')

describe('the worst of several verdicts', () => {
  test.each<[string, Verdict[], string]>([
    ['fail before unknown', [unknown('u'), fail('f')], 'fail'],
    ['unknown before pass', [pass, unknown('u'), skip], 'unknown'],
    ['pass before skip', [skip, pass], 'pass'],
    ['skip where there is nothing else', [skip, skip], 'skip'],
    ['skip of no parts at all', [], 'skip'],
  ])('is %s', (_, verdicts, expected) => {
    expect(worst(...verdicts).status).toBe(expected)
    expect(worst(...verdicts.toReversed()).status).toBe(expected)
  })

  test('is of fails the most severe, where one without a severity weighs what the check does', () => {
    expect(worst(fail('low', 'low'), fail('high', 'high'), fail('plain'))).toMatchObject({
      message: 'high',
      severity: 'high',
    })
    expect(worst(fail('low', 'low'), fail('plain'))).toMatchObject({ message: 'plain' })
    expect(worst(fail('low', 'low'), fail('plain'))).not.toHaveProperty('severity')
  })

  test('is the first of equals', () => {
    expect(worst(fail('one'), fail('two', 'medium'))).toMatchObject({ message: 'one' })
    expect(worst(unknown('one'), unknown('two'))).toMatchObject({ message: 'one' })
  })

  test('keeps the evidence of every part with its status, each row once, and none of the others', () => {
    expect(worst(pass, fail('b'), unknown('u'), fail('a', 'high'), fail('b'))).toMatchObject({
      evidence: [
        { what: 'a', value: 'v', source: 's' },
        { what: 'b', value: 'v', source: 's' },
      ],
    })
  })

  // Rows are one where all three columns are, and not where their texts only join to the same.
  test('tells rows apart column by column', () => {
    const row = (what: string, value: string, source: string): Verdict => ({
      status: 'fail',
      message: 'm',
      evidence: [{ what, value, source }],
    })
    expect(worst(row('ab', 'c', ''), row('a', 'bc', ''), row('a', 'b', 'c'))).toMatchObject({
      evidence: [{ what: 'ab' }, { value: 'bc' }, { source: 'c' }],
    })
  })

  test('is pass or skip without a message, whatever the parts were', () => {
    expect(worst(pass, skip)).toEqual({ status: 'pass' })
  })
})

test('severities are ordered from critical to info', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...severities)), list => {
      const sorted = list.toSorted(bySeverity)
      expect(sorted).toEqual(severities.flatMap(one => list.filter(other => other === one)))
    }),
    { seed: 20261122 },
  )
})
