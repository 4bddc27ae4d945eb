import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { makeDigest } from '../src/app/digest.ts'
import { storeIn } from '../src/aws/store.ts'
import { collectGarbage } from './harness.ts'

// A process of its own, told where the table is: nothing but the digest is in its memory.
const bytesOfMegabyte = 1_000_000

const [, , endpoint = '', runId = ''] = process.argv
const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials })
let requests = 0
let findings = 0
let peak = 0
/** Not the maximum that the kernel tells: a child begins with that of whoever started it. */
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss())
}
client.middlewareStack.add(
  next => async args => {
    requests += 1
    const answer = await next(args)
    look()
    return answer
  },
  { step: 'finalizeRequest' },
)
const store = storeIn(client, 'bench')
const counting: typeof store = {
  ...store,
  oldestFails: async (severity, most) => {
    const found = await store.oldestFails(severity, most)
    findings += found.length
    return found
  },
}
collectGarbage()
look()
const beforeMb = peak / bytesOfMegabyte
const { text } = await makeDigest(runId, counting)
look()
const measured = { beforeMb, peakMb: peak / bytesOfMegabyte, requests, findings, bytes: Buffer.byteLength(text) }
process.stdout.write(JSON.stringify(measured))
