import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  EnableSecurityHubCommand,
  GetFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { importFindingsWith } from '../../src/aws/security-hub.ts'
import type { AsffFinding } from '../../src/core/asff.ts'
import { asff, asffFinding } from '../../src/reports/asff.ts'
import { exported, hub } from '../reports/exported.ts'
import { describeWith, moto } from '../support/judges.ts'
import { anyKey } from './make.ts'
import { type Moto, startMoto } from './server.ts'

const times = { firstSeen: '2026-11-20T02:00:00.000Z', updatedAt: '2026-11-22T02:10:00.000Z' }

async function* imported(state: 'open' | 'resolved'): AsyncGenerator<AsffFinding> {
  for (const finding of exported.findings) yield asffFinding(finding, { hub, state, ...times })
}

describeWith(moto, () => {
  let server: Moto
  let client: SecurityHubClient

  beforeAll(async () => {
    server = await startMoto()
    client = new SecurityHubClient({ endpoint: server.url, region: hub.region, credentials: anyKey })
    await client.send(new EnableSecurityHubCommand())
  }, 90_000)

  afterAll(() => server?.stop())

  const findings = async () => (await client.send(new GetFindingsCommand())).Findings ?? []
  const recordStates = async () => new Set((await findings()).map(({ RecordState }) => RecordState))

  test('keeps every finding as it was sent, and archives the same ones when they are closed', async () => {
    await importFindingsWith(client)(imported('open'))
    const open = await findings()
    expect(open).toHaveLength(exported.findings.length)
    expect(await recordStates()).toEqual(new Set(['ACTIVE']))
    const [sent] = exported.findings.map(finding => asffFinding(finding, { hub, state: 'open', ...times }))
    expect(open.find(({ Id }) => Id === sent?.Id)).toMatchObject(sent ?? {})

    await importFindingsWith(client)(imported('resolved'))
    expect(await findings()).toHaveLength(exported.findings.length)
    expect(await recordStates()).toEqual(new Set(['ARCHIVED']))
  })

  test('takes the file of --format asff as it is', async () => {
    const { Findings } = JSON.parse(asff(exported, hub)) as { Findings: AwsSecurityFinding[] }
    const { FailedCount, SuccessCount } = await client.send(new BatchImportFindingsCommand({ Findings }))
    expect([FailedCount, SuccessCount]).toEqual([0, exported.findings.length])
  })
})
