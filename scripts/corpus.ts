import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { UserDataFacts } from '../src/core/user-data.ts'
import { readUserData } from '../src/userdata/read.ts'

type Status = UserDataFacts['nodeConfig']['status']

export interface Judgement {
  /** 0 where every label agrees or is disputed, 1 where one does not, 2 where there is no corpus to judge. */
  readonly code: 0 | 1 | 2
  readonly stdout: string
  readonly stderr: string
}

/**
 * Reads every file of a corpus of user data and compares what we say of its NodeConfig with the label of its index.
 * @param folder holds INDEX.tsv, tab-separated and without quotes, and the files that it names.
 * @param disputed a Markdown file; the first column of its table names the files whose label is taken to be wrong. A row
 * that agrees after all, or that the index does not have, counts as a disagreement, so that the table cannot rot.
 */
export const judgeCorpus = async (folder: string, disputed: string): Promise<Judgement> => {
  const corpus = await load(folder, disputed)
  if (typeof corpus === 'string') return { code: 2, stdout: '', stderr: `${corpus}\n` }
  const { rows, names } = corpus
  const known = new Set(rows.map(({ file }) => file))
  return summed([...rows.map(row => judge(row, names)), ...[...names].filter(name => !known.has(name)).map(notThere)])
}

interface Label {
  readonly file: string
  readonly label: string
  readonly expected: string
}

interface Row extends Label {
  readonly bytes: Uint8Array
}

/** The labelled files and the names of the disputed ones, or a sentence why there are none. */
const load = async (folder: string, disputed: string) => {
  try {
    const labels = labelsIn(await readFile(join(folder, 'INDEX.tsv'), 'utf8'))
    const names = disputedIn(await readFile(disputed, 'utf8'))
    const rows: readonly Row[] = await Promise.all(
      labels.map(async label => ({ ...label, bytes: await readFile(join(folder, label.file)) })),
    )
    return { rows, names }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `The corpus in ${folder} cannot be judged: ${why}; POSTURE_CORPUS names its folder.`
  }
}

/** What a label may mean for us; `expected` is the index's own explanation of it. */
const meanings: Readonly<Record<string, (expected: string) => readonly Status[]>> = {
  PASS: () => ['complete'],
  PARTIAL: () => ['partial'],
  FAIL: expected => (expected.includes('is missing in cluster configuration') ? ['partial'] : ['invalid', 'absent']),
  'n/a': () => ['absent'],
}

const labelsIn = (index: string): readonly Label[] => {
  const [head = '', ...lines] = index.split(/\r?\n/).filter(line => line !== '')
  const columns = head.split('\t')
  const [file, label, expected] = ['file', 'nodeadm_check', 'expected'].map(name => columns.indexOf(name))
  if (file === -1 || label === -1 || expected === -1) {
    throw new Error('INDEX.tsv has no columns file, nodeadm_check and expected')
  }
  return lines.map(line => {
    const cells = line.split('\t')
    const cell = (column = -1) => cells[column] ?? ''
    const row = { file: cell(file), label: cell(label), expected: cell(expected) }
    if (!Object.hasOwn(meanings, row.label)) throw new Error(`INDEX.tsv labels ${row.file} "${row.label}"`)
    return row
  })
}

const disputedIn = (markdown: string): ReadonlySet<string> => {
  const rows = markdown.split(/\r?\n/).filter(line => line.startsWith('|'))
  // The first two are the heading and the line beneath it.
  return new Set(rows.slice(2).map(row => (row.split('|')[1] ?? '').replaceAll('`', '').trim()))
}

interface Outcome {
  readonly line: string
  readonly verdict: 'ok' | 'disputed' | 'DISAGREES' | 'DISPUTED IN VAIN'
}

const judge = ({ file, label, expected, bytes }: Row, names: ReadonlySet<string>): Outcome => {
  const { status } = readUserData(bytes).nodeConfig
  const agrees = meanings[label]?.(expected).includes(status) === true
  const verdict = verdictOf(agrees, names.has(file))
  return { verdict, line: [file, label, status, verdict].join('\t') }
}

const verdictOf = (agrees: boolean, isDisputed: boolean): Outcome['verdict'] => {
  if (agrees) return isDisputed ? 'DISPUTED IN VAIN' : 'ok'
  return isDisputed ? 'disputed' : 'DISAGREES'
}

const notThere = (name: string): Outcome => ({
  verdict: 'DISPUTED IN VAIN',
  line: [name, 'not in the index', '', 'DISPUTED IN VAIN'].join('\t'),
})

const summed = (outcomes: readonly Outcome[]): Judgement => {
  const count = (verdict: Outcome['verdict']) => outcomes.filter(outcome => outcome.verdict === verdict).length
  const bad = count('DISAGREES') + count('DISPUTED IN VAIN')
  const summary = `${outcomes.length} files: ${count('ok')} agree, ${count('disputed')} disputed, ${count('DISAGREES')} disagree, ${count('DISPUTED IN VAIN')} disputed in vain.`
  return {
    code: bad === 0 ? 0 : 1,
    stdout: `${[...outcomes.map(({ line }) => line), summary].join('\n')}\n`,
    stderr: '',
  }
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const folder = process.env['POSTURE_CORPUS'] || join(root, '../shared/corpus')
  const { code, stdout, stderr } = await judgeCorpus(folder, join(root, 'docs/corpus-disputed.md'))
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
}
