import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { listen } from '../../src/sandbox/server.ts'
import { bareEnvironment, run } from '../support/cli.ts'

const hub = '111111111111'
const member = '222222222222'
const organization = `
version: 1
organization: { id: o-small, management: '100000000000', hub: '${hub}', externalId: swordfish }
regions: [eu-west-1, us-east-1]
units:
  Security: { accounts: { '${hub}': { name: tooling } } }
  Shops:
    accounts:
      '${member}':
        name: shop
        role: ROLE
        regions:
          eu-west-1:
            instanceMetadataDefaults: { httpTokens: required }
            launchTemplates: { old: { versions: [{ metadataOptions: { httpTokens: optional } }] } }
            clusters: { shop: { version: '1.31', addons: { vpc-cni: v1.19.0-eksbuild.1 }, nodeGroups: { web: { amiType: AL2_x86_64 } } } }
          us-east-1: { instanceMetadataDefaults: { httpTokens: required } }
`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'))
})
afterAll(() => rm(folder, { recursive: true }))

const serve = async (role: string) => {
  const file = join(folder, `${role.replace(/\W/g, '')}.yaml`)
  await writeFile(file, organization.replace('ROLE', role))
  return listen(createSandbox(await readOrganization(file)), 0)
}

const signedIn = (account: string, more: Record<string, string> = { EXTERNAL_ID: 'swordfish' }) => ({
  ...bareEnvironment,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: accessKeyOf(account),
  AWS_SECRET_ACCESS_KEY: secretKey,
  ...more,
})

