import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { loadFunction } from './functions.ts'
import { type Packaged, packageService } from './package.ts'
import { stackOf } from './stack.ts'

let packaged: Packaged

beforeAll(async () => {
  packaged = await packageService()
}, 120_000)

afterAll(() => packaged?.remove())

/** The clients of the SDK, by what the configuration of each one holds and no other code. */
const clientsIn = (code: string) =>
  [...code.matchAll(/serviceId:\w+\?\.serviceId\?\?"([^"]+)"/g)].map(([, client]) => client).sort()

const megabyte = 1_000_000

describe.each([
  { name: 'plan', limit: 1.0, clients: ['DynamoDB', 'EKS', 'Organizations', 'S3', 'STS'] },
  {
    name: 'scan',
    limit: 1.8,
    clients: ['Auto Scaling', 'CloudWatch', 'DynamoDB', 'EC2', 'EKS', 'IAM', 'S3', 'SSM', 'STS'],
  },
  { name: 'reconcile', limit: 1.0, clients: ['DynamoDB', 'S3'] },
  { name: 'digest', limit: 1.0, clients: ['DynamoDB', 'S3', 'SNS', 'SecurityHub'] },
])('the bundle of $name', ({ name, limit, clients }) => {
  const codeOf = async () => (await packaged.filesOf(name))[`src/handlers/${name}.mjs`] ?? ''

  test(`is one file of less than ${limit} MB`, async () => {
    expect(Object.keys(await packaged.filesOf(name))).toEqual([`src/handlers/${name}.mjs`])
    const bytes = Buffer.byteLength(await codeOf())
    expect(bytes).toBeGreaterThan(0.3 * megabyte)
    expect(bytes).toBeLessThan(limit * megabyte)
  })

  test('holds the clients that the function calls, and no other', async () => {
    expect(clientsIn(await codeOf())).toEqual(clients)
  })
})

describe('a deployment without', () => {
  test.each([
    ['PlanLambdaFunction', 'ROLE_NAME'],
    ['ScanLambdaFunction', 'TABLE_NAME'],
    ['ReconcileLambdaFunction', 'BUCKET_NAME'],
    ['DigestLambdaFunction', 'TOPIC_ARN'],
  ])('%s: %s fails while the function is loaded, and names it', async (id, variable) => {
    const environment = { AWS_REGION: 'eu-west-1', [variable]: '' }
    const loaded = await loadFunction(id, packaged, stackOf(packaged), environment)
    await expect(loaded.invoke({})).rejects.toThrow(`environment variable ${variable}: `)
    loaded.stop()
  })
})
