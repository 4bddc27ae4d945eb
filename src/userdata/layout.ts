import type { UserDataProblem } from '../core/user-data.ts'
import { type CloudInitReading, withoutLeadingSpace } from './cloud-init.ts'
import { fieldOf, readGoHeader } from './go-header.ts'
import { hiddenDelimiter } from './go-multipart.ts'
import { lineCounter } from './lines.ts'
import { parseMediaType } from './mime-header.ts'
import { mimeProblem } from './mime-problems.ts'
import { multipartOf, type NodeadmReading } from './nodeadm-mime.ts'
import type { Part } from './part.ts'
import { nodeConfigType } from './part-kind.ts'

const mimeWindow = 4096
const rawBoundary = /;[ \t]*boundary[ \t]*=[ \t]*([^;]*)/i
/** What a parameter may not hold without quotes, in Go's `mime`. */
const needsQuotes = /[()<>@,:\\/[\]?=\s]/

const hasBareBoundary = (contentType: string): boolean => {
  const raw = rawBoundary.exec(contentType)?.[1]?.trim() ?? ''
  return !raw.startsWith('"') && needsQuotes.test(raw)
}

/** Why nodeadm sees no multipart where cloud-init does. */
const unseenProblem = (text: string): readonly UserDataProblem[] => {
  if (withoutLeadingSpace(text) !== text || /^\s/.test(text)) return [mimeProblem('mime-leading-text', 1)]
  const { fields, failure } = readGoHeader(text, 0, 'message')
  const lineOf = lineCounter(text)
  if (failure)
    return [mimeProblem(failure.at === 0 ? 'mime-bad-header' : 'mime-missing-blank-line', lineOf(failure.at))]
  const declared = fieldOf(fields, 'content-type')
  const isMeant = /^multipart\//i.test(declared?.value ?? '')
  if (!declared || !isMeant || parseMediaType(declared.value)) return []
  const id = hasBareBoundary(declared.value) ? 'mime-unquoted-boundary' : 'mime-bad-content-type'
  return [mimeProblem(id, lineOf(declared.at))]
}

const joinedProblem = (text: string): readonly UserDataProblem[] => {
  const multipart = multipartOf(text)
  const hidden = multipart && hiddenDelimiter(text, `--${multipart.boundary}`)
  return hidden === undefined ? [] : [mimeProblem('mime-mixed-line-endings', lineCounter(text)(hidden))]
}

const outerProblem = (text: string, nodeadm: NodeadmReading): readonly UserDataProblem[] => {
  if (nodeadm.kind === 'broken') return [nodeadm.problem]
  return nodeadm.kind === 'document' ? unseenProblem(text) : joinedProblem(text)
}

const versionProblem = (text: string, { parts }: CloudInitReading): readonly UserDataProblem[] => {
  const isNeeded = parts.some(({ kind }) => kind !== 'nodeconfig' && kind !== 'other')
  const isThere = /mime-version:/i.test(text.slice(0, mimeWindow))
  return isNeeded && !isThere ? [mimeProblem('mime-version-missing', 1)] : []
}

const isWithin = ({ firstLine, text }: Part, line: number): boolean =>
  line >= firstLine && line < firstLine + text.split('\n').length

const nestedProblems = (nodeadm: NodeadmReading, nodeConfigs: readonly Part[]): readonly UserDataProblem[] => {
  if (nodeadm.kind === 'document' || nodeConfigs.length === 0) return []
  return nodeadm.parts
    .filter(({ contentType }) => contentType.startsWith('multipart/'))
    .filter(outer => nodeConfigs.some(({ firstLine }) => isWithin(outer, firstLine)))
    .map(({ firstLine }) => mimeProblem('mime-nested', firstLine))
}

/** The line of the first NodeConfig key among the headers of a part whose body begins at `firstLine`. */
const keyInHeader = (lines: readonly string[], firstLine: number): number | undefined => {
  let found: number | undefined
  for (let line = firstLine - 1; line > 0 && !lines[line - 1]?.startsWith('--'); line--) {
    if (/^(?:apiVersion|kind)[ \t]*:/i.test(lines[line - 1] ?? '')) found = line
  }
  return found
}

const swallowedProblems = (text: string, nodeadm: NodeadmReading): readonly UserDataProblem[] => {
  if (nodeadm.kind === 'document') return []
  const empty = nodeadm.parts.filter(part => part.contentType === nodeConfigType && part.text.trim() === '')
  const lines = empty.length > 0 ? text.split('\n') : []
  return empty.flatMap(({ firstLine }) => {
    const line = keyInHeader(lines, firstLine)
    return line === undefined ? [] : [mimeProblem('node-config-in-header', line)]
  })
}

/** Whether the text as a whole is one MIME part: nodeadm then reads it as one document, headers and all. */
const isSinglePart = (nodeadm: NodeadmReading, unseen: readonly UserDataProblem[]): boolean =>
  nodeadm.kind === 'document' && unseen.length === 0

/**
 * Where nodeadm and cloud-init read a MIME text differently, or neither reads it as it was meant: one problem for each
 * cause, at the line to change. nodeadm stops at the first thing it does not take, so a later one shows when that is gone.
 */
export const layoutProblems = (
  text: string,
  nodeadm: NodeadmReading,
  cloudInit: CloudInitReading,
): readonly UserDataProblem[] => {
  if (cloudInit.format !== 'mime') return nodeadm.kind === 'broken' ? [nodeadm.problem] : []
  const outer = outerProblem(text, nodeadm)
  if (isSinglePart(nodeadm, outer)) return []
  const nodeConfigs = cloudInit.parts.filter(({ kind }) => kind === 'nodeconfig')
  const mistyped = nodeConfigs.filter(({ contentType }) => contentType !== nodeConfigType)
  return [
    ...outer,
    ...versionProblem(text, cloudInit),
    ...swallowedProblems(text, nodeadm),
    ...nestedProblems(nodeadm, nodeConfigs),
    ...mistyped.map(({ firstLine }) => mimeProblem('node-config-content-type', firstLine)),
  ]
}
