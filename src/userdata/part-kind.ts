import type { PartKind } from '../core/user-data.ts'

export const nodeConfigType = 'application/node.eks.aws'

const markers: readonly (readonly [string, PartKind])[] = [
  ['#cloud-config-archive', 'archive'],
  ['#cloud-config', 'cloud-config'],
  ['#cloud-boothook', 'boothook'],
  ['#part-handler', 'part-handler'],
  ['#include', 'include'],
  ['#!', 'shell'],
]
const jinjaMark = '## template: jinja'

const kindByType: ReadonlyMap<string, PartKind> = new Map([
  ['text/x-shellscript', 'shell'],
  ['text/x-shellscript-per-boot', 'shell'],
  ['text/x-shellscript-per-instance', 'shell'],
  ['text/x-shellscript-per-once', 'shell'],
  ['text/cloud-config', 'cloud-config'],
  ['text/cloud-config-jsonp', 'cloud-config'],
  ['text/cloud-config-archive', 'archive'],
  ['text/cloud-boothook', 'boothook'],
  ['text/part-handler', 'part-handler'],
  ['text/x-include-url', 'include'],
  ['text/x-include-once-url', 'include'],
])

const otherTypes: ReadonlySet<string> = new Set([
  'none',
  nodeConfigType,
  'text/plain',
  'text/html',
  'text/jinja2',
  'text/yaml',
  'text/x-yaml',
  'text/x-not-multipart',
  'application/yaml',
  'application/x-yaml',
  'application/json',
  'application/gzip',
  'application/x-gzip',
  'application/octet-stream',
])

/** A media type as facts may name it: a type that nobody knows can be anything that its author wrote. */
export const knownType = (contentType: string): string =>
  kindByType.has(contentType) || otherTypes.has(contentType) ? contentType : 'other'

/** Types under which cloud-init looks at the first line before it believes the header (`user_data.py`). */
const judgedByFirstLine: ReadonlySet<string> = new Set([
  'none',
  'text/plain',
  'text/x-not-multipart',
  'text/x-shellscript',
  'text/jinja2',
])

const withoutFirstLine = (text: string): string => {
  const lineFeed = text.indexOf('\n')
  return lineFeed < 0 ? '' : text.slice(lineFeed + 1)
}

/** What the first characters of a text say it is, white space before them and case aside; a Jinja template by its next line. */
export const kindByFirstLine = (text: string): PartKind | undefined => {
  const trimmed = text.trimStart()
  const start = trimmed.slice(0, 32).toLowerCase()
  const body = start.startsWith(jinjaMark) ? withoutFirstLine(trimmed).trimStart().slice(0, 32).toLowerCase() : start
  return markers.find(([marker]) => body.startsWith(marker))?.[1]
}

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\r' || character === '\n' || character === '\uFEFF'

/** The first line that is neither empty nor a comment nor a YAML marker, without the space around it. */
const firstStatement = (text: string): string => {
  for (let at = 0; at < text.length; ) {
    while (isSpace(text[at])) at++
    const lineFeed = text.indexOf('\n', at)
    const end = lineFeed < 0 ? text.length : lineFeed
    const line = text[at] === '#' ? '' : text.slice(at, end).trim()
    if (line !== '' && !/^(?:---(?:\s|$)|%YAML)/.test(line)) return line
    at = end + 1
  }
  return ''
}

const nodeConfigKey =
  '["\']?(?:apiVersion["\']?[ \\t]*:[ \\t]*["\']?node\\.eks\\.aws/|kind["\']?[ \\t]*:[ \\t]*["\']?NodeConfig(?![\\w.]))'
const nodeConfigLine = new RegExp(`^${nodeConfigKey}`, 'im')
const nodeConfigAnywhere = new RegExp(nodeConfigKey, 'i')
const yamlStart = /^["']?[A-Za-z]+["']?[ \t]*:/

/** Whether a text is a NodeConfig by its content: a YAML or JSON document that names the API group or the kind at its top. */
export const looksLikeNodeConfig = (text: string): boolean => {
  if (kindByFirstLine(text) !== undefined) return false
  const statement = firstStatement(text)
  if (statement.startsWith('{')) return nodeConfigAnywhere.test(text)
  return yamlStart.test(statement) && (nodeConfigLine.test(statement) || nodeConfigLine.test(text))
}

const settingsTable = /^[ \t]*(?:\[\[?[ \t]*["']?settings["']?[ \t]*[.\]]|settings[ \t]*[.=])/m

/** Whether a text is Bottlerocket's TOML: tables, or keys, under `settings`. */
export const looksLikeBottlerocket = (text: string): boolean =>
  /^(?:\[|[\w."'-]+[ \t]*=)/.test(firstStatement(text)) && settingsTable.test(text)

const powershellStart =
  /^(?:<(?:powershell|script)>|\$[A-Za-z_][\w:.]*\s*=|\[(?:string|int|bool)\]\s*\$|(?:Add|Get|Import|Install|Invoke|New|Set|Start|Write)-[A-Z][A-Za-z]+\b)/i

/** Whether a text is for EC2Launch: it begins with its tags or as PowerShell does, or starts the EKS bootstrap script of Windows. */
export const looksLikePowershell = (text: string): boolean =>
  powershellStart.test(firstStatement(text)) || /Start-EKSBootstrap\.ps1/i.test(text)

/** Whether a text is plainly JSON, XML or HTML. */
export const looksLikeDocument = (text: string): boolean =>
  /^(?:\{\s*["}]|\[\s*[{"]|<[A-Za-z?!])/.test(text.trimStart().slice(0, 256))

/**
 * The kind of a MIME part: a NodeConfig by type or content; else by its first line where cloud-init looks at it; else as
 * declared; `other` where cloud-init has no use for the type.
 */
export const kindOfPart = (contentType: string, text: string): PartKind => {
  if (contentType === nodeConfigType) return 'nodeconfig'
  if (looksLikeNodeConfig(text)) return 'nodeconfig'
  const found = judgedByFirstLine.has(contentType) ? kindByFirstLine(text) : undefined
  return found ?? kindByType.get(contentType) ?? 'other'
}
