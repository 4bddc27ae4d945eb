import { describe, expect, test } from '@jest/globals'
import { readShell } from '../../src/userdata/shell.ts'
import { usesOf } from '../../src/userdata/shell-uses.ts'
import { unknown } from '../../src/userdata/shell-values.ts'

const usesIn = (text: string) => usesOf(readShell(text, 1))

const shown = (text: string) =>
  usesIn(text)
    .map(({ program, words }) => [program, ...words].join(' ').replaceAll(unknown, '?'))
    .join('; ')

describe('a function', () => {
  test.each([
    ['f() { a; }\nb\nf\nc', 'b; f; a; c'],
    ['f() { a "$1" $2; }; f x', 'f x; a x'],
    ['f() { a "$@"; }; f x "y z"', 'f x y z; a x y z'],
    ['f() { shift; a "$@" $1; }; f x y', 'f x y; shift; a ? ?'],
    ['f() { a $1; }; f x; b $1', 'f x; a x; b ?'],
    ['f() { a; }; f; f', 'f; a; f; a'],
    ['f() { f; a; }; f', 'f; f; a'],
    ['f() { g; }; g() { a; }; f', 'f; g; a'],
    ['f() { g() { a; }; }; f; g', 'f; g; a'],
    ['f() { a; }; f() { b; }; f', 'f; b; a'],
    ['if x; then f() { a; }; else f() { b; }; fi; f', 'x; f; a; b'],
    ['f() { a; }; sudo f; command f', 'f; f; a'],
    ['f() { a; }; b $(f)', 'b ?; f; a'],
    ['f() { a; }; bash -c f', 'bash -c f; f; a'],
    ['f() { a; }; eval f', 'eval f; f; a'],
    ['trap f EXIT; f() { a; }; b', 'trap f EXIT; b; a'],
  ])('%j: runs as %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  test('its body is as conditional as the call, and knows it', () => {
    const uses = usesIn('f() { a; }; f; x && f')
    expect(uses.map(({ conditional }) => conditional)).toEqual([false, false, false, true, true])
    const [call, body] = uses
    expect(body?.caller).toBe(call)
    expect([call?.isFunction, body?.isFunction]).toEqual([true, false])
  })

  test('one that is never called may be passed over', () => {
    expect(usesIn('f() { a; }')[0]).toMatchObject({ program: 'a', conditional: true, place: undefined })
  })

  test('calls that double with every function end', () => {
    const doubling = Array.from({ length: 40 }, (_, at) => `f${at + 1}() { f${at}; f${at}; }`).join('\n')
    expect(usesIn(`f0() { a; }\n${doubling}\nf40\nlast`).map(({ program }) => program)).toContain('last')
  })

  test.each([
    ['calls', `f() { a "$@"; a $*; }\n${'f x y z\n'.repeat(40_000)}`],
    ['arguments', `f() { ${'a "$@" $*\n'.repeat(8000)}}\nf ${'x '.repeat(8000)}`],
    ['definitions', 'f() { a; }\n'.repeat(20_000)],
    ['definitions that may be', `${'x && f() { a; }\n'.repeat(10_000)}${'f\n'.repeat(10_000)}`],
    ['nested functions', `${'f() { a; '.repeat(10_000)}`],
    ['nested functions in substitutions', `${'f() { a $('.repeat(10_000)}`],
    ['nested loops', `${'for i in 1 2 3 4 5 6 7 8; do a $i; '.repeat(5000)}`],
    ['nested braces', `${'{ '.repeat(10_000)}${'a; '.repeat(10_000)}`],
    ['nested braces behind a call', `/etc/eks/bootstrap.sh || ${'{ a; '.repeat(10_000)}`],
    ['loops over a long word', `for i in ${'x '.repeat(60)}; do a ${'y'.repeat(100_000)}$i; done`],
    ['quotes in braces', `"\${x:-`.repeat(100_000)],
    ['folders', `${'cd a\n./b\n'.repeat(20_000)}`],
  ])('many %s are read in bounded time', (_, text) => {
    expect(usesIn(text).length).toBeLessThan(30_000)
  })
})

describe('a loop', () => {
  test.each([
    ['for s in x y; do a $s; done; b', 'for s in x y; a x; a y; b'],
    ['for s in x "y z"\ndo a "$s"; done', 'for s in x y z; a x; a y z'],
    ['L="x y"; for s in $L; do a $s; done', '; for s in x y; a x; a y'],
    ['for s in *.sh; do a $s; done', 'for s in *.sh; a ?'],
    ['for s in $(b); do a $s; done', 'for s in ?; b; a ?'],
    ['for s; do a $s; done', 'for s; a ?'],
    [
      'for i in x y; do for j in 1 2; do a $i$j; done; done',
      'for i in x y; for j in 1 2; a x1; a x2; for j in 1 2; a y1; a y2',
    ],
    ['while a; do b; done', 'a; b'],
  ])('%j: runs as %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe('what stands behind is read', () => {
  test.each([
    ['a <<< "$X"\nb', 'a; b'],
    ["IFS=',' read -ra L <<< x\nb", 'read -ra L; b'],
    ['a 0<<<x\nb', 'a; b'],
    ['a <<X\nb\nX\nc', 'a; c'],
    [`x=\${y:-"a}b"}\nb`, '; b'],
    [`a "\${y:-"a}b"}" c\nb`, 'a ? c; b'],
    [`x=\${y:-"$(c)}"}\nb`, '; c; b'],
    [`a "\${y:-\\"a}"\nb`, 'a ?; b'],
  ])('%j: %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe('a shell that reads its input', () => {
  test.each([
    ['echo "a b" | bash', 'echo a b; bash; a b'],
    ["printf 'a\\nb' | sudo sh", 'printf a\\nb; sh; a; b'],
    ['bash <<< "a b"', 'bash; a b'],
    ['echo "a b" | bash x.sh', 'echo a b; bash x.sh'],
    ['echo "a b" | cat', 'echo a b; cat'],
    ['echo "a b"; bash', 'echo a b; bash'],
  ])('%j: %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe('the path of what is run', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/a//b/../c', '/a/c'],
    ['cd /a; ./b', '/a/b'],
    ['cd /a && ./b', '/a/b'],
    ['cd /a; cd b; ../c', '/a/c'],
    ['cd /a; bash b', '/a/b'],
    ['(cd /a; ./b)', '/a/b'],
    ['./b', undefined],
    ['cd /a; b', undefined],
    ['cd $X; ./b', undefined],
    ['cd /a; cd; ./b', undefined],
    ['cd /a; x && cd /b; ./c', undefined],
    ['X=$(cd /a); ./b', undefined],
  ])('%s: %s', (text, expected) => {
    expect(usesIn(text).at(-1)?.path ?? undefined).toBe(expected)
  })
})
