import { describe, expect, test } from '@jest/globals'
import { readDigestEnvironment, readPlanEnvironment, readScanEnvironment } from '../../src/config/environment.ts'
import { ConfigError } from '../../src/core/errors.ts'

const shared = { BUCKET_NAME: 'runs', TABLE_NAME: 'findings' }
const TOPIC_ARN = 'arn:aws-us-gov:sns:us-gov-west-1:111111111111:alerts'

describe('the environment of a function', () => {
  test('is read as the deployment writes it', () => {
    const plan = { ...shared, ROLE_NAME: 'eks-node-posture-read', TOOL_VERSION: '1.0.0' }
    expect(readPlanEnvironment({ ...plan, PATH: '/bin' })).toEqual(plan)
    expect(readDigestEnvironment({ ...shared, TOPIC_ARN })).toEqual({ ...shared, TOPIC_ARN })
  })

  // A parameter that was left out of a stack is an empty variable.
  test('takes an empty external id for none', () => {
    expect(readScanEnvironment({ ...shared, EXTERNAL_ID: '' })).toEqual(shared)
    expect(readScanEnvironment({ ...shared, EXTERNAL_ID: 'sesame' }).EXTERNAL_ID).toBe('sesame')
  })

  test('takes an empty topic of chats for none', () => {
    expect(readDigestEnvironment({ ...shared, TOPIC_ARN, CHAT_TOPIC_ARN: '' })).toEqual({ ...shared, TOPIC_ARN })
    expect(readDigestEnvironment({ ...shared, TOPIC_ARN, CHAT_TOPIC_ARN: `${TOPIC_ARN}-chat` }).CHAT_TOPIC_ARN).toBe(
      `${TOPIC_ARN}-chat`,
    )
  })

  test.each([
    ['a table', readScanEnvironment, { BUCKET_NAME: 'runs' }, 'TABLE_NAME: is missing'],
    ['a bucket with a name', readScanEnvironment, { ...shared, BUCKET_NAME: '' }, 'BUCKET_NAME: is empty'],
    ['a role', readPlanEnvironment, { ...shared, TOOL_VERSION: '1' }, 'ROLE_NAME: is missing'],
    ['a topic', readDigestEnvironment, shared, 'TOPIC_ARN: is missing'],
    ['an ARN of a topic', readDigestEnvironment, { ...shared, TOPIC_ARN: 'alerts' }, 'TOPIC_ARN: expected the ARN'],
    [
      'an ARN of a topic of chats',
      readDigestEnvironment,
      { ...shared, TOPIC_ARN, CHAT_TOPIC_ARN: 'chat' },
      'CHAT_TOPIC_ARN: expected the ARN',
    ],
  ])('is refused without %s, by the name of the variable', (_, read, variables, says) => {
    expect(() => read(variables)).toThrow(ConfigError)
    expect(() => read(variables)).toThrow(`environment variable ${says}`)
  })
})
