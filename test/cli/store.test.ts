import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { listen } from '../../src/sandbox/server.ts'
import { bareEnvironment, run, runHere, start } from '../support/cli.ts'

const hub = '111111111111'
const member = '222222222222'

const defaults = '{ httpTokens: required, httpTokensEnforced: enabled }'

/** An organization with one node group; what a night changes is written between the braces. */
const organization = (metadata: string, latencyMs = 0) => `
version: 1
organization: { id: o-small, management: '100000000000', hub: '${hub}' }
regions: [eu-west-1]
units:
  Shops:
    accounts:
      '${hub}': { name: tooling, regions: { eu-west-1: { instanceMetadataDefaults: ${defaults} } } }
      '${member}':
        name: shop
        regions:
          eu-west-1:
            instanceMetadataDefaults: ${defaults}
            launchTemplates: { web: { versions: [{ metadataOptions: { ${metadata} } }] } }
            clusters:
              shop:
                version: '1.35'
                addons: { vpc-cni: v1.19.0-eksbuild.1 }
                nodeGroups: { web: { launchTemplate: web } }
accounts: { '100000000000': { name: boss, regions: { eu-west-1: { instanceMetadataDefaults: ${defaults} } } } }
faults: [{ action: '*', latencyMs: ${latencyMs} }]
`
const good = 'httpTokens: required'
const bad = 'httpTokens: optional, httpEndpoint: enabled'

let folder = ''
let store = ''
let servers: { close(): Promise<void> }[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
})
beforeEach(() => {
  store = join(folder, crypto.randomUUID())
})
afterEach(async () => {
  await Promise.all(servers.map(server => server.close()))
  servers = []
})
afterAll(() => rm(folder, { recursive: true }))

const environment = {
  ...bareEnvironment,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: accessKeyOf(hub),
  AWS_SECRET_ACCESS_KEY: secretKey,
}

const serve = async (metadata: string, latencyMs?: number) => {
  const file = join(folder, `${crypto.randomUUID()}.yaml`)
  await writeFile(file, organization(metadata, latencyMs))
  const server = await listen(createSandbox(await readOrganization(file)), 0)
  servers.push(server)
  return server.url
}
const argsFor = (url: string, ...more: string[]) => [
  ...['scan', '--org', '--endpoint-url', url, '--fail-on', 'never', '--store', store],
  ...more,
]
const night = async (metadata: string, ...more: string[]) =>
  run(environment, ...argsFor(await serve(metadata), ...more))
const report = (...args: string[]) => runHere('report', '--store', store, ...args)

describe('nights on one store', () => {
  test('a baseline, a quiet night, a fix, and what comes back', async () => {
    const digests: string[] = []
    for (const metadata of [bad, bad, good, bad]) {
      const { code, stdout } = await night(metadata)
      expect(code).toBe(0)
      digests.push(stdout.slice(stdout.indexOf('Explain one:')).split('\n').slice(2).join('\n') || stdout)
    }
    const headlines = digests.map(text => /^(?:\d+ .*\.$|Nothing changed)/m.exec(text)?.[0])
    expect(headlines).toEqual(['3 first seen (baseline).', 'Nothing changed', '3 fixed.', '3 back.'])
  })

  test('a table of a store knows since when a finding stands, and keeps it', async () => {
    const first = JSON.parse((await night(bad, '--format', 'json')).stdout)
    const second = JSON.parse((await night(bad, '--format', 'json')).stdout)
    expect(second.findings.map(({ firstSeen }: { firstSeen: string }) => firstSeen)).toEqual(
      first.findings.map(() => first.run.startedAt),
    )
  })

  test('a run that was told to look at a part remembers what it saw there and writes no digest', async () => {
    await night(bad)
    const { stdout } = await night(good, '--region', 'eu-west-1')
    expect(stdout).not.toMatch(/^Run /m)
    const open = JSON.parse((await report('--format', 'json')).stdout)
    expect(open.findings).toEqual([])
  })
})

