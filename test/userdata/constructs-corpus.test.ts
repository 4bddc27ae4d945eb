import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { readCloudConfig } from '../../src/userdata/cloud-config.ts'
import { constructsOf, constructsOfCloudConfig } from '../../src/userdata/constructs.ts'
import { readShell } from '../../src/userdata/shell.ts'
import { usesOf } from '../../src/userdata/shell-uses.ts'

const corpus = process.env['POSTURE_CORPUS'] ?? new URL('../../../shared/corpus', import.meta.url).pathname
const isThere = existsSync(`${corpus}/INDEX.tsv`)

const textOf = (file: string): string => {
  const bytes = readFileSync(`${corpus}/${file}`)
  const packed = bytes.toString('latin1').replace(/\s/g, '')
  const decoded =
    /^[A-Za-z0-9+/]{16,}=*$/.test(packed) && packed.length % 4 === 0 ? Buffer.from(packed, 'base64') : bytes
  return (decoded[0] === 0x1f && decoded[1] === 0x8b ? gunzipSync(decoded) : decoded).toString('utf8')
}

interface Piece {
  readonly text: string
  readonly firstLine: number
}

/** The shell parts of a text, cut out as simply as the files of the corpus allow. */
const shellParts = (text: string): readonly Piece[] => {
  const boundary = /^content-type:.*boundary="?([^"\s]+)"?/im.exec(text)?.[1]
  if (boundary === undefined || !/^(mime-version|content-type)/i.test(text)) {
    return text.startsWith('#!') ? [{ text, firstLine: 1 }] : []
  }
  const lines = text.split('\n')
  const starts = lines.flatMap((line, at) => (line.startsWith(`--${boundary}`) ? [at] : []))
  return starts.flatMap((start, index) => {
    const part = lines.slice(start + 1, starts[index + 1])
    const header = part.findIndex(line => !/^[A-Za-z-]+:/.test(line))
    const isShell = part.slice(0, header).some(line => line.includes('x-shellscript'))
    const body = part[header] === '' ? header + 1 : header
    return isShell ? [{ text: part.slice(body).join('\n'), firstLine: start + body + 2 }] : []
  })
}

const judgeScript = ({ text, firstLine }: Piece, hasShebang: boolean) =>
  constructsOf({ text, firstLine, hasShebang, uses: usesOf(readShell(text, firstLine)) })

const constructsIn = (file: string): readonly string[] => {
  const text = textOf(file)
  const config = text.startsWith('#cloud-config') ? readCloudConfig(text, 1) : undefined
  const found =
    config === undefined
      ? shellParts(text).flatMap(part => judgeScript(part, part.text.startsWith('#!')))
      : [...config.scripts.flatMap(script => judgeScript(script, true)), ...constructsOfCloudConfig(config)]
  return found.map(({ id, line }) => `${line} ${id}`).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
}

const index = isThere
  ? readFileSync(`${corpus}/INDEX.tsv`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split('\t'))
      .map(columns => ({ file: columns[0] ?? '', family: columns[7] ?? '' }))
  : []

/** The files of AL2023 in which something does break: cloud-init cannot execute `echo "All done"` without a `#!`. */
const breakingOnAl2023: Readonly<Record<string, readonly string[]>> = {
  'terraform-aws-modules+terraform-aws-eks/tests/user-data/rendered/al2023/eks-mng-custom-ami.txt': [
    '39 shell-without-shebang',
  ],
  'terraform-aws-modules+terraform-aws-eks/tests/user-data/rendered/al2023/eks-mng-custom-template.txt': [
    '43 shell-without-shebang',
  ],
  'terraform-aws-modules+terraform-aws-eks/tests/user-data/rendered/al2023/self-mng-custom-template.txt': [
    '43 shell-without-shebang',
  ],
}

