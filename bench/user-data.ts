import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readUserData } from '../src/userdata/read.ts'
import { compareCpu, type Figure, inPercent } from './harness.ts'

const corpus = join(import.meta.dirname, '../../shared/corpus')
const passes = 10
const rounds = { warmUps: 5, repeats: 15 }
const budgetMs = 500

/** Reading the user data of a corpus that is kept beside the project: files in memory, one processor, over and over. */
export const benchUserData = async (): Promise<Figure[]> => {
  const files = filesIn(corpus)
  if (files.length === 0) return [{ ...figure, value: null, note: `there is no corpus at ${corpus}` }]

  const perThousand = 1_000 / (files.length * passes)
  const read = () => overAndOver(files, readUserData)
  const split = () => overAndOver(files, wordsOf)
  const { subject, ratio } = await compareCpu(read, split, rounds)
  const ms = subject.median * perThousand
  return [
    {
      ...figure,
      value: ms,
      note: `${inPercent(subject.spread)}; ${Math.round(1e6 / ms)} files per second, where 2000 are wanted; ${sizeOf(files)}`,
    },
    {
      name: 'user data over its words',
      value: ratio.median,
      unit: 'ratio',
      note: `${inPercent(ratio.spread)}; reading ÷ splitting the same texts into words`,
    },
  ]
}

const figure = { name: 'user data, 1,000 files', unit: 'ms', budget: budgetMs, isAdvice: true } as const

const filesIn = (folder: string): readonly Uint8Array[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile() && entry.name !== 'INDEX.tsv')
        .map(({ parentPath, name }) => new Uint8Array(readFileSync(join(parentPath, name))))
    : []

const overAndOver = (files: readonly Uint8Array[], read: (file: Uint8Array) => unknown) => {
  for (let pass = 0; pass < passes; pass++) for (const file of files) read(file)
}

const utf8 = new TextDecoder()

/** A fixed amount of the work that reading is made of: bytes to text, text to short texts. */
const wordsOf = (file: Uint8Array) => utf8.decode(file).split(/\s+/)

const sizeOf = (files: readonly Uint8Array[]) => {
  const bytes = files.reduce((sum, { length }) => sum + length, 0)
  return `${files.length} files of ${Math.round(bytes / files.length)} bytes on average`
}
