import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Command, everyCommand, readShell, textOf, type Word } from '../../src/userdata/shell.ts'

const corpus = process.env['POSTURE_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus')

/** A word with `$name` for a variable, `<E>` for an expansion and `<S>` for a substitution. */
const shown = ({ pieces }: Word): string =>
  pieces
    .map(piece => {
      if (piece.kind === 'text') return piece.text
      if (piece.kind === 'variable') return `$${piece.name}`
      return piece.kind === 'expansion' ? '<E>' : '<S>'
    })
    .join('')

const wordsOf = (text: string): readonly (readonly string[])[] =>
  [...everyCommand(readShell(text, 1))].map(({ words }) => words.map(shown))

const first = (text: string): Command => {
  const [command] = readShell(text, 1)
  if (command === undefined) throw new Error('no command was read')
  return command
}

const firstWord = (text: string): Word => {
  const [word] = first(text).words
  if (word === undefined) throw new Error('no word was read')
  return word
}

describe('words', () => {
  test.each<[string, string, string[][]]>([
    ['blanks and newlines part words and commands', 'a  b\tc\nd', [['a', 'b', 'c'], ['d']]],
    ['single and double quotes', `a 'x  y' "p q"r`, [['a', 'x  y', 'p qr']]],
    ['ANSI-C quotes', String.raw`a $'x\n\x41\'' b`, [['a', "x\nA'", 'b']]],
    ['an empty word', `a '' ""`, [['a', '', '']]],
    ['backslashes', String.raw`a \; b\ c "\$x \y"`, [['a', ';', 'b c', String.raw`$x \y`]]],
    ['line continuations', 'a b\\\nc \\\n  d "e\\\nf"', [['a', 'bc', 'd', 'ef']]],
    ['line continuations with CRLF', 'a \\\r\n  b\r\nc\r\n', [['a', 'b'], ['c']]],
    ['comments only where a word may start', 'a # b\nc#d # e\n#f\ng', [['a'], ['c#d'], ['g']]],
    ['variables', `a $b "\${c}$1" $? d$`, [['a', '$b', '$c$1', '$?', 'd$']]],
    ['expansions', `a \${b:-c d} "\${e:-it's}" $((1+(2*3))) f`, [['a', '<E>', '<E>', '<E>', 'f']]],
    ['quotes that nothing closes', `a 'b\nc`, [['a', 'b\nc']]],
    ['a backslash at the end', 'a \\', [['a']]],
    ['braces that are no reserved word', 'a b{c,d} }', [['a', 'b{c,d}', '}']]],
  ])('%s', (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expected)
  })

  test('textOf leaves out what is computed', () => {
    expect(textOf(firstWord('a$b"c"$(d)e'))).toBe('ace')
  })
})

