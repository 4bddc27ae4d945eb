import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sha256Hex } from '../../src/core/sha256.ts'
import { type BootstrapCall, bootstrapCalls, clusterOf } from '../../src/userdata/bootstrap-sh.ts'
import { readCloudConfig } from '../../src/userdata/cloud-config.ts'
import { readAsCloudInit } from '../../src/userdata/cloud-init.ts'
import { decode } from '../../src/userdata/decode.ts'
import { readShell } from '../../src/userdata/shell.ts'
import { usesOf } from '../../src/userdata/shell-uses.ts'

const corpus = process.env['POSTURE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus')

const callsIn = (text: string): readonly BootstrapCall[] => bootstrapCalls(usesOf(readShell(text, 1)))

const only = (text: string): BootstrapCall => {
  const [call, ...more] = callsIn(text)
  if (call === undefined || more.length > 0) throw new Error(`${more.length} calls too many, or none`)
  return call
}

describe('calls', () => {
  test.each([
    '/etc/eks/bootstrap.sh demo',
    'sudo -E /etc/eks/bootstrap.sh demo',
    'bash -x /etc/eks/bootstrap.sh demo',
    '. /etc/eks/bootstrap.sh demo',
    'source /etc/eks/bootstrap.sh demo',
    'set -ex; /etc/eks/bootstrap.sh demo',
    'if true; then /etc/eks/bootstrap.sh demo; fi',
    'start() { /etc/eks/bootstrap.sh demo; }; start',
    '(/etc/eks/bootstrap.sh demo)',
    'out=$(/etc/eks/bootstrap.sh demo)',
    'true && /etc/eks/bootstrap.sh demo || exit 1',
    'bash -c "/etc/eks/bootstrap.sh demo"',
    'BOOTSTRAP=/etc/eks/bootstrap.sh; $BOOTSTRAP demo',
    'NAME=demo; /etc/eks/bootstrap.sh "$NAME"',
    'export NAME=demo; sh -c "/etc/eks/bootstrap.sh $NAME"',
    '/etc/eks/bootstrap.sh \\\r\n  demo',
    "cat > /tmp/b.sh <<'E'\n/etc/eks/bootstrap.sh demo\nE\nchmod +x /tmp/b.sh\n/tmp/b.sh",
    'tee b.sh <<E\n/etc/eks/bootstrap.sh demo\nE\nbash ./b.sh',
  ])('%j calls it for the cluster demo', text => {
    expect(only(text)).toMatchObject({ clusterName: 'demo', problems: [] })
  })

  test.each([
    "sed -i 's/a/b/' /etc/eks/bootstrap.sh",
    'cat /etc/eks/bootstrap.sh',
    'cp /etc/eks/bootstrap.sh /tmp; chmod +x /etc/eks/bootstrap.sh; grep x /etc/eks/bootstrap.sh',
    '# /etc/eks/bootstrap.sh demo',
    'echo "/etc/eks/bootstrap.sh demo"',
    'cat > /tmp/b.sh <<E\n/etc/eks/bootstrap.sh demo\nE',
    'source /var/lib/cloud/scripts/eksctl/bootstrap.helper.sh',
  ])('%j does not call it', text => {
    expect(callsIn(text)).toEqual([])
  })

  test("eksctl's own script is a call that names no cluster", () => {
    const call = only('/var/lib/cloud/scripts/eksctl/bootstrap.al2.sh')
    expect(call).toEqual({ line: 1, arguments: new Map(), ignored: [], problems: [] })
  })

  test('the line is that of the call, also in a script that is written first', () => {
    expect(only('cat > /b <<E\n\n/etc/eks/bootstrap.sh demo\nE\nsh /b').line).toBe(3)
  })
})

