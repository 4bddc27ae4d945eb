import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { judgeCorpus } from '../../scripts/corpus.ts'

const root = join(import.meta.dirname, '../..')
const realCorpus = process.env['POSTURE_CORPUS'] || join(root, '../shared/corpus')

const complete = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: shop
    apiServerEndpoint: https://shop.example
    certificateAuthority: Y2EtYnVuZGxlCg==
    cidr: 10.100.0.0/16
`

/** Every meaning of a label once, each with a file that agrees with it. */
const agreeing = [
  { file: 'complete.yaml', label: 'PASS', expected: '', text: complete },
  {
    file: 'no-cluster.yaml',
    label: 'PARTIAL',
    expected: '',
    text: 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n',
  },
  {
    file: 'no-cidr.yaml',
    label: 'FAIL',
    expected: 'nodeadm: CIDR is missing in cluster configuration',
    text: complete.replace(/ +cidr.*\n/, ''),
  },
  { file: 'number.yaml', label: 'FAIL', expected: 'cannot unmarshal', text: complete.replace('shop', '7') },
  { file: 'script.sh', label: 'FAIL', expected: 'no NodeConfig', text: '#!/bin/sh\ntrue\n' },
  { file: 'settings.toml', label: 'n/a', expected: 'TOML', text: '[settings.kubernetes]\nmax-pods = 9\n' },
]
const wrong = { file: 'wrong label.yaml', label: 'PASS', expected: '', text: complete.replace(/ +name.*\n/, '') }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corpus-'))
})
afterAll(() => rm(folder, { recursive: true }))

let corpora = 0

/** Judges a corpus of these files against a table of these disputed names. */
const judge = async (rows: readonly (typeof wrong)[], disputed: readonly string[] = []) => {
  const place = join(folder, `${corpora++}`)
  await mkdir(place)
  for (const { file, text } of rows) await writeFile(join(place, file), text)
  // The columns stand in another order than they are read in, and a quote is a quote.
  const lines = rows.map(({ file, label, expected }) => [label, file, '"', expected].join('\t'))
  await writeFile(join(place, 'INDEX.tsv'), `nodeadm_check\tfile\tnote\texpected\n${lines.join('\n')}\n`)
  const table = [
    '# Disputed',
    '',
    '| file | why |',
    '|---|---|',
    ...disputed.map(name => `| \`${name}\` | reason |`),
    '',
  ]
  await writeFile(join(place, 'disputed.md'), table.join('\n'))
  return judgeCorpus(place, join(place, 'disputed.md'))
}

describe('a small corpus', () => {
  test('agrees by every meaning of a label', async () => {
    const { code, stdout, stderr } = await judge(agreeing)
    expect(stdout.trimEnd().split('\n')).toEqual([
      'complete.yaml\tPASS\tcomplete\tok',
      'no-cluster.yaml\tPARTIAL\tpartial\tok',
      'no-cidr.yaml\tFAIL\tpartial\tok',
      'number.yaml\tFAIL\tinvalid\tok',
      'script.sh\tFAIL\tabsent\tok',
      'settings.toml\tn/a\tabsent\tok',
      '6 files: 6 agree, 0 disputed, 0 disagree, 0 disputed in vain.',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each([
    { name: 'a label that is wrong', rows: [...agreeing, wrong], says: 'wrong label.yaml\tPASS\tpartial\tDISAGREES' },
    {
      name: 'a rejection that is none',
      rows: [{ ...wrong, label: 'FAIL', expected: 'illegal base64' }],
      says: 'wrong label.yaml\tFAIL\tpartial\tDISAGREES',
    },
    {
      name: 'a missing field that is not missing',
      rows: [{ ...wrong, label: 'FAIL', expected: 'Name is missing in cluster configuration', text: complete }],
      says: 'wrong label.yaml\tFAIL\tcomplete\tDISAGREES',
    },
  ])('ends with 1 for $name', async ({ rows, says }) => {
    const { code, stdout } = await judge(rows)
    expect(stdout).toContain(`${says}\n`)
    expect(code).toBe(1)
  })

  test('ends with 0 where the wrong label is disputed', async () => {
    const { code, stdout } = await judge([...agreeing, wrong], [wrong.file])
    expect(stdout).toContain('wrong label.yaml\tPASS\tpartial\tdisputed\n')
    expect(stdout).toContain('7 files: 6 agree, 1 disputed, 0 disagree, 0 disputed in vain.\n')
    expect(code).toBe(0)
  })

  test.each([
    { name: 'agrees after all', disputed: 'complete.yaml', says: 'complete.yaml\tPASS\tcomplete\tDISPUTED IN VAIN' },
    { name: 'is not in the index', disputed: 'gone.yaml', says: 'gone.yaml\tnot in the index\t\tDISPUTED IN VAIN' },
  ])('ends with 1 where what is disputed $name', async ({ disputed, says }) => {
    const { code, stdout } = await judge(agreeing, [disputed])
    expect(stdout).toContain(`${says}\n`)
    expect(code).toBe(1)
  })
})

describe('no corpus', () => {
  const sentence = /^The corpus in .* cannot be judged: .*POSTURE_CORPUS names its folder\.\n$/

  test('at all: one sentence and 2', async () => {
    const { code, stdout, stderr } = await judgeCorpus(join(folder, 'nowhere'), join(root, 'docs/corpus-disputed.md'))
    expect(stderr).toMatch(sentence)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('without one of its files: one sentence and 2', async () => {
    const place = join(folder, 'incomplete')
    await mkdir(place)
    await writeFile(join(place, 'INDEX.tsv'), 'file\tnodeadm_check\texpected\ngone.yaml\tPASS\t\n')
    const { code, stderr } = await judgeCorpus(place, join(root, 'docs/corpus-disputed.md'))
    expect(stderr).toMatch(sentence)
    expect(stderr).toContain('gone.yaml')
    expect(code).toBe(2)
  })

  test.each([
    { name: 'a column is missing', index: 'file\tlabel\n', says: 'no columns file, nodeadm_check and expected' },
    { name: 'a label is not known', index: 'file\tnodeadm_check\texpected\na\tpass\t\n', says: 'labels a "pass"' },
  ])('where $name of the index: one sentence and 2', async ({ index, says }) => {
    const place = await mkdtemp(join(folder, 'index-'))
    await writeFile(join(place, 'INDEX.tsv'), index)
    const { code, stderr } = await judgeCorpus(place, join(root, 'docs/corpus-disputed.md'))
    expect(stderr).toMatch(sentence)
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })
})

const isThere = existsSync(join(realCorpus, 'INDEX.tsv'))
if (!isThere) process.stderr.write(`Skipped the corpus of user data: it is not at ${realCorpus}\n`)

const describeWhereThere = isThere ? describe : describe.skip
describeWhereThere(`the corpus in ${realCorpus} (POSTURE_CORPUS), where it is there`, () => {
  test('agrees in every label that is not disputed', async () => {
    const { code, stdout, stderr } = await judgeCorpus(realCorpus, join(root, 'docs/corpus-disputed.md'))
    const bad = stdout.split('\n').filter(line => /\t(DISAGREES|DISPUTED IN VAIN)$/.test(line))
    expect({ code, stderr, bad }).toEqual({ code: 0, stderr: '', bad: [] })
  })
})
