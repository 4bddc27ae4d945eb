import { isMap, isScalar, isSeq } from 'yaml'
import type { UserDataProblem } from '../core/user-data.ts'
import { type CloudConfigDocument, readDocument } from './cloud-config-document.ts'
import { decodeInner } from './decode.ts'

/** What a cloud-config has the node do, as far as this project asks. */
export interface CloudConfigScripts {
  /** `bootcmd`, then `runcmd`, each as the one script that cloud-init makes of it; lines stand where the items do. */
  readonly scripts: readonly { readonly text: string; readonly firstLine: number }[]
  /** `write_files`, decoded; `firstLine` is that of the content. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly firstLine: number }[]
  /** The keys at the top. */
  readonly keys: ReadonlySet<string>
  readonly packages: readonly { readonly name: string; readonly line: number }[]
  readonly problems: readonly UserDataProblem[]
}

/** Aliases can make a short text say a long one; what goes beyond this is left out. */
const longestOutput = 96 * 1024

const commandForm = (line: number): UserDataProblem => ({
  id: 'cloud-config-command-form',
  message:
    'cloud-init runs bootcmd and runcmd only as a list in which each item is text or a list of words, and nothing of this one; quote an item that has a colon and a space in it.',
  line,
})

const textOfScalar = (node: unknown): string | undefined => {
  if (!isScalar(node) || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

/** The value of a key; Python's reader takes the last of equal ones. */
const valueAt = ({ follow }: CloudConfigDocument, map: unknown, key: string): unknown => {
  const followed = follow(map)
  if (!isMap(followed)) return undefined
  return follow(followed.items.findLast(pair => textOfScalar(pair.key) === key)?.value)
}

const itemsOf = ({ follow }: CloudConfigDocument, list: unknown): readonly unknown[] => {
  const followed = follow(list)
  return isSeq(followed) ? followed.items : []
}

const contentLine = ({ lineOf }: CloudConfigDocument, node: unknown): number => {
  const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
  return lineOf(node) + (isBlock ? 1 : 0)
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** One item as cloud-init writes it into the script (`shellify`); undefined for one at which it fails. */
const commandOf = (document: CloudConfigDocument, item: unknown): string | undefined => {
  if (isScalar(item)) return textOfScalar(item) ?? ''
  if (!isSeq(item)) return undefined
  const words: string[] = []
  let length = 0
  for (const node of item.items) {
    const word = textOfScalar(document.follow(node)) ?? ''
    length += word.length
    if (length > longestOutput) break
    words.push(quoted(word))
  }
  return words.join(' ')
}

interface Script {
  readonly text: string
  readonly firstLine: number
}

const scriptOf = (document: CloudConfigDocument, key: string, problems: UserDataProblem[]): Script | undefined => {
  const list = valueAt(document, document.root, key)
  if (list === undefined || (isScalar(list) && list.value === null)) return undefined
  if (!isSeq(list)) {
    problems.push(commandForm(document.lineOf(list)))
    return undefined
  }
  const firstLine = document.lineOf(list)
  const written: string[] = []
  let line = firstLine
  let length = 0
  for (const node of list.items) {
    const item = document.follow(node)
    const command = commandOf(document, item)
    if (command === undefined) {
      problems.push(commandForm(document.lineOf(node)))
      return undefined
    }
    length += command.length
    if (length > longestOutput) break
    const padding = Math.max(0, (item === node ? contentLine(document, node) : document.lineOf(node)) - line)
    const text = `${'\n'.repeat(padding)}${command}${command.endsWith('\n') ? '' : '\n'}`
    written.push(text)
    line += text.split('\n').length - 1
  }
  return { text: written.join(''), firstLine }
}

const base64Forms: ReadonlySet<string> = new Set(
  ['b64', 'base64'].flatMap(form => [form, `gz+${form}`, `gzip+${form}`]),
)

const decoded = (content: string, encoding: string | undefined): string | undefined => {
  if (encoding === undefined || encoding === '' || encoding === 'text/plain') return content
  if (!base64Forms.has(encoding)) return undefined
  const { encoding: unfolded, text, opaque } = decodeInner(content)
  return opaque || unfolded.length === 0 ? undefined : text
}

const filesOf = (document: CloudConfigDocument): CloudConfigScripts['files'] => {
  const files: CloudConfigScripts['files'][number][] = []
  let length = 0
  for (const entry of itemsOf(document, valueAt(document, document.root, 'write_files'))) {
    const path = textOfScalar(valueAt(document, entry, 'path'))
    const node = valueAt(document, entry, 'content')
    const isBinary = isScalar(node) && node.tag === 'tag:yaml.org,2002:binary'
    const encoding = textOfScalar(valueAt(document, entry, 'encoding'))
      ?.trim()
      .toLowerCase()
    const content = decoded(textOfScalar(node) ?? '', isBinary ? 'b64' : encoding)
    length += content?.length ?? 0
    if (length > longestOutput) break
    if (path !== undefined && content !== undefined)
      files.push({ path, content, firstLine: contentLine(document, node) })
  }
  return files
}

/** A package is a name, a list of a name and a version, or a map of lists by package manager. */
const packagesOf = (document: CloudConfigDocument): CloudConfigScripts['packages'] => {
  const packages: { name: string; line: number }[] = []
  const add = (node: unknown) => {
    const followed = document.follow(node)
    const name = textOfScalar(isSeq(followed) ? document.follow(followed.items[0]) : followed)
    if (name !== undefined) packages.push({ name, line: document.lineOf(node) })
  }
  for (const node of itemsOf(document, valueAt(document, document.root, 'packages'))) {
    const followed = document.follow(node)
    if (isMap(followed) && node === followed)
      for (const { value } of followed.items) itemsOf(document, value).forEach(add)
    else add(node)
  }
  return packages
}

/**
 * What a cloud-config has the node do. `firstLine` is the line that the text starts at. A text that cloud-init could not
 * read, or of more than 32 KB, gives a problem and nothing else.
 */
export const readCloudConfig = (text: string, firstLine: number): CloudConfigScripts => {
  const document = readDocument(text, firstLine)
  const problems = [...document.problems]
  const scripts = ['bootcmd', 'runcmd'].map(key => scriptOf(document, key, problems))
  const keys = document.root?.items.map(({ key }) => textOfScalar(key)) ?? []
  return {
    scripts: scripts.filter(script => script !== undefined),
    files: filesOf(document),
    keys: new Set(keys.filter(key => key !== undefined)),
    packages: packagesOf(document),
    problems,
  }
}
