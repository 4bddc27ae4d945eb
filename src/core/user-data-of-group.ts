import { type Decision, evidenceOf } from './decision.ts'
import { describeLaunch, type LaunchSource } from './launch.ts'
import { isNotVisible } from './lookup.ts'
import { isEksPublished, isUntold, type OsFamily } from './os-family.ts'
import { known, type NotRead, notRead, type Read, unknownBecause } from './read.ts'
import type { NodeGroupSubject, Variant } from './subjects.ts'
import { isWhollyRead, type UserDataFacts } from './user-data.ts'
import { bySeverity, distinctRows, type Evidence, type Severity, skip, type Verdict, worstOf } from './verdict.ts'

/** The user data of one launch of a group on Amazon Linux, as a person wrote it, and what decides how to judge it. */
export interface WrittenUserData {
  readonly facts: UserDataFacts
  /** Undefined where the AMI tells its family nowhere. */
  readonly os: 'al2' | 'al2023' | undefined
  readonly osDecision: Decision<OsFamily>
  /** `user data of launch template web (lt-0a) version 3`. */
  readonly source: string
  /** Who adds what brings a node into its cluster, beside what the person wrote. */
  readonly completedBy: 'EKS' | 'Karpenter' | undefined
  /** Whether EKS published the AMI, so that nothing but user data configures its nodes. */
  readonly eksPublished: boolean
  readonly inService: Read<boolean>
}

/** What a check says of user data: a verdict, or the failed read that keeps it from one. */
export type Judgement = Verdict | NotRead

export interface UserDataQuestion {
  /** What the most severe fail of the check weighs. */
  readonly severity: Severity
  /** The message where the answer is not known. */
  readonly doubt: string
  /** Whether user data that is empty is a case too. */
  readonly judgesEmpty?: boolean
  readonly judge: (written: WrittenUserData) => Judgement
}

/**
 * Judges the user data of every launch of a group whose AMI is Amazon Linux 2 or 2023, and skips the others. Where an AMI
 * that was read tells its family nowhere, user data in the way of Amazon Linux is judged at most medium. A lesser fail
 * does not stand beside a launch that a failed read hides, for what it weighs could change by that read alone.
 */
export const judgeUserData = (subject: NodeGroupSubject, question: UserDataQuestion): Verdict => {
  const { severity, doubt } = question
  const hidden: NotRead[] = []
  const verdict = worstOf(
    subject.variants,
    variant => {
      const judgement = judgeVariant(subject, variant, question)
      if ('status' in judgement) return judgement
      hidden.push(judgement)
      return unknownBecause(judgement, doubt)
    },
    severity,
  )
  const [cause] = hidden
  if (!cause || verdict.status !== 'fail' || (verdict.severity ?? severity) === severity) return verdict
  return unknownBecause(cause, doubt, verdict.evidence)
}

const judgeVariant = (
  subject: NodeGroupSubject,
  variant: Variant,
  { doubt, judgesEmpty = false, judge }: UserDataQuestion,
): Judgement => {
  const { os, userData } = variant
  const family = os.value
  if (family !== undefined && family !== 'al2' && family !== 'al2023') return skip
  if (!userData.ok) return userData
  if (!judgesEmpty && userData.value.format === 'empty') return skip
  const written = writtenIn(subject, variant, userData.value, family)
  if (os.decidedBy !== 'nothing') return judge(written)

  if (!isUntold(os.gap) && !isNotVisible(os.gap)) return os.gap
  const { bootstrap } = userData.value
  if (bootstrap === 'bottlerocket' || bootstrap === 'windows') return skip
  const judgement = judge(written)
  if (!('status' in judgement) || judgement.status !== 'fail') return judgement
  if (bootstrap === 'none') return unknownBecause(os.gap, doubt, judgement.evidence)
  return { ...judgement, severity: atMostMedium(judgement.severity) }
}

const atMostMedium = (severity: Severity = 'medium'): Severity =>
  bySeverity(severity, 'medium') < 0 ? 'medium' : severity

const writtenIn = (
  { group }: NodeGroupSubject,
  { launch, image, os: osDecision, inService }: Variant,
  facts: UserDataFacts,
  os: WrittenUserData['os'],
): WrittenUserData => {
  const own: Read<LaunchSource> = group.managed?.ownTemplate?.launch ?? launch
  const eksAdds = group.managed !== undefined && group.managed.amiType !== 'CUSTOM'
  return {
    facts,
    os,
    osDecision,
    source: `user data of ${own.ok ? describeLaunch(own.value) : `node group ${group.name}`}`,
    completedBy: eksAdds ? 'EKS' : group.provisioner === 'karpenter' ? 'Karpenter' : undefined,
    // Of AWS's public parameters those of Amazon Linux for EKS are EKS's.
    eksPublished: osDecision.decidedBy === 'image parameter' || (image.ok && isEksPublished(image.value)),
    inService,
  }
}

/** A place in user data, or all of it: `user data of launch template web (lt-0a) version 3, lines 12 and 15`. */
export const placeIn = ({ source }: WrittenUserData, lines: readonly number[] = []): string => {
  const distinct = [...new Set(lines)].sort((a, b) => a - b)
  const shown = distinct.slice(0, 5).map(String)
  if (distinct.length > shown.length) shown.push('more')
  if (shown.length === 0) return source
  return `${source}, ${shown.length === 1 ? 'line' : 'lines'} ${inWords(shown)}`
}

/** `a`, `a and b`, `a, b and c`. */
export const inWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

// A finding is to stay under 2 KB, and a row takes some 300 bytes.
const mostRows = 4

/** What stands in user data as rows of evidence: each id once with its lines, the first four in full, of the rest the ids. */
export const rowsOf = (
  written: WrittenUserData,
  found: readonly { readonly id: string; readonly line: number; readonly text: string }[],
): Evidence[] => {
  const byId = [...Map.groupBy(found, ({ id, text }) => `${id} ${text}`).values()]
  const rows = byId.flatMap(([first, ...others]) => {
    if (!first) return []
    const lines = [first, ...others].map(({ line }) => line)
    return [{ what: first.id, value: first.text, source: placeIn(written, lines) }]
  })
  const rest = rows.slice(mostRows)
  if (rest.length === 0) return rows
  const ids = [...new Set(rest.map(({ what }) => what))]
  return [...rows.slice(0, mostRows), { what: 'more', value: inWords(ids), source: placeIn(written) }]
}

/** The OS that was judged for, as rows of evidence. */
export const osRows = ({ osDecision }: WrittenUserData): Evidence[] =>
  distinctRows(evidenceOf('OS of the next node', osDecision))

/** Why nothing can be said of what a node runs, where a part of its user data was not there to read. */
export const unreadPart = ({ facts, source }: WrittenUserData): NotRead | undefined => {
  if (isWhollyRead(facts)) return undefined
  const reason = facts.format === 'opaque' ? 'is no text that can be read' : 'brings in text that stands elsewhere'
  return notRead('user data', `the ${source} ${reason}`)
}

/** What a fault weighs that keeps a node from its cluster, and the end of the sentence that tells it. */
export interface BootFault {
  readonly severity: Severity
  readonly but: string
}

/** Nodes of the same launch that have been in service for an hour contradict such a fault: then it is at most medium. */
export const bootFault = ({ inService }: WrittenUserData, severity: Severity): Read<BootFault> => {
  if (!inService.ok) return inService
  if (!inService.value) return known({ severity, but: '' })
  return known({ severity: atMostMedium(severity), but: ', contradicted by running nodes' })
}
