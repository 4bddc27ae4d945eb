import { describe, expect, test } from '@jest/globals'
import { compareCpu, comparisonOf, type Figure, inPercent, isKept, median, spread } from '../../bench/harness.ts'

describe('median', () => {
  test.each([
    { samples: [7], expected: 7 },
    { samples: [3, 1, 2], expected: 2 },
    { samples: [4, 1, 3, 2], expected: 2.5 },
    // One pause of the machine does not count.
    { samples: [10, 11, 12, 13, 900], expected: 12 },
    // Sorted as numbers, not as texts.
    { samples: [100, 9, 20], expected: 20 },
  ])('of $samples is $expected', ({ samples, expected }) => {
    expect(median(samples)).toBe(expected)
  })

  test('of nothing is an error', () => {
    expect(() => median([])).toThrow('there are no samples')
  })
})

describe('spread', () => {
  test.each([
    { samples: [5, 5, 5], expected: 0 },
    // The quartiles are 2 and 4, the median is 3.
    { samples: [1, 2, 3, 4, 5], expected: 2 / 3 },
    // Between samples in proportion: 1.75 and 3.25 around 2.5.
    { samples: [1, 2, 3, 4], expected: 0.6 },
  ])('of $samples is $expected', ({ samples, expected }) => {
    expect(spread(samples)).toBeCloseTo(expected, 12)
  })

  test('is told as half of it on either side', () => {
    expect(inPercent(0.03)).toBe('±1.5 %')
  })
})

describe('comparison', () => {
  test('a machine that slows down to a third changes no ratio', () => {
    const pairs = [1, 1.5, 2, 3].map(slowness => ({ subject: 6 * slowness, reference: 5 * slowness }))
    const { ratio, subject, reference } = comparisonOf(pairs)
    expect(ratio.median).toBeCloseTo(1.2, 12)
    expect(ratio.spread).toBeCloseTo(0, 12)
    expect([subject.median, reference.median]).toEqual([10.5, 8.75])
  })

  test('the ratio is that of pairs, not of medians', () => {
    const pairs = [
      { subject: 1, reference: 1 },
      { subject: 4, reference: 2 },
      { subject: 9, reference: 3 },
    ]
    expect(comparisonOf(pairs).ratio.median).toBe(2)
  })

  test('subject and reference run in turn, warm-ups first', async () => {
    const order: string[] = []
    const task = (name: string) => () => {
      order.push(name)
    }
    const { ratio } = await compareCpu(task('A'), task('B'), { warmUps: 1, repeats: 2 })
    expect(order.join('')).toBe('ABABAB')
    expect(ratio.median).toBeGreaterThan(0)
  })
})

describe('a budget', () => {
  const figure = (over: Partial<Figure>): Figure => ({ name: 'x', value: 1, unit: 'ratio', note: '', ...over })

  test.each([
    { is: 'kept at its limit', over: { value: 1.05, budget: 1.05 }, expected: true },
    { is: 'broken above it', over: { value: 1.051, budget: 1.05 }, expected: false },
    { is: 'broken where nothing was measured', over: { value: null, budget: 1 }, expected: false },
    { is: 'broken where a benchmark broke', over: { value: null }, expected: false },
    { is: 'not judged where it is advice', over: { value: 9, budget: 1, isAdvice: true }, expected: undefined },
    { is: 'not judged where there is none', over: { value: 9 }, expected: undefined },
  ])('is $is', ({ over, expected }) => {
    expect(isKept(figure(over))).toBe(expected)
  })
})
