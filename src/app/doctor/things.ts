import type { RowId, ThingTried, TriedAction } from '../../core/doctor.ts'
import type { Failure } from '../../core/read.ts'
import { adviceOn, type Note, noteOn, statusOf } from './rows.ts'

/** A table, topic or bucket that a flag names, and how to try it. */
export interface Asked {
  readonly name: string
  readonly tryIt: () => Promise<ThingTried>
}

interface Kind {
  readonly noun: string
  readonly found: RowId
  readonly reads: RowId
  readonly writes: RowId
  /** What proves that it is there; without it the row is not known. */
  readonly foundBy: string
  readonly ifMissing: string
  readonly ifWrong: string
  /** What the name is called in a policy. */
  readonly resource: (name: string) => string
}

const table: Kind = {
  noun: 'table',
  found: 'table',
  reads: 'table-read',
  writes: 'table-write',
  foundBy: 'dynamodb:DescribeTable',
  ifMissing:
    'Deploy serverless.yml in this Region and account, or name the table that its output FindingsTableName says.',
  ifWrong: 'Name the table that serverless.yml makes: only one of its key and index keeps findings.',
  resource: name => `table ${name} and its index`,
}

const topic: Kind = {
  noun: 'topic',
  found: 'topic',
  reads: 'topic',
  writes: 'topic-publish',
  foundBy: 'sns:GetTopicAttributes',
  ifMissing: 'Deploy serverless.yml, or name the topic that its output AlertTopicArn says.',
  ifWrong: 'Name a standard topic, as serverless.yml makes one.',
  resource: name => name,
}

const bucket: Kind = {
  noun: 'bucket',
  found: 'bucket',
  reads: 'bucket-read',
  writes: 'bucket-write',
  foundBy: 's3:ListBucket',
  ifMissing: 'Deploy serverless.yml, or name the bucket that its output RunBucketName says.',
  ifWrong: 'Name the bucket that serverless.yml makes.',
  resource: name => `bucket ${name} and its files`,
}

const kinds = { table, topic, bucket } as const

/** The notes on a table, topic or bucket: whether it is there and as it has to be, and what may be done with it. */
export const thingNotes = async (kind: keyof typeof kinds, { name, tryIt }: Asked): Promise<readonly Note[]> => {
  const { found, reads, writes } = await tryIt()
  const { reads: readId, writes: writeId, resource } = kinds[kind]
  const notesOn = (id: RowId, tried: readonly TriedAction[]) =>
    tried.map(({ action, tried: outcome }) =>
      noteOn(id, action, outcome, failure => adviceOn(failure, `Allow this identity ${action} on ${resource(name)}.`)),
    )
  const readProved = reads.length > 0 && reads.every(({ tried }) => tried.status === 'works')
  return [foundNote(kinds[kind], name, found, readProved), ...notesOn(readId, reads), ...notesOn(writeId, writes)]
}

const foundNote = (kind: Kind, name: string, found: ThingTried['found'], readProved: boolean): Note => {
  const about = { id: kind.found, subject: name, needed: true }
  if (found.status === 'missing') {
    return { ...about, status: 'fails', detail: `there is no such ${kind.noun}`, fix: kind.ifMissing }
  }
  if (found.status === 'refused') return notSeen(kind, name, found.failure, readProved)
  const { problems } = found
  if (problems.length > 0) return { ...about, status: 'fails', detail: problems.join('; '), fix: kind.ifWrong }
  return { ...about, status: 'works', detail: null, fix: null }
}

/** No run has to look at the thing itself, so a denial proves nothing, and counts for nothing where it can be read. */
const notSeen = (kind: Kind, subject: string, failure: Failure, readProved: boolean): Note => ({
  id: kind.found,
  subject,
  status: 'unknown',
  needed: !(readProved && statusOf(failure) === 'fails'),
  detail: `${failure.action}: ${failure.reason}`,
  fix: adviceOn(failure, `Allow this identity ${kind.foundBy} on ${kind.resource(subject)}, so that doctor can tell.`),
})
