import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sha256Hex } from '../../src/core/sha256.ts'
import { isMeantAsNodeConfig, readNodeConfigs } from '../../src/userdata/node-config.ts'
import { accepted, recordedAnswers, recordedMerges, withSpec } from './node-config-answers.ts'

const read = (...texts: readonly string[]) => readNodeConfigs(texts.map(text => ({ text, firstLine: 1 })))
const problemsOf = (text: string) => read(text).problems.map(({ id, line }) => `${id} ${line}`)

describe('what nodeadm answered', () => {
  test.each(recordedAnswers)('%s', (_, text, status) => {
    expect(read(text).status).toBe(status)
  })

  test.each(recordedMerges)('%s', (_, texts, status) => {
    expect(read(...texts).status).toBe(status)
  })
})

describe('what is missing', () => {
  const head = 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n'

  test.each([
    ['the section as a whole', head, ['spec.cluster']],
    [
      'every field of an empty section',
      `${head}spec: {cluster: {}}`,
      ['name', 'apiServerEndpoint', 'certificateAuthority', 'cidr'],
    ],
    ['the id of an outpost', `${accepted}    enableOutpost: true\n`, ['id']],
    ['nothing', accepted, []],
  ])('%s', (_, text, fields) => {
    const missing = fields.map(field => (field.includes('.') ? field : `spec.cluster.${field}`))
    expect(read(text).missing).toEqual(missing)
  })

  test('an outpost with all the rest lacks its id alone', () => {
    expect(read(`${accepted}    enableOutpost: true\n`)).toMatchObject({
      status: 'partial',
      missing: ['spec.cluster.id'],
    })
  })
})

describe('the cluster that is named', () => {
  test('has the hash of the bytes of the certificate', () => {
    expect(read(accepted).cluster).toEqual({
      name: 'workers',
      endpoint: 'https://example.com',
      serviceCidr: '10.100.0.0/16',
      caSha256: sha256Hex('certificate'),
    })
  })

  test('is what the later document says, but for what it leaves empty', () => {
    const later = accepted.replace('workers', 'others').replace('10.100.0.0/16', '""')
    expect(read(accepted, later).cluster).toMatchObject({ name: 'others', serviceCidr: '10.100.0.0/16' })
  })

  test('leaves out what a shell should have put in', () => {
    expect(read(accepted.replace('workers', '$CLUSTER')).cluster).not.toHaveProperty('name')
  })

  test('is nothing where nodeadm rejects a document', () => {
    expect(read(accepted, '[').cluster).toEqual({})
  })
})

describe('what nodeadm passes over in silence', () => {
  test.each([
    ['Field names are case-sensitive: write spec.', accepted.replace('spec', 'Spec'), 3],
    ['write apiServerEndpoint.', accepted.replace('apiServerEndpoint', 'apiserverendpoint'), 6],
    ['spec.cluster.clusterEndpoint', accepted.replace('apiServerEndpoint', 'clusterEndpoint'), 6],
    ['The field is spec.cluster.apiServerEndpoint.', accepted.replace('apiServerEndpoint', 'endpoint'), 6],
    ['The field is spec.cluster.certificateAuthority.', accepted.replace('certificateAuthority', 'ca'), 7],
    ['Write spec.kubelet.flags', withSpec('kubelet: {extraArgs: []}'), 9],
    ['The field is spec.kubelet.config.maxPods.', withSpec('kubelet:\n  maxPods: 10'), 10],
    ['a field of spec and', withSpec('kublet: {}'), 9],
  ])('an unknown field: %s', (hint, text, line) => {
    const { problems } = read(text)
    expect(problems).toEqual([{ id: 'node-config-unknown-field', line, message: expect.stringContaining(hint) }])
  })

  test('a key that may be a secret is not shown', () => {
    const secrets = ['hunter2 hunter2', 'pass/word', 'hunter2', 'x'.repeat(65)]
    for (const secret of secrets) {
      const { problems } = read(`${accepted}"${secret}": 1\n`)
      expect(problems).toHaveLength(1)
      expect(JSON.stringify(problems)).not.toContain(secret)
    }
  })

  test.each([
    [
      'a storage strategy that does not exist',
      withSpec('instance: {localStorage: {strategy: RAID5}}'),
      'node-config-storage-strategy 9',
    ],
    [
      'a mount in the wrong case',
      withSpec('instance:\n  localStorage:\n    disabledMounts:\n    - podlogs'),
      'node-config-disabled-mount 12',
    ],
    [
      'a feature gate of the kubelet',
      withSpec('featureGates:\n  SidecarContainers: true'),
      'node-config-feature-gate 10',
    ],
    ['a CIDR without a length', accepted.replace('10.100.0.0/16', '10.100.0.0'), 'node-config-cidr 8'],
    ['an endpoint without https', accepted.replace('https://', ''), 'node-config-endpoint 6'],
    ['a command in a cluster field', accepted.replace('workers', '"$(hostname)"'), 'node-config-shell-expansion 5'],
    ['a variable in place of the CIDR', accepted.replace('10.100.0.0/16', `\${CIDR}`), 'node-config-shell-expansion 8'],
    ['a variable in a flag', withSpec('kubelet:\n  flags:\n  - --node-labels=a=$ID'), 'node-config-shell-expansion 11'],
    [
      'a command deep in kubelet config',
      withSpec('kubelet:\n  config:\n    a:\n    - b: "`id`"'),
      'node-config-shell-expansion 12',
    ],
    ['a second document', `${accepted}---\n# more\nkind: NodeConfig\n`, 'node-config-second-document 11'],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
  })

  test('a NodeConfig for hybrid nodes is one problem, however many of its fields are unknown', () => {
    const text = withSpec('hybrid:\n  ssm: {activationCode: a}\nother: 1').replace(
      '    cidr',
      '    region: a\n    cidr',
    )
    expect(problemsOf(text)).toEqual(['node-config-hybrid 8'])
  })

  test.each([
    ['storage strategies in any case', withSpec('instance: {localStorage: {strategy: raid10}}')],
    ['a known feature gate', withSpec('featureGates: {FastImagePull: true}')],
    ['an IPv6 range', accepted.replace('10.100.0.0/16', 'fd00:10:96::/108')],
    ['a document marker at the end', `${accepted}---\n`],
    ['a comment after the document', `${accepted}...\n# done\n`],
    ['a document marker at the start', `---\n${accepted}`],
    ['a proxy on the node', accepted.replace('https://example.com', 'http://localhost:8080')],
  ])('nothing is wrong with %s', (_, text) => {
    expect(read(text)).toMatchObject({ status: 'complete', problems: [] })
  })

  test.each([
    ['10.0.0.0/16', true],
    ['10.0.0.0/33', false],
    ['10.0.0.256/16', false],
    ['10.0.0.01/16', false],
    ['::/0', true],
    ['::ffff:10.0.0.0/108', true],
    ['fd00::/129', false],
    ['fd00:::/64', false],
    ['1:2:3:4:5:6:7:8/64', true],
    ['1:2:3:4:5:6:7::8/64', false],
    ['fd00::/64/1', false],
  ])('the range %s is one for Go: %s', (range, isOne) => {
    expect(problemsOf(accepted.replace('10.100.0.0/16', `"${range}"`))).toEqual(isOne ? [] : ['node-config-cidr 8'])
  })
})

