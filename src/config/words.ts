import type { ErrorCode } from 'yaml'
import type * as z from 'zod'

const kinds: Readonly<Record<string, string>> = {
  object: 'keys with values',
  record: 'keys with values',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

const kindOf = (value: unknown) => {
  if (value === null) return 'nothing'
  return kinds[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

/** What zod found, for the person who wrote the file; undefined where zod's own words or those of the schema serve. */
export const inWords: z.core.$ZodErrorMap = issue => {
  if (issue.code === 'invalid_type') {
    const expected = `expected ${kinds[issue.expected] ?? issue.expected}`
    if (issue.expected === 'int' && typeof issue.input === 'number') return expected
    return issue.input === undefined ? `is missing: ${expected}` : `${expected}, got ${kindOf(issue.input)}`
  }
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return 'expected text, got none'
    return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
  }
  if (issue.code === 'too_big') return `expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
  return undefined
}

/** Where the YAML parser speaks of its own API, or leaves out what to do. */
export const yamlWords: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'this key stands here twice',
  MULTIPLE_DOCS: 'a second document starts here; the file may hold one',
}
