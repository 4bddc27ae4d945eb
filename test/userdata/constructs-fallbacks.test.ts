import { describe, expect, test } from '@jest/globals'
import { found } from './constructs-table.ts'

type Script = readonly [name: string, lines: readonly string[], expected: readonly string[]]

const imds = 'http://169.254.169.254/latest'
const join = '/etc/eks/bootstrap.sh c'

const check = (scripts: readonly Script[]) =>
  test.each(scripts)('%s', (_, lines, expected) => {
    expect(found(...lines)).toEqual(expected)
  })

describe('tokens of the metadata service', () => {
  const header = 'X-aws-ec2-metadata-token'
  check([
    [
      'the header in an array',
      ['auth=()', `auth+=(-H "${header}: $T")`, `curl -s "\${auth[@]}" ${imds}/meta-data/x`],
      [],
    ],
    [
      'another header in an array',
      ['auth=()', 'auth+=(-H "Accept: $T")', `curl -s "\${auth[@]}" ${imds}/meta-data/x`],
      ['4 imdsv1'],
    ],
    ['the header in a variable', ['T=$(cat /run/t)', `auth="-H ${header}:$T"`, `curl $auth ${imds}/meta-data/x`], []],
    ['the header, which a request leaves out', [`auth="-H ${header}:$T"`, `curl ${imds}/meta-data/x`], ['3 imdsv1']],
    [
      'a function without the token that is fetched',
      [
        'get() {',
        `curl -s ${imds}/meta-data/$1`,
        '}',
        `T=$(curl -X PUT ${imds}/api/token -H "${header}-ttl-seconds: 60")`,
        'get instance-id',
      ],
      ['3 imdsv1'],
    ],
    [
      'a loop without it',
      [`T=$(curl -X PUT ${imds}/api/token)`, 'for i in a b; do', `curl -s ${imds}/meta-data/$i`, 'done'],
      ['4 imdsv1'],
    ],
    [
      'a function with it',
      [
        'get() {',
        `curl -s -H "${header}: $T" ${imds}/meta-data/$1`,
        '}',
        `T=$(curl -X PUT ${imds}/api/token)`,
        'get x',
      ],
      [],
    ],
    [
      'the way without tokens',
      [`T=$(curl -X PUT ${imds}/api/token)`, 'get() { if [ -z "$T" ]; then', `curl ${imds}/meta-data/x; fi; }`, 'get'],
      [],
    ],
  ])
})

describe('another way for where a command fails', () => {
  const v1 = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes'
  check([
    ['cgroup v2', [`${v1} 2>/dev/null || cat /sys/fs/cgroup/memory.max`], []],
    ['cgroup v2 in a substitution', [`LIMIT=$(${v1} 2>/dev/null || cat /sys/fs/cgroup/memory.max)`], []],
    ['cgroup v1 again', [`${v1} || cat /sys/fs/cgroup/memory/memory.usage_in_bytes`], ['2 cgroup-v1-path']],
    ['python3', ['python --version || python3 --version'], []],
    ['ip', ['ifconfig eth0 || ip a'], []],
    ['ip behind &&', ['ifconfig eth0 && echo up || ip a'], []],
    ['ip in a group', ['ifconfig eth0 || { echo none; ip a; }'], []],
    ['ip, whatever came of it', ['ifconfig eth0; ip a'], ['2 net-tools']],
    ['ip after success', ['ifconfig eth0 && ip a'], ['2 net-tools']],
    ['ip behind another command', ['ifconfig eth0', 'date || ip a'], ['2 net-tools']],
    ['nothing', ['ifconfig eth0 || true'], ['2 net-tools']],
    ['the end', ['ifconfig eth0 || exit 1'], ['2 net-tools']],
    ['a message and the end', ['die() { logger "$1"; exit 1; }', 'ifconfig eth0 || die none'], ['3 net-tools']],
    ['a function that does it', ['address() { ip a; }', 'ifconfig eth0 || address'], []],
    ['the node ends', [`${join} || { echo failed; shutdown -h now; }`], ['2 bootstrap-sh']],
    ['nodeadm', [`${join} || nodeadm init`], []],
  ])
})
