import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import type { ThingTried } from '../../core/doctor.ts'
import { askAtMost } from '../ask.ts'
import type { Connection } from '../connection.ts'
import { notTried } from './try.ts'

/** Looks at a topic. Whether it may be published to is told by a message alone, and none is sent. */
export const tryTopic = async (connection: Connection, TopicArn: string): Promise<ThingTried> => {
  const region = TopicArn.split(':')[3]
  const client = connection.client(SNSClient, 'sns', { region })
  const ask = askAtMost(1)
  const answer = await ask(
    'sns:GetTopicAttributes',
    () => client.send(new GetTopicAttributesCommand({ TopicArn })),
    TopicArn,
  )
  const writes = [notTried('sns:Publish', 'SNS has no dry run, and a message would reach subscribers')]
  if (answer.status === 'gone') return { found: { status: 'missing' }, reads: [], writes: [] }
  if (answer.status === 'failed') return { found: { status: 'refused', failure: answer.failure }, reads: [], writes }
  const isFifo = answer.value.Attributes?.['FifoTopic'] === 'true'
  const problems = isFifo ? ['it is a FIFO topic, which takes no message without a group'] : []
  return { found: { status: 'there', problems }, reads: [], writes }
}
