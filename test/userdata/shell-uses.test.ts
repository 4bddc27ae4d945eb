import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readUserData } from '../../src/userdata/read.ts'
import { readShell } from '../../src/userdata/shell.ts'
import { usesOf } from '../../src/userdata/shell-uses.ts'
import { unknown } from '../../src/userdata/shell-values.ts'

const usesIn = (text: string) => usesOf(readShell(text, 1))

/** What the last command is called with, with `?` for what is computed. */
const lastOf = (text: string) => {
  const last = usesIn(text).at(-1)
  return [last?.program, ...(last?.words ?? [])].join(' ').replaceAll(unknown, '?')
}

const programsIn = (text: string) =>
  usesIn(text)
    .map(({ program }) => program)
    .join(' ')

describe('what variables hold', () => {
  test.each([
    ['A=x; a $A', 'a x'],
    ['A="x y"; a $A "$A" b$A', 'a x y x y bx y'],
    ['A=; $A a "$A" $A', 'a '],
    ['A="sudo -E"; $A a x', 'a x'],
    ['a $A', 'a ?'],
    ['A=x; A+=y; a $A', 'a xy'],
    ['A=x b; a $A', 'a ?'],
    ['export A=x; a $A', 'a x'],
    ['readonly A=x; a $A', 'a x'],
    ['A=x; read -r A; a $A', 'a ?'],
    ['A=x; unset A; a $A', 'a ?'],
    ['A=x; for A in $(b); do a $A; done', 'a ?'],
    ['if b; then A=x; fi; a $A', 'a x'],
    ['A=y; if b; then A=x; fi; a $A', 'a ?'],
    ['A=x; B=$(A=y; b); a $A', 'a x'],
    ['A=x; sh -c "A=y"; a $A', 'a x'],
    ['A=x; eval "A=y"; a $A', 'a y'],
    ['cat > b <<E\nA=y\nE\nA=x; . ./b; a $A', 'a y'],
    ['cat > b <<E\nA=y\nE\nA=x; bash b; a $A', 'a x'],
  ])('%j', (text, expected) => {
    expect(lastOf(text)).toBe(expected)
  })

  test('a long text, such as a certificate, is one of them', () => {
    const certificate = 'QUJD'.repeat(500)
    expect(lastOf(`A=${certificate}; a $A`)).toBe(`a ${certificate}`)
  })
})

describe('the scripts inside a script', () => {
  test.each([
    ["sh -c 'a; b'", 'sh a b'],
    ['sh -c "a $(b)"', 'sh a b'],
    ['A="a; b"; sh -c "$A"', ' sh a b'],
    ["eval 'a' b", 'eval a'],
    ['su - user <<E\na\nE', 'su a'],
    ['bash -s demo <<E\na\nE', 'bash a'],
    ['cat <<E | sudo bash\na\nE', 'cat bash a'],
    ['cat <<E | sudo tee /b > c\na\nE\n/b', 'cat tee /b a'],
    ['cat > /usr/local/bin/b <<E\na\nE\nb; b', 'cat b a b'],
    ["cat > b <<'E'\n#!/usr/bin/python3\na\nE\nbash b", 'cat bash a'],
    ["cat > b <<'E'\n#!/usr/bin/python3\na\nE\n./b", 'cat ./b'],
    ['bash b <<E\na\nE', 'bash'],
    ['bash -c "" <<E\na\nE', 'bash'],
  ])('%j', (text, expected) => {
    expect(programsIn(text)).toBe(expected)
  })

  test('have their own lines', () => {
    expect(usesIn('sh \\\n  -c "\na"').map(({ line }) => line)).toEqual([1, 3])
  })

  test('are as conditional as the command that runs them', () => {
    expect(usesIn('b && sh -c a').map(({ conditional }) => conditional)).toEqual([false, true, true])
  })
})

describe('calls of bootstrap.sh and the construct', () => {
  const read = (text: string) => {
    const { bootstrapCalls, constructs, cluster } = readUserData(new TextEncoder().encode(text))
    const found = constructs.filter(({ id }) => id === 'bootstrap-sh').map(({ line }) => line)
    return { calls: bootstrapCalls, constructs: found, name: cluster.name }
  }

  test.each([
    '/etc/eks/bootstrap.sh demo',
    'bash -euo pipefail /etc/eks/bootstrap.sh demo',
    'su -c "/etc/eks/bootstrap.sh demo"',
    'cat > /usr/bin/join <<E; join\n/etc/eks/bootstrap.sh demo\nE',
    'cat <<E | bash\n/etc/eks/bootstrap.sh demo\nE',
    'RUN="sudo bash"; $RUN /etc/eks/bootstrap.sh demo',
    'true || x=$(/etc/eks/bootstrap.sh demo)',
  ])('%j: both are found, in the same line', command => {
    const { calls, constructs, name } = read(`#!/bin/bash\n${command}\n`)
    expect([calls.length, name]).toEqual([1, 'demo'])
    expect(constructs).toEqual(calls)
  })

  test.each(['al2', 'legacy.al2'])("eksctl's script for %s is both", system => {
    const text = `#!/bin/bash\n/var/lib/cloud/scripts/eksctl/bootstrap.${system}.sh\n`
    expect(read(text)).toEqual({ calls: [2], constructs: [2], name: undefined })
  })

  test.each(['ubuntu', 'legacy.ubuntu'])("eksctl's script for %s is a call and no construct", system => {
    const text = `#!/bin/bash\n/var/lib/cloud/scripts/eksctl/bootstrap.${system}.sh\n`
    expect(read(text)).toEqual({ calls: [2], constructs: [], name: undefined })
  })

  test.each([
    '/usr/local/bin/join.sh',
    'bash /usr/local/bin/join.sh',
    '[ bash, -x, /usr/local/bin/join.sh ]',
    'join.sh',
    'sudo /opt/first.sh',
  ])('in a file of write_files that runcmd runs by %s', command => {
    const text = [
      '#cloud-config',
      'write_files:',
      '  - path: /usr/local/bin/join.sh',
      '    content: |',
      '      #!/bin/bash',
      '      /etc/eks/bootstrap.sh demo',
      '  - path: /opt/first.sh',
      '    content: join.sh',
      'runcmd:',
      `  - ${command}`,
    ]
    expect(read(text.join('\n'))).toEqual({ calls: [6], constructs: [6], name: 'demo' })
    expect(read(text.slice(0, -2).join('\n'))).toEqual({ calls: [], constructs: [], name: undefined })
  })

  test('of any script without a test or another system are in the same lines', () => {
    const token = fc.constantFrom(
      ...['/etc/eks/bootstrap.sh a', '\n', '; ', ' && ', ' | ', '$(', ')', '"', "'", 'sh -c ', 'bash ', 'sudo ', 'A='],
      ...['$A', 'cat > b <<E\n', '\nE\n', './b', 'eval ', '/var/lib/cloud/scripts/eksctl/bootstrap.al2.sh', '{ ', '}'],
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), tokens => {
        const { calls, constructs } = read(`#!/bin/bash\n${tokens.join('')}`)
        expect(constructs).toEqual([...new Set(calls)].sort((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })
})
