import type { Policy } from './policy.ts'
import type {
  AccountSubject,
  ClusterSubject,
  ImageSubject,
  LaunchTemplateSubject,
  NodeGroupSubject,
} from './subjects.ts'
import type { Severity, Verdict } from './verdict.ts'

/** What each kind of resource hands to its checks. */
export interface SubjectOf {
  readonly account: AccountSubject
  readonly cluster: ClusterSubject
  readonly 'node-group': NodeGroupSubject
  readonly 'launch-template': LaunchTemplateSubject
  readonly image: ImageSubject
}
export type SubjectKind = keyof SubjectOf
export type AnySubject = SubjectOf[SubjectKind]

/** Subjects by kind; a kind that is absent has none. */
export type Subjects = { readonly [K in SubjectKind]?: readonly SubjectOf[K][] }

/** A requirement of a compliance framework; `aws` where AWS itself publishes the mapping, `derived` where we made it. */
export interface Control {
  readonly framework: string
  readonly id: string
  readonly mapping: 'aws' | 'derived'
}

export interface Check<K extends SubjectKind = SubjectKind> {
  /** The file's name: the resource or the part of it that is judged, then the state that complies. Stable for ever. */
  readonly id: string
  /** Counted up when the check judges more sharply, so that its new findings are a baseline and no alarm. */
  readonly revision: number
  /** The state that complies, the resource first, at most 100 characters. */
  readonly title: string
  readonly severity: Severity
  readonly appliesTo: K
  /** Off unless posture.yaml enables it. */
  readonly optIn?: boolean
  /** What an attacker or an outage gets, in a sentence or two. */
  readonly why: string
  /** The setting and the action. */
  readonly fix: string
  readonly references: readonly string[]
  readonly controls: readonly Control[]
  /**
   * Pure: the same subject and policy give the same verdict for ever.
   * A method and not a property, for only methods let checks of different kinds stand in one list.
   */
  evaluate(subject: SubjectOf[K], policy: Policy): Verdict
}

/** The one place to look up what a check consists of; it returns what it is given. */
export const defineCheck = <K extends SubjectKind>(check: Check<K>): Check<K> => check
