import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { UserDataFacts } from '../../src/core/user-data.ts'
import { userDataTable } from '../../src/reports/user-data.ts'
import { bareEnvironment, type Outcome, runHere, start } from '../support/cli.ts'

const complete = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: shop
    apiServerEndpoint: https://shop.example
    certificateAuthority: Y2EtYnVuZGxlCg==
    cidr: 10.100.0.0/16
`
const withoutCluster = 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet: {}\n'
const inMime = (nodeConfig: string) =>
  `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="BOUNDARY"\n\n--BOUNDARY\nContent-Type: application/node.eks.aws\n\n${nodeConfig}\n--BOUNDARY--\n`
const al2 = '#!/bin/bash\nset -e\n/etc/eks/bootstrap.sh shop\n'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'user-data-'))
})
afterAll(() => rm(folder, { recursive: true }))

const fileWith = async (content: string | Uint8Array) => {
  const file = join(folder, 'user-data.txt')
  await writeFile(file, content)
  return file
}

const check = async (content: string | Uint8Array, ...flags: string[]) =>
  runHere('userdata', 'check', await fileWith(content), ...flags)

/** Runs the real command with these bytes on its stdin. */
const checkStdin = async (content: string | Uint8Array, ...flags: string[]): Promise<Outcome> => {
  const child = start(bareEnvironment, ['userdata', 'check', '-', ...flags])
  // A command that has read enough closes its end.
  child.stdin.on('error', () => {})
  child.stdin.end(content)
  return outcomeOf(child)
}

const outcomeOf = async (child: ChildProcessWithoutNullStreams): Promise<Outcome> => {
  const closed = new Promise<number | null>(resolve => child.on('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await closed, stdout, stderr }
}

describe('the answer', () => {
  test('is 0 and says how much was looked at where nothing is wrong', async () => {
    expect(await check(inMime(complete))).toEqual({
      code: 0,
      stdout:
        'User data: mime of 1 part · bootstrap nodeadm · NodeConfig complete\n\n✔ Nothing found that breaks on Amazon Linux 2023.\n',
      stderr: '',
    })
  })

  test('is 1 with a line for what breaks', async () => {
    const { code, stdout, stderr } = await check(al2)
    expect(stdout).toMatch(/^User data: shell · bootstrap bootstrap\.sh · NodeConfig absent\n\nline +3 {2}/)
    expect(stdout).toMatch(/\n✖ .*1 construct that breaks on Amazon Linux 2023\n$/)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })

  test('is 1 with a problem, too', async () => {
    const { code, stdout } = await check(
      'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster: shop\n',
    )
    expect(stdout).toContain('NodeConfig invalid\n')
    expect(stdout).toMatch(/✖ \d problems?\n$/)
    expect(code).toBe(1)
  })

  test.each([
    { name: 'text', content: inMime(complete), encoding: '' },
    { name: 'base64', content: Buffer.from(inMime(complete)).toString('base64'), encoding: ' in base64' },
    { name: 'gzip', content: gzipSync(inMime(complete)), encoding: ' in gzip' },
    {
      name: 'gzip in base64',
      content: gzipSync(inMime(complete)).toString('base64'),
      encoding: ' in gzip in base64',
    },
  ])('is the same in $name', async ({ content, encoding }) => {
    const { code, stdout, stderr } = await check(content)
    expect(stdout).toContain(`User data: mime of 1 part${encoding} · bootstrap nodeadm · NodeConfig complete\n`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('is the same from stdin, of bytes that are no text', async () => {
    const content = gzipSync(al2)
    expect(await checkStdin(content)).toEqual(await check(content))
  })

  test('of an empty stdin is 0', async () => {
    const { code, stdout } = await checkStdin('')
    expect(stdout).toContain('User data: empty · bootstrap none · NodeConfig absent\n')
    expect(code).toBe(0)
  })
})

describe('--format json', () => {
  test('prints one object alone, with just the keys it promises, in their order', async () => {
    const { code, stdout, stderr } = await check(inMime(withoutCluster), '--format', 'json')
    expect(stdout).toBe(
      `${JSON.stringify(
        {
          encoding: [],
          format: 'mime',
          bootstrap: 'nodeadm',
          parts: [{ contentType: 'application/node.eks.aws', kind: 'nodeconfig' }],
          nodeConfig: { status: 'partial', missing: ['spec.cluster'], problems: [] },
          constructs: [],
        },
        null,
        2,
      )}\n`,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('has line, id and advice of every construct, and never the cluster', async () => {
    const { code, stdout } = await check(al2, '--format', 'json')
    const { constructs, ...rest } = JSON.parse(stdout)
    expect(Object.keys(rest)).toEqual(['encoding', 'format', 'bootstrap', 'parts', 'nodeConfig'])
    expect(constructs).toEqual([
      { id: expect.stringMatching(/^[a-z0-9-]+$/), line: 3, breaks: 'al2023', advice: expect.stringMatching(/\.$/) },
    ])
    expect(Object.keys(constructs[0])).toEqual(['id', 'line', 'breaks', 'advice'])
    expect(stdout).not.toContain('shop')
    expect(code).toBe(1)
  })
})

describe('--path', () => {
  test.each([
    { path: 'managed', content: inMime(withoutCluster), ids: [] },
    { path: 'managed', content: withoutCluster, ids: ['user-data-not-mime'] },
    { path: 'managed-ami', content: inMime(withoutCluster), ids: ['cluster-fields-missing'] },
    { path: 'self-managed', content: inMime(withoutCluster), ids: ['cluster-fields-missing'] },
    { path: 'self-managed', content: '#!/bin/sh\ntrue\n', ids: ['bootstrap-missing'] },
    { path: 'self-managed', content: '[settings.kubernetes]\nmax-pods = 9\n', ids: ['cluster-settings-missing'] },
    { path: 'self-managed', content: inMime(complete), ids: [] },
    { path: 'karpenter', content: withoutCluster, ids: [] },
  ])('$path adds $ids to the problems and decides the exit code', async ({ path, content, ids }) => {
    const { code, stdout } = await check(content, '--path', path, '--format', 'json')
    const { nodeConfig } = JSON.parse(stdout)
    expect(nodeConfig.problems.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(code).toBe(ids.length > 0 ? 1 : 0)
  })

  test('never changes the status', async () => {
    const { stdout } = await check(inMime(withoutCluster), '--path', 'self-managed', '--format', 'json')
    expect(JSON.parse(stdout).nodeConfig).toMatchObject({ status: 'partial', missing: ['spec.cluster'] })
  })
})

describe('what cannot be read: one sentence, nothing on stdout, and 2', () => {
  const refused = ({ code, stdout, stderr }: Outcome, sentence: string) => {
    expect(stderr).toBe(`${sentence}\n`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  }

  test('a file that is not there', async () => {
    const file = join(folder, 'nowhere.txt')
    const sentence = `${file} cannot be read: there is no such file; name one that holds user data, or - for stdin.`
    refused(await runHere('userdata', 'check', file), sentence)
  })

  test('a folder', async () => {
    const sentence = `${folder} cannot be read: it is a folder; name a file in it that holds user data.`
    refused(await runHere('userdata', 'check', folder, '--format', 'json'), sentence)
  })

  test('a file in a file', async () => {
    const file = join(await fileWith(''), 'inner')
    const sentence = `${file} cannot be read: a part of its path is a file; name one that holds user data, or - for stdin.`
    refused(await runHere('userdata', 'check', file), sentence)
  })

  test('a file without permission', async () => {
    const place = join(folder, 'locked')
    const file = join(place, 'user-data.txt')
    await mkdir(place)
    await writeFile(file, complete)
    await chmod(file, 0)
    // To root no file is locked.
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      const sentence = `${file} cannot be read: permission is denied; allow this user to read it.`
      refused(await runHere('userdata', 'check', file), sentence)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  const tooLarge = 'larger than 1 MiB and EC2 takes 16 KB of user data: give the user data alone.'

  test('a file of more than 1 MiB', async () => {
    const outcome = await check(`#!/bin/sh\n${' '.repeat(2 ** 20 - 9)}`)
    refused(outcome, `${join(folder, 'user-data.txt')} is not read, for it is ${tooLarge}`)
  })

  test('a stdin of more than 1 MiB', async () => {
    refused(await checkStdin('#'.repeat(2 ** 22)), `stdin is not read, for it is ${tooLarge}`)
  })

  test('a folder on stdin', async () => {
    const script = 'exec "$0" src/cli/main.ts userdata check - < "$1"'
    const child = spawn('sh', ['-c', script, process.execPath, folder], {
      cwd: join(import.meta.dirname, '../..'),
      env: bareEnvironment,
    })
    const outcome = await outcomeOf(child)
    refused(outcome, 'stdin cannot be read: it is a folder; name a file in it that holds user data.')
  })

  test('a device that has no end', async () => {
    refused(await runHere('userdata', 'check', '/dev/zero'), `/dev/zero is not read, for it is ${tooLarge}`)
  })

  test('but 1 MiB is read, and is too much for EC2', async () => {
    const { code, stdout } = await check(`#!/bin/sh\n${' '.repeat(2 ** 20 - 10)}`)
    expect(stdout).toContain('user-data-over-16-kb')
    expect(code).toBe(1)
  })
})