describe('a scan over HTTP', () => {
  let server: Awaited<ReturnType<typeof serve>>
  beforeEach(async () => {
    server = await serve('{ trust: ok }')
  })
  afterEach(() => server.close())
  const scan = (account: string, ...args: string[]) =>
    run(signedIn(account), 'scan', '--endpoint-url', server.url, ...args)

  test('prints JSON alone on stdout and ends with 1 when findings reach --fail-on', async () => {
    const { code, stdout } = await scan(hub, '--org', '--format', 'json')
    const result = JSON.parse(stdout)
    expect(code).toBe(1)
    expect(Object.keys(result)).toEqual(['schemaVersion', 'run', 'summary', 'coverage', 'findings', 'apiCalls'])
    expect(
      result.findings.map((finding: { checkId: string; status: string }) => `${finding.checkId} ${finding.status}`),
    ).toEqual([
      'account-imdsv2-default-required fail',
      'account-imdsv2-default-required fail',
      'cluster-free-of-al2-hold fail',
      'cluster-version-supported fail',
      'node-group-off-amazon-linux-2 fail',
      'node-group-imdsv2-required fail',
      'node-group-nodes-imdsv2-required fail',
      'node-group-pods-keep-imds unknown',
      'launch-template-imdsv2-required fail',
      'node-group-hop-limit-fits fail',
    ])
    expect(result.coverage).toHaveLength(6)
  })

  test('by default reads the own account with its own credentials and assumes no role', async () => {
    const { code, stdout } = await scan(member, '--format', 'json')
    const { coverage, apiCalls } = JSON.parse(stdout)
    expect(code).toBe(1)
    expect(coverage.map(({ accountId, status }: Record<string, string>) => `${accountId} ${status}`)).toEqual([
      `${member} ok`,
      `${member} ok`,
    ])
    expect(apiCalls).not.toHaveProperty('sts:AssumeRole')
  })

  test('an account has the same finding ids by itself as in its organization', async () => {
    const idsIn = (text: string) =>
      JSON.parse(text)
        .findings.filter(({ accountId }: { accountId: string }) => accountId === member)
        .map(({ id }: { id: string }) => id)
    const [alone, byRole, inOrganization] = await Promise.all([
      scan(member, '--format', 'json'),
      scan(hub, '--account', member, '--format', 'json'),
      scan(hub, '--org', '--format', 'json'),
    ])
    expect(idsIn(alone.stdout)).not.toHaveLength(0)
    expect(idsIn(byRole.stdout)).toEqual(idsIn(inOrganization.stdout))
    expect(idsIn(alone.stdout)).toEqual(idsIn(inOrganization.stdout))
  })

  test('what is out of scope is excluded and not lost', async () => {
    const { stdout } = await scan(hub, '--org', '--region', 'us-east-1', '--format', 'json')
    const { coverage, findings } = JSON.parse(stdout)
    const shop = coverage.filter(({ accountId }: { accountId: string }) => accountId === member)
    expect(shop).toEqual([
      { accountId: member, region: 'eu-west-1', status: 'excluded', detail: 'not among the Regions asked for' },
      { accountId: member, region: 'us-east-1', status: 'ok', detail: null },
    ])
    expect(findings.some(({ region }: { region: string }) => region === 'eu-west-1')).toBe(false)
  })

  test('a scope that leaves nothing is no clean result, and names what nothing bears', async () => {
    const { code, stderr } = await scan(hub, '--org', '--region', 'eu-wset-1')
    expect(stderr).toContain('No account and no Region of this scan is called eu-wset-1')
    expect(code).toBe(2)
  })

  test('--fail-on never ends with 0, and a disabled check says nothing', async () => {
    const config = join(folder, 'posture.yaml')
    await writeFile(config, 'version: 1\nchecks: { disable: [node-group-off-amazon-linux-2] }\n')
    const { code, stdout } = await scan(hub, '--org', '--fail-on', 'never', '--config', config)
    expect(code).toBe(0)
    expect(stdout).toContain('node-group-imdsv2-required')
    expect(stdout).not.toContain('node-group-off-amazon-linux-2')
  })

  test('--output writes the report to a file and nothing to stdout', async () => {
    const file = join(folder, 'report.json')
    const { stdout } = await scan(hub, '--org', '--format', 'json', '--output', file)
    expect(stdout).toBe('')
    expect(JSON.parse(await readFile(file, 'utf8')).summary.clusters).toBe(1)
  })

  test('--output into a folder that is not there leaves nothing behind and ends with 2', async () => {
    const { code, stderr } = await scan(hub, '--org', '--output', join(folder, 'nowhere/report.json'))
    expect(stderr).toMatch(/nowhere\/report\.json cannot be written/)
    expect(code).toBe(2)
  })

  test('a recording replays to the same bytes, without AWS and without user data', async () => {
    const recording = join(folder, 'recording')
    const recorded = await scan(hub, '--org', '--format', 'json', '--record', recording)
    await server.close()
    const replayed = await run(bareEnvironment, 'scan', '--replay', recording, '--format', 'json')
    expect(replayed).toEqual({ ...recorded, stderr: expect.any(String) })
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.recording'))

    const again = await run(signedIn(hub), 'scan', '--endpoint-url', server.url, '--record', recording)
    expect(again.stderr).toContain(`${recording} is not empty`)
    expect(again.code).toBe(2)
  })
})

test('a role that is missing everywhere is one sentence, coverage on stdout, and exit code 2', async () => {
  const server = await serve('{ trust: missing }')
  const { code, stdout, stderr } = await run(
    signedIn(hub),
    'scan',
    '--account',
    member,
    '--endpoint-url',
    server.url,
    '--format',
    'json',
  )
  await server.close()
  expect(stderr).toMatch(/The role could be assumed in none of 1 account .*EXTERNAL_ID/)
  expect(JSON.parse(stdout).coverage.map(({ status }: { status: string }) => status)).toEqual(['no-role', 'no-role'])
  expect(code).toBe(2)
})

test('a wrong external id is no-role for that account, and the others are scanned', async () => {
  const server = await serve('{ trust: wrong-external-id }')
  const { stdout } = await run(signedIn(hub), 'scan', '--org', '--endpoint-url', server.url, '--format', 'json')
  const strict = await run(
    signedIn(hub),
    'scan',
    '--org',
    '--endpoint-url',
    server.url,
    '--strict',
    '--fail-on',
    'never',
  )
  await server.close()
  const statuses = JSON.parse(stdout).coverage.map(
    ({ accountId, status }: Record<string, string>) => `${accountId} ${status}`,
  )
  expect(statuses).toContain(`${member} no-role`)
  expect(statuses).toContain(`${hub} ok`)
  expect(strict.code).toBe(2)
})