describe('arguments', () => {
  const given = (text: string) => Object.fromEntries(only(text).arguments)

  test.each<[string, string, Record<string, string | undefined>]>([
    ['of the call', '/etc/eks/bootstrap.sh a --local-disks raid0', { '--local-disks': 'raid0' }],
    ['before the name', '/etc/eks/bootstrap.sh --local-disks raid0 a', { '--local-disks': 'raid0' }],
    ['exported before', 'export LOCAL_DISKS=raid0\n/etc/eks/bootstrap.sh a', { '--local-disks': 'raid0' }],
    [
      'exported later than set',
      'LOCAL_DISKS=raid0; export LOCAL_DISKS; /etc/eks/bootstrap.sh a',
      { '--local-disks': 'raid0' },
    ],
    ['set and not exported', 'LOCAL_DISKS=raid0; /etc/eks/bootstrap.sh a', {}],
    ['set for a sourced script', 'LOCAL_DISKS=raid0; . /etc/eks/bootstrap.sh a', { '--local-disks': 'raid0' }],
    ['set for the call', 'LOCAL_DISKS=raid0 /etc/eks/bootstrap.sh a', { '--local-disks': 'raid0' }],
    ['set by sudo', 'sudo LOCAL_DISKS=raid0 /etc/eks/bootstrap.sh a', { '--local-disks': 'raid0' }],
    [
      'that win over the environment',
      'LOCAL_DISKS=x /etc/eks/bootstrap.sh a --local-disks raid0',
      { '--local-disks': 'raid0' },
    ],
    [
      'in a variable without quotes',
      'A="--local-disks raid0"; /etc/eks/bootstrap.sh $A a',
      { '--local-disks': 'raid0' },
    ],
    ['that are computed', '/etc/eks/bootstrap.sh a --local-disks $(b)', { '--local-disks': undefined }],
    ['without a value', '/etc/eks/bootstrap.sh a --local-disks', {}],
  ])('%s', (_, text, expected) => {
    expect(given(text)).toEqual(expected)
    expect(only(text).clusterName).toBe('a')
  })

  test.each([
    ['in a branch', 'if x; then N=a; else N=b; fi'],
    ['read from input', 'N=a; read N'],
    ['in a loop', 'N=a; for N in $(x); do y; done'],
    ['nowhere', 'true'],
    ['by a substitution', 'N=$(x)'],
    ['as an array', 'N=(a)'],
  ])('a name that is set %s is left unknown, without a problem', (_, before) => {
    const call = only(`${before}\n/etc/eks/bootstrap.sh $N`)
    expect(call.clusterName).toBeUndefined()
    expect(call.problems).toEqual([])
  })
})

describe('problems', () => {
  test.each([
    ['a --kubelet-extra-args=secret', ['bootstrap-flag-equals'], ['--kubelet-extra-args'], 'a'],
    ['--kubelet-extra-args=secret a', ['bootstrap-flag-equals'], ['--kubelet-extra-args'], undefined],
    ['a --secret secret', ['bootstrap-unknown-flag'], [], 'a'],
    ['--secret a', ['bootstrap-unknown-flag'], [], undefined],
    ['', ['bootstrap-no-cluster-name'], [], undefined],
  ])('%j', (words, ids, ignored, name) => {
    const call = only(`\n/etc/eks/bootstrap.sh ${words}`)
    expect(call.problems.map(({ id }) => id)).toEqual(ids)
    expect(call.problems.map(({ line }) => line)).toEqual([2])
    expect(call.ignored).toEqual(ignored)
    expect(call.clusterName).toBe(name)
    expect(JSON.stringify(call.problems)).not.toContain('secret')
  })
})

describe('the cluster', () => {
  test('name, endpoint, CIDR and the hash of the certificate', () => {
    const text =
      'CA=aGVsbG8=\n/etc/eks/bootstrap.sh demo --apiserver-endpoint https://x --b64-cluster-ca $CA --service-ipv4-cidr 10.0.0.0/16'
    expect(clusterOf(callsIn(text))).toEqual({
      name: 'demo',
      endpoint: 'https://x',
      serviceCidr: '10.0.0.0/16',
      caSha256: sha256Hex('hello'),
    })
  })

  test.each([
    ['--service-ipv6-cidr fd00::/108', 'fd00::/108'],
    ['--ip-family ipv6 --service-ipv4-cidr 10.0.0.0/16 --service-ipv6-cidr fd00::/108', 'fd00::/108'],
    ['--ip-family ipv4 --service-ipv4-cidr 10.0.0.0/16 --service-ipv6-cidr fd00::/108', '10.0.0.0/16'],
  ])('%s: the CIDR is %s', (words, expected) => {
    expect(clusterOf(callsIn(`/etc/eks/bootstrap.sh demo ${words}`)).serviceCidr).toBe(expected)
  })

  test('what two calls give differently is absent', () => {
    const text = '/etc/eks/bootstrap.sh a --apiserver-endpoint https://x\n/etc/eks/bootstrap.sh b'
    expect(clusterOf(callsIn(text))).toEqual({ endpoint: 'https://x' })
  })
})

