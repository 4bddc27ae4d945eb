import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { PostureError } from '../core/errors.ts'
import type { Publish } from '../core/ports.ts'
import { isSdkError, reasonOf } from './failure.ts'
import { hubTimeouts } from './timeouts.ts'

/** The client of a topic's own Region, at an endpoint of its own where one is given. */
export const topicClient = (topicArn: string, endpoint?: string): SNSClient => {
  const region = topicArn.split(':')[3]
  return new SNSClient({
    requestHandler: hubTimeouts,
    ...(region ? { region } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
  })
}

/** Publishes to a topic of SNS; subscriptions filter by the attributes. */
export const publishTo =
  (topicArn: string, client: SNSClient = topicClient(topicArn)): Publish =>
  async ({ subject, text, attributes }) => {
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: text,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          name,
          typeof value === 'string'
            ? { DataType: 'String', StringValue: value }
            : { DataType: 'String.Array', StringValue: JSON.stringify(value) },
        ]),
      ),
    })
    try {
      await client.send(command)
    } catch (error) {
      if (!isSdkError(error)) throw error
      throw new PostureError(`sns:Publish to ${topicArn}: ${reasonOf(error)}.`, { cause: error })
    }
  }
