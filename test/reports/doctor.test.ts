import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { type Diagnosis, type Row, rowIds } from '../../src/core/doctor.ts'
import { identityOf } from '../../src/core/identity.ts'
import { doctorJson, doctorTable } from '../../src/reports/doctor.ts'

const row = (over: Partial<Row> = {}): Row => ({
  id: 'read',
  status: 'works',
  needed: true,
  subjects: ['eks:ListClusters'],
  accounts: [],
  detail: null,
  fix: null,
  ...over,
})
const diagnosis = (rows: readonly Row[], over: Partial<Diagnosis> = {}): Diagnosis => ({
  identity: identityOf('arn:aws:iam::111111111111:user/jane'),
  hub: { accountId: '111111111111', partition: 'aws', region: 'eu-west-1' },
  accountNames: { '222222222222': 'shop' },
  tried: { accounts: 3, of: 3, seed: null },
  rows,
  ...over,
})
const lineWith = (text: string, made: Diagnosis) =>
  doctorTable(made, { width: 1000 })
    .split('\n')
    .find(line => line.includes(text))

test('docs/doctor.md explains every row once, in the order of the table', async () => {
  const page = await readFile(new URL('../../docs/doctor.md', import.meta.url), 'utf8')
  const [, rows = ''] = page.split('\n## The rows\n')
  expect([...rows.matchAll(/^\| `([a-z-]+)` \| \S/gm)].map(([, id]) => id)).toEqual([...rowIds])
})

test('every row has a section', () => {
  const all = doctorTable(diagnosis(rowIds.map(id => row({ id, subjects: [`about-${id}`] }))))
  for (const id of rowIds) expect(all).toContain(`about-${id}`)
})

describe('accounts', () => {
  const many = Array.from({ length: 12 }, (_, index) => `${100000000000 + index}`)

  test('are counted where something works, and named where somebody has to go there', () => {
    expect(lineWith('✔', diagnosis([row({ accounts: many })]))).toBe('  ✔ read  eks:ListClusters in 12 accounts')
    expect(lineWith('✖', diagnosis([row({ status: 'fails', accounts: many, detail: 'denied' })]))).toBe(
      `  ✖ read  eks:ListClusters in ${many.slice(0, 8).join(', ')}, 4 more: denied`,
    )
  })

  test('go by name and id', () => {
    const one = diagnosis([row({ accounts: ['222222222222'] })])
    expect(lineWith('✔', one)).toBe('  ✔ read  eks:ListClusters in shop (222222222222)')
  })
})

test('a sample is called one, with its seed', () => {
  const sampled = diagnosis([row({ id: 'role' })], { tried: { accounts: 11, of: 4000, seed: '7' } })
  expect(lineWith('Roles', sampled)).toBe('Roles  11 of 4000 accounts, seed 7; --all tries every one')
})

test('what a scan does without is no lack, and what is unknown is one', () => {
  const spared = diagnosis([row({ status: 'fails', needed: false, fix: 'Allow it.' }), row({ status: 'not-tried' })])
  expect(doctorTable(spared)).toMatch(/^Everything that was tried and that a scan needs works for /m)
  expect(JSON.parse(doctorJson(spared)).summary).toEqual({ works: 0, fails: 1, unknown: 0, 'not-tried': 1, lacking: 0 })
  expect(doctorTable(diagnosis([row({ status: 'unknown', fix: 'Wait.' })]))).toMatch(
    /^1 of these is what a scan needs/m,
  )
})

test('no name or reason moves the cursor', () => {
  const forged = diagnosis([row({ accounts: ['222222222222'], detail: 'x\u001b[2K' })], {
    accountNames: { '222222222222': 'shop\r✔' },
  })
  for (const text of [doctorTable(forged), doctorJson(forged)]) {
    for (const mark of ['\u001b', '\r']) expect(text).not.toContain(mark)
  }
})