describe('commands', () => {
  test.each<[string, string, string[][]]>([
    ['operators', 'a; b & c && d || e | f |& g', [['a'], ['b'], ['c'], ['d'], ['e'], ['f'], ['g']]],
    ['if', 'if a; then b; elif c; then d; else e; fi; f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['for', 'for i in 1 $(x); do y; done; z', [['for', 'i', 'in', '1', '<S>'], ['x'], ['y'], ['z']]],
    ['for with arithmetic', 'for ((i=0;i<3;i++)); do a; done; b', [['for'], ['a'], ['b']]],
    ['while', 'while read l; do a; done', [['read', 'l'], ['a']]],
    ['case', 'case $a in\n x|y) b;;\n (z) c ;& *) d\nesac\ne', [['case', '$a', 'in'], ['b'], ['c'], ['d'], ['e']]],
    ['functions', 'f() { a; }\nfunction g {\n b\n}\nfunction h() ( c )\nd', [['a'], ['b'], ['c'], ['d']]],
    ['groups and subshells', '{ a; b; } && (c; (d))', [['a'], ['b'], ['c'], ['d']]],
    ['two subshells that look like arithmetic', '((a); b)', [['a'], ['b']]],
    [
      'tests that an operator ends',
      'if [[ -x a ]]; then b; fi; ([[ a ]]); [[ a ]]&& b; [[ a ]]|c',
      [['[[', '-x', 'a', ']]'], ['b'], ['[[', 'a', ']]'], ['[[', 'a', ']]'], ['b'], ['[[', 'a', ']]'], ['c']],
    ],
    [
      'tests with operators in them',
      '[[ $a == *";"* ]]; [[ a =~ (b|c);]] ]]; d',
      [['[[', '$a', '==', '*;*', ']]'], ['[[', 'a', '=~', '(b|c);]]', ']]'], ['d']],
    ],
    ['tests of several lines', '[[ a &&\n b||\n c ]]; d', [['[[', 'a', '&&', 'b||', 'c', ']]'], ['d']]],
    [
      'a test is one command',
      '[[ $a =~ ^(b|c)$ && d < e ]] && f',
      [['[[', '$a', '=~', '^(b|c)$', '&&', 'd', '<', 'e', ']]'], ['f']],
    ],
    ['arithmetic is one command', '((a + b)) && c', [['((<E>'], ['c']]],
    ['negation', '! a', [['a']]],
    ['substitutions', 'a $(b "$(c)") `d \\`e\\``', [['a', '<S>', '<S>'], ['b', '<S>'], ['c'], ['d', '<S>'], ['e']]],
    ['a case in a substitution', '$(case a in b) c;; esac) d', [['<S>', 'd'], ['case', 'a', 'in'], ['c']]],
    ['substitutions in an expansion', `a \${b:-$(c)}`, [['a', '<E><S>'], ['c']]],
    ['process substitution', 'a <(b) > >(c)', [['a', '<S>'], ['b'], ['c']]],
    ['a substitution that nothing closes', 'a "b $(c', [['a', 'b <S>'], ['c']]],
    ['a parenthesis too many', 'a ) b', [['a'], ['b']]],
    [
      'prefixes stay words',
      'sudo -E a\ntime b',
      [
        ['sudo', '-E', 'a'],
        ['time', 'b'],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expected)
  })

  test.each<[string, string[]]>([
    ['a && b || c; d', ['b', 'c']],
    ['a && { b\nc; }; d', ['b', 'c']],
    ['if a; then b; elif c; then d; else e; fi; f', ['b', 'c', 'd', 'e']],
    ['while a; do b; done; c', ['b']],
    ['case a in b) c;; esac; d', ['c']],
    ['f() { a; }; b', []],
    ['f() { a && b; }; c', ['b']],
    ['if a; then f() { b; }; fi', ['b']],
    ['f() if a; then b; fi', ['a', 'b']],
    ['a && b $(c); d $(e)', ['b', 'c']],
    ['(a; b); c', []],
    ['a &&\nb\nc', ['b']],
  ])('%s: what may be passed over', (text, expected) => {
    const found = [...everyCommand(readShell(text, 1))].filter(({ conditional }) => conditional)
    expect(found.map(({ words }) => words.map(shown)[0])).toEqual(expected)
  })

  test.each<[string, string]>([
    ['a && b || c | d; e', 'a b:and c:or d:or e'],
    ['! a && b', 'a! b:and'],
    ['if ! a; then b; elif c; then d; else e; fi', 'a!<condition b<then c<condition d<then e<else'],
    ['until a; do ! b; done', 'a<condition b!<body'],
    ['a || { b; c; } && d', 'a b<body c<body d:and'],
    ['a && b $(c || d)', 'a b:and c<body d:or<body'],
  ])('%s: how commands are joined, negated and enclosed', (text, expected) => {
    const told = [...everyCommand(readShell(text, 1))].map(({ words, joined, negated, block }) => {
      const name = words.map(shown)[0]
      return `${name}${negated ? '!' : ''}${joined ? `:${joined}` : ''}${block ? `<${block.part}` : ''}`
    })
    expect(told.join(' ')).toBe(expected)
  })

  test('a part of a compound command knows the one before it, the ones around it, and its commands', () => {
    const commands = readShell('a || ! if b; then { c; d; }; else e; fi; f', 1)
    const [, b, c, d, e, f] = commands
    const [brace, otherwise] = [c?.block, e?.block]
    const then = brace?.outer
    expect([brace?.opener, brace?.first, brace?.end, d?.block === brace]).toEqual(['{', 2, 4, true])
    expect([then?.part, then?.joined, then?.negated]).toEqual(['then', 'or', true])
    expect(then?.previous).toBe(b?.block)
    expect(otherwise?.previous).toBe(then)
    expect(f?.block).toBeUndefined()
  })

  test('a command knows the function in whose body it stands', () => {
    const commands = readShell('f() { a; function g { b; }; c $(d); }; e', 1)
    const told = [...everyCommand(commands)].map(({ words, within }) => `${words.map(shown)[0]} ${within}`)
    expect(told).toEqual(['a f', 'b g', 'c f', 'd f', 'e undefined'])
  })

  test('commands of one pipeline have its number', () => {
    const [a, b, c, d] = readShell('a | b |\nc; d', 1).map(({ pipeline }) => pipeline)
    expect([b, c]).toEqual([a, a])
    expect(d).not.toBe(a)
  })

  test('lines count on from the first', () => {
    const text = 'a\n"b\nc" d\n$(\ne)\n\\\nf\n'
    expect([...everyCommand(readShell(text, 10))].map(({ line }) => line)).toEqual([10, 11, 13, 14, 16])
  })
})

describe('assignments', () => {
  const assigned = (text: string) => first(text).assignments.map(({ name, value }) => [name, shown(value)])

  test.each<[string, string[][], string[]]>([
    [
      'A=1 B=$A c',
      [
        ['A', '1'],
        ['B', '$A'],
      ],
      ['c'],
    ],
    [
      'export A=b C="$(d)"',
      [
        ['A', 'b'],
        ['C', '<S>'],
      ],
      ['export', 'A=b', 'C=<S>'],
    ],
    ['A+=b', [['A', '$Ab']], []],
    ['a=(x "y z" $(w)\n v) b', [['a', '<E>x y z <S> v ']], ['b']],
    ['echo A=b', [], ['echo', 'A=b']],
    ['A=', [['A', '']], []],
  ])('%s', (text, expected, words) => {
    expect(assigned(text)).toEqual(expected)
    expect(first(text).words.map(shown)).toEqual(words)
  })

  test('a substitution in a declaration is one command, not two', () => {
    expect(wordsOf('export A=$(b)')).toEqual([['export', 'A=<S>'], ['b']])
  })
})

describe('redirects', () => {
  test('operators with their targets', () => {
    const { redirects } = first('a 2>&1 1>b 2>/dev/null &>>c <<<"d e" >|f')
    expect(redirects.map(({ operator, target }) => `${operator} ${shown(target)}`)).toEqual([
      '2>& 1',
      '> b',
      '2> /dev/null',
      '&>> c',
      '<<< d e',
      '>| f',
    ])
  })

  test('those of a compound command are a command without words', () => {
    const [, last] = readShell('{ a; } > b', 1)
    expect([last?.words, last?.redirects.map(({ target }) => shown(target))]).toEqual([[], ['b']])
  })

  test.each<[string, string, string, string[]]>([
    ['plain', 'cat <<E\na $(b)\nE\nc', 'a $(b)\n', ['b', 'c']],
    ['quoted', "cat <<'E'\na $(b)\nE\nc", 'a $(b)\n', ['c']],
    ['with tabs taken off', 'cat <<-E\n\ta\n\tE\nc', 'a\n', ['c']],
    ['with CRLF', 'cat <<E\r\na\r\nE\r\nc', 'a\r\n', ['c']],
    ['that nothing ends', 'cat <<E\na\nc', 'a\nc', []],
    ['whose end is only the beginning of a line', 'cat <<E\nEE\n E\nE\nc', 'EE\n E\n', ['c']],
    ['in a substitution', 'x $(cat <<E\na\nE\n)\nc', 'a\n', ['c']],
    ['in a substitution that its last line closes', 'x $(cat <<E\na\nE)\nc', 'a\n', ['c']],
  ])('a heredoc %s', (_, text, body, after) => {
    const commands = [...everyCommand(readShell(text, 1))]
    const at = commands.findIndex(({ words }) => words.map(shown)[0] === 'cat')
    expect(commands[at]?.redirects[0]?.heredoc?.text).toBe(body)
    expect(commands.slice(at + 1).map(({ words }) => words.map(shown)[0])).toEqual(after)
  })

  test('two heredocs of one line follow each other', () => {
    const { redirects } = first("cat <<E <<'F' > x; b\none\nE\ntwo\nF\nc")
    expect(
      redirects.flatMap(({ heredoc }) => (heredoc ? [[heredoc.text, heredoc.firstLine, heredoc.expands]] : [])),
    ).toEqual([
      ['one\n', 2, true],
      ['two\n', 4, false],
    ])
  })
})

describe('any text', () => {
  const tokens = [
    '$(',
    '`',
    '"',
    "'",
    '${',
    '<<E\n',
    '(',
    ')',
    '{ ',
    '}',
    'case a in b) ',
    ';;',
    '\\',
    '\n',
    ' a ',
    '&&',
    '|',
    'if ',
    'fi ',
    '<(',
    '[[ ',
    '((',
    '))',
    'a=(',
    'E\n',
    '$',
    '#',
    '>',
  ]

  test('is read without an exception, with lines inside it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom(...tokens)).map(parts => parts.join('')),
        ),
        text => {
          const last = text.split('\n').length
          for (const { line, words } of everyCommand(readShell(text, 1))) {
            expect(line).toBeGreaterThanOrEqual(1)
            expect(Math.max(line, ...words.map(word => word.line))).toBeLessThanOrEqual(last)
          }
        },
      ),
    )
  })

  test.each([
    '$(',
    '`',
    '"$(',
    '${',
    '<<E\n',
    '(',
    '{ ',
    'case a in b) ',
    '"${a:-"',
    '((a) b)',
    '$((',
    'a;',
    "'",
    '[[ a ',
  ])('a megabyte of %j ends', token => {
    const text = token.repeat(Math.ceil(2 ** 20 / token.length))
    expect([...everyCommand(readShell(text, 1))].length).toBeLessThanOrEqual(50_001)
  })

  test('a script of the corpus keeps its lines', () => {
    if (!existsSync(corpus)) {
      process.stderr.write('skipped: the corpus is not here\n')
      return
    }
    for (const entry of readdirSync(corpus, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.sh')) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      const lines = text.split('\n')
      for (const { words, line } of readShell(text, 1)) {
        const [name] = words
        const [piece] = name?.pieces ?? []
        if (piece?.kind === 'text' && !piece.quoted) expect(lines[line - 1]).toContain(piece.text)
      }
    }
  })
})
