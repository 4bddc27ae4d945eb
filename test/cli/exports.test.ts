import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { runScan } from '../../src/cli/commands/scan.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { bareEnvironment, run } from '../support/cli.ts'

const organization = join(import.meta.dirname, '../../examples/acme.yaml')
const hub = '111111111111'
const out = { write: () => undefined }
const terminal = { stdout: out, stderr: out, environment: () => ({ EXTERNAL_ID: undefined, NO_COLOR: undefined }) }

let folder = ''
const kept = () => ['--store', join(folder, 'store')]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posture-'))
  const example = await readOrganization(organization)
  await runScan(
    {
      who: { kind: 'accounts', ids: ['111122223333'] },
      scope: {},
      format: 'asff',
      output: join(folder, 'scan.json'),
      failOn: 'never',
      strict: false,
      memory: { store: join(folder, 'store') },
      aws: {
        region: 'eu-west-1',
        externalId: example.organization.externalId,
        credentials: { accessKeyId: accessKeyOf(hub), secretAccessKey: secretKey },
        requestHandler: requestHandlerOf(createSandbox(example)),
      },
    },
    terminal,
  )
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test('a scan writes findings that the account of its credentials can import', async () => {
  const { Findings } = JSON.parse(await readFile(join(folder, 'scan.json'), 'utf8'))
  expect(Findings.length).toBeGreaterThan(10)
  for (const { AwsAccountId, ProductArn, ProductFields } of Findings) {
    expect(AwsAccountId).toBe(hub)
    expect(ProductArn).toBe(`arn:aws:securityhub:eu-west-1:${hub}:product/${hub}/default`)
    expect(ProductFields['eks-node-posture/accountId']).toBe('111122223333')
  }
})

test('a report asks who imports, and says in a sentence that it cannot', async () => {
  await expect(run(bareEnvironment, 'report', ...kept(), '--format', 'asff')).resolves.toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'No AWS Region is configured: set AWS_REGION or a Region in the profile.\n',
  })
}, 60_000)

test('a report asks nobody for any other format', async () => {
  const { code, stdout } = await run(bareEnvironment, 'report', ...kept(), '--format', 'ocsf')
  expect(code).toBe(0)
  expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ class_uid: 2003 })
}, 60_000)

test('the help lists every format', async () => {
  const { stdout } = await run(bareEnvironment, 'scan', '--help')
  expect(stdout.replace(/\s+/g, ' ')).toContain('"table", "json", "csv", "markdown", "html", "ocsf", "asff"')
}, 60_000)
