import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from 'yaml'
import type { Part } from './part.ts'
import { kindByFirstLine, kindOfPart } from './part-kind.ts'

/** Longer archives stay whole: EC2 takes no more, and only gzip could hide more. */
const longest = 16 * 1024
const mostItems = 256

const stringOf = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value === 'string' ? node.value : undefined

const isDeep = (text: string): boolean => {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > 64) return true
  }
  return /^[ \t]*(?:[-?][ \t]+){32}/m.test(text)
}

const contentLine = (content: Scalar, lines: LineCounter): number => {
  const { line } = lines.linePos(content.range?.[0] ?? 0)
  return content.type === 'BLOCK_LITERAL' || content.type === 'BLOCK_FOLDED' ? line + 1 : line
}

const itemOf = (item: unknown): { readonly content: Scalar; readonly type: string | undefined } | undefined => {
  if (isScalar(item)) return { content: item, type: undefined }
  if (!isMap(item)) return undefined
  const content = item.get('content', true)
  return isScalar(content) ? { content, type: stringOf(item.get('type', true)) } : undefined
}

/**
 * The items of a `#cloud-config-archive` as parts (cloud-init, `_explode_archive`): text or a map of `content` and `type`;
 * without a type the first line decides, and cloud-config is the default. An archive that is no YAML list, or longer than
 * 16 KB, comes back whole. At most 256 items.
 */
export const explodeArchive = (archive: Part): readonly Part[] => {
  if (archive.text.length > longest || isDeep(archive.text)) return [archive]
  const lines = new LineCounter()
  const document = parseDocument(archive.text, { lineCounter: lines, logLevel: 'silent' })
  if (document.errors.length > 0 || !isSeq(document.contents)) return [archive]
  return document.contents.items.slice(0, mostItems).flatMap(entry => {
    const item = itemOf(entry)
    const text = stringOf(item?.content)
    if (item === undefined || text === undefined) return []
    const declared = item.type?.trim().toLowerCase()
    const kind = declared ? kindOfPart(declared, text) : (kindByFirstLine(text) ?? 'cloud-config')
    const firstLine = archive.firstLine + contentLine(item.content, lines) - 1
    return [{ contentType: declared ?? 'none', kind, text, firstLine }]
  })
}