describe('report', () => {
  test('prints the digest that the run printed, byte for byte', async () => {
    const { stdout } = await night(bad)
    const digest = await report('--format', 'digest')
    expect(digest.stdout).toMatch(/^3 first seen/)
    expect(stdout.endsWith(`\n${digest.stdout}`)).toBe(true)
  })

  test('tells in every format what the scan told', async () => {
    const scanned = JSON.parse((await night(bad, '--format', 'json')).stdout)
    const told = JSON.parse((await report('--format', 'json')).stdout)
    expect(told.findings).toEqual(scanned.findings)
    expect(told.coverage).toEqual(scanned.coverage)
    expect(told.summary).toEqual(scanned.summary)
    expect((await report('--format', 'html')).stdout).toContain('<!doctype html>')
    expect((await report()).stdout).toContain('launch-template-imdsv2-required')
  })

  test('filters by check and by account', async () => {
    await night(bad)
    const only = JSON.parse((await report('--format', 'json', '--check', 'node-group-imdsv2-required')).stdout)
    expect(only.findings.map(({ checkId }: { checkId: string }) => checkId)).toEqual(['node-group-imdsv2-required'])
    const other = JSON.parse((await report('--format', 'json', '--account', hub)).stdout)
    expect(other.findings).toEqual([])
    expect(other.coverage.map(({ accountId }: { accountId: string }) => accountId)).toEqual([hub])
  })

  test('of a name that nothing bears is refused, or says so where no list of such names is kept', async () => {
    await night(bad)
    const refused = [
      [['--check', 'nosuch'], 'There is no check nosuch: npx eks-node-posture checks lists them.'],
      [['--account', '999999999999'], 'There is no account 999999999999 in that run: report without'],
      [['--region', 'eu-west-9'], 'There is no Region eu-west-9 in that run: report without'],
      [['--format', 'digest', '--severity', 'high'], '--format digest is the message as it was sent, and cannot be'],
    ] as const
    for (const [args, says] of refused) {
      expect(await report(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) })
    }
    const nobody = await report('--owner', 'nobody')
    expect(nobody).toMatchObject({ code: 0, stderr: expect.stringContaining('names owner nobody') })
    // What passed is counted by account, and is no count of what was asked for.
    expect(nobody.stdout).not.toContain('pass')
    expect(JSON.parse((await report('--severity', 'high', '--format', 'json')).stdout).summary.pass).toBeNull()
    expect(JSON.parse((await report('--account', member, '--format', 'json')).stdout).summary.pass).toBeGreaterThan(0)
  })

  test('writes nothing into a folder that is no store, and neither does a scan', async () => {
    await mkdir(store)
    await writeFile(join(store, 'notes.txt'), 'mine')
    expect(await report()).toMatchObject({ code: 2, stderr: expect.stringMatching(/^There is no store /) })
    expect(await night(bad)).toMatchObject({ code: 2, stderr: expect.stringContaining('is no store and not empty') })
    expect(await readdir(store)).toEqual(['notes.txt'])
  })

  test.each([
    { args: [], says: /^There is no store .*: scan with --store .* first/ },
    { args: ['--table', 'x', '--store', 'y'], says: /cannot be used with/ },
  ])('$args: one sentence and exit code 2', async ({ args, says }) => {
    const { code, stdout, stderr } = await report(...args)
    expect(stderr.replace(/^eks-node-posture: /, '')).toMatch(says)
    expect([code, stdout]).toEqual([2, ''])
    expect(existsSync(store)).toBe(false)
  })

  test('a store that is damaged is one sentence and exit code 2, which findings have not', async () => {
    await night(good)
    await writeFile(join(store, 'table', 'CURRENT'), 'garbage\n')
    const { code, stdout, stderr } = await run(bareEnvironment, 'report', '--store', store)
    expect(stderr).toMatch(
      /^The store \S+ cannot be opened \(.+\): it is damaged, or belongs to somebody else\. [^\n]+\n$/,
    )
    expect([code, stdout]).toEqual([2, ''])
    expect(existsSync(join(store, 'lock.json'))).toBe(false)
  })

  test('a run that the store does not know', async () => {
    await night(good)
    const { code, stderr } = await report('--run', '2026-01-01T00:00:00.000Z-000000')
    expect(stderr).toMatch(/^The store holds no run 2026-01-01/)
    expect(code).toBe(2)
  })
})

describe('two at once, and one that is killed', () => {
  test('the second opener of a folder is told who holds it, and the first one ends well', async () => {
    const slow = await serve(bad, 150)
    const first = run(environment, ...argsFor(slow))
    while (!existsSync(join(store, 'lock.json'))) await wait(20)
    const second = await run(environment, ...argsFor(slow))
    expect(second.stderr).toMatch(/\d/)
    expect(second.stderr).toContain(store)
    expect([second.code, second.stdout]).toEqual([2, ''])
    expect((await first).code).toBe(0)
  })

  test('a run that was killed leaves nothing half-told: the next one tells it all', async () => {
    const slow = await serve(bad, 150)
    const child = start(environment, argsFor(slow))
    const ended = new Promise(resolve => child.on('close', resolve))
    while (!existsSync(join(store, 'lock.json'))) await wait(20)
    await wait(700)
    child.kill('SIGKILL')
    await ended
    const { code, stdout } = await night(bad)
    expect(code).toBe(0)
    expect(stdout).toContain('3 first seen (baseline).')
  })
})

test('a Security Hub that refuses loses nothing: the run is kept with the reason, and the command ends with 2', async () => {
  const config = join(folder, 'posture.yaml')
  await writeFile(config, 'version: 1\nsecurityHub: { import: true }\n')
  const { code, stdout, stderr } = await night(bad, '--config', config)
  expect(stderr).toContain('securityhub:BatchImportFindings')
  expect(stdout).toContain('3 first seen (baseline).')
  expect(code).toBe(2)
  expect((await report()).stdout).toContain('Not everything of this run could be sent so far: securityhub:')
  expect((await night(bad)).stdout).toMatch(/^Not everything of run .* could be sent that night: securityhub:/m)
})

test.each([
  [['--publish', 'not-an-arn'], /--publish .*Expected the ARN of an SNS topic/],
  [['--publish', 'arn:aws:sns:eu-west-1:111:topic'], /--publish .*Expected the ARN of an SNS topic/],
  [['--role', `arn:aws:iam::${member}:role/reader`], /--role .*not by its ARN/],
  [['--external-id', ' '], /--external-id .*An external id has 2 to 1,224 letters/],
])('%j is refused before anything is read', async (args, says) => {
  const { code, stderr } = await run(environment, 'scan', '--store', store, ...args)
  expect(stderr).toMatch(says)
  expect(code).toBe(2)
  expect(existsSync(store)).toBe(false)
})

test('--chat without --publish is one sentence and exit code 2', async () => {
  const { code, stderr } = await run(
    environment,
    'scan',
    '--store',
    store,
    '--chat',
    `arn:aws:sns:eu-west-1:${hub}:chat`,
  )
  expect(stderr).toContain('--chat needs --publish')
  expect(code).toBe(2)
})

test('--publish without a store is one sentence and exit code 2', async () => {
  const { code, stderr } = await run(environment, 'scan', '--publish', 'arn:aws:sns:eu-west-1:111111111111:posture')
  expect(stderr).toContain('--publish needs --table or --store')
  expect(code).toBe(2)
})

test('--output writes the page whole', async () => {
  const file = join(folder, 'page.html')
  await night(bad, '--format', 'html', '--output', file)
  expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
})
