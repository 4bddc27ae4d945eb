import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { UserDataFacts } from '../../src/core/user-data.ts'
import { readUserData } from '../../src/userdata/read.ts'
import { userData, userDataText } from '../nodeadm/arbitrary.ts'
import { hostile, repeated, size } from './hostile.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const options = { seed: Number(process.env['FC_SEED'] ?? 20261122), numRuns: Number(process.env['FC_RUNS'] ?? 500) }

const tokens = [
  ...[
    '#!/bin/bash\n',
    '#cloud-config\n',
    '#cloud-config-archive\n',
    '#include\n',
    '## template: jinja\n',
    '<powershell>',
    '[settings.kubernetes]\n',
  ],
  ...[
    '/etc/eks/bootstrap.sh ',
    '--kubelet-extra-args ',
    "'",
    '"',
    '$(',
    '`',
    ')',
    '<<EOF\n',
    'EOF\n',
    '\\\n',
    '|',
    ';',
    '&&',
    '#',
  ],
  ...[
    'runcmd:\n',
    '- ',
    '  ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '&a ',
    '*a',
    '<<: ',
    '|\n',
    '---\n',
    '!!binary ',
    '\n',
    '\r\n',
    '\0',
    '\ufeff',
  ],
  ...[
    'MIME-Version: 1.0\n',
    'Content-Type: multipart/mixed; boundary="B"\n\n',
    '--B\n',
    '--B--\n',
    'Content-Type: application/node.eks.aws\n\n',
  ],
  ...[
    'apiVersion: node.eks.aws/v1alpha1\n',
    'kind: NodeConfig\n',
    'spec:\n',
    '__proto__: ',
    'constructor: ',
    'YXBp',
    'H4sI',
    '\u001f\u008b',
  ],
]
const soup = fc.array(fc.constantFrom(...tokens), { maxLength: 80 }).map(parts => bytesOf(parts.join('')))
const anything = fc.oneof(userData, soup, fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' }).map(bytesOf))

describe('whatever the bytes', () => {
  test('there is an answer of the promised form', () => {
    fc.assert(
      fc.property(anything, bytes => void UserDataFacts.parse(readUserData(bytes))),
      options,
    )
  })

  test('the same bytes give the same answer, and are left as they are', () => {
    fc.assert(
      fc.property(anything, bytes => {
        const before = bytes.slice()
        expect(readUserData(bytes)).toEqual(readUserData(before))
        expect(bytes).toEqual(before)
      }),
      options,
    )
  })

  test.each(hostile)('there is an answer of the promised form to $name', ({ make }) => {
    UserDataFacts.parse(readUserData(make()))
  })

  test('there is an answer to anything again and again', () => {
    for (const { make } of repeated) UserDataFacts.parse(readUserData(make(4_000)))
    const sizes = fc.constantFrom(size / 2 - 500, size, 8 * size)
    fc.assert(
      fc.property(fc.constantFrom(...repeated), sizes, ({ make }, many) => {
        UserDataFacts.parse(readUserData(make(many)))
      }),
      { ...options, numRuns: 100 },
    )
  })

  test('a gzip bomb is not unpacked', () => {
    const facts = readUserData(new Uint8Array(gzipSync(new Uint8Array(100_000_000))))
    expect(facts.format).toBe('opaque')
    expect(facts.nodeConfig.problems.map(({ id }) => id)).toContain('user-data-too-large')
  })

  test('keys of every object are keys like any other', () => {
    const facts = readUserData(
      bytesOf(
        '__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n',
      ),
    )
    expect(facts.nodeConfig.status).toBe('partial')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

describe('a secret', () => {
  const secret = 'Zq7Xw9Kp3Vt5'

  /** Lines of scripts and configs in which people keep secrets. */
  const places = fc.constantFrom(
    `#!/bin/bash\nexport TOKEN=${secret}\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '--node-labels=a=${secret}'\n`,
    `#!/bin/bash\n/etc/eks/bootstrap.sh demo --${secret} x --apiserver-endpoint\n/etc/eks/bootstrap.sh "$(cat ${secret})"\n`,
    `#!/bin/bash\ncat <<${secret} > /etc/docker/daemon.json\n${secret}\n${secret}\ncurl http://169.254.169.254/latest/${secret}\n`,
    `#cloud-config\nruncmd:\n  - [docker, login, -p, ${secret}]\n${secret}: 1\nwrite_files:\n  - path: /etc/${secret}\n    content: ${secret}\n`,
    `#cloud-config\nruncmd: [${secret}\n`,
    `#cloud-config-archive\n- type: text/${secret}\n  content: ${secret}\n`,
    `#include\nhttps://example.com/${secret}\n`,
    `<powershell>\n$password = '${secret}'\n${secret} -Flag:${secret}\n</powershell>\n`,
    `[settings.${secret}]\nkey = "${secret}"\n[settings.host-containers.admin]\nuser-data = "${secret}"\n`,
    `[settings.kubernetes]\n${secret} ${secret}\n`,
    `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n${secret}: 1\nspec:\n  ${secret}: 1\n  kubelet:\n    flags: ${secret}\n`,
    `apiVersion: ${secret}/v1\nkind: ${secret}\nspec:\n  kubelet: {config: {${secret}: {${secret}: x}}, flags: [--${secret}=${secret}]}\n`,
    `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  instance: {environment: {default: {${secret}: {${secret}: 1}}}}\n`,
    `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  featureGates: {${secret}: x}\n  cluster: {${secret}: x, certificateAuthority: "${secret}!"}\n`,
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${secret}"; x=${secret}\n\n--${secret}\nContent-Type: text/x-shellscript; name="${secret}"\n${secret}\n--${secret}--\n`,
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\nX-Key: ${secret}\n\n--B\nContent-Type: ${secret}/${secret}\nX-Key: ${secret}\n\n${secret}\n--B--${secret}\n`,
  )

  test('in a place where people keep one is nowhere in the facts', () => {
    fc.assert(
      fc.property(places, text => void expect(saidOf(text)).not.toContain(secret.toLowerCase())),
      { ...options, numRuns: 100 },
    )
  })

  test('at any place of user data is nowhere in the facts but in the cluster', () => {
    const planted = fc.tuple(fc.oneof(userDataText, places), fc.nat()).map(([text, at]) => {
      const place = at % (text.length + 1)
      return `${text.slice(0, place)}${secret}${text.slice(place)}`
    })
    fc.assert(
      fc.property(planted, text => void expect(saidOf(text)).not.toContain(secret.toLowerCase())),
      options,
    )
  })

  /** All facts but the cluster's, of which the name may be anything. */
  const saidOf = (text: string) => {
    const { cluster: _, ...facts } = readUserData(bytesOf(text))
    return JSON.stringify(facts).toLowerCase()
  }
})
