import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { type DoctorOptions, runDoctor } from '../../src/cli/commands/doctor.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { listen } from '../../src/sandbox/server.ts'
import { expectGolden } from '../reports/golden.ts'
import { bareEnvironment, run } from '../support/cli.ts'

// Without its throttles, which are waited for in real time.
const example = {
  ...(await readOrganization(join(import.meta.dirname, '../../examples/acme.yaml'))),
  faults: [],
}
const { hub, externalId } = example.organization

interface Asking extends Partial<DoctorOptions> {
  readonly caller?: string
  /** @default that of the organization */
  readonly sends?: string | undefined
  /** Characters a line of the terminal. @default no terminal */
  readonly columns?: number
}

/** What doctor says of the example organization, in this process. */
const ask = async ({ caller = hub, columns, ...options }: Asking = {}) => {
  const sandbox = createSandbox(example)
  const written = { stdout: '', stderr: '' }
  const outputTo = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text
    },
  })
  const code = await runDoctor(
    {
      who: { kind: 'organization' },
      scope: {},
      sample: undefined,
      seed: '0',
      format: 'table',
      ...options,
      aws: {
        region: 'eu-west-1',
        externalId: 'sends' in options ? options.sends : externalId,
        credentials: { accessKeyId: accessKeyOf(caller), secretAccessKey: secretKey },
        requestHandler: requestHandlerOf(sandbox),
      },
    },
    {
      stdout: { ...outputTo('stdout'), ...(columns !== undefined && { isTTY: true, columns }) },
      stderr: outputTo('stderr'),
      environment: () => ({ EXTERNAL_ID: undefined, NO_COLOR: undefined }),
    },
  )
  return { code, ...written, sandbox }
}

const stackSet = 'eks-node-posture-read'
const transcript = (command: string, { code, stdout, stderr }: Awaited<ReturnType<typeof ask>>) =>
  `$ eks-node-posture doctor ${command}\n${stderr}${stdout}$ echo $?\n${code}\n`

describe('the example organization', () => {
  test('lacks a role, a Region and a read, each with what to do', async () => {
    await expectGolden(
      'doctor-acme.txt',
      transcript(`--all --stack-set ${stackSet}`, await ask({ stackSet })),
      import.meta.url,
    )
  })

  test('lets nobody in with another external id', async () => {
    const outcome = await ask({ sends: 'another', sample: 3 })
    await expectGolden('doctor-external-id.txt', transcript('--sample 3', outcome), import.meta.url)
  })

  test('is not listed for a member account, which learns what it has of its own', async () => {
    const outcome = await ask({ caller: '444455556666', stackSet, scope: { regions: ['eu-west-1'] } })
    await expectGolden(
      'doctor-member.txt',
      transcript(`--region eu-west-1 --stack-set ${stackSet}`, outcome),
      import.meta.url,
    )
  })

  test('has everything for one account whose role reads all', async () => {
    const outcome = await ask({
      who: { kind: 'accounts', ids: ['555566667777'] },
      scope: { accounts: ['555566667777'] },
    })
    await expectGolden('doctor-well.txt', transcript('--account 555566667777', outcome), import.meta.url)
    expect(outcome.code).toBe(0)
  })

  test('is told within the width of the terminal, but for words that are longer', async () => {
    for (const columns of [80, 120]) {
      const { stdout } = await ask({ stackSet, columns })
      expect(stdout).toContain('\u001b[32m✔\u001b[39m')
      const lines = stripVTControlCharacters(stdout).split('\n')
      // An ARN is one word.
      const long = lines.filter(line => line.length > columns && !line.includes('arn:'))
      expect(long).toEqual([])
      expect(Math.max(...lines.map(line => line.length))).toBeGreaterThan(columns - 15)
    }
  })

  test('is asked nothing but reads, and no account that is not in the sample', async () => {
    const { sandbox } = await ask({ stackSet, sample: 2 })
    const actions = Object.keys(sandbox.counters.calls)
    expect(actions.filter(action => !/:(Describe|List|Get)/.test(action))).toEqual(['sts:AssumeRole'])
    expect(sandbox.counters.calls['sts:AssumeRole']).toBe(2)
  })
})

