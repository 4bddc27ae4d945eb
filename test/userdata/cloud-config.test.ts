import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { gzipSync } from 'fflate'
import { readCloudConfig } from '../../src/userdata/cloud-config.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const config = (...lines: readonly string[]) => readCloudConfig(`${['#cloud-config', ...lines].join('\n')}\n`, 1)

describe('scripts', () => {
  test('text stays as it is, words of a list are quoted', () => {
    const { scripts, problems } = config('runcmd:', '- echo $A', `- [a, "it's", 3, true, null]`)
    expect(scripts).toEqual([{ text: `echo $A\n'a' 'it'\\''s' '3' 'true' ''\n`, firstLine: 3 }])
    expect(problems).toEqual([])
  })

  test('bootcmd comes before runcmd', () => {
    const { scripts } = config('runcmd:', '- b', 'bootcmd:', '- a')
    expect(scripts.map(({ text, firstLine }) => [text, firstLine])).toEqual([
      ['a\n', 5],
      ['b\n', 3],
    ])
  })

  test('every item stands on its own line of the text', () => {
    const lines = ['runcmd:', '  - a', '  # why', '', '  - |', '    b', '    c', '  - d']
    const [script] = config(...lines).scripts
    const written = script?.text.split('\n').map((text, at) => [text, script.firstLine + at])
    expect(written?.filter(([text]) => text !== '')).toEqual([
      ['a', 3],
      ['b', 7],
      ['c', 8],
      ['d', 9],
    ])
  })

  test('an alias is what it names', () => {
    expect(config('x: &x a b', 'runcmd:', '- *x').scripts[0]?.text).toBe('a b\n')
  })

  test('the last of equal keys counts', () => {
    expect(config('runcmd:', '- a', 'runcmd:', '- b').scripts.map(({ text }) => text)).toEqual(['b\n'])
  })

  test.each([
    ['a map as an item', ['runcmd:', '- a', '- secret: b'], 4],
    ['text in place of a list', ['runcmd: |', '  secret'], 2],
  ])('%s is a problem, and nothing of it runs', (_, lines, line) => {
    const { scripts, problems } = config(...lines)
    expect(scripts).toEqual([])
    expect(problems.map(problem => [problem.id, problem.line])).toEqual([['cloud-config-command-form', line]])
    expect(JSON.stringify(problems)).not.toContain('secret')
  })

  test.each(['runcmd:', 'runcmd: []', 'packages: []', ''])('%j runs nothing and is no problem', line => {
    const { scripts, problems } = config(line)
    expect([scripts.map(({ text }) => text).join(''), problems]).toEqual(['', []])
  })
})

describe('files', () => {
  test.each([
    ['plain', 'content: hello there', 'hello there'],
    ['base64', `encoding: b64\n  content: ${base64(Buffer.from('hello there'))}`, 'hello there'],
    ['gzip in base64', `encoding: gz+b64\n  content: ${base64(gzipSync(Buffer.from('hello there')))}`, 'hello there'],
    ['binary', `content: !!binary ${base64(Buffer.from('hello there'))}`, 'hello there'],
  ])('%s', (_, content, expected) => {
    const { files } = config('write_files:', `- path: /a\n  ${content}`)
    expect(files.map(file => [file.path, file.content])).toEqual([['/a', expected]])
  })

  test('the first line is that of the content', () => {
    const { files } = config('write_files:', '- path: /a', '  content: |', '    b', '- {path: /c, content: d}')
    expect(files.map(({ firstLine }) => firstLine)).toEqual([5, 6])
  })

  test('what does not decode is left out', () => {
    expect(config('write_files:', '- {path: /a, encoding: b64, content: "%%"}', '- {content: b}').files).toEqual([])
  })

  test('files that unfold to too much are left out', () => {
    const content = base64(gzipSync(new Uint8Array(80_000).fill(97)))
    const entry = `- {path: /a, encoding: gz+b64, content: ${content}}`
    expect(config('write_files:', ...Array.from({ length: 20 }, () => entry)).files.length).toBe(1)
  })
})

describe('keys and packages', () => {
  test('keys are those at the top', () => {
    expect([...config('ntp: {enabled: true}', 'packages: [a]').keys]).toEqual(['ntp', 'packages'])
  })

  test('packages in every form, with their lines', () => {
    const { packages } = config('packages:', '- a', '- [b, 1.0]', '- apt:', '  - c')
    expect(packages).toEqual([
      { name: 'a', line: 3 },
      { name: 'b', line: 4 },
      { name: 'c', line: 6 },
    ])
  })
})

describe('what cannot be read', () => {
  test.each([
    ['broken YAML', 'a: b\nc: [secret', 'cloud-config-not-yaml'],
    ['a list', '- secret', 'cloud-config-not-yaml'],
    ['text', 'secret', 'cloud-config-not-yaml'],
    ['two documents', 'a: 1\n---\nsecret: 2', 'cloud-config-not-yaml'],
    ['more than 32 KB', `a: ${'secret'.repeat(20_000)}`, 'cloud-config-too-large'],
    ['too many brackets', `a: ${'['.repeat(20_000)}`, 'cloud-config-too-large'],
    ['lists in lists on a line', `a:\n${'- '.repeat(20_000)}secret`, 'cloud-config-too-large'],
  ])('%s is a problem without text of it', (_, text, id) => {
    const { problems, scripts, files, keys, packages } = readCloudConfig(text, 5)
    expect(problems.map(problem => problem.id)).toEqual([id])
    expect(problems[0]?.line).toBeGreaterThanOrEqual(5)
    expect(problems[0]?.message).not.toContain('secret')
    expect([scripts, files, packages, keys.size]).toEqual([[], [], [], 0])
  })

  test('a Jinja template is read around what it computes', () => {
    const text =
      '## template: jinja\n#cloud-config\nruncmd:\n{% if a %}\n- /etc/eks/bootstrap.sh {{ ds.meta_data.name }}\n{% endif %}\n'
    const { scripts, problems } = readCloudConfig(text, 1)
    expect([scripts, problems]).toEqual([[{ text: '/etc/eks/bootstrap.sh $_\n', firstLine: 5 }], []])
  })

  test('line ends of Windows', () => {
    expect(readCloudConfig('#cloud-config\r\nruncmd:\r\n  - a\r\n  - b\r\n', 1).scripts).toEqual([
      { text: 'a\nb\n', firstLine: 3 },
    ])
  })
})

test('any text gives an answer', () => {
  const token = fc.constantFrom(
    'runcmd:',
    'write_files:',
    '\n',
    '- ',
    '  ',
    'a',
    ': ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '|',
    '>',
    '"',
    '!!binary ',
    '? ',
    '---\n',
    '\t',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(token).map(tokens => tokens.join('')),
      ),
      text => {
        expect(readCloudConfig(text, 1).scripts.length).toBeLessThanOrEqual(2)
      },
    ),
  )
})

test.each(['a: &a [*a]\n', '- *x\n', 'a1:\n', '? ', '"', '[a,\n', '&a ', '!a ', 'a: |\n', '{{ '])(
  'sixty-four kilobytes of %j end',
  token => {
    expect(readCloudConfig(token.repeat(Math.floor(32_768 / token.length)), 1).scripts).toEqual([])
  },
)
