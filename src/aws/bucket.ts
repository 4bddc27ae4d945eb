import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Bucket } from '../core/bucket.ts'
import { PostureError } from '../core/errors.ts'
import { isSdkError, reasonOf } from './failure.ts'
import { hubTimeouts } from './timeouts.ts'

/**
 * A bucket of S3. The role needs `s3:ListBucket` beside `s3:GetObject`: without it S3 says that a file which is not
 * there is denied.
 */
export const bucketIn = (name: string, client: S3Client = new S3Client({ requestHandler: hubTimeouts })): Bucket => ({
  name,
  readFile: async key => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }))
      return (await Body?.transformToString()) ?? ''
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw explained(error, 's3:GetObject', name, key)
    }
  },
  writeFile: async (key, text, contentType) => {
    try {
      await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: text, ContentType: contentType }))
    } catch (error) {
      throw explained(error, 's3:PutObject', name, key)
    }
  },
})

const explained = (error: unknown, action: string, bucket: string, key: string): unknown =>
  isSdkError(error)
    ? new PostureError(`${action} of ${key} in bucket ${bucket}: ${reasonOf(error)}.`, { cause: error })
    : error
