import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { postureKey } from '../../core/bucket.ts'
import type { ThingTried } from '../../core/doctor.ts'
import { askAtMost } from '../ask.ts'
import type { Connection } from '../connection.ts'
import { isSdkError } from '../failure.ts'
import { tryAction } from './try.ts'

const probeKey = 'runs/eks-node-posture-doctor'
/** No file has this ETag, so a write under the condition that it does leaves nothing. */
const noEtag = '"00000000000000000000000000000000"'

/** Tries what a night does with the bucket; a file is written under a condition that can never hold. */
export const tryBucket = async (connection: Connection, Bucket: string): Promise<ThingTried> => {
  const client = connection.client(S3Client, 's3')
  const ask = askAtMost(1)
  const list = new ListObjectsV2Command({ Bucket, MaxKeys: 1 })
  const answer = await ask('s3:ListBucket', () => client.send(list), Bucket)
  if (answer.status === 'failed' && isSdkError(answer.error) && answer.error.name === 'NoSuchBucket') {
    return { found: { status: 'missing' }, reads: [], writes: [] }
  }
  const reads = [
    await tryAction(ask, 's3:GetObject', async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: postureKey }))
      await Body?.transformToByteArray()
    }),
  ]
  const write = new PutObjectCommand({ Bucket, Key: probeKey, Body: 'never written', IfMatch: noEtag })
  const writes = [await tryAction(ask, 's3:PutObject', () => client.send(write))]
  if (answer.status === 'ok') return { found: { status: 'there', problems: [] }, reads, writes }
  if (answer.status === 'gone') return { found: { status: 'missing' }, reads: [], writes: [] }
  return { found: { status: 'refused', failure: answer.failure }, reads, writes }
}
