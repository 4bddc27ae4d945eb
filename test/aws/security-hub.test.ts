import { SecurityHubClient } from '@aws-sdk/client-securityhub'
import { describe, expect, test } from '@jest/globals'
import { importFindingsWith } from '../../src/aws/security-hub.ts'
import type { AsffFinding } from '../../src/core/asff.ts'
import { asffFinding } from '../../src/reports/asff.ts'
import { exported, hub } from '../reports/exported.ts'
import { answering } from './sandbox.ts'

const [any] = exported.findings
if (!any) throw new Error('the fixture has findings')
const template = asffFinding(any, { hub, state: 'open', firstSeen: '2026-11-22', updatedAt: '2026-11-22' })

async function* many(count: number, over: Partial<AsffFinding> = {}): AsyncGenerator<AsffFinding> {
  for (let index = 0; index < count; index++) yield { ...template, ...over, Id: `${index}` }
}

/** A client whose requests are kept, each answered with what is refused of it. */
const clientRefusing = (refused: (ids: readonly string[]) => readonly object[] = () => []) => {
  const batches: string[][] = []
  const client = new SecurityHubClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: answering(({ body }) => {
      const ids = (
        JSON.parse(new TextDecoder().decode(body as Uint8Array)) as { Findings: AsffFinding[] }
      ).Findings.map(({ Id }) => Id)
      batches.push(ids)
      const FailedFindings = refused(ids)
      const FailedCount = FailedFindings.length
      const answer = { FailedCount, SuccessCount: ids.length - FailedCount, FailedFindings }
      return { status: 200, body: JSON.stringify(answer) }
    }),
  })
  return { client, batches }
}

const clientAnswering = (status: number, type: string, message: string) =>
  new SecurityHubClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: answering(() => ({
      status,
      body: JSON.stringify({ Message: message }),
      headers: { 'x-amzn-errortype': type },
    })),
  })

const enable = 'enable Security Hub CSPM in the account and Region that import, or import nothing'

describe('the import into Security Hub', () => {
  test('sends at most 100 findings at once, in their order', async () => {
    const { client, batches } = clientRefusing()
    await importFindingsWith(client)(many(250))
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 50])
    expect(batches.flat()).toEqual(Array.from({ length: 250 }, (_, index) => `${index}`))
  })

  test('sends at most 6 MB at once', async () => {
    const { client, batches } = clientRefusing()
    await importFindingsWith(client)(many(60, { Description: 'd'.repeat(200_000) }))
    expect(batches.map(({ length }) => length)).toEqual([29, 29, 2])
  })

  test('sends nothing where there is nothing to send', async () => {
    const { client, batches } = clientRefusing()
    await importFindingsWith(client)(many(0))
    expect(batches).toEqual([])
  })

  test('tells in a sentence what was refused, after everything else was imported', async () => {
    const { client, batches } = clientRefusing(ids =>
      ids
        .filter(id => id === '7' || id === '120')
        .map(Id => ({ Id, ErrorCode: 'InvalidInput', ErrorMessage: 'Title is too long' })),
    )
    await expect(importFindingsWith(client)(many(150))).rejects.toMatchObject({
      name: 'PostureError',
      message:
        'securityhub:BatchImportFindings: 2 of 150 findings were refused, the first of them 7: InvalidInput: Title is too long.',
    })
    expect(batches).toHaveLength(2)
  })

  test('ends with the first request where the findings may not be imported at all', async () => {
    const { client, batches } = clientRefusing(ids =>
      ids.map(Id => ({ Id, ErrorCode: 'InvalidAccess', ErrorMessage: 'the integration is off' })),
    )
    await expect(importFindingsWith(client)(many(250))).rejects.toMatchObject({
      name: 'PostureError',
      message: `securityhub:BatchImportFindings: 100 of 100 findings were refused, the first of them 0: InvalidAccess: the integration is off: ${enable}.`,
    })
    expect(batches).toHaveLength(1)
  })

  test.each([
    [
      401,
      'InvalidAccessException',
      `InvalidAccessException: Account 111111111111 is not subscribed to AWS Security Hub: ${enable}.`,
    ],
    [403, 'AccessDeniedException', 'access denied (AccessDeniedException).'],
  ])('says in a sentence what HTTP %d (%s) refused', async (status, type, sentence) => {
    const client = clientAnswering(status, type, 'Account 111111111111 is not subscribed to AWS Security Hub')
    await expect(importFindingsWith(client)(many(1))).rejects.toMatchObject({
      name: 'PostureError',
      message: `securityhub:BatchImportFindings: ${sentence}`,
    })
  })
})
