import { expect, test } from '@jest/globals'
import { askAtMost, listAll, type Page } from '../../src/aws/ask.ts'

const refused = (name: string) =>
  Object.assign(new Error('no'), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } })

/** A list whose pages are under their tokens. */
const pagesOf = (pages: Record<string, Page<string> | Error>) => async (token: string | undefined) => {
  const page = pages[token ?? 'first'] ?? new Error(`no page ${token}`)
  if (page instanceof Error) throw page
  return page
}

test('a list is read to its end, through an empty page', async () => {
  const page = pagesOf({
    first: { items: ['a'], next: '2' },
    2: { items: undefined, next: '3' },
    3: { items: ['b'], next: '' },
  })
  expect(await listAll(askAtMost(1), 'a:B', page)).toEqual({ items: ['a', 'b'], failures: [] })
})

test('a token that comes back ends the list with a failure', async () => {
  const page = pagesOf({
    first: { items: ['a'], next: '2' },
    2: { items: ['b'], next: '3' },
    3: { items: [], next: '2' },
  })
  const { items, failures } = await listAll(askAtMost(1), 'a:B', page)
  expect(items).toEqual(['a', 'b'])
  expect(failures).toMatchObject([{ action: 'a:B', class: 'broken' }])
})

test('what was read before a page failed is kept beside the failure', async () => {
  const page = pagesOf({ first: { items: ['a'], next: '2' }, 2: refused('AccessDenied') })
  const { items, failures } = await listAll(askAtMost(1), 'a:B', page)
  expect(items).toEqual(['a'])
  expect(failures).toMatchObject([{ class: 'denied' }])
})

test('what is named can be gone; a list that names nothing cannot, and an error is not an empty list', async () => {
  const page = pagesOf({ first: refused('ResourceNotFoundException') })
  expect((await listAll(askAtMost(1), 'a:B', page, 'shop')).failures).toEqual([])
  expect((await listAll(askAtMost(1), 'a:B', page)).failures).toMatchObject([{ class: 'broken' }])
})

test('no more calls are under way than allowed, and one that fails makes room for the next', async () => {
  const ask = askAtMost(2)
  let underWay = 0
  let most = 0
  const call = async (fails: boolean) => {
    most = Math.max(most, ++underWay)
    await new Promise(resolve => setImmediate(resolve))
    underWay--
    if (fails) throw refused('AccessDenied')
  }
  const answers = await Promise.all([true, false, true, false, false].map(fails => ask('a:B', () => call(fails))))
  expect(most).toBe(2)
  expect(answers.map(({ status }) => status)).toEqual(['failed', 'ok', 'failed', 'ok', 'ok'])
})

test('a bug in a call is thrown, not read as a failure', async () => {
  const ask = askAtMost(1)
  await expect(ask('a:B', () => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug')
  expect(await ask('a:B', async () => 1)).toEqual({ status: 'ok', value: 1 })
})