describe('why a document is rejected', () => {
  test.each([
    ['YAML that breaks off', accepted.replace('workers', '"a'), 'node-config-syntax'],
    ['another kind', 'kind: Pod\napiVersion: v1\n', 'node-config-wrong-kind 1'],
    ['a number for a name', accepted.replace('workers', '1'), 'node-config-wrong-type 5'],
    ['a certificate with a placeholder', accepted.replace('Y2VydGlmaWNhdGU=', '<ca>'), 'node-config-certificate 7'],
    ['more than 64 KiB', `# ${'x'.repeat(70_000)}\n${accepted}`, 'node-config-too-long 1'],
    ['lists in lists', `${accepted}x: ${'['.repeat(5000)}`, 'node-config-deep 9'],
    ['dashes after dashes', `x:\n${'- '.repeat(5000)}`, 'node-config-deep 2'],
    ['JSON in JSON', '{"a":'.repeat(5000), 'node-config-deep 1'],
    ['an anchor inside itself', `${accepted}x: &x [*x]\n`, 'node-config-syntax 9'],
  ])('%s', (_, text, problem) => {
    expect(read(text).status).toBe('invalid')
    expect(problemsOf(text).join()).toContain(problem)
  })

  test('lines are counted from the first line of the part', () => {
    const [problem] = readNodeConfigs([{ text: accepted.replace('workers', '1'), firstLine: 40 }]).problems
    expect(problem?.line).toBe(44)
  })

  test('aliases that unfold to millions of nodes are not unfolded', () => {
    const level = (name: string, inner: string) => `${name}: &${name} [${Array(9).fill(inner).join()}]\n`
    const bomb = [...'bcdefghi'].map((name, index) => level(name, `*${'abcdefgh'.charAt(index)}`))
    expect(problemsOf(`${accepted}${level('a', 'x')}${bomb.join('')}`).join()).toContain('node-config-aliases')
  })

  test('documents that are together too long are read up to there', () => {
    const long = `# ${'x'.repeat(40_000)}\n${accepted}`
    expect(read(long).status).toBe('complete')
    expect(read(long, long)).toMatchObject({ status: 'invalid', problems: [{ id: 'node-config-too-long' }] })
  })

  test('TOML that cannot be merged is named where it stands', () => {
    const { problems } = read(withSpec('containerd: {config: "a = 1"}'), withSpec('containerd: {config: "b = "}'))
    expect(problems).toMatchObject([{ id: 'node-config-containerd-toml', line: 9 }])
  })
})

