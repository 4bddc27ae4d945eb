import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from '@jest/globals'
import { connect, sessionNameOf } from '../../src/aws/clients.ts'
import { connectionWith } from '../../src/aws/connection.ts'
import { PostureError } from '../../src/core/errors.ts'
import { answering, connectTo, hub, openMember, type SdkRequest } from './sandbox.ts'

test('a session name has only characters that STS takes', () => {
  const name = sessionNameOf('2026-11-22T02:00:00.000Z-3fa91c')
  expect(name).toBe('eks-node-posture-2026-11-22T020000.000Z-3fa91c')
  expect(sessionNameOf('x'.repeat(80))).toHaveLength(64)
})

test('calls are counted once answered, errors included; the sandbox counts the same', async () => {
  const { reader, calls, sandbox } = await openMember({ role: { deny: ['ec2:*'] } })
  await reader.readRegion('eu-west-1')
  expect(calls.read()).toEqual({
    answered: {
      'ec2:DescribeLaunchTemplateVersions': 1,
      'ec2:GetInstanceMetadataDefaults': 1,
      'eks:ListClusters': 1,
      'sts:AssumeRole': 1,
    },
    attempts: 4,
    throttled: 0,
  })
  expect(sandbox.counters.calls).toEqual(calls.read().answered)
})

test('no answer is copied for a log that nobody keeps', () => {
  const { client } = connectionWith({ sessionName: 's', now: () => new Date(0), region: 'eu-west-1' })
  const middlewareOf = ({ middlewareStack }: EC2Client) => middlewareStack.identify().join()
  expect(middlewareOf(new EC2Client({ region: 'eu-west-1' }))).toContain('loggerMiddleware')
  expect(middlewareOf(client(EC2Client, 'ec2'))).not.toContain('loggerMiddleware')
})

test('a throttle is an attempt and no answer', async () => {
  const { reader, calls } = await openMember({ faults: [{ action: 'eks:ListClusters', throttle: 1 }] })
  await reader.readRegion('eu-west-1')
  const { answered, attempts, throttled } = calls.read()
  expect(answered).not.toHaveProperty('eks:ListClusters')
  expect({ attempts, throttled }).toEqual({ attempts: 4, throttled: 1 })
})

test('a throttle that passes is retried to an answer', async () => {
  const throttles = [
    { status: 503, body: '<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>' },
  ]
  const instead = ({ body }: SdkRequest) => (/DescribeRegions/.test(String(body)) ? throttles.pop() : undefined)
  const { reader, calls, callsMade } = await openMember({ instead }, { maxAttempts: 2 })
  expect((await reader.listRegions()).failures).toEqual([])
  expect(callsMade()).toEqual({ 'ec2:DescribeRegions': 1 })
  expect(calls.read()).toMatchObject({ attempts: 3, throttled: 1 })
})

test('a server error is an attempt and no answer', async () => {
  const unavailable = answering(() => ({ status: 503, body: '' }))
  const { organization, calls } = connectTo({}, { requestHandler: unavailable })
  await expect(organization.whoAmI()).rejects.toThrow(PostureError)
  expect(calls.read()).toEqual({ answered: {}, attempts: 1, throttled: 0 })
})

test('no call is sent once the time is up, and what is under way ends as no data', async () => {
  const timeIsUp = new AbortController()
  const { reader, sandbox, calls } = await openMember({}, { signal: timeIsUp.signal, maxAttempts: 3 })
  timeIsUp.abort()
  await expect(reader.readRegion('eu-west-1')).rejects.toMatchObject({ name: 'AbortError' })
  expect(sandbox.counters.calls).toEqual({ 'sts:AssumeRole': 1 })
  expect(calls.read().attempts).toBe(1)
})

// A function that is warm connects for one account after the other.
test('one connection after the other calls through the sockets that are open', async () => {
  let sockets = 0
  const server = createServer((_, response) => response.writeHead(503).end()).on('connection', () => sockets++)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (let account = 0; account < 5; account++) {
    const { organization } = connectTo({}, { requestHandler: undefined, endpointUrl, maxAttempts: 1 })
    await expect(organization.whoAmI()).rejects.toThrow(PostureError)
  }
  server.close()
  expect(sockets).toBe(1)
})

test('the hub is who STS says', async () => {
  const { organization } = connectTo()
  expect(await organization.whoAmI()).toEqual({ accountId: hub, partition: 'aws', region: 'eu-west-1' })
})

const options = {
  sessionName: 'test',
  now: () => new Date(0),
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
}
const stsError = (code: string) =>
  answering(() => ({
    status: 403,
    body: `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
  }))

// Not a real socket: the SDK does not know an Error of Node's own modules for one inside of Jest.
const refusing = {
  ...answering(() => ({ status: 0, body: '' })),
  handle: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
}

test.each([
  [
    'no credentials',
    {
      credentials: () =>
        Promise.reject(Object.assign(new Error('Could not load any'), { name: 'CredentialsProviderError' })),
    },
    'No AWS credentials could be loaded (Could not load any): sign in, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.',
  ],
  [
    'expired credentials',
    { requestHandler: stsError('ExpiredToken') },
    'STS in eu-west-1 does not accept these credentials (ExpiredToken): sign in again, or check the profile.',
  ],
  [
    'unknown credentials',
    { requestHandler: stsError('InvalidClientTokenId') },
    'STS in eu-west-1 does not accept these credentials (InvalidClientTokenId): sign in again, or check the profile.',
  ],
  [
    'an endpoint that is down',
    { endpointUrl: 'http://127.0.0.1:1', requestHandler: refusing },
    'STS in http://127.0.0.1:1 could not be asked who is calling: the endpoint could not be reached (ECONNREFUSED).',
  ],
  [
    'an endpoint that is not AWS',
    { requestHandler: answering(() => ({ status: 404, body: '<!doctype html><title>404</title>' })) },
    'STS in eu-west-1 could not be asked who is calling: the endpoint answered HTTP 404, and not as AWS does.',
  ],
])('who am I, with %s: one sentence', async (_, changed, message) => {
  await expect(connect({ ...options, ...changed }).organization.whoAmI()).rejects.toMatchObject({
    name: 'PostureError',
    message,
  })
})