/** What the others have beside, or instead of, a single call of bootstrap.sh. */
const expected: Readonly<Record<string, readonly string[]>> = {
  '_synthetic/al2-breakers.sh': [
    '2 amazon-linux-extras',
    '3 ntp',
    '3 python2',
    '3 awslogs',
    '4 docker-ce',
    '5 docker-service',
    '6 cron-file',
    '7 edit-bootstrap-sh',
    '8 kubelet-config-json',
    '9 cgroup-v1-path',
    '10 net-tools',
    '11 python2',
    '12 containerd-config-toml',
  ],
  '_synthetic/dynamic-label.sh': ['3 imdsv1', '4 bootstrap-sh', '5 signal-after-bootstrap'],
  '_synthetic/env-var-args.sh': ['2 kubelet-extra-args-variable', '3 kubelet-extra-args-variable', '5 bootstrap-sh'],
  '_synthetic/gzip-base64-cloudconfig.b64': ['3 bootstrap-sh', '7 docker-daemon-json'],
  'aws+karpenter-provider-aws/_extracted/examples/v1/al2-kubelet-log-query.yaml/al2.userdata': [
    '13 kubelet-drop-in',
    '19 kubelet-config-json',
    '20 kubelet-config-json',
  ],
  'aws+karpenter-provider-aws/test/suites/integration/testdata/amd_driver_input.sh': [
    '9 amazon-linux-extras',
    '40 bootstrap-sh',
  ],
  'eksctl-io+eksctl/_extracted/pkg/nodebootstrap/managed_al2_test.go/expected-0.txt': [
    '8 shell-without-shebang',
    '13 shell-without-shebang',
    '22 bootstrap-sh',
  ],
  'pulumi+pulumi-eks/_extracted/tests/testdata/recorded/TestProviderUpgrade/nodegroup/2.2.1/state.json/userData-2.txt':
    ['3 bootstrap-sh', '5 signal-after-bootstrap'],
  'terraform-aws-modules+terraform-aws-eks/_extracted/docs/user_data.md/pre_bootstrap_user_data.sh': [
    '3 kubelet-extra-args-variable',
    '9 edit-bootstrap-sh',
  ],
  'terraform-aws-modules+terraform-aws-eks/tests/user-data/rendered/al2/eks-mng-additional.txt': [
    '9 shell-without-shebang',
    '9 kubelet-extra-args-variable',
  ],
}

const files = (isIncluded: (family: string) => boolean) =>
  index.filter(({ family }) => isIncluded(family)).map(({ file }) => file)
const isAl2023 = (family: string) => family.startsWith('nodeadm')

const suite = isThere ? describe : describe.skip

suite('the corpus of user data (skipped where ../shared/corpus is absent)', () => {
  test('AL2023 user data has no construct but the ones listed', () => {
    const found = files(isAl2023).map(file => [file, constructsIn(file)] as const)
    expect(found.length).toBeGreaterThan(50)
    expect(Object.fromEntries(found.filter(([, constructs]) => constructs.length > 0))).toEqual(breakingOnAl2023)
  })

  test('any other user data has the ones listed, or one call of bootstrap.sh, or none', () => {
    const found = files(family => !isAl2023(family)).map(file => [file, constructsIn(file)] as const)
    const isPlain = (constructs: readonly string[]) =>
      constructs.length === 0 || (constructs.length === 1 && constructs[0]?.endsWith(' bootstrap-sh'))
    expect(Object.fromEntries(found.filter(([, constructs]) => !isPlain(constructs)))).toEqual(expected)
  })

  test('every call of bootstrap.sh at the start of a line is found', () => {
    const called = files(family => family.startsWith('bootstrap.sh')).filter(file =>
      /^( *- )?\/etc\/eks\/bootstrap\.sh /m.test(textOf(file)),
    )
    // A script that prints user data calls nothing itself.
    const printing = 'aws-samples+aws-do-eks/Container-Root/eks/impl/aws/userdata.sh'
    expect(called.length).toBeGreaterThan(25)
    for (const file of called.filter(name => name !== printing)) {
      expect([file, constructsIn(file).join()]).toEqual([file, expect.stringContaining('bootstrap-sh')])
    }
  })
})
