import { describe, expect, test } from '@jest/globals'
import { readShell, textOf } from '../../src/userdata/shell.ts'
import { programOf, runOf } from '../../src/userdata/shell-program.ts'

const program = (text: string) => programOf(readShell(text, 1)[0]?.words.map(textOf) ?? [])

describe('the program behind its prefixes', () => {
  test.each([
    ['a b c', 'a b c'],
    ['sudo a b', 'a b'],
    ['sudo -E -u root a -u', 'a -u'],
    ['/usr/bin/sudo -- a', 'a'],
    ['env -i A=b c d', 'c d'],
    ['nohup nice -n 5 a', 'a'],
    ['timeout -k 5 30s a b', 'a b'],
    ['exec a', 'a'],
    ['time -p a', 'a'],
    ['command a', 'a'],
    ['command -v a', 'command -v a'],
    ['exec', 'exec'],
    ['sudo -i', 'sudo -i'],
    ['cloud-init-per once name a b', 'a b'],
    ['cloud-init-per once name', 'cloud-init-per once name'],
    ['xargs -n 1 -I{} a b', 'a b'],
    ['flock -w 5 /run/lock a b', 'a b'],
    ['systemd-run --unit x --wait a', 'a'],
    ['ionice -c 3 nice a', 'a'],
    ['ionice -p 12', 'ionice -p 12'],
    ['taskset 0x1 chrt -f 9 a', 'a'],
    ['stdbuf -oL a', 'a'],
    ["flock /run/lock -c 'a'", 'sh -c a'],
    ['bash -c "a b"', 'bash -c a b'],
  ])('%s is %s', (text, expected) => {
    const found = program(text)
    expect([found?.name, ...(found?.arguments ?? [])]).toEqual(
      expected === 'bash -c a b' ? ['bash', '-c', 'a b'] : expected.split(' '),
    )
  })

  test('what env and sudo set is told', () => {
    const environment = program('sudo A=b env C="d e" f')?.environment ?? []
    expect(environment).toEqual([
      ['A', 'b'],
      ['C', 'd e'],
    ])
  })

  test('a bare assignment runs nothing', () => {
    expect(program('A=b')).toBeUndefined()
  })
})

const run = (text: string) => {
  const found = program(text)
  return found && runOf({ program: found.name, words: found.arguments })
}

describe('what a shell is told to run', () => {
  test.each([
    ["sh -c 'a b; c'", 'a b; c'],
    ['bash -lc "a\nb"', 'a\nb'],
    ['bash -c -e a', 'a'],
    ['su - user -c "a"', 'a'],
    ['su --command "a" user', 'a'],
    ['eval "a" b', 'a b'],
  ])('%j: a text', (text, expected) => {
    expect(run(text)).toMatchObject({ text: expected })
  })

  test.each([
    ['a b', 'a', ['b']],
    ['bash /x.sh -xc b', '/x.sh', ['-xc', 'b']],
    ['bash -euxo pipefail -- /x.sh', '/x.sh', []],
    ['zsh --rcfile /y +x /x.sh', '/x.sh', []],
    ['. /x.sh b', '/x.sh', ['b']],
  ])('%j: the file %s', (text, file, words) => {
    expect(run(text)).toMatchObject({ file, words })
    expect(run(text)?.text).toBeUndefined()
  })

  test.each(['bash', 'bash -s demo', 'sh -', 'su - user'])('%j: its input', text => {
    expect(run(text)).toEqual({ words: expect.any(Array), sourced: false })
  })
})
