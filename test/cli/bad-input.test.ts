import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { bareEnvironment, run, runHere } from '../support/cli.ts'

const inRegion = { ...bareEnvironment, AWS_REGION: 'eu-west-1' }
const signedIn = { ...inRegion, AWS_ACCESS_KEY_ID: 'AKIA0000111111111111', AWS_SECRET_ACCESS_KEY: 'any' }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bad-input-'))
})
afterAll(() => rm(folder, { recursive: true }))

const fileWith = async (text: string) => {
  const file = join(folder, 'file.yaml')
  await writeFile(file, text)
  return file
}

describe('flags', () => {
  test.each([
    { args: ['scan', '--bogus'], says: "unknown option '--bogus'" },
    { args: ['scna'], says: 'Did you mean scan?' },
    { args: ['scan', '--account', '12'], says: 'An account id has 12 digits' },
    { args: ['scan', '--region', 'Ireland'], says: 'A Region is named like eu-west-1' },
    { args: ['scan', '--org', '--account', '111122223333'], says: "'--org' cannot be used with" },
    { args: ['scan', '--format', 'xml'], says: 'Allowed choices are table, json' },
    { args: ['scan', '--fail-on', 'bad'], says: 'Allowed choices are critical, high, medium, low, never' },
    { args: ['scan', '--endpoint-url', 'ftp://x'], says: 'It is no http or https address' },
    { args: ['scan', '--replay', 'x', '--record', 'y'], says: "'--replay <folder>' cannot be used with" },
    { args: ['checks', 'node-group-on-fire'], says: 'There is no check node-group-on-fire' },
    { args: ['doctor', '--all', '--account', '111122223333'], says: "'--all' cannot be used with" },
    { args: ['doctor', '--all', '--sample', '3'], says: 'cannot be used with' },
    { args: ['doctor', '--sample', 'few'], says: 'Expected a whole number from 0 to 999999' },
    { args: ['doctor', '--account', '12'], says: 'An account id has 12 digits' },
    { args: ['doctor', '--publish', 'alerts'], says: 'Expected the ARN of an SNS topic' },
    { args: ['doctor', '--bucket', 'My_Bucket'], says: 'A bucket is named in 3 to 63' },
    { args: ['doctor', '--table', 'a b'], says: 'A table is named in 3 to 255' },
    { args: ['doctor', '--stack-set', '9'], says: 'A StackSet is named in letters' },
    { args: ['doctor', '--format', 'html'], says: 'Allowed choices are table, json' },
    { args: ['sandbox'], says: "required option '--org <file>' not specified" },
    { args: ['sandbox', '--org', 'x', '--port', '70000'], says: 'A port is a number from 0 to 65535' },
  ])('$args: $says', async ({ args, says }) => {
    const { code, stdout, stderr } = await runHere(...args)
    expect(stderr).toContain(says)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('files', () => {
  test.each([
    { name: 'an unknown key', text: 'version: 1\nscpoe: {}\n', says: 'file.yaml:2: scpoe: is not a known key' },
    {
      name: 'a check that does not exist',
      text: 'version: 1\nchecks:\n  disable: [node-group-on-fire]\n',
      says: 'file.yaml:3: checks.disable.0: there is no check node-group-on-fire',
    },
    {
      name: 'a waiver without an end',
      text: 'version: 1\nwaivers:\n  - { cluster: shop, owner: a, reason: b, ticket: c }\n',
      says: 'file.yaml:3: waivers.0.expires: is missing: expected a date: 2027-03-31',
    },
    {
      name: 'a waiver for ever',
      text: 'version: 1\nwaivers:\n  - { cluster: shop, owner: a, reason: b, ticket: c, expires: 2999-01-01 }\n',
      says: 'file.yaml:3: waivers.0.expires: is more than a year ahead',
    },
    {
      name: 'a waiver of everything',
      text: "version: 1\nwaivers:\n  - { cluster: '*', owner: a, reason: b, ticket: c, expires: 2020-01-01 }\n",
      says: 'file.yaml:3: waivers.0.cluster: matches everything',
    },
    { name: 'no YAML', text: 'version: [1\n', says: 'file.yaml:' },
  ])('a posture.yaml with $name is refused by line', async ({ text, says }) => {
    const { code, stderr } = await runHere('scan', '--config', await fileWith(text))
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })

  test('a posture.yaml that is refused leaves nothing behind, not even an empty store', async () => {
    const kept = join(folder, 'kept')
    const file = await fileWith('version: 1\nwaivers:\n  - { owner: a, reason: b, ticket: c, expires: 2020-01-01 }\n')
    const { code, stdout, stderr } = await runHere('scan', '--config', file, '--store', kept)
    expect(stderr).toMatch(/^\S+file\.yaml:3: waivers\.0\.check: matches everything: [^\n]+\n$/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    await expect(readdir(kept)).rejects.toThrow('ENOENT')
  })

  test.each([
    {
      name: 'an unknown key',
      text: 'version: 1\ncontinents: []\n',
      says: 'file.yaml:2: continents: is not a known key',
    },
    { name: 'nothing in it', text: '', says: 'file.yaml:1:' },
  ])('a sandbox file with $name is refused by line', async ({ text, says }) => {
    const { code, stderr } = await runHere('sandbox', '--org', await fileWith(text), '--port', '0')
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })

  test('a file that is not there', async () => {
    const { code, stderr } = await runHere('scan', '--config', join(folder, 'nowhere.yaml'))
    expect(stderr).toBe(`${join(folder, 'nowhere.yaml')} cannot be read: there is no such file.\n`)
    expect(code).toBe(2)
  })

  test('a recording of another version', async () => {
    await mkdir(join(folder, 'old'))
    await writeFile(join(folder, 'old', 'run.json'), '{ "schemaVersion": 1, "run": {} }')
    const { code, stderr, stdout } = await runHere('scan', '--replay', join(folder, 'old'))
    expect(stderr).toBe(
      `${join(folder, 'old')} is a recording of version 1, and this tool reads version 2: scan again with --record.\n`,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('a folder that is no recording', async () => {
    await mkdir(join(folder, 'other'), { recursive: true })
    await writeFile(join(folder, 'other/run.json'), '{"run":{}}')
    const { code, stderr } = await runHere('scan', '--replay', join(folder, 'other'))
    expect(stderr).toMatch(/run\.json is not from a recording of this version: schemaVersion/)
    expect(code).toBe(2)
  })
})

describe('surroundings', () => {
  test.each([
    { name: 'no Region', environment: bareEnvironment, args: [], says: /^No AWS Region .*AWS_REGION/ },
    { name: 'no credentials', environment: inRegion, args: [], says: /^No AWS credentials/ },
    {
      name: 'an endpoint that is down',
      environment: signedIn,
      args: ['--endpoint-url', 'http://127.0.0.1:9'],
      says: /http:\/\/127\.0\.0\.1:9 .*ECONNREFUSED/,
    },
    {
      name: 'an external id that STS would refuse',
      environment: { ...signedIn, EXTERNAL_ID: 'two words' },
      args: [],
      says: /^environment variable EXTERNAL_ID: expected 2 to 1,224/,
    },
  ])('$name: one sentence and exit code 2', async ({ environment, args, says }) => {
    const { code, stdout, stderr } = await run(environment, 'scan', ...args)
    expect(stderr).toMatch(says)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('two words')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
