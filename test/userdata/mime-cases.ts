const CLUSTER = `  cluster:
    name: demo
    apiServerEndpoint: https://example.com
    certificateAuthority: Y2VydA==
    cidr: 10.100.0.0/16
`

export const NODE_CONFIG = `---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
${CLUSTER}`

export const HEAD = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="BOUND"\n\n'
export const NODE_CONFIG_PART = `--BOUND\nContent-Type: application/node.eks.aws\n\n${NODE_CONFIG}\n`
export const SHELL_PART = '--BOUND\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n#!/bin/bash\necho hello\n\n'
export const END = '--BOUND--\n'
export const GOOD = HEAD + NODE_CONFIG_PART + SHELL_PART + END

export interface MimeCase {
  readonly name: string
  readonly text: string
  /** What `nodeadm config check` of 2026-07-23 answered, recorded: no more than the words that tell the cause. */
  readonly nodeadm: string
  /** `id:line` of each problem. */
  readonly problems: readonly string[]
}

const one = (name: string, text: string, nodeadm: string, ...problems: readonly string[]): MimeCase => ({
  name,
  text,
  nodeadm,
  problems,
})

const NOT_MIME = 'failed to decode node config'

/** The rows of "strict where cloud-init is lax", each as a text of its own. */
export const LAX_ROWS: readonly MimeCase[] = [
  one(
    'no blank line between the part header and the body',
    GOOD.replace('us-ascii"\n\n', 'us-ascii"\n'),
    'malformed MIME header: missing colon: "#!/bin/bash"',
    'mime-missing-blank-line:19',
  ),
  one(
    'a NodeConfig without the blank line, which looks like headers',
    GOOD.replace('node.eks.aws\n\n---\n', 'node.eks.aws\n'),
    "Object 'Kind' is missing",
    'node-config-in-header:6',
  ),
  one(
    'a NodeConfig that looks like headers down to the next delimiter',
    GOOD.replace('node.eks.aws\n\n---\n', 'node.eks.aws\n').replace('16\n\n', '16\n'),
    'malformed MIME header: missing colon: "--BOUND"',
    'node-config-in-header:6',
  ),
  one(
    'no blank line after the first header',
    GOOD.replace('"BOUND"\n\n', '"BOUND"\n'),
    NOT_MIME,
    'mime-missing-blank-line:3',
  ),
  one(
    'an unquoted boundary of slashes',
    GOOD.replace('"BOUND"', '//').replaceAll('--BOUND', '--//'),
    NOT_MIME,
    'mime-unquoted-boundary:2',
  ),
  one(
    'an unquoted boundary with equals signs',
    GOOD.replace('"BOUND"', '==X==').replaceAll('--BOUND', '--==X=='),
    NOT_MIME,
    'mime-unquoted-boundary:2',
  ),
  one('no closing delimiter', GOOD.replace(END, ''), 'multipart: NextPart: EOF', 'mime-missing-closing-delimiter:21'),
  one('a bare delimiter at the end in place of the closing one', GOOD.replace(END, '--BOUND\n'), 'OK'),
  one(
    'text glued to the closing delimiter',
    GOOD.replace(END, '--BOUND--done\n'),
    'multipart: expecting a new Part',
    'mime-text-after-closing-delimiter:23',
  ),
  one('an empty line before the first header', `\n${GOOD}`, NOT_MIME, 'mime-leading-text:1'),
  one('a first header that is indented', `  ${GOOD}`, NOT_MIME, 'mime-leading-text:1'),
  one('a text that is indented throughout', GOOD.replace(/^(?=.)/gm, '    '), NOT_MIME, 'mime-leading-text:1'),
  one(
    'a part with a Content-Type that does not parse',
    GOOD.replace('charset="us-ascii"', 'charset='),
    'mime: invalid media parameter',
    'mime-bad-content-type:18',
  ),
  one(
    'a CRLF delimiter after an LF one',
    GOOD.replace('--BOUND\nContent-Type: text', '--BOUND\r\nContent-Type: text'),
    'multipart: expecting a new Part',
    'mime-mixed-line-endings:17',
  ),
  one(
    'LF delimiters after a CRLF one',
    GOOD.replace('--BOUND\n', '--BOUND\r\n'),
    'unexpected EOF',
    'mime-mixed-line-endings:17',
  ),
  one(
    'an LF delimiter between CRLF ones, which joins two parts',
    (HEAD + SHELL_PART + NODE_CONFIG_PART + END)
      .replaceAll('\n', '\r\n')
      .replace('\r\n--BOUND\r\nContent-Type: application', '\n--BOUND\nContent-Type: application'),
    'could not find NodeConfig',
    'mime-mixed-line-endings:10',
  ),
]

