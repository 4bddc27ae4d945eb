import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checks } from '../../src/checks/index.ts'
import { runScan } from '../../src/cli/commands/scan.ts'
import type { Finding } from '../../src/core/finding.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'

const organization = join(import.meta.dirname, '../../examples/acme.yaml')

/** The night for which the pages of the checks are written: verdicts on dates change with it. */
const now = () => new Date('2026-11-22T02:00:00Z')

/** What the checks that are on by default find in the demo's organization. */
export const exampleFindings = async (): Promise<readonly Finding[]> => JSON.parse(await scanned()).findings

/** What the opt-in checks find in the demo's organization, where posture.yaml enables them; the demo itself does not. */
export const optInFindings = async (): Promise<readonly Finding[]> => {
  const optIn = checks.filter(check => check.optIn).map(({ id }) => id)
  const folder = await mkdtemp(join(tmpdir(), 'posture-'))
  try {
    const config = join(folder, 'posture.yaml')
    await writeFile(config, JSON.stringify({ version: 1, checks: { enable: optIn } }))
    const { findings } = JSON.parse(await scanned(config)) as { readonly findings: readonly Finding[] }
    return findings.filter(({ checkId }) => optIn.includes(checkId))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const scanned = async (config?: string): Promise<string> => {
  const example = await readOrganization(organization)
  const { hub, externalId } = example.organization
  let stdout = ''
  await runScan(
    {
      who: { kind: 'organization' },
      scope: {},
      config,
      format: 'json',
      failOn: 'never',
      strict: false,
      now,
      aws: {
        region: example.regions[0],
        externalId,
        credentials: { accessKeyId: accessKeyOf(hub), secretAccessKey: secretKey },
        requestHandler: requestHandlerOf(createSandbox(example)),
      },
    },
    {
      stdout: {
        write: text => {
          stdout += text
        },
      },
      stderr: { write: () => {} },
      environment: () => ({ EXTERNAL_ID: undefined, NO_COLOR: undefined }),
    },
  )
  return stdout
}
