import { describe, expect, test } from '@jest/globals'
import { readEnvironment } from '../../src/config/environment.ts'
import { ConfigError } from '../../src/core/errors.ts'

describe('the environment', () => {
  test('may hold nothing of ours, and much of others', () => {
    expect(readEnvironment({ PATH: '/bin', AWS_PROFILE: 'hub' })).toEqual({})
  })

  test('counts an empty variable as none', () => {
    expect(readEnvironment({ EXTERNAL_ID: '', NO_COLOR: '' })).toEqual({})
  })

  test.each(['ab', 'a'.repeat(1224), 'Aa0_+=,.@:/-'])('takes an external id that STS takes: %s', EXTERNAL_ID => {
    expect(readEnvironment({ EXTERNAL_ID, NO_COLOR: '1' })).toEqual({ EXTERNAL_ID, NO_COLOR: '1' })
  })

  // It is a secret: whoever reads the log of a failed start must not learn it.
  test.each([
    ['too short', 'x'],
    ['too long', 'secret'.repeat(300)],
    ['with a space', 'my secret value'],
    ['with a line break at its end', 'mysecretvalue\n'],
    ['in quotes', '"mysecretvalue"'],
  ])('refuses an external id %s without repeating it', (_, EXTERNAL_ID) => {
    const message = messageOf(() => readEnvironment({ EXTERNAL_ID }))
    expect(message).toBe('environment variable EXTERNAL_ID: expected 2 to 1,224 letters, digits or any of _+=,.@:/-')
    expect(message).not.toContain('secret')
  })
})

const messageOf = (task: () => unknown): string => {
  try {
    task()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('expected a ConfigError')
}
