import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { gzipSync } from 'fflate'
import { readAsCloudInit } from '../../src/userdata/cloud-init.ts'
import { END, GOOD, HEAD, LAX_ROWS, NODE_CONFIG } from './mime-cases.ts'

const kinds = (text: string): readonly string[] =>
  readAsCloudInit(text).parts.map(({ kind, firstLine }) => `${kind}@${firstLine}`)

const part = (header: string, body: string): string => `${HEAD}--BOUND\n${header}\n\n${body}\n${END}`

describe('text without MIME', () => {
  test.each([
    ['nothing', '', 'empty', []],
    ['white space', ' \r\n\t\n', 'empty', []],
    ['a script', '#!/bin/bash\nyum update\n', 'shell', ['shell']],
    ['a script after empty lines', '\n\n#!/bin/bash\n', 'shell', ['shell']],
    ['a script that writes MIME', '#!/bin/bash\ncat <<E\nMIME-Version: 1.0\nE\n', 'shell', ['shell']],
    ['a script without its first line', 'yum install -y jq\n', 'shell', ['shell']],
    ['cloud-config', '#cloud-config\nruncmd: []\n', 'cloud-config', ['cloud-config']],
    ['cloud-config in capitals', '#CLOUD-CONFIG\nruncmd: []\n', 'cloud-config', ['cloud-config']],
    ['a boothook', '#cloud-boothook\necho hello\n', 'shell', ['boothook']],
    ['a part handler', '#part-handler\ndef list_types(): pass\n', 'cloud-config', ['part-handler']],
    ['an include', '#include https://example.com/x\n', 'opaque', ['include']],
    ['an include-once', '#include-once\nhttps://example.com/x\n', 'opaque', ['include']],
    ['a template of cloud-config', '## template: jinja\n#cloud-config\na: {{ b }}\n', 'cloud-config', ['cloud-config']],
    ['a template of a script', '## template: jinja\n#!/bin/sh\necho {{ b }}\n', 'shell', ['shell']],
    ['a NodeConfig', NODE_CONFIG, 'nodeconfig', ['nodeconfig']],
    ['a NodeConfig after comments', `# ours\n\n${NODE_CONFIG}`, 'nodeconfig', ['nodeconfig']],
    ['a NodeConfig in JSON', '{"apiVersion": "node.eks.aws/v1alpha1"}', 'nodeconfig', ['nodeconfig']],
    ['a script that writes a NodeConfig', `cat >f <<E\n${NODE_CONFIG}E\n`, 'shell', ['shell']],
    ['YAML of another kind', 'kind: NodeConfigList\n', 'shell', ['shell']],
    ['Bottlerocket', '# ours\n[settings.kubernetes]\na = "b"\n', 'bottlerocket', ['bottlerocket']],
    ['Bottlerocket with dotted keys', 'settings.motd = "hi"\n', 'bottlerocket', ['bottlerocket']],
    ['a test in shell', '[ -f x ] && echo yes\n', 'shell', ['shell']],
    ['PowerShell in its tags', '<powershell>\nWrite-Host hi\n</powershell>\n', 'powershell', ['powershell']],
    ['PowerShell that starts EKS', '& "C:\\Start-EKSBootstrap.ps1" -x\n', 'powershell', ['powershell']],
    ['PowerShell without tags', '$name = "x"\nWrite-Host $name\n', 'powershell', ['powershell']],
    ['JSON', '{\n  "a": 1\n}', 'opaque', ['other']],
    ['HTML', '<!DOCTYPE html>\n<html/>', 'opaque', ['other']],
  ])('%s', (_, text, format, expected) => {
    const reading = readAsCloudInit(text)
    expect({ format: reading.format, kinds: reading.parts.map(({ kind }) => kind) }).toEqual({
      format,
      kinds: expected,
    })
  })
})

describe('MIME that nodeadm refuses', () => {
  const readable = LAX_ROWS.filter(({ problems }) => !problems.some(problem => problem.startsWith('node-config')))
  test.each(readable)('$name: both parts are there', ({ text }) => {
    const { format, parts } = readAsCloudInit(text)
    expect(format).toBe('mime')
    expect(parts.map(({ kind }) => kind).sort()).toEqual(['nodeconfig', 'shell'])
    const lines = text.split('\n')
    for (const { firstLine, text: body } of parts)
      expect(lines[firstLine - 1]?.trim()).toBe(body.split('\n', 1)[0]?.trim())
  })
})

