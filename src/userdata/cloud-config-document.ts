import { isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, type Scalar, visit, type YAMLMap } from 'yaml'
import type { UserDataProblem } from '../core/user-data.ts'

/** What a cloud-config says, with the line of everything in it. */
export interface CloudConfigDocument {
  readonly root: YAMLMap | undefined
  /** A node itself, or the one that an alias names. */
  readonly follow: (node: unknown) => unknown
  readonly lineOf: (node: unknown) => number
  readonly problems: readonly UserDataProblem[]
}

/** Twice the user data that EC2 takes; of a longer text nothing is read, for `yaml` spends long on one full of errors. */
const longestText = 32 * 1024
const deepestFlow = 64

const isDeep = (text: string): boolean => {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    if (bracket === '[' || bracket === '{') depth += 1
    else depth = Math.max(0, depth - 1)
    if (depth > deepestFlow) return true
  }
  return /^[ \t]*(?:[-?:][ \t]+){32}/m.test(text)
}

/** What a Jinja template computes becomes a variable that no script sets; lines stay where they are. */
const withoutJinja = (text: string): string =>
  /^##[ \t]*template:[ \t]*jinja/i.test(text)
    ? text.replace(/\{\{[^{}\n]{0,500}\}\}/g, '$_').replace(/\{%[^%\n]{0,500}%\}/g, '')
    : text

const unread = (problem: UserDataProblem): CloudConfigDocument => ({
  root: undefined,
  follow: node => node,
  lineOf: () => problem.line,
  problems: [problem],
})

const notYaml = (line: number): UserDataProblem => ({
  id: 'cloud-config-not-yaml',
  message:
    'This cloud-config is no YAML mapping, so cloud-init does nothing that it says; correct the YAML at this line.',
  line,
})

const tooLarge = (line: number): UserDataProblem => ({
  id: 'cloud-config-too-large',
  message:
    'This cloud-config is longer than 32 KB or nested too deeply, so it was not read; check by hand what it does on Amazon Linux 2023.',
  line,
})

const anchorsOf = (root: Node): ReadonlyMap<string, Node> => {
  const anchors = new Map<string, Node>()
  visit(root, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return anchors
}

const read = (text: string, firstLine: number): CloudConfigDocument => {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
    // Python's reader takes the last of equal keys; looking for them here costs the square of their number.
    uniqueKeys: false,
  })
  const lineAt = (offset: number): number => firstLine + Math.max(1, lines.linePos(offset).line) - 1
  const [error] = document.errors
  if (error !== undefined) return unread(notYaml(lineAt(error.pos[0])))
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null))
    return { ...unread(notYaml(1)), problems: [] }
  if (!isMap(contents)) return unread(notYaml(lineAt(contents.range?.[0] ?? 0)))
  const anchors = anchorsOf(contents)
  return {
    root: contents,
    follow: node => (isAlias(node) ? anchors.get(node.source) : node),
    lineOf: node => lineAt((node as Partial<Scalar> | undefined)?.range?.[0] ?? 0),
    problems: [],
  }
}

/** Reads a cloud-config as YAML within bounds; what cannot be read is a problem and an absent root, and nothing throws. */
export const readDocument = (text: string, firstLine: number): CloudConfigDocument => {
  if (text.length > longestText || isDeep(text)) return unread(tooLarge(firstLine))
  try {
    return read(withoutJinja(text), firstLine)
  } catch {
    return unread(notYaml(firstLine))
  }
}
