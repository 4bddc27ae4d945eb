import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { constructCatalogue, constructsOf } from '../../src/userdata/constructs.ts'
import { readShell } from '../../src/userdata/shell.ts'
import { usesOf } from '../../src/userdata/shell-uses.ts'
import { found, heredoc, judgeText } from './constructs-table.ts'

describe('a script inside the script', () => {
  const written = heredoc("cat > /tmp/x.sh <<'EOF'", '#!/bin/bash\ndocker pull nginx')

  test('is judged where it is run, by its own lines', () => {
    expect(found(...written, 'chmod +x /tmp/x.sh', '/tmp/x.sh')).toEqual(['4 docker-command'])
    expect(found(...written, 'bash /tmp/x.sh')).toEqual(['4 docker-command'])
    expect(found(...heredoc('bash <<EOF', 'docker pull nginx'))).toEqual(['3 docker-command'])
    expect(found("su - ec2-user -c 'docker pull nginx'")).toEqual(['2 docker-command'])
  })

  test('is not judged where it is only written, or is of another interpreter', () => {
    expect(found(...written)).toEqual([])
    expect(found(...heredoc("cat > /tmp/x.py <<'EOF'", '#!/usr/bin/python3\ndocker = 1'), '/tmp/x.py')).toEqual([])
  })

  test('has its escaped dollars back', () => {
    expect(found(...heredoc('cat > /tmp/x.sh <<EOF', 'X=\\$(docker ps)'), 'sh /tmp/x.sh')).toEqual(['3 docker-command'])
  })
})

describe('the first line', () => {
  test('a script without an interpreter is a construct, and so is what stands in it', () => {
    expect(judgeText('date\ndocker ps').map(({ id, line }) => [id, line])).toEqual([
      ['shell-without-shebang', 1],
      ['docker-command', 2],
    ])
  })

  test('a boothook has its interpreter in the second line', () => {
    expect(judgeText('#cloud-boothook\n#!/bin/sh\necho x > /etc/hosts')).toEqual([])
    expect(judgeText('#cloud-boothook\n#!/usr/bin/python3\ndocker ps')).toEqual([])
    expect(judgeText('#cloud-boothook\ndate').map(({ id }) => id)).toEqual(['shell-without-shebang'])
  })

  test('an empty script, or one of comments, is none', () => {
    expect(judgeText('\n# nothing\n')).toEqual([])
  })

  test('another interpreter is left alone, but for Python 2', () => {
    expect(judgeText('#!/usr/bin/python3\nprint("docker ps")')).toEqual([])
    expect(judgeText('#!/usr/bin/env python3\ndocker ps')).toEqual([])
    expect(judgeText('#!/usr/bin/perl\ndocker ps')).toEqual([])
    expect(judgeText('#!/usr/bin/python\ndocker ps').map(({ id }) => id)).toEqual(['python2'])
    expect(judgeText('#!/usr/bin/env python2.7\n').map(({ id }) => id)).toEqual(['python2'])
  })
})

test('a script of Ubuntu moves to no AL2023', () => {
  expect(found('apt-get update', 'apt-get install -y docker.io', 'docker ps', 'python x.py')).toEqual([])
  expect(found('apt-get update || yum update', 'docker ps')).toEqual(['3 docker-command'])
})

test('a line has each construct once, and several where it has several', () => {
  expect(found('docker ps; docker ps')).toEqual(['2 docker-command'])
  expect(found('yum install -y ntp python2-pip awslogs').sort()).toEqual(['2 awslogs', '2 ntp', '2 python2'])
})

test('a package that another part installs counts as installed', () => {
  const text = '#!/bin/bash\ncrontab /tmp/jobs'
  const script = { text, uses: usesOf(readShell(text, 1)), firstLine: 1, hasShebang: true }
  expect(constructsOf({ ...script, installed: ['cronie'] })).toEqual([])
  expect(constructsOf(script)).toHaveLength(1)
})

test('every advice is a sentence or more, and no id stands twice', () => {
  for (const { advice } of constructCatalogue) expect(advice).toMatch(/^[A-Z].*\.$/)
  expect(new Set(constructCatalogue.map(({ id }) => id)).size).toBe(constructCatalogue.length)
})

describe('hostile text', () => {
  const size = 1_000_000
  const fill = (unit: string) => unit.repeat(Math.ceil(size / unit.length))

  test.each([
    ['variables that double', `A=x\n${fill('A=$A$A\n')}`],
    ['a word of many variables', `A=${'x'.repeat(500)}\nB=${fill('$A')}`],
    ['many expansions', `A=${'x'.repeat(500)}\n${fill('y$A\n')}`],
    ['many short commands', fill('a;')],
    ['many docker commands', fill('docker\n')],
    ['many heredocs that run', fill('cat > a <<E\nE\nsh a\n')],
    ['scripts within scripts', fill("sh -c 'sh -c x'\n")],
    ['long package names', `yum install ${fill('-1')}/ ${fill('a-1 ')}`],
    ['many tests', fill('[ -f /a ]&&b\n')],
    ['substitutions', fill('$(a)\n')],
    ['paths', `x ${fill('/etc/cron.d/')}`],
  ])('%s: 1 MB is judged to its end', (_, text) => {
    const commands = readShell(text, 1)
    const found = constructsOf({ uses: usesOf(commands), firstLine: 1, hasShebang: true, text })
    // A quadratic reading takes minutes, which Jest does not give it.
    const last = text.split('\n').length
    expect(found.every(({ line }) => line >= 1 && line <= last)).toBe(true)
  })
})

test('no text throws, and every line is one of the text', () => {
  const words = [
    'docker',
    'yum install',
    'sh -c',
    'eval',
    '$A',
    'A=',
    '"',
    "'",
    '<<E',
    'E',
    '>',
    '|',
    ';',
    '[ -f',
    ']',
    '\n',
  ]
  const more = [
    '/etc/cron.d/x',
    '/etc/eks/bootstrap.sh',
    'curl',
    'http://169.254.169.254/',
    '-H',
    '$(',
    ')',
    '{',
    'tee',
    'bash',
  ]
  const token = fc.oneof(fc.constantFrom(...words, ...more), fc.string({ maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), tokens => {
      const text = tokens.join(' ')
      const lines = text.split('\n').length
      for (const { line } of judgeText(text)) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines)
      }
    }),
    { numRuns: 300 },
  )
})
