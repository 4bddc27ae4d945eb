import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readUserData } from '../../src/userdata/read.ts'
import { describeWith, nodeadm as judge } from '../support/judges.ts'
import { fixtureNames, readFixture } from './answers.ts'
import { userData } from './arbitrary.ts'
import { type Nodeadm, startNodeadm } from './ask.ts'
import { differences } from './differences.ts'

const corpus = process.env['POSTURE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus')
const filesOfCorpus = existsSync(corpus)
  ? readdirSync(corpus, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name !== 'INDEX.tsv')
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
  : []
if (filesOfCorpus.length === 0) process.stderr.write(`Skipped the corpus of user data: it is not at ${corpus}\n`)

const seed = Number(process.env['FC_SEED'] ?? 20261122)
const numRuns = Number(process.env['FC_RUNS'] ?? 300)
const msOfARun = 100

const partialConfig = 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n'

describeWith(judge, () => {
  let nodeadm: Nodeadm
  /** An old nodeadm takes a NodeConfig without a cluster, and knows less. */
  let isOld: boolean

  beforeAll(async () => {
    nodeadm = await startNodeadm()
    isOld = (await nodeadm.ask(new TextEncoder().encode(partialConfig))).isAccepted
  })

  afterAll(() => nodeadm.stop())

  const compare = async (bytes: Uint8Array) => {
    const { isAccepted, words } = await nodeadm.ask(bytes)
    const { status, problems } = readUserData(bytes).nodeConfig
    const isAcceptedByUs = status === 'complete' || (isOld && status === 'partial')
    if (isAccepted === isAcceptedByUs || (isOld && isKnownDifference(bytes, isAccepted))) return
    throw new Error(`nodeadm ${isAccepted ? 'accepts' : 'rejects'} it and we say ${status}: ${ids(problems)}\n${words}`)
  }

  test.each(fixtureNames())('nodeadm and we agree on the fixture %s', name => compare(readFixture(name)))

  if (filesOfCorpus.length > 0) {
    test.each(filesOfCorpus.map(file => ({ name: file.slice(corpus.length + 1), file })))(
      'nodeadm and we agree on $name of the corpus',
      ({ file }) => compare(new Uint8Array(readFileSync(file))),
    )
  } else test.skip(`nodeadm and we agree on the corpus, which is not at ${corpus}`, () => {})

  test(
    `nodeadm and we agree on what a person may get wrong, by the seed ${seed}`,
    () =>
      fc.assert(
        fc.asyncProperty(shown, ({ bytes }) => compare(bytes)),
        { seed, numRuns },
      ),
    numRuns * msOfARun + 60_000,
  )

  test('the judge tells right from wrong', async () => {
    const right = await nodeadm.ask(readFixture('complete.txt'))
    const wrong = await nodeadm.ask(readFixture('name-is-a-number.txt'))
    expect([right.isAccepted, wrong.isAccepted]).toEqual([true, false])
  })
})

/** Beside the bytes their text, so that a counterexample can be read. */
const shown = userData.map(bytes => ({ bytes, text: Buffer.from(bytes).toString('latin1') }))

const isKnownDifference = (bytes: Uint8Array, isAccepted: boolean) => {
  const text = Buffer.from(bytes).toString('latin1')
  return differences.some(({ old, shows }) => old === (isAccepted ? 'accepts' : 'rejects') && shows(text))
}

const ids = (problems: readonly { readonly id: string }[]) => problems.map(({ id }) => id).join(', ') || 'no problem'