test('JSON says the same for a machine: the identity, the ways in that work, and a row for everything', async () => {
  const { code, stdout } = await ask({ format: 'json', stackSet })
  const { rows, ...document } = JSON.parse(stdout)
  expect(code).toBe(2)
  expect(document).toMatchObject({
    schemaVersion: 1,
    identity: {
      arn: `arn:aws:iam::${hub}:user/admin`,
      kind: 'user',
      name: 'admin',
      accountId: hub,
      region: 'eu-west-1',
    },
    tried: { accounts: 13, of: 13, seed: null },
    summary: { works: 16, fails: 4, unknown: 0, 'not-tried': 9, lacking: 4 },
  })
  expect(
    document.trustPaths.map(({ path, accounts }: { path: string; accounts: string[] }) => [path, accounts.length]),
  ).toEqual([
    ['eks-node-posture-read by external id', 11],
    ["the hub's own credentials", 1],
  ])
  expect(rows).toHaveLength(29)
  for (const row of rows)
    expect(Object.keys(row)).toEqual(['id', 'status', 'needed', 'subjects', 'accounts', 'detail', 'fix'])
  for (const { status, fix } of rows) if (status === 'fails' || status === 'unknown') expect(fix).toMatch(/^[A-Z].*\.$/)
})

test('neither the external id nor a key is told', async () => {
  const outcomes = await Promise.all([ask({ stackSet }), ask({ format: 'json' }), ask({ sends: 'another-secret' })])
  for (const { stdout, stderr } of outcomes) {
    expect(stdout + stderr).not.toMatch(/acme-posture|another-secret|AKIA|ASIA/)
  }
})

test('--output holds the report alone, without colours', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  const output = join(folder, 'doctor.txt')
  const { stdout } = await ask({ output, who: { kind: 'accounts', ids: [hub] }, columns: 80 })
  expect(stdout).toBe('')
  expect(await readFile(output, 'utf8')).toMatch(/^Identity and organization\n {2}✔ identity /)
  await rm(folder, { recursive: true })
})

const inRegion = { ...bareEnvironment, AWS_REGION: 'eu-west-1' }
const signedIn = { ...inRegion, AWS_ACCESS_KEY_ID: 'AKIA0000111111111111', AWS_SECRET_ACCESS_KEY: 'any' }

test('the flags reach it: one account, one Region, by the external id of the environment', async () => {
  const server = await listen(createSandbox(example), 0)
  const flags = ['--account', '888899990000', '--region', 'us-east-1', '--stack-set', stackSet, '--format', 'json']
  const environment = { ...signedIn, EXTERNAL_ID: externalId ?? '' }
  const { code, stdout } = await run(environment, 'doctor', '--endpoint-url', server.url, ...flags)
  await server.close()
  const { rows } = JSON.parse(stdout)
  const told = (id: string) => rows.filter((row: { id: string }) => row.id === id)
  expect(told('role')).toMatchObject([
    { subjects: ['eks-node-posture-read by external id'], accounts: ['888899990000'] },
  ])
  expect(told('region')).toMatchObject([{ subjects: ['us-east-1'], status: 'works' }])
  expect(told('stack-set-account')).toMatchObject([{ status: 'works' }])
  expect(code).toBe(0)
})

test.each([
  { name: 'no Region', environment: bareEnvironment, args: [], says: /^No AWS Region .*AWS_REGION/ },
  { name: 'no credentials', environment: inRegion, args: [], says: /^No AWS credentials/ },
  {
    name: 'a network that is down',
    environment: signedIn,
    args: ['--endpoint-url', 'http://127.0.0.1:9', '--table', 'posture'],
    says: /^STS in http:\/\/127\.0\.0\.1:9 .*ECONNREFUSED/,
  },
])('$name: one sentence, for there is nobody to test', async ({ environment, args, says }) => {
  const { code, stdout, stderr } = await run(environment, 'doctor', ...args)
  expect(stderr).toMatch(says)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})
