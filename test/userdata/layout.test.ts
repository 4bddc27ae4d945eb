import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readAsCloudInit } from '../../src/userdata/cloud-init.ts'
import { layoutProblems } from '../../src/userdata/layout.ts'
import { readAsNodeadm } from '../../src/userdata/nodeadm-mime.ts'
import { GOOD, LAX_ROWS, OTHER_CASES } from './mime-cases.ts'

const corpus = process.env['POSTURE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus')

const problemsOf = (text: string): readonly string[] =>
  layoutProblems(text, readAsNodeadm(text), readAsCloudInit(text)).map(({ id, line }) => `${id}:${line}`)

describe('one problem for each way nodeadm and cloud-init differ', () => {
  test.each([...LAX_ROWS, ...OTHER_CASES])('$name', ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems)
  })
})

describe('sentences', () => {
  test.each(LAX_ROWS.filter(({ problems }) => problems.length > 0))('$name names both readers', ({ text }) => {
    for (const { message } of layoutProblems(text, readAsNodeadm(text), readAsCloudInit(text))) {
      expect(message).toMatch(/nodeadm.*cloud-init/)
      expect(message).toMatch(/\.$/)
    }
  })

  test('a secret on the faulty line stays out of the message', () => {
    const text = GOOD.replace('us-ascii"\n\n', 'us-ascii"\nexport TOKEN=hunter2\n')
    const found = layoutProblems(text, readAsNodeadm(text), readAsCloudInit(text))
    expect(found.map(({ id }) => id)).toEqual(['mime-missing-blank-line'])
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})

test.each([
  '#!/bin/bash\necho hello\n',
  'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n',
  '',
  '[settings.kubernetes]\n',
])('text without MIME has no layout: %j', text => {
  expect(problemsOf(text)).toEqual([])
})

describe('corpus', () => {
  const files: readonly (readonly [string, readonly string[]])[] = [
    ['leading-newline.txt', ['mime-leading-text:1']],
    ['missing-blank-line-al2023.txt', ['mime-missing-blank-line:19']],
    ['nodeconfig-yaml-type.txt', ['node-config-content-type:7']],
    ['al2023-yum-ok.txt', []],
  ]
  if (existsSync(corpus)) {
    test.each(files)('%s', (name, problems) => {
      expect(problemsOf(readFileSync(join(corpus, '_synthetic', name), 'utf8'))).toEqual(problems)
    })
  } else test.skip(`the four files of the corpus, which is not at ${corpus}`, () => {})
})

test('any text has an answer with lines inside it', () => {
  const piece = fc.constantFrom(
    '\n',
    '\r\n',
    '--BOUND',
    '--',
    GOOD.slice(0, 70),
    'Content-Type: ',
    'multipart/mixed; boundary=',
    'a: b',
    ' ',
    '"',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }).map(pieces => pieces.join('')),
  )
  fc.assert(
    fc.property(text, written => {
      const lines = written.split('\n').length
      for (const { line } of layoutProblems(written, readAsNodeadm(written), readAsCloudInit(written))) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines)
      }
    }),
  )
})