describe('the kind of a part', () => {
  test.each([
    ['Content-Type: text/x-shellscript', 'echo hello', 'shell'],
    ['Content-Type: text/x-shellscript', '#cloud-config\na: b', 'cloud-config'],
    ['Content-Type: TEXT/X-ShellScript; charset=x', '#!/bin/sh', 'shell'],
    ['Content-Type: text/x-shellscript-per-boot', 'echo hello', 'shell'],
    ['Content-Type: text/cloud-config', '#!/bin/sh', 'cloud-config'],
    ['Content-Type: text/cloud-boothook', 'echo hello', 'boothook'],
    ['Content-Type: text/part-handler', 'pass', 'part-handler'],
    ['Content-Type: text/x-include-url', 'https://example.com', 'include'],
    ['Content-Type: text/plain', '#!/bin/sh', 'shell'],
    ['Content-Type: text/plain', 'echo hello', 'other'],
    ['Content-Type: nonsense', '#cloud-boothook', 'boothook'],
    ['Content-Type: application/octet-stream', '#!/bin/sh', 'other'],
    ['Content-Type: application/node.eks.aws', 'no NodeConfig', 'nodeconfig'],
    ['Content-Type: text/yaml', NODE_CONFIG, 'nodeconfig'],
    ['X-Nothing: declared', '#!/bin/sh', 'shell'],
  ])('%s: %j', (header, body, kind) => {
    expect(readAsCloudInit(part(header, body))).toMatchObject({ format: 'mime', parts: [{ kind, text: body }] })
  })

  test('its type is as declared, in lower case, and "none" without one', () => {
    const types = (header: string) =>
      readAsCloudInit(part(header, '#!/bin/sh')).parts.map(({ contentType }) => contentType)
    expect(types('Content-Type: Text/Plain; a=b')).toEqual(['text/plain'])
    expect(types('X-Nothing: declared')).toEqual(['none'])
  })
})

describe('transfer encodings', () => {
  const script = '#!/bin/sh\necho a=b\n'
  const gzip = btoa(String.fromCharCode(...gzipSync(new TextEncoder().encode(script))))
  test.each([
    ['base64', 'Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64', btoa(script)],
    [
      'base64 without padding',
      'Content-Type: text/plain\nContent-Transfer-Encoding: BASE64',
      btoa(script).replace(/=+$/, ''),
    ],
    [
      'quoted-printable',
      'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable',
      '#!/bin/sh\nec=\nho a=3Db\n',
    ],
  ])('%s', (_, header, body) => {
    expect(readAsCloudInit(part(header, body)).parts).toMatchObject([{ kind: 'shell', text: script, firstLine: 8 }])
  })

  test('gzip under a type that names it, which leaves the type to its declaration', () => {
    const header = 'Content-Type: application/gzip\nContent-Transfer-Encoding: base64'
    expect(readAsCloudInit(part(header, gzip)).parts).toMatchObject([{ kind: 'shell', text: script }])
  })

  test('gzip under any other type is nothing cloud-init can use', () => {
    const header = 'Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64'
    expect(readAsCloudInit(part(header, gzip)).parts).toMatchObject([{ kind: 'other', text: '' }])
  })

  test('the base64 of a NodeConfig needs no header', () => {
    const text = part('Content-Type: application/node.eks.aws', btoa(NODE_CONFIG))
    expect(readAsCloudInit(text).parts).toMatchObject([{ kind: 'nodeconfig', text: NODE_CONFIG }])
  })
})

test('multiparts inside each other come flattened', () => {
  const inner = GOOD.slice(GOOD.indexOf('Content-Type'))
  expect(kinds(`MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n${inner}--x--\n`)).toEqual([
    'nodeconfig@10',
    'shell@23',
  ])
})

describe('archives', () => {
  const archive = `#cloud-config-archive
- type: text/x-shellscript
  content: |
    #!/bin/bash
    echo hello
- "#cloud-boothook\\n"
- content: "runcmd: []"
- type: text/yaml
  content: |
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
- 42
`
  test('their items are parts at their own lines', () => {
    expect(readAsCloudInit(archive).format).toBe('cloud-config')
    expect(kinds(archive)).toEqual(['shell@4', 'boothook@6', 'cloud-config@7', 'nodeconfig@10'])
  })

  test('inside MIME too', () => {
    expect(kinds(part('Content-Type: text/cloud-config-archive', archive))[0]).toBe('shell@10')
  })

  test.each([
    ['no list', '#cloud-config-archive\na: b\n'],
    ['no YAML', '#cloud-config-archive\n- "a\n'],
    ['deep', `#cloud-config-archive\n${'['.repeat(5000)}`],
    ['long', `#cloud-config-archive\n${'- a\n'.repeat(5000)}`],
  ])('one that is %s stays whole', (_, text) => {
    expect(readAsCloudInit(text).parts).toEqual([{ contentType: 'none', kind: 'archive', text, firstLine: 1 }])
  })
})

describe('hostile text', () => {
  test('any text has an answer, and every part a line inside it', () => {
    const piece = fc.constantFrom(
      '\n',
      '\r',
      '--BOUND',
      '--BOUND--',
      HEAD,
      'Content-Type: ',
      '#cloud-config-archive\n- ',
      ': ',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), pieces => {
        const text = pieces.join('')
        const lines = text.split('\n').length
        for (const { firstLine } of readAsCloudInit(text).parts) expect(firstLine).toBeLessThanOrEqual(lines)
      }),
    )
  })

  test.each([
    ['delimiters', HEAD + '--BOUND\n\n\n'.repeat(100_000)],
    ['carriage returns', `${HEAD}--BOUND\n\n${'\r'.repeat(1_000_000)}`],
    [
      'nested multiparts',
      `MIME-Version: 1.0\n${Array.from({ length: 15_000 }, (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`).join('')}`,
    ],
    ['comments', '# x\n'.repeat(250_000)],
    ['semicolons', `MIME-Version: 1.0\nContent-Type: multipart/mixed${';'.repeat(900_000)}`],
    ['brackets', `#cloud-config-archive\n${'['.repeat(1_000_000)}`],
  ])('a megabyte of %s is read to its end, in a bounded number of parts', (_, text) => {
    expect(readAsCloudInit(text).parts.length).toBeLessThanOrEqual(1000)
  })
})
