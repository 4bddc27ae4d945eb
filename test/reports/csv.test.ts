import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { csv, csvCell } from '../../src/reports/csv.ts'
import { describeWith, pythonCsv } from '../support/judges.ts'
import { askJudge } from './ask-judge.ts'
import { exported, hostile } from './exported.ts'
import { expectGolden } from './golden.ts'
import { clean } from './result.ts'

describe('the CSV', () => {
  test('has a record for every finding', async () => {
    await expectGolden('result.csv.txt', csv(exported))
  })

  test('is its header alone where nothing was found', () => {
    expect(csv(clean)).toMatch(/^id,status,severity,[a-z_,]+\r\n$/)
  })

  test('is a line for every record, whatever an account puts into its names', () => {
    const lines = csv(hostile('a\r\nb"c,d\u2028e')).split('\r\n')
    expect(lines).toHaveLength(1 + 4 + 1)
    expect(lines.join('')).not.toMatch(/[\r\n\u2028]/)
  })
})

describe('a cell', () => {
  // Each of them makes a spreadsheet run what an account named; the last four are what the first become in Asian fonts.
  test.each(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])(
    'that begins with %j is kept a text',
    mark => {
      const text = `${mark}1+1`
      expect(csvCell(text).replaceAll('"', '')).toBe(`'${text}`)
    },
  )

  test.each([
    ['web', 'web'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    [' apart ', '" apart "'],
    ['=A1,"', `"'=A1,"""`],
    ['1=1', '1=1'],
    ['', ''],
  ])('of %j is %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell)
  })
})

describeWith(pythonCsv, () => {
  test('reads every cell as it was meant, and none as a formula', () => {
    const marks = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', "'", ' ', '＝', 'a', 'é', '\u{1f600}')
    const text = fc.oneof(fc.string({ unit: marks }), fc.string({ unit: 'binary' }))
    const rows = fc.sample(fc.array(text, { minLength: 2, maxLength: 5 }), { numRuns: 500, seed: 6 })
    const written = rows.map(cells => `${cells.map(csvCell).join(',')}\r\n`).join('')
    const read = askJudge('judge-csv.py', written) as string[][]
    expect(read).toHaveLength(rows.length)
    for (const [index, cells] of rows.entries()) {
      for (const [column, cell] of cells.entries()) {
        const got = read[index]?.[column] ?? 'no cell'
        expect([cell, `'${cell}`]).toContain(got)
        expect(got).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
      }
    }
  })

  test('finds in every record the columns of the header', () => {
    const [head = [], ...records] = askJudge('judge-csv.py', csv(exported)) as string[][]
    expect(records).toHaveLength(exported.findings.length)
    for (const record of records) expect(record).toHaveLength(head.length)
    const waived = records.find(record => record[head.indexOf('resource_name')] === 'lab')
    expect(waived?.[head.indexOf('waiver_ticket')]).toBe('OPS-17')
  })
})
