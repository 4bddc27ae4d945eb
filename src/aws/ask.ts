import type { Collected, Failure, Read } from '../core/read.ts'
import { known, notRead } from '../core/read.ts'
import { failureOf, isNotFound, reasonOf } from './failure.ts'

/** What became of one call; `gone` where AWS says that the thing does not exist (any more). */
export type Answer<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'gone'; readonly action: string; readonly reason: string }
  | { readonly status: 'failed'; readonly failure: Failure; readonly error: unknown }

export type Refusal = Exclude<Answer<never>, { status: 'ok' }>

/** Makes a call and turns what AWS refuses into data; `resource` is what it asks about, where that is one thing. */
export type Ask = <T>(action: string, call: () => Promise<T>, resource?: string) => Promise<Answer<T>>

/** An {@link Ask} that has at most `atOnce` calls under way; the others wait in the order they came. */
export const askAtMost = (atOnce: number): Ask => {
  const slots = slotsOf(atOnce)
  return async (action, call, resource) => {
    try {
      return { status: 'ok', value: await slots(call) }
    } catch (error) {
      // Where nothing is named, nothing can be missing: an empty list must never stand for an error.
      if (resource !== undefined && isNotFound(error)) return { status: 'gone', action, reason: reasonOf(error) }
      return { status: 'failed', failure: failureOf(error, action, resource), error }
    }
  }
}

const slotsOf = (count: number) => {
  const waiting: (() => void)[] = []
  let free = count
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

export interface Page<T> {
  readonly items: readonly T[] | undefined
  readonly next: string | undefined
}

/** A list with what was read before AWS refused to go on, if it did. */
export interface Listed<T> extends Collected<T> {
  readonly refusal?: Refusal
}

/** Reads a list to its end, empty pages in between included. A token that comes back is a failure, not a loop. */
export const listAll = async <T>(
  ask: Ask,
  action: string,
  page: (token: string | undefined) => Promise<Page<T>>,
  resource?: string,
): Promise<Listed<T>> => {
  const items: T[] = []
  const seen = new Set<string | undefined>()
  let token: string | undefined
  do {
    seen.add(token)
    const answer = await ask(action, () => page(token), resource)
    if (answer.status !== 'ok') return { items, failures: failuresOf(answer), refusal: answer }
    items.push(...(answer.value.items ?? []))
    token = answer.value.next || undefined
  } while (!seen.has(token) && token !== undefined)
  if (token === undefined) return { items, failures: [] }
  return { items, failures: [{ action, class: 'broken', reason: 'the list goes in circles: a page token came back' }] }
}

/** The failure of an answer, as a list of one or none; what is gone is no failure. */
export const failuresOf = (answer: Answer<unknown>): readonly Failure[] =>
  answer.status === 'failed' ? [answer.failure] : []

/** An answer as a read of what `pick` takes from it. */
export const readOf = <T, U>(answer: Answer<T>, pick: (value: T) => U): Read<U> =>
  answer.status === 'ok' ? known(pick(answer.value)) : refused(answer)

/** Why something was not read. */
export const refused = (refusal: Refusal) =>
  refusal.status === 'gone'
    ? notRead(refusal.action, refusal.reason)
    : notRead(refusal.failure.action, refusal.failure.reason)

export const none = { items: [], failures: [] } as const

/** Several lists as one. */
export const joined = <T>(lists: readonly Collected<T>[]): Collected<T> => ({
  items: lists.flatMap(list => list.items),
  failures: lists.flatMap(list => list.failures),
})

/** What each of the listed names stands for, in the order of the names. */
export const eachOf = async <T>(
  { items, failures }: Collected<string>,
  read: (name: string) => Promise<Collected<T>>,
): Promise<Collected<T>> =>
  joined([{ items: [], failures }, ...(await Promise.all([...items].sort().map(name => read(name))))])
