import { describe, expect, test } from '@jest/globals'
import * as z from 'zod'
import type { Alert } from '../../src/core/alert.ts'
import type { FindingEvent } from '../../src/core/stored.ts'
import { alertMessage } from '../../src/reports/alert.ts'
import { chatAlert } from '../../src/reports/chat.ts'
import { expectGolden } from './golden.ts'

const run = { id: '2026-11-22T02:00:00.000Z-3fa91c', startedAt: '2026-11-22T02:00:00.000Z' }
const accountId = '111122223333'

const row = (message: string): FindingEvent => ({
  ...{ runId: run.id, kind: 'new', findingId: 'f1', checkId: 'c1', severity: 'high', accountId, region: 'eu-west-1' },
  ...{ owner: 'payments', causedBy: [], firstSeen: run.startedAt, message },
  resource: { type: 'cluster', id: 'arn:web', name: 'web', clusterName: 'web' },
})

const alertOf = (...messages: string[]): Alert => ({
  ...{ accountId, maxSeverity: 'high', checkIds: ['c1', 'c2'], rows: messages.map(row) },
  counts: { new: messages.length, reopened: 0, 'waiver-expired': 1 },
})

const inputOf = (alert: Alert, name = 'payments-prod', ouPath: readonly string[] | null = ['Shops', 'Prod']) => ({
  ...{ run, alert, account: { name, ouPath }, reportUrl: 'https://posture.example/nightly?a=1&b=2' },
})

/**
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html names the fields, which are required and what
 * they hold; it prints no lengths. Those are what others cut at, and 3,000 is what Slack shows of a text.
 */
const CustomNotification = z.strictObject({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  id: z.string().optional(),
  content: z.strictObject({
    textType: z.literal('client-markdown'),
    title: z.string().min(1).max(250),
    description: z.string().min(1).max(3000),
    nextSteps: z.array(z.string()).optional(),
    keywords: z.array(z.string()).optional(),
  }),
  metadata: z.strictObject({
    threadId: z.string().min(1),
    summary: z.string().optional(),
    eventType: z.string().optional(),
    relatedResources: z.array(z.string()).optional(),
    additionalContext: z.record(z.string(), z.string()).optional(),
  }),
})
const read = (text: string) => CustomNotification.parse(JSON.parse(text))

const forged = '*bold* _it_ ~no~ `code` <https://evil|here> <!channel> @here #1 & [a](b) \u001b[31m\nnext'

describe('an alert in a chat', () => {
  test('reads as it should, in the thread of its night', async () => {
    const text = chatAlert(inputOf(alertOf('Node group shop/web_one runs Amazon Linux 2.')))
    await expectGolden('chat-alert.json.txt', `${JSON.stringify(read(text), null, 2)}\n`)
    expect(read(text).metadata.threadId).toBe(run.id)
  })

  test('takes nothing that an account named for markup, a mention or a link', () => {
    const { title, description } = read(chatAlert(inputOf(alertOf(forged), forged))).content
    const [ours = ''] = description.split('Report: ')
    for (const text of [title, ours]) {
      expect(text).not.toMatch(/[*~`[\]\\<>&@#|]|:\/\/|(?<!\p{L})_/u)
    }
    expect(description).toContain('Report: https://posture.example/nightly?a=1&b=2\n')
  })

  test('stays within the lengths, and counts what it leaves out', () => {
    const long = alertOf(...Array.from({ length: 20 }, () => '語'.repeat(2000)))
    const { title, description } = read(chatAlert(inputOf(long, 'n'.repeat(600)))).content
    expect(title).toHaveLength(250)
    expect(description).toMatch(/left out/)
    expect(Buffer.byteLength(description)).toBeLessThan(3000)
    expect(read(chatAlert(inputOf(alertOf(...Array(8).fill('It fails.'))))).content.description).toContain(
      '… and 4 findings more',
    )
  })
})

describe('an alert in a mail', () => {
  test('carries what subscriptions filter by', () => {
    const { attributes } = alertMessage(inputOf(alertOf('It fails.')))
    expect(attributes).toEqual({
      ...{ kind: 'alert', accountId, ouPath: '/Shops/Prod/', maxSeverity: 'high', runId: run.id },
      checkIds: ['c1', 'c2'],
    })
  })

  // A subscription to /Shops/ would else get what an account of Evil/Shops is told.
  test('has a path in which only units begin, whatever they are called', () => {
    const input = inputOf(alertOf('It fails.'))
    const account = { name: 'shop', ouPath: ['Evil/Shops', 'a\nb'] }
    expect(alertMessage({ ...input, account }).attributes['ouPath']).toBe('/Evil-Shops/a-b/')
  })

  test.each([
    ['the root', [], '/'],
    ['a unit that nobody knows', null, 'not known'],
  ])('says of %s what a prefix of units never matches by accident', (_, ouPath, says) => {
    expect(alertMessage(inputOf(alertOf('It fails.'), 'shop', ouPath)).attributes['ouPath']).toBe(says)
  })

  test('has a subject that SNS takes, whatever accounts are called', () => {
    for (const name of ['a\nBcc: everybody', 'n'.repeat(300), `${'n'.repeat(50)}😀😀😀😀😀`]) {
      const { subject } = alertMessage(inputOf(alertOf('It fails.'), name))
      expect(subject.length).toBeLessThan(100)
      expect(subject).not.toMatch(/\p{Cc}|[\ud800-\udbff](?![\udc00-\udfff])/u)
    }
  })

  test('stays within a message of SNS, with what was left out counted', () => {
    const { text } = alertMessage(inputOf(alertOf(...Array.from({ length: 20 }, () => 'x'.repeat(30_000)))))
    expect(Buffer.byteLength(text)).toBeLessThan(201_000)
    expect(text).toContain('left out to fit')
  })
})