test('any text gives calls or none, without an exception', () => {
  const token = fc.constantFrom(
    '/etc/eks/bootstrap.sh ',
    'A=',
    '$A',
    '"',
    "'",
    '\n',
    ' --local-disks ',
    '=',
    'sh -c ',
    'export ',
    '$(',
    ')',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(token).map(tokens => tokens.join('')),
      ),
      text => {
        for (const { line } of callsIn(text)) expect(line).toBeGreaterThan(0)
        clusterOf(callsIn(text))
      },
    ),
  )
})

test('variables that double with every line do not grow without end', () => {
  const text = `A=aaaaaaaaaa\n${'A=$A$A\n'.repeat(20_000)}/etc/eks/bootstrap.sh "$A"`
  expect(only(text).clusterName).toBeUndefined()
})

test('so many calls and words are told that a short text cannot say a long one', () => {
  const text = `A="${'x '.repeat(5000)}"\n${'/etc/eks/bootstrap.sh $A $A\n'.repeat(5000)}`
  expect(callsIn(text).length).toBe(100)
})

/** Files whose label tells of something that is no call of bootstrap.sh. */
const otherwise = new Map([
  [
    'aws-do-eks/Container-Root/eks/impl/aws/userdata.sh',
    'the call stands in a heredoc that the script hands to others',
  ],
  ['nodeGroups-unm-ubuntu-pro-2404-override.txt', 'its placeholder <generated> is two redirects to a shell'],
  ['with-bootstrap-override-command.cloud-config', 'it calls a script of its own'],
])

const isOtherwise = (file: string) => [...otherwise.keys()].some(end => file.endsWith(end))

const rows = existsSync(corpus)
  ? readFileSync(join(corpus, 'INDEX.tsv'), 'utf8')
      .split('\n')
      .map(line => line.split('\t'))
      .flatMap(([file = '', , , , , , , , , expected = '']) =>
        !isOtherwise(file) && expected.includes('bootstrap.sh cluster=') ? [{ file, expected }] : [],
      )
  : []

const callsOf = (file: string): readonly BootstrapCall[] =>
  readAsCloudInit(decode(readFileSync(join(corpus, file))).text).parts.flatMap(({ kind, text, firstLine }) => {
    if (kind === 'shell' || kind === 'boothook') return callsIn(text)
    return kind === 'cloud-config'
      ? readCloudConfig(text, firstLine).scripts.flatMap(script => callsIn(script.text))
      : []
  })

/** What a placeholder or a variable stands for is not known here; the labels keep its text. */
const isComputed = (value: string) => /[$`<%]/.test(value)

describe('the corpus', () => {
  if (rows.length === 0) test.skip('is not here', () => {})

  test.each(rows)('$file', ({ file, expected }) => {
    const [head = '', ...labels] = expected.replace(/^encoding=[^;]*; /, '').split('; ')
    const [, name = '', ignored = ''] = /cluster=(\S+)(?: IGNORED-positional=\['(--[a-z-]+)=)?/.exec(head) ?? []
    const calls = callsOf(file)
    expect(calls.length).toBeGreaterThan(0)
    const call = calls.at(-1)
    if (!isComputed(name)) expect(call?.clusterName).toBe(name)
    expect(call?.ignored).toEqual(ignored === '' ? [] : [ignored])
    for (const label of labels.filter(text => text.startsWith('--'))) {
      const [, flag = '', value = ''] = /^(--[a-z0-9-]+)=(.*)$/.exec(label) ?? []
      expect([...(call?.arguments.keys() ?? [])]).toContain(flag)
      const [start = ''] = value.split('…')
      if (!isComputed(value)) expect(call?.arguments.get(flag)?.startsWith(start)).toBe(true)
    }
  })
})