/** More that nodeadm refuses, and what it takes although it looks odd. */
export const OTHER_CASES: readonly MimeCase[] = [
  one('a NodeConfig and a script', GOOD, 'OK'),
  one('CRLF throughout', GOOD.replaceAll('\n', '\r\n'), 'OK'),
  one('a preamble and an epilogue', `${HEAD}preamble\n${NODE_CONFIG_PART}${END}epilogue\n`, 'OK'),
  one('blanks after the delimiters', GOOD.replaceAll('--BOUND\n', '--BOUND \t\n').replace(END, '--BOUND-- \n'), 'OK'),
  one('a closing delimiter without a line end', GOOD.trimEnd(), 'OK'),
  one('a last part that is only a header', GOOD.replace(END, '--BOUND\nContent-Type: text/plain'), 'OK'),
  one('a boundary that begins another word', GOOD.replace('echo hello', 'echo hello\n--BOUNDLESS'), 'OK'),
  one('a folded header', GOOD.replace('; boundary', ';\n\tboundary'), 'OK'),
  one('a header in lower case', GOOD.replace('Content-Type: multi', 'content-type: multi'), 'OK'),
  one('the same parameter twice with one value', GOOD.replace('"BOUND"', '"BOUND"; boundary=BOUND'), 'OK'),
  one(
    'the same parameter with two values',
    GOOD.replace('"BOUND"', '"BOUND"; boundary=OTHER'),
    NOT_MIME,
    'mime-bad-content-type:2',
  ),
  one('an encoded boundary', GOOD.replace('boundary="BOUND"', "boundary*=utf-8''B%4FUND"), 'OK'),
  one('a type in capitals', GOOD.replace('application/node.eks.aws', 'APPLICATION/Node.EKS.aws'), 'OK'),
  one('a NodeConfig in base64', GOOD.replace(NODE_CONFIG, `${btoa(NODE_CONFIG).replace(/.{60}/g, '$&\n')}\n`), 'OK'),
  one(
    'a NodeConfig in quoted-printable',
    GOOD.replace('node.eks.aws\n\n', 'node.eks.aws\nContent-Transfer-Encoding: Quoted-Printable\n\n').replace(
      'Y2VydA==',
      'Y2Vy=\ndA=3D=3D',
    ),
    'OK',
  ),
  one('no boundary', GOOD.replace('; boundary="BOUND"', ''), 'multipart: boundary is empty', 'mime-no-boundary:1'),
  one(
    'another boundary than the header names',
    GOOD.replace('"BOUND"', '"OTHER"'),
    'multipart: NextPart: EOF',
    'mime-boundary-not-found:1',
  ),
  one(
    'a preamble line longer than the buffer of Go',
    `${HEAD}${'x'.repeat(4096)}\n${NODE_CONFIG_PART}${END}`,
    'bufio: buffer full',
    'mime-line-too-long:4',
  ),
  one('a preamble line as long as the buffer', `${HEAD}${'x'.repeat(4095)}\n${NODE_CONFIG_PART}${END}`, 'OK'),
  one(
    'an indented part header',
    GOOD.replace('Content-Type: text', ' Content-Type: text'),
    'malformed MIME header initial line',
    'mime-bad-header:18',
  ),
  one(
    'a delimiter twice',
    GOOD.replace(SHELL_PART, `--BOUND\n${SHELL_PART}`),
    'missing colon: "--BOUND"',
    'mime-empty-part:18',
  ),
  one(
    'a NodeConfig under text/yaml',
    GOOD.replace('application/node.eks.aws', 'text/yaml'),
    'could not find NodeConfig',
    'node-config-content-type:7',
  ),
  one(
    'a second Content-Type that nodeadm does not read',
    GOOD.replace('Content-Type: application', 'Content-Type: text/plain\nContent-Type: application'),
    'could not find NodeConfig',
    'node-config-content-type:8',
  ),
  one(
    'a NodeConfig in a nested multipart',
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="OUTER"\n\n--OUTER\nContent-Type: multipart/mixed; boundary="BOUND"\n\n${NODE_CONFIG_PART}${END}\n--OUTER--\n`,
    'could not find NodeConfig',
    'mime-nested:7',
  ),
  one('no MIME-Version with a script', GOOD.replace('MIME-Version: 1.0\n', ''), 'OK', 'mime-version-missing:1'),
  one(
    'no MIME-Version and only a NodeConfig',
    (HEAD + NODE_CONFIG_PART + END).replace('MIME-Version: 1.0\n', ''),
    'OK',
  ),
]
