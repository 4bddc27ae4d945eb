import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { answersFile, classOf, fixtureNames, readFixture } from './answers.ts'
import { startNodeadm } from './ask.ts'

/** Writes down what a nodeadm that validates says of the fixtures, and which one it is: `NODEADM=… node record.ts --of <commit, date>`. */
const { of = '' } = parseArgs({ options: { of: { type: 'string' } } }).values
if (of === '') throw new Error('--of names the nodeadm that is asked: its repository, commit and date')

const nodeadm = await startNodeadm()
const answers: Record<string, string> = {}
for (const name of fixtureNames()) answers[name] = classOf(await nodeadm.ask(readFixture(name)))
await nodeadm.stop()
await writeFile(answersFile, `${JSON.stringify({ of, answers }, null, 2)}\n`)