describe('what is meant as a NodeConfig', () => {
  test.each([
    ['a NodeConfig', accepted, true],
    ['a broken one', 'apiVersion: node.eks.aws/v1alpha1\nkind: [\n', true],
    ['one after comments and a marker', `# a\n\n---\n${accepted}`, true],
    ['one indented as a whole', accepted.replaceAll(/^/gm, '    '), true],
    ['one whose kind comes last', 'metadata:\n  name: a\nspec: {}\nkind: NodeConfig\n', true],
    ['one in JSON', '{"kind": "NodeConfig"}', true],
    ['one with Windows line ends', accepted.replaceAll('\n', '\r\n'), true],
    ['a script that writes one', `#!/bin/bash\ncat <<EOF > a\n${accepted}EOF\n`, false],
    ['cloud-config', '#cloud-config\nwrite_files:\n- content: |\n    kind: NodeConfig\n', false],
    ['another kind', 'apiVersion: v1\nkind: Pod\n', false],
    ['settings of Bottlerocket', '[settings.kubernetes]\nkind = "NodeConfig"\n', false],
    ['nothing', '', false],
  ])('%s', (_, text, isOne) => {
    expect(isMeantAsNodeConfig(text)).toBe(isOne)
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      '\n',
      '  ',
      '- ',
      '? ',
      ': ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&a ',
      '*a',
      '!!int ',
      '|\n',
      '>\n',
      '"',
      "'",
      '\\',
      '\t',
      '#',
    ],
    ...[
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '<<: ',
      'spec:',
      'cluster:',
      '__proto__',
      'constructor',
      '0x',
      '.inf',
      '\r',
      '\0',
      accepted,
    ],
  )
  const hostile = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }).map(parts => parts.join(''))

  test('gets an answer', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), texts => {
        const { status, missing } = read(...texts)
        expect(['complete', 'partial', 'invalid']).toContain(status)
        expect(missing.length > 0).toBe(status === 'partial')
        expect(typeof isMeantAsNodeConfig(texts.join(''))).toBe('boolean')
      }),
    )
  })

  test('does not show its secrets', () => {
    const secret = 'hunter2-hunter2'
    fc.assert(
      fc.property(hostile, fc.nat(), (text, at) => {
        const place = at % (text.length + 1)
        const { problems } = read(`${text.slice(0, place)} "/${secret}" ${text.slice(place)}`)
        expect(JSON.stringify(problems)).not.toContain(secret)
      }),
    )
  })

  test('as JSON means the same in YAML after a document marker', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant('YWJj'),
      fc.array(fc.nat(300)),
    )
    const fields = fc.dictionary(
      fc.constantFrom('name', 'apiServerEndpoint', 'certificateAuthority', 'cidr', 'id', 'other'),
      value,
    )
    fc.assert(
      fc.property(fields, cluster => {
        const json = JSON.stringify({ apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', spec: { cluster } })
        const inYaml = read(`---\n${json.replaceAll('\x7f', '')}`)
        const inJson = read(json.replaceAll('\x7f', ''))
        expect(inYaml.status).toBe(inJson.status)
        expect(inYaml.cluster).toEqual(inJson.cluster)
      }),
    )
  })

  test('does not change what a whole NodeConfig after it says of the cluster', () => {
    const name = fc
      .stringMatching(/^[a-z]{1,9}$/)
      .filter(word => !['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null'].includes(word))
    fc.assert(
      fc.property(name, earlier => {
        expect(read(accepted.replace('workers', earlier), accepted)).toEqual(read(accepted))
      }),
    )
  })
})

const corpus = process.env['POSTURE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus')
const index = join(corpus, 'INDEX.tsv')
const rows = existsSync(index)
  ? readFileSync(index, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split('\t'))
      .map(([file = '', , , , , kind = '', , , verdict = '', expected = '']) => ({ file, kind, verdict, expected }))
      .filter(({ kind }) => kind.startsWith('nodeconfig-'))
  : []
if (rows.length === 0) process.stderr.write(`Skipped the corpus of NodeConfigs: it is not at ${corpus}\n`)
const describeCorpus = rows.length > 0 ? describe : describe.skip

describeCorpus('the NodeConfigs of the corpus', () => {
  const readFile = (file: string) => readFileSync(join(corpus, file), 'utf8')
  const statuses: Readonly<Record<string, readonly string[]>> = {
    PASS: ['complete'],
    PARTIAL: ['partial'],
    FAIL: ['partial', 'invalid'],
  }

  test('are read as nodeadm reads them', () => {
    for (const { file, verdict } of rows) {
      expect({ file, read: statuses[verdict] }).toEqual({
        file,
        read: expect.arrayContaining([read(readFile(file)).status]),
      })
    }
  })

  test('have no problem where none is known', () => {
    const fine = rows.filter(({ verdict, expected }) => verdict === 'PASS' && expected === '')
    expect(fine.length).toBeGreaterThan(0)
    for (const { file } of fine)
      expect({ file, problems: read(readFile(file)).problems }).toEqual({ file, problems: [] })
  })

  test('are meant as NodeConfigs', () => {
    for (const { file } of rows)
      expect({ file, meant: isMeantAsNodeConfig(readFile(file)) }).toEqual({ file, meant: true })
  })
})
