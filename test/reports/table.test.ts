import { describe, expect, test } from '@jest/globals'
import type { Paint } from '../../src/reports/paint.ts'
import { table } from '../../src/reports/table.ts'
import { expectGolden } from './golden.ts'
import { clean, result } from './result.ts'

/** Marks what would be coloured, so that a golden file shows it. */
const marked: Paint = {
  bold: text => `<b>${text}</b>`,
  dim: text => `<dim>${text}</dim>`,
  red: text => `<red>${text}</red>`,
  yellow: text => `<yellow>${text}</yellow>`,
  green: text => `<green>${text}</green>`,
}

describe('the table', () => {
  test('shows coverage, fails by severity, unknowns by cause, and the counts', async () => {
    await expectGolden('table.txt', table(result))
  })

  test('counts over the findings of a severity what the last line counts, and apart from that what follows', () => {
    const [open] = result.findings.filter(({ status, severity }) => status === 'fail' && severity === 'critical')
    if (!open) throw new Error('the fixture has a critical fail')
    const text = table({ ...result, findings: [open, { ...open, id: 'effect', causedBy: [open.id] }] })
    expect(text).toMatch(/^CRITICAL 1, and 1 that follows from others$/m)
    expect(text).toContain('✖ 1 fail (1 critical) · 1 more that follows from others')
  })

  test('emphasises for a terminal, and is the same text without', async () => {
    const painted = table(result, { paint: marked })
    await expectGolden('table-painted.txt', painted)
    expect(painted.replace(/<\/?(?:b|dim|red|yellow|green)>/g, '')).toBe(table(result))
  })

  test('says in a clean run how much it looked at', async () => {
    await expectGolden('table-clean.txt', table(clean))
  })

  test('prints the worst first where not all are wanted, and says how many are left', async () => {
    await expectGolden('table-most-1.txt', table(result, { most: 1 }))
  })

  test.each([
    [0, 0],
    [1, 5],
    [2, 7],
    [3, 7],
  ])('prints at most %i fails of each severity, %i of 7', (most, printed) => {
    const text = table(result, { most })
    expect(text.match(/^ {6}\S.*\.$/gm) ?? []).toHaveLength(printed)
    expect(text.includes(`${7 - printed} more; --format json has every one.`)).toBe(printed < 7)
  })

  test('claims no pass where nothing was read', () => {
    const unread = clean.coverage.map(row => ({ ...row, status: 'no-role' as const }))
    expect(table({ ...clean, coverage: unread })).toContain('nothing was read')
    expect(table({ ...clean, coverage: unread })).not.toContain('pass')
  })

  test('counts all fails, whether printed or not', () => {
    expect(table(result, { most: 0 })).toContain('✖ 7 fail (2 critical, 1 high, 2 medium, 1 low, 1 info)')
  })

  test('survives a result without any account', () => {
    const nothing = { ...clean, coverage: [], accountNames: {}, verdicts: { pass: 0, fail: 0, unknown: 0, skip: 0 } }
    expect(table(nothing)).toContain('Coverage: 0 of 0 accounts, 0 of 0 account-Regions read')
  })
})

describe('names and reasons from AWS', () => {
  // Clears the screen, sets the title, forges a line; C1, which needs no escape; and a mark that turns the text around.
  const hostile = '\u001b[2J\u001b]0;owned\u0007\r\n✔ 99 pass\u009b31m\u202Eevil'
  const poisoned = {
    ...result,
    accountNames: { ...result.accountNames, '222222222222': hostile },
    coverage: result.coverage.map(row => ({ ...row, detail: row.detail && `${row.detail}${hostile}` })),
    findings: result.findings.map(finding => ({
      ...finding,
      message: `${finding.message}${hostile}`,
      resource: { ...finding.resource, name: `${finding.resource.name}${hostile}` },
      evidence: finding.evidence.map(row => ({ ...row, source: `${row.source}${hostile}` })),
    })),
  }

  test('cannot make a terminal do anything', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(table(poisoned)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test('cannot forge a line, and are shown as they are', () => {
    const lines = table(poisoned).split('\n')
    expect(lines).toHaveLength(table(result).split('\n').length)
    expect(
      lines.filter(line =>
        line.includes('\\u001b[2J\\u001b]0;owned\\u0007\\u000d\\u000a✔ 99 pass\\u009b31m\\u202eevil'),
      ).length,
    ).toBeGreaterThan(10)
  })

  test('leave the colours that the report itself sets', () => {
    const ansi: Paint = { ...marked, bold: text => `\u001b[1m${text}\u001b[22m` }
    expect(table(poisoned, { paint: ansi })).toContain('\u001b[1mUNKNOWN\u001b[22m')
  })

  test('of other scripts stay readable', () => {
    const named = { ...result, accountNames: { ...result.accountNames, '222222222222': 'Zahlungen – 決済 🚀' } }
    expect(table(named)).toContain('Zahlungen – 決済 🚀 (222222222222)')
  })
})
