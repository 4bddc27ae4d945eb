import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { describe, expect, test } from '@jest/globals'
import { HttpRequest } from '@smithy/core/protocols'
import { bucketIn } from '../../src/aws/bucket.ts'
import { publishTo, topicClient } from '../../src/aws/publish.ts'
import { securityHubClient } from '../../src/aws/security-hub.ts'
import { hubTimeouts, timeoutsOf } from '../../src/aws/timeouts.ts'
import { PostureError } from '../../src/core/errors.ts'
import { answering, type SdkRequest } from './sandbox.ts'

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
type Answer = ReturnType<Parameters<typeof answering>[0]>

const configOf = (answer: (request: SdkRequest) => Answer) => ({
  region: 'eu-west-1',
  credentials,
  maxAttempts: 1,
  requestHandler: answering(answer),
})
const bucketAnswering = (answer: Answer) => bucketIn('runs', new S3Client(configOf(() => answer)))
const s3Error = (code: string) => `<Error><Code>${code}</Code><Message>words of AWS</Message></Error>`

describe('a bucket', () => {
  test('reads the text of a file', async () => {
    const body = Readable.from(['version: 1', '\n'])
    const handle = async () => ({ response: { statusCode: 200, headers: {}, body } })
    const config = configOf(() => ({ status: 200, body: '' }))
    const client = new S3Client({ ...config, requestHandler: { ...config.requestHandler, handle } as never })
    await expect(bucketIn('runs', client).readFile('posture.yaml')).resolves.toBe('version: 1\n')
  })

  test('reads nothing where there is no such file', async () => {
    const bucket = bucketAnswering({ status: 404, body: s3Error('NoSuchKey') })
    await expect(bucket.readFile('posture.yaml')).resolves.toBeUndefined()
  })

  // A denial, or a bucket that is not there, must not pass for a posture.yaml that nobody wrote.
  test.each([
    ['AccessDenied', 403, 's3:GetObject of posture.yaml in bucket runs: access denied (AccessDenied).'],
    ['NoSuchBucket', 404, 's3:GetObject of posture.yaml in bucket runs: NoSuchBucket: words of AWS.'],
  ])('says in a sentence what %s refused', async (code, status, sentence) => {
    const reading = bucketAnswering({ status, body: s3Error(code) }).readFile('posture.yaml')
    await expect(reading).rejects.toMatchObject({ name: 'PostureError', message: sentence })
  })

  test('writes a file under its key, and says what refused it', async () => {
    let path = ''
    const client = new S3Client(
      configOf(request => {
        path = request.path
        return { status: 200, body: '' }
      }),
    )
    await bucketIn('runs', client).writeFile('runs/a/policy.json', '{}', 'application/json')
    expect(path).toMatch(/\/runs\/a\/policy\.json$/)
    const writing = bucketAnswering({ status: 403, body: s3Error('AccessDenied') }).writeFile('a', 'b', 'text/plain')
    await expect(writing).rejects.toThrow('s3:PutObject of a in bucket runs: access denied (AccessDenied).')
  })
})

describe('a topic', () => {
  const arn = 'arn:aws:sns:eu-west-1:111111111111:alerts'
  const message = { subject: 'One new', text: 'A node group …', attributes: { kind: 'digest', runId: 'r-1' } }

  test('gets subject, text and attributes to filter by', async () => {
    let sent = new URLSearchParams()
    const client = new SNSClient(
      configOf(({ body }) => {
        sent = new URLSearchParams(String(body))
        return { status: 200, body: '<PublishResponse><PublishResult/></PublishResponse>' }
      }),
    )
    await publishTo(arn, client)(message)
    expect(Object.fromEntries(sent)).toMatchObject({
      TopicArn: arn,
      Subject: 'One new',
      Message: 'A node group …',
      'MessageAttributes.entry.1.Name': 'kind',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'digest',
      'MessageAttributes.entry.2.Name': 'runId',
    })
  })

  test('that denies is an error in a sentence', async () => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>'
    const publishing = publishTo(arn, new SNSClient(configOf(() => ({ status: 403, body }))))(message)
    await expect(publishing).rejects.toMatchObject({
      name: 'PostureError',
      message: expect.stringMatching(/^sns:Publish to arn:aws:sns:eu-west-1:111111111111:alerts: access denied/),
    })
  })

  // Whoever hangs, the message stays owed, and the night goes on.
  test.each([
    ['never answers', () => {}, 'the endpoint could not be reached (ETIMEDOUT)'],
    [
      'stalls in the middle of its answer',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': '100' }).write('<Publish'),
      'the endpoint answered HTTP 200, and not as AWS does',
    ],
  ])('that %s is an error in a sentence', async (_, answer, reason) => {
    const server = createServer((_request, response) => answer(response))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const config = { region: 'eu-west-1', credentials, endpoint, maxAttempts: 2, requestHandler: timeoutsOf(50) }
    const failure = await publishTo(arn, new SNSClient(config))(message).catch(error => error)
    server.closeAllConnections()
    server.close()
    expect(failure).toBeInstanceOf(PostureError)
    expect(failure.message).toBe(`sns:Publish to ${arn}: ${reason}.`)
  })

  test.each([
    ['of a topic', topicClient(arn)],
    ['of Security Hub', securityHubClient({ region: 'eu-west-1' })],
  ])('the client %s waits for a bounded time', async (_, { config: { requestHandler } }) => {
    // The handler knows its settings once it has carried a request.
    await requestHandler.handle(new HttpRequest({ protocol: 'http:', hostname: '127.0.0.1', port: 1 })).catch(() => {})
    expect(requestHandler).toMatchObject({ config: hubTimeouts })
  })
})
