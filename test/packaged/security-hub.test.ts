import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SecurityHubClient } from '@aws-sdk/client-securityhub'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { build } from 'esbuild'
import plugins from '../../scripts/esbuild-plugins.mjs'
import { importFindingsWith } from '../../src/aws/security-hub.ts'
import { asffFinding } from '../../src/reports/asff.ts'
import { answering } from '../aws/sandbox.ts'
import { exported, hub } from '../reports/exported.ts'

interface Bundled {
  readonly SecurityHubClient: typeof SecurityHubClient
  readonly importFindingsWith: typeof importFindingsWith
}

// As in serverless.yml: of the ways to find credentials a function takes the first.
const unused = [
  ...['http', 'ini', 'process', 'sso', 'web-identity'].map(name => `@aws-sdk/credential-provider-${name}`),
  '@smithy/credential-provider-imds',
]

let folder = ''
let file = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'security-hub-'))
  file = join(folder, 'bundle.mjs')
  await build({
    stdin: {
      contents: `export { SecurityHubClient } from '@aws-sdk/client-securityhub'
        export { importFindingsWith } from './src/aws/security-hub.ts'`,
      resolveDir: join(import.meta.dirname, '../..'),
    },
    plugins,
    outfile: file,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: unused,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

async function* findings() {
  const times = { firstSeen: exported.run.startedAt, updatedAt: exported.finishedAt }
  for (const finding of exported.findings) yield asffFinding(finding, { hub, state: 'open', ...times })
}

/** What an import sends. */
const sentBy = async ({ SecurityHubClient: Client, importFindingsWith: importWith }: Bundled) => {
  const bodies: string[] = []
  const requestHandler = answering(({ body }) => {
    bodies.push(new TextDecoder().decode(body as Uint8Array))
    return { status: 200, body: '{"FailedCount":0,"SuccessCount":1}' }
  })
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  await importWith(new Client({ region: hub.region, credentials, requestHandler }))(findings())
  return bodies
}

test('a function that imports findings holds no shapes of resources that it never describes', async () => {
  expect((await stat(file)).size).toBeLessThan(300_000)
})

test('and sends the findings whole all the same', async () => {
  const bundled = (await import(pathToFileURL(file).href)) as Bundled
  const bodies = await sentBy(bundled)
  expect(bodies).toEqual(await sentBy({ SecurityHubClient, importFindingsWith }))
  expect(bodies.join('')).toContain('eks-node-posture/evidence/1')
})
