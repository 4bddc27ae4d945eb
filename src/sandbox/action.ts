import * as z from 'zod'
import type { Caller } from './keys.ts'
import type { Model, RegionModel } from './model.ts'
import { RefusalError } from './refusal.ts'

/** One request that may be answered: its caller is known and nothing denies it. */
export interface Call {
  readonly model: Model
  readonly caller: Caller
  readonly region: string
  /** The caller's account in the Region of the call. */
  here(): RegionModel
}

/** An operation: it checks parameters as they came from the wire and gives the answer in the wire's names. */
export type Action = (parameters: unknown, call: Call) => object

/** Defines an operation. A parameter that is not in `input` is refused rather than ignored. */
export const action =
  <S extends z.ZodType>(input: S, answer: (input: z.output<S>, call: Call) => object): Action =>
  (parameters, call) => {
    const parsed = input.safeParse(parameters)
    if (parsed.success) return answer(parsed.data, call)
    throw new RefusalError('bad-parameter', z.prettifyError(parsed.error).replaceAll('\n', ' '))
  }

/** A whole number, which form and query parameters carry as text. */
export const wholeNumber = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum)

/** True or false as form parameters spell them. */
export const flag = z.stringbool()

/**
 * One page of `items`, and the token of the next when there is one.
 * @throws {RefusalError} for a token that this sandbox never gave.
 */
export const pageOf = <T>(items: readonly T[], token: string | undefined, size: number) => {
  const start = token === undefined ? '0' : Buffer.from(token, 'base64url').toString()
  if (!/^\d+$/.test(start)) {
    throw new RefusalError('bad-token', `The token '${token}' is not valid.`)
  }
  const end = Number(start) + size
  const next = end < items.length ? Buffer.from(String(end)).toString('base64url') : undefined
  return { items: items.slice(Number(start), end), next }
}