describe('flags', () => {
  test.each([
    { args: ['userdata', 'check'], says: "missing required argument 'file'" },
    { args: ['userdata', 'check', 'x', 'y'], says: 'too many arguments' },
    {
      args: ['userdata', 'check', 'x', '--path', 'fargate'],
      says: 'Allowed choices are managed, managed-ami, self-managed, karpenter',
    },
    { args: ['userdata', 'check', 'x', '--format', 'yaml'], says: 'Allowed choices are text, json' },
    { args: ['userdata', 'chekc', 'x'], says: 'Did you mean check?' },
    { args: ['userdata'], says: 'check [options] <file>' },
  ])('$args: $says', async ({ args, says }) => {
    const { code, stdout, stderr } = await runHere(...args)
    expect(stderr).toContain(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('the text', () => {
  const facts: UserDataFacts = {
    encoding: ['base64', 'gzip'],
    format: 'mime',
    bootstrap: 'nodeadm',
    bootstrapCalls: [],
    parts: [
      { contentType: 'text/x-shellscript', kind: 'shell' },
      { contentType: 'application/node.eks.aws', kind: 'nodeconfig' },
    ],
    nodeConfig: {
      status: 'partial',
      missing: ['spec.cluster.name', 'spec.cluster.cidr'],
      problems: [
        { id: 'first', message: 'One.', line: 3 },
        { id: 'later', message: 'Two.', line: 120 },
      ],
    },
    constructs: [{ id: 'longer-than-those', line: 12, breaks: 'al2023', advice: 'Three.' }],
    cluster: { name: 'shop' },
  }

  test('has a line for each problem and construct, by line, and the counts', () => {
    expect(
      userDataTable(facts),
    ).toBe(`User data: mime of 2 parts in gzip in base64 · bootstrap nodeadm · NodeConfig partial, spec.cluster.name, spec.cluster.cidr missing

line   3  first              One.
line  12  longer-than-those  Three.
line 120  later              Two.

✖ 2 problems, 1 construct that breaks on Amazon Linux 2023
`)
  })

  test('obeys no terminal', () => {
    const sly = { ...facts, nodeConfig: { ...facts.nodeConfig, missing: ['\u001b[2Jspec'] } }
    expect(userDataTable(sly)).toContain('\\u001b[2Jspec missing')
  })

  test('says that what is included was not read', async () => {
    const { stdout } = await check('#include\nhttps://shop.example/user-data\n')
    expect(stdout).toMatch(/\n✔ .*\nWhat stands elsewhere, as behind an include, was not read\.\n$/)
  })

  test('counts constructs alone', () => {
    const [construct] = facts.constructs
    const constructs = construct ? [construct, construct] : []
    const table = userDataTable({ ...facts, nodeConfig: { ...facts.nodeConfig, problems: [] }, constructs })
    expect(table).toMatch(/\n✖ 2 constructs that break on Amazon Linux 2023\n$/)
  })
})
