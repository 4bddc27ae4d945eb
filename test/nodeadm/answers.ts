import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from './ask.ts'

/** The small pieces of user data of our own, one construct each. */
export const fixturesFolder = join(import.meta.dirname, '../userdata/fixtures')

/** What nodeadm said of each of them, as recorded. */
export const answersFile = join(fixturesFolder, 'answers.json')

/** The names of the fixtures, sorted. */
export const fixtureNames = (): readonly string[] =>
  readdirSync(fixturesFolder)
    .filter(name => !name.startsWith('.') && name !== 'answers.json')
    .sort()

export const readFixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixturesFolder, name)))

/** nodeadm's words, from the most particular to the most general, and what they come to. */
const classes = [
  ['Name is missing', 'name-missing'],
  ['Apiserver endpoint is missing', 'endpoint-missing'],
  ['Certificate authority is missing', 'authority-missing'],
  ['CIDR is missing', 'cidr-missing'],
  ['cluster ID must be provided', 'id-missing'],
  ['StatusCode: 404', 'no-user-data'],
  ['could not find NodeConfig', 'no-node-config'],
  ['failed to merge', 'not-merged'],
  ['failed to decode node config', 'not-decoded'],
  ['GZIP', 'not-decompressed'],
  ['MIME', 'bad-mime'],
  ['mime:', 'bad-mime'],
  ['multipart:', 'bad-mime'],
  ['unexpected EOF', 'bad-mime'],
] as const

export type AnswerClass = 'accepted' | (typeof classes)[number][1]

/**
 * What a nodeadm that validates said, in a word.
 * @throws when its words are of no known class.
 */
export const classOf = ({ isAccepted, words }: Answer): AnswerClass => {
  if (isAccepted) return 'accepted'
  const found = classes.find(([text]) => words.includes(text))
  if (!found) throw new Error(`nodeadm said something new:\n${words}`)
  return found[1]
}
