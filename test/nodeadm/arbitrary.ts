import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { nodeConfigText } from './arbitrary-node-config.ts'

/** User data near the border of what nodeadm accepts: most of a document is right, and a few things in it are not. */

/** Mostly the first value, now and then one of the others, so that one document has few flaws. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 60, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) })

const boundaries = ['BOUNDARY', '//', '==BOUNDARY==', 'a b', "a'b", 'a:b', 'a.b', 'é', '-', 'x'.repeat(71), ' x', '']

const quotings = [
  (text: string) => `"${text}"`,
  (text: string) => text,
  (text: string) => `'${text}'`,
  (text: string) => `"${text}`,
  (text: string) => ` "${text}" `,
  (text: string) => `"\\${text}"`,
] as const

const mimeVersions = [
  'MIME-Version: 1.0\n',
  '',
  'mime-version: 1.0\n',
  'MIME-Version:1.0\n',
  'MIME Version: 1.0\n',
  ': 1\n',
]
const multiparts = [
  'multipart/mixed',
  'Multipart/Mixed',
  'multipart/alternative',
  'multipart/',
  'multipart',
  'multipart/mixed/x',
  'text/plain',
  'application/node.eks.aws',
]
const boundaryNames = [
  '; boundary=',
  ';boundary=',
  '; BOUNDARY=',
  ';\n boundary=',
  '; charset=x; boundary=',
  '; boundary =',
  ' boundary=',
]
const ends = ['', ';', '; ', '; x', '; x=', '; x=1', '; boundary=x', ' (comment)']
const afterHead = ['\n', '', '\n\n', '\nPreamble.\n', '\n \n', ' \n']

const head = fc
  .record({
    mimeVersion: mostly<string>('MIME-Version: 1.0\n', ...mimeVersions),
    key: mostly(
      'Content-Type: ',
      'content-type: ',
      'Content-Type:',
      'Content-type : ',
      ' Content-Type: ',
      'Content-Type:\n ',
    ),
    type: mostly<string>('multipart/mixed', ...multiparts),
    name: mostly<string>('; boundary=', ...boundaryNames),
    quote: mostly<(text: string) => string>(...quotings),
    end: mostly<string>('', ...ends),
    after: mostly<string>('\n', ...afterHead),
    boundary: mostly<string>('BOUNDARY', ...boundaries),
  })
  .map(({ mimeVersion, key, type, name, quote, end, after, boundary }) => ({
    boundary,
    text: `${mimeVersion}${key}${type}${name}${quote(boundary)}${end}\n${after}`,
  }))

const nodeConfigTypes = [
  'application/node.eks.aws',
  'Application/Node.Eks.Aws',
  'application/node.eks.aws; charset="us-ascii"',
  'application/node.eks.aws;',
  'application/node.eks.aws;;',
  'application/node.eks.aws; charset',
  'application/node.eks.aws; charset=a; charset=b',
  "application/node.eks.aws; name*=utf-8''x",
  'application/node.eks.aws x',
  ' application/node.eks.aws ',
  'application / node.eks.aws',
  'text/yaml',
  '',
]
const extraHeaders = [
  '',
  'MIME-Version: 1.0\n',
  'Content-Transfer-Encoding: 7bit\n',
  'Content-Transfer-Encoding: base64\n',
  'Content-Transfer-Encoding: quoted-printable\n',
  'Content-Transfer-Encoding: Quoted-Printable\n',
  'Content-Disposition: attachment; filename="x"\n',
  'Content-Type: text/plain\n',
  'No colon\n',
  ': no name\n',
  'Sp ace: x\n',
  ' folded\n',
]
const blanks = ['\n', '', '\n\n', ' \n', '\t\n']

const encodings = [
  (text: string) => text,
  (text: string) => inLines(base64(text)),
  (text: string) => base64(gzipSync(text)),
  (text: string) => `  ${base64(text)}`,
  (text: string) => `${base64(text)}====`,
] as const

const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes as string).toString('base64')
const inLines = (text: string) => text.replaceAll(/.{1,76}/g, '$&\n')

const bodies = [
  '#!/bin/bash\necho hello\n',
  '#!/bin/bash\necho ="x=3D"\n--BOUNDAR\n -- x\n',
  '#cloud-config\nruncmd: [ls]\n',
  '',
  '\n',
  '# only a comment\n',
]
const scriptTypes = [
  'text/x-shellscript',
  'text/x-shellscript; charset="us-ascii"',
  'text/x-shellscript;;=',
  'x',
  '/',
  'a/b/c',
  '',
]

const part = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        type: mostly<string>(...(nodeConfigTypes as [string])),
        extra: mostly<string>(...(extraHeaders as [string])),
        blank: mostly<string>(...(blanks as [string])),
        encode: mostly<(text: string) => string>(...encodings),
        text: nodeConfigText,
      })
      .map(({ type, extra, blank, encode, text }) => `Content-Type: ${type}\n${extra}${blank}${encode(text)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        type: mostly<string>(...(scriptTypes as [string])),
        extra: mostly<string>(...(extraHeaders as [string])),
        blank: mostly<string>(...(blanks as [string])),
        body: fc.constantFrom(...bodies),
      })
      .map(({ type, extra, blank, body }) => `Content-Type: ${type}\n${extra}${blank}${body}`),
  },
)

const delimiterEnds = ['\n', ' \n', '\t\n', 'x\n', '\r\n', '--\n', '']
const closings = ['--\n', '--', '\n', '', '--x\n', '-- \n', '--\nEpilogue.\n', '--\n--BOUNDARY\n']

const mimeText = fc
  .record({
    head,
    parts: fc.array(fc.tuple(mostly<string>(...(delimiterEnds as [string])), part), { minLength: 1, maxLength: 3 }),
    isClosed: mostly(true, false),
    closing: mostly<string>(...(closings as [string])),
  })
  .map(({ head, parts, isClosed, closing }) =>
    [
      head.text,
      ...parts.map(([end, text]) => `--${head.boundary}${end}${text}\n`),
      ...(isClosed ? [`--${head.boundary}${closing}`] : []),
    ].join(''),
  )

type Change = (lines: string[], at: number, what: number) => void

const glue = [
  'x',
  ' ',
  '\t',
  '\r',
  '\0',
  '--',
  ':',
  '"',
  "'",
  '#',
  '\u00a0',
  '\ufeff',
  '{',
  '[',
  '|',
  '&a ',
  '*a',
  '!!str ',
  '%',
  '`',
  '=',
  '\u0085',
  '\u2028',
  '\f',
  'é',
]

const changes: readonly Change[] = [
  (lines, at) => void lines.splice(at, 1),
  (lines, at) => void lines.splice(at, 0, lines[at] ?? ''),
  (lines, at) => void lines.splice(at, 0, ''),
  (lines, at) => void lines.splice(at, 0, '---'),
  (lines, at) => void lines.splice(at, 0, '...'),
  (lines, at) => void lines.splice(at, 0, '%YAML 1.2'),
  (lines, at) => void lines.splice(at, 0, '# comment'),
  (lines, at, what) => void lines.splice(at, 1, `${lines[at]}${glue[what % glue.length]}`),
  (lines, at, what) => void lines.splice(at, 1, `${glue[what % glue.length]}${lines[at]}`),
  (lines, at, what) => {
    const line = lines[at] ?? ''
    const middle = what % (line.length + 1)
    lines[at] = `${line.slice(0, middle)}${glue[what % glue.length]}${line.slice(middle)}`
  },
  (lines, at) => void lines.splice(at, 1, `${lines[at]}\r`),
  (lines, at) => void lines.splice(at, 1, ` ${lines[at]}`),
  (lines, at) => void lines.splice(at, 1, `${lines[at]}`.replace(/^ +/, '')),
  (lines, at) => void lines.splice(at, 1, `${lines[at]}`.replace(/^ {2}/, '\t')),
  (lines, at) => void lines.splice(at, 2, `${lines[at]}${lines[at + 1] ?? ''}`),
  (lines, at) => void lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? ''),
  (lines, at) => void lines.splice(at, 1, `${lines[at]}`.toUpperCase()),
  (lines, at) => void lines.splice(at, 1, `${lines[at]}`.replaceAll('"', '')),
  (lines, at) => void lines.splice(at),
]

const change = fc.record({ change: fc.constantFrom(...changes), at: fc.nat(), what: fc.nat() })

const changed = (text: string, wanted: readonly { change: Change; at: number; what: number }[]) => {
  const lines = text.split('\n')
  for (const { change, at, what } of wanted) if (lines.length > 0) change(lines, at % lines.length, what)
  return lines.join('\n')
}

const lineEnds = [
  (text: string) => text,
  (text: string) => text.replaceAll('\n', '\r\n'),
  (text: string) => text.replace('\n', '\r\n'),
  (text: string) => text.replaceAll('\n', '\r'),
] as const

/** User data as text. */
export const userDataText: fc.Arbitrary<string> = fc
  .record({
    text: fc.oneof(mimeText, mimeText, nodeConfigText),
    changes: fc.oneof(fc.constant([]), fc.array(change, { maxLength: 3 })),
    lineEnd: mostly<(text: string) => string>(...lineEnds),
  })
  .map(({ text, changes, lineEnd }) => lineEnd(changed(text, changes)))

const wholes = [
  (text: string) => Buffer.from(text),
  (text: string) => Buffer.from(base64(text)),
  (text: string) => Buffer.from(inLines(base64(text))),
  (text: string) => gzipSync(text),
  (text: string) => Buffer.from(base64(gzipSync(text))),
  (text: string) => Buffer.from(text, 'latin1'),
  (text: string) => Buffer.from(text, 'utf16le'),
  (text: string) => Buffer.from(`\ufeff${text}`),
  (text: string) => gzipSync(text).subarray(0, -9),
] as const

/** User data as bytes, now and then encoded. */
export const userData: fc.Arbitrary<Uint8Array> = fc
  .tuple(userDataText, mostly<(text: string) => Uint8Array>(...wholes))
  .map(([text, encode]) => new Uint8Array(encode(text)))
