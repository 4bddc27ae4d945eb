import * as z from 'zod'
import type { Policy } from './policy.ts'
import type { RunRecord } from './store.ts'
import type { StoredFinding } from './stored.ts'
import type { AccountTally } from './tally-accounts.ts'
import type { EventTally } from './tally-events.ts'

/** What a digest is made of: a run, what happened in it, what it came to, and the runs before it. */
export interface DigestInput {
  readonly run: RunRecord
  readonly policy: Pick<Policy, 'dueDays' | 'digest' | 'waivers'>
  readonly events: EventTally
  readonly accounts: AccountTally
  /** The open fails that have stood the longest, of the worst severity that has any. */
  readonly oldest: readonly StoredFinding[]
  /** Open fails that stand for longer than `dueDays` allows, the worst severity first and of each the oldest. */
  readonly pastDue: readonly StoredFinding[]
  /** The whole runs before it, the newest first, those that never ended among them. */
  readonly before: readonly RunRecord[]
}

/** A message of one night: the subject stays under 100 characters and has no line break, as SNS asks. */
export const Digest = z
  .strictObject({
    subject: z.string(),
    text: z.string(),
    /** The same in short, as a message to the topic of chats. */
    chat: z.string(),
    /** Whether it has nothing that a person must hear of: then posture.yaml may ask for silence. */
    isQuiet: z.boolean(),
  })
  .readonly()
export type Digest = z.infer<typeof Digest>
