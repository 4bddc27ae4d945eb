import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as z from 'zod'
import { count, handle, logger } from '../../src/handlers/handle.ts'

const Request = z.strictObject({ accountId: z.string() })
const Reply = z.strictObject({ regions: z.number() })

const context = { awsRequestId: 'request-1', functionName: 'scan', memoryLimitInMB: '512' } as never

let written: string[] = []

beforeEach(() => {
  written = []
  const write = (...words: unknown[]) => {
    written.push(words.join(' '))
  }
  for (const level of ['log', 'info', 'warn', 'error'] as const) jest.spyOn(console, level).mockImplementation(write)
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation(text => {
      write(text)
      return true
    })
  }
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('the edge of a function', () => {
  test('hands the parsed event to the work, and its parsed reply back', async () => {
    const handler = handle(Request, Reply, async ({ accountId }) => ({ regions: accountId.length }))
    await expect(handler({ accountId: '111122223333' }, context)).resolves.toEqual({ regions: 12 })
  })

  test.each([
    ['lacks something', {}],
    ['holds something that nobody asked for', { accountId: '111122223333', secret: 'sesame' }],
  ])('refuses an event that %s before any work is done', async (_, event) => {
    const work = jest.fn(async () => ({ regions: 0 }))
    await expect(handle(Request, Reply, work)(event, context)).rejects.toThrow(z.ZodError)
    expect(work).not.toHaveBeenCalled()
  })

  test('lets nothing out that the reply does not name', async () => {
    const handler = handle(Request, Reply, async () => ({ regions: 1, findings: ['…'] }))
    await expect(handler({ accountId: '1' }, context)).rejects.toThrow(z.ZodError)
  })

  test('throws on what the work throws, by its own name', async () => {
    class StoreError extends Error {
      override name = 'StoreError'
    }
    const handler = handle(Request, Reply, async () => {
      throw new StoreError('no table')
    })
    await expect(handler({ accountId: '1' }, context)).rejects.toMatchObject({
      name: 'StoreError',
      message: 'no table',
    })
  })

  test('logs what the work says with the id of the request, and never the event', async () => {
    const handler = handle(Request, Reply, async () => {
      logger.info('Scanned', { regions: 3 })
      return { regions: 3 }
    })
    await handler({ accountId: '999988887777' }, context)
    expect(written.find(line => line.includes('Scanned'))).toMatch(/"function_request_id":"request-1".*"regions":3/)
    expect(written.filter(line => line.includes('999988887777'))).toEqual([])
  })

  test('writes what was counted as metrics, once, also when the work fails', async () => {
    const metricLines = () => written.filter(line => line.includes('CloudWatchMetrics'))
    const handler = handle(Request, Reply, async ({ accountId }) => {
      count({ Regions: 2, Calls: 40 })
      if (accountId === 'bad') throw new Error('broken')
      return { regions: 2 }
    })
    await handler({ accountId: 'good' }, context)
    expect(metricLines()).toHaveLength(1)
    expect(JSON.parse(metricLines()[0] ?? '')).toMatchObject({ Regions: 2, Calls: 40 })
    await expect(handler({ accountId: 'bad' }, context)).rejects.toThrow('broken')
    expect(metricLines()).toHaveLength(2)
  })
})
