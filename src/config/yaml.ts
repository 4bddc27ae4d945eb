import { readFile } from 'node:fs/promises'
import { type Document, isMap, isNode, isScalar, LineCounter, type Pair, parseDocument, visit } from 'yaml'
import type * as z from 'zod'
import { ConfigError } from '../core/errors.ts'
import { inWords, yamlWords } from './words.ts'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

/**
 * Reads a YAML file that a person wrote and parses it with `schema`.
 * @throws {ConfigError} every problem on a line of its own: `file:line: key: what is expected`.
 */
export const readYaml = async <T extends z.ZodType>(file: string, schema: T): Promise<z.output<T>> =>
  parseYaml(await readText(file), file, schema)

/** As {@link readYaml}, for text that is in memory already; `file` is the name that problems carry. */
export const parseYaml = <T extends z.ZodType>(text: string, file: string, schema: T): z.output<T> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => lines.linePos(offset).line
  const toValue = (): unknown => {
    try {
      return document.toJS()
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error
      throw problems([`${file}:${at(brokenAlias(document))}: ${error.message}`])
    }
  }

  if (document.errors.length > 0) {
    throw problems(
      document.errors.map(error => `${file}:${at(error.pos[0])}: ${yamlWords[error.code] ?? error.message}`),
    )
  }

  const parsed = schema.safeParse(toValue(), { error: inWords })
  if (parsed.success) return parsed.data
  const root = document.contents
  throw problems(
    parsed.error.issues
      .flatMap(issue => explain(issue, []))
      .map(({ path, text }) => ({ path, text, line: at(offsetOf(root, path)) }))
      .sort((a, b) => a.line - b.line)
      .map(({ path, text, line }) => `${file}:${line}: ${path.length > 0 ? `${path.join('.')}: ` : ''}${text}`),
  )
}

/**
 * Reads a text file.
 * @throws {ConfigError} when there is no such file or it cannot be read.
 */
export const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${reasonOf(error)}.`)
  }
}

const reasonOf = (error: unknown) => {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'EACCES') return 'permission is denied'
  return error instanceof Error ? error.message : String(error)
}

const problems = (lines: readonly string[]) => new ConfigError([...new Set(lines)].join('\n'))

/** One zod issue in words; of a union, the branch that came furthest is the one that was meant. */
const explain = (issue: Issue, parent: Path): { path: Path; text: string }[] => {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ path: [...path, key], text: 'is not a known key' }))
  }
  if (issue.code === 'invalid_key') {
    return [{ path, text: issue.issues.map(inner => inner.message).join('; ') }]
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const depth = (branch: readonly Issue[]) => Math.max(...branch.map(inner => inner.path.length))
    const [first, ...others] = issue.errors
    const best = others.reduce((a, b) => (depth(b) > depth(a) ? b : a), first ?? [])
    if (depth(best) > 0) return best.flatMap(inner => explain(inner, path))
    return [{ path, text: issue.errors.map(branch => branch[0]?.message).join(', or ') }]
  }
  return [{ path, text: issue.message }]
}

/** The offset of the first alias without an anchor, else of the first: the parser's own error does not tell. */
const brokenAlias = (document: Document.Parsed): number => {
  let offset: number | undefined
  visit(document, {
    Alias: (_, alias) => {
      const isBroken = alias.resolve(document) === undefined
      if (isBroken || offset === undefined) offset = startOf(alias)
      return isBroken ? visit.BREAK : undefined
    },
  })
  return offset ?? 0
}

/** The offset of the deepest part of `path` that stands in the file; of a key, the key itself and not its value. */
const offsetOf = (root: unknown, path: Path): number => {
  let node = root
  let offset = startOf(root)
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(item => keyOf(item) === String(step)) : undefined
    const next = pair ? pair.value : childOf(node, step)
    if (pair) offset = startOf(pair.key)
    else if (isNode(next)) offset = startOf(next)
    else return offset
    node = next
  }
  return offset
}

const keyOf = (pair: Pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)
const childOf = (node: unknown, step: PropertyKey) =>
  isNode(node) && 'items' in node ? (node.items as unknown[])[Number(step)] : undefined
const startOf = (node: unknown) => (isNode(node) ? (node.range?.[0] ?? 0) : 0)
