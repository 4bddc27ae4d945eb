import type { NamedCluster, UserDataProblem } from '../core/user-data.ts'
import { lineCounter } from './lines.ts'
import { decodeNodeConfig, type NodeConfigDraft } from './node-config-decode.ts'
import { readGoJson } from './node-config-json.ts'
import { isToml, mergeNodeConfigs, missingFields, namedCluster } from './node-config-merge.ts'
import { mostProblems, type Note } from './node-config-notes.ts'
import type { ReadFailure, TextReading } from './node-config-value.ts'
import { valueNotes, watchNodeConfig } from './node-config-warnings.ts'
import { readGoYaml } from './node-config-yaml.ts'

export { isMeantAsNodeConfig } from './node-config-meant.ts'

/** What nodeadm makes of a node's NodeConfig documents, and what it passes over. */
export interface NodeConfigReading {
  readonly status: 'complete' | 'partial' | 'invalid'
  readonly missing: readonly string[]
  readonly problems: readonly UserDataProblem[]
  readonly cluster: NamedCluster
}

interface NodeConfigDocument {
  readonly text: string
  readonly firstLine: number
}

interface DocumentReading {
  readonly draft: NodeConfigDraft | undefined
  readonly notes: readonly Note[]
}

/** EC2 takes 16 KiB of user data; documents that are together far beyond that never were a node's. */
const longestTogether = 65_536

const tooLong: Note = {
  id: 'node-config-too-long',
  message: 'The NodeConfig is longer than 64 KiB and was not read from here on: EC2 takes 16 KiB of user data.',
  at: 0,
}

const failureMessages: Record<ReadFailure['reason'], string> = {
  syntax: 'nodeadm rejects this NodeConfig, for it is neither valid YAML nor valid JSON from here on.',
  deep: 'This NodeConfig is nested deeper than 100 levels and was not read further.',
  aliases: 'The aliases of this NodeConfig unfold to too much, and it was not read further.',
}

const failureNote = ({ reason, at }: ReadFailure): Note => ({
  id: `node-config-${reason}`,
  message: failureMessages[reason],
  at,
})

/** Go's white space before a brace: not a byte order mark, which JavaScript counts too, but the next-line character. */
const jsonStart = /^(?:[^\S\ufeff]|\u0085)*\{/

const contentLine = /^(?!---\s*(?:#|$)|\.\.\.\s*(?:#|$)|\s*(?:#|$)).+/m

const furtherDocument = (text: string, { endAt }: Extract<TextReading, { ok: true }>): readonly Note[] => {
  const lineEnd = text.indexOf('\n', endAt)
  const rest = text.slice(text.startsWith('---', endAt) ? endAt + 3 : endAt)
  if (lineEnd < 0 && rest.trim() === '') return []
  const found = contentLine.exec(rest)
  if (found === null) return []
  return [
    {
      id: 'node-config-second-document',
      message: 'nodeadm reads only the first YAML document of a part. Put each NodeConfig in a MIME part of its own.',
      at: text.length - rest.length + found.index,
    },
  ]
}

const replacingKey = (at: number): Note => ({
  id: 'node-config-repeated-key',
  message:
    'This key stands a second time in its mapping, and all that was said under the first is dropped in silence: keep one of them.',
  at,
})

const readDocument = (text: string, lengthBefore: number): DocumentReading => {
  if (lengthBefore + text.length > longestTogether) return { draft: undefined, notes: [tooLong] }
  const reading = jsonStart.test(text) ? readGoJson(text) : readGoYaml(text)
  if (!reading.ok) return { draft: undefined, notes: [failureNote(reading.failure)] }
  const watcher = watchNodeConfig()
  const further = [...reading.replacing.slice(0, mostProblems).map(replacingKey), ...furtherDocument(text, reading)]
  const decoded = decodeNodeConfig(reading.value, watcher)
  if (!decoded.ok) return { draft: undefined, notes: [decoded.problem, ...further] }
  return { draft: decoded.draft, notes: [...watcher.notes(), ...valueNotes(decoded.draft), ...further] }
}

const placed = ({ text, firstLine }: NodeConfigDocument, notes: readonly Note[]): readonly UserDataProblem[] => {
  if (notes.length === 0) return []
  const lineOf = notes.some(({ at }) => at > 0) ? lineCounter(text) : () => 1
  const unique = new Map<string, UserDataProblem>()
  for (const { id, message, at } of notes) {
    const line = firstLine + lineOf(at) - 1
    unique.set(`${line} ${message}`, { id, message, line })
  }
  return [...unique.values()]
}

/** nodeadm parses these texts as TOML already in its check where two documents have one (nodeadm/internal/api/merge.go). */
const hasBrokenMerge = (drafts: readonly NodeConfigDraft[]): boolean => {
  const texts = drafts.flatMap(({ containerdConfig }) => containerdConfig?.text || [])
  return texts.length > 1 && !texts.every(isToml)
}

const isDraft = (draft: NodeConfigDraft | undefined): draft is NodeConfigDraft => draft !== undefined

/**
 * Reads a node's NodeConfig documents as nodeadm does, in MIME order; the texts are decoded already. `complete` is what
 * `nodeadm config check` accepts. No input makes it fail, and no problem shows a value of the text.
 */
export const readNodeConfigs = (documents: readonly NodeConfigDocument[]): NodeConfigReading => {
  let length = 0
  const readings = documents.map(({ text }) => {
    const reading = readDocument(text, length)
    length += text.length
    return reading
  })
  const drafts = readings.map(({ draft }) => draft).filter(isDraft)
  const allRead = drafts.length === documents.length && drafts.length > 0
  const problems = documents.flatMap((document, index) => placed(document, readings[index]?.notes ?? []))
  const shown = problems.slice(0, mostProblems)
  if (!allRead || hasBrokenMerge(drafts)) return { status: 'invalid', missing: [], problems: shown, cluster: {} }
  const merged = drafts.reduce(mergeNodeConfigs)
  const missing = missingFields(merged)
  const status = missing.length === 0 ? 'complete' : 'partial'
  return { status, missing, problems: shown, cluster: namedCluster(merged) }
}
