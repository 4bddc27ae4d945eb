import type { NotRead } from './read.ts'
import type { Evidence } from './verdict.ts'

/** The places that can decide a value, asked in the order of the rule that asks. */
export type Level =
  | 'node group'
  | 'launch template'
  | 'launch configuration'
  | 'EC2NodeClass'
  | 'running nodes'
  | 'account default'
  | 'image'
  | 'image parameter'
  | 'EC2 default'

/** One level that was asked: where exactly, and what it said. */
export interface Said {
  readonly level: Level
  readonly source: string
  readonly said: string
}

/** A value, the level that decided it and all that were asked; or why nothing decided. */
export type Decision<T> =
  | { readonly decidedBy: Level; readonly value: T; readonly trace: readonly Said[] }
  | { readonly decidedBy: 'nothing'; readonly value: undefined; readonly gap: NotRead; readonly trace: readonly Said[] }

/** What a level answers: a value, nothing (the next one is asked), or that it could not be read (nobody decides). */
export type Answer<T> = { readonly value: T; readonly said: string } | { readonly silent: string } | NotRead

export interface Question<T> {
  readonly level: Level
  readonly source: string
  readonly ask: () => Answer<T>
}

/**
 * Asks level after level until one answers. A level that could not be read ends the chain: what stands below it may
 * not be in force.
 * @param gap why nothing decided when every level was read and silent.
 */
export const decide = <T>(questions: readonly Question<T>[], gap: NotRead): Decision<T> => {
  const trace: Said[] = []
  for (const { level, source, ask } of questions) {
    const answer = ask()
    if ('value' in answer) {
      return { decidedBy: level, value: answer.value, trace: [...trace, { level, source, said: answer.said }] }
    }
    if ('ok' in answer) {
      const said = `not read: ${answer.reason}`
      return { decidedBy: 'nothing', value: undefined, gap: answer, trace: [...trace, { level, source, said }] }
    }
    trace.push({ level, source, said: answer.silent })
  }
  return { decidedBy: 'nothing', value: undefined, gap, trace }
}

/** The trace of a decision as rows of evidence about `what`. */
export const evidenceOf = (what: string, decision: Decision<unknown>): readonly Evidence[] =>
  decision.trace.map(({ source, said }) => ({ what, value: said, source }))
