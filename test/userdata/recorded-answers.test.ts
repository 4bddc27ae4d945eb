import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { NodeConfigFacts } from '../../src/core/user-data.ts'
import { readUserData } from '../../src/userdata/read.ts'
import { type AnswerClass, answersFile, fixtureNames, readFixture } from '../nodeadm/answers.ts'

const recorded: { readonly of: string; readonly answers: Readonly<Record<string, AnswerClass>> } = JSON.parse(
  readFileSync(answersFile, 'utf8'),
)

/** What we may say of user data of which nodeadm said this: our status, and the first thing that is missing. */
const ours: Readonly<Record<AnswerClass, readonly string[]>> = {
  accepted: ['complete'],
  'name-missing': ['partial: spec.cluster', 'partial: spec.cluster.name'],
  'endpoint-missing': ['partial: spec.cluster.apiServerEndpoint'],
  'authority-missing': ['partial: spec.cluster.certificateAuthority'],
  'cidr-missing': ['partial: spec.cluster.cidr'],
  'id-missing': ['partial: spec.cluster.id'],
  // A NodeConfig under another media type is none to nodeadm; to us it is one that does not work.
  'no-node-config': ['absent', 'invalid'],
  // nodeadm takes whatever is no multipart for a NodeConfig, a shell script too.
  'not-decoded': ['invalid', 'absent'],
  'no-user-data': ['absent'],
  'not-merged': ['invalid'],
  'not-decompressed': ['invalid', 'absent'],
  'bad-mime': ['invalid'],
}

const sayOf = ({ status, missing }: NodeConfigFacts) => (status === 'partial' ? `partial: ${missing[0]}` : status)

describe(`as nodeadm answered (${recorded.of})`, () => {
  test.each(fixtureNames())('we answer of the fixture %s', name => {
    const answer = recorded.answers[name]
    expect(answer).toBeDefined()
    if (answer) expect(ours[answer]).toContain(sayOf(readUserData(readFixture(name)).nodeConfig))
  })

  test('nothing is recorded of a fixture that is gone', () => {
    expect(Object.keys(recorded.answers)).toEqual(fixtureNames())
  })
})
