import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readAsNodeadm } from '../../src/userdata/nodeadm-mime.ts'
import { END, GOOD, HEAD, LAX_ROWS, NODE_CONFIG, NODE_CONFIG_PART, OTHER_CASES } from './mime-cases.ts'

const mediaType = 'application/node.eks.aws'

/** What nodeadm says of a text whose NodeConfig is complete, as far as the MIME reading decides it. */
const answerOf = (text: string): 'OK' | 'refused' | 'none' | 'document' => {
  const reading = readAsNodeadm(text)
  if (reading.kind === 'document') return 'document'
  if (reading.kind === 'broken') return 'refused'
  const configs = reading.parts.filter(({ contentType }) => contentType === mediaType)
  return configs.length === 0 ? 'none' : 'OK'
}

const expected = (nodeadm: string): string => {
  if (nodeadm === 'OK') return 'OK'
  if (nodeadm === 'could not find NodeConfig') return 'none'
  return nodeadm === 'failed to decode node config' ? 'document' : 'refused'
}

describe('we read what nodeadm reads, by its recorded answers', () => {
  const recorded = [...LAX_ROWS, ...OTHER_CASES].filter(({ nodeadm }) => !nodeadm.startsWith('Object'))
  test.each(recorded)('$name: $nodeadm', ({ text, nodeadm }) => {
    expect(answerOf(text)).toBe(expected(nodeadm))
  })
})

describe('parts', () => {
  test('come in order with their type, kind, text and first line', () => {
    expect(readAsNodeadm(GOOD)).toEqual({
      kind: 'multipart',
      parts: [
        { contentType: mediaType, kind: 'nodeconfig', text: NODE_CONFIG, firstLine: 7 },
        { contentType: 'text/x-shellscript', kind: 'shell', text: '#!/bin/bash\necho hello\n', firstLine: 20 },
      ],
    })
  })

  test('the base64 of a NodeConfig is undone', () => {
    const text = HEAD + NODE_CONFIG_PART.replace(NODE_CONFIG, btoa(NODE_CONFIG)) + END
    expect(readAsNodeadm(text)).toMatchObject({ parts: [{ text: NODE_CONFIG }] })
  })

  test('those before the fault stay', () => {
    const text = GOOD.replace('charset="us-ascii"', 'charset=')
    expect(readAsNodeadm(text)).toMatchObject({
      kind: 'broken',
      parts: [{ kind: 'nodeconfig', firstLine: 7 }],
      problem: { id: 'mime-bad-content-type', line: 18 },
    })
  })

  test('a NodeConfig under another type is told by its content', () => {
    expect(readAsNodeadm(GOOD.replace(mediaType, 'text/yaml'))).toMatchObject({
      parts: [{ contentType: 'text/yaml', kind: 'nodeconfig' }, { kind: 'shell' }],
    })
  })
})

describe('faults inside a NodeConfig part', () => {
  test('damaged gzip breaks the whole', () => {
    const body = btoa(`\x1f\x8b\x08${'\0'.repeat(20)}`)
    expect(readAsNodeadm(HEAD + NODE_CONFIG_PART.replace(NODE_CONFIG, body) + END)).toMatchObject({
      kind: 'broken',
      problem: { id: 'node-config-undecodable', line: 7 },
    })
  })

  test('a control character in quoted-printable breaks the whole', () => {
    const part = NODE_CONFIG_PART.replace('aws\n\n', 'aws\nContent-Transfer-Encoding: quoted-printable\n\n').replace(
      'demo',
      'de\x07mo',
    )
    expect(readAsNodeadm(HEAD + part + END)).toMatchObject({
      kind: 'broken',
      problem: { id: 'mime-bad-quoted-printable', line: 8 },
    })
  })
})

describe('headers', () => {
  test.each([
    ['a key with a bracket', 'a(: b', 'mime-bad-header'],
    ['a control character in a value', 'X-A: \x01', 'mime-bad-header'],
    ['a colon without a key', ': b', 'mime-bad-header'],
    ['a line without a colon', 'set -e', 'mime-missing-blank-line'],
  ])('%s is refused in a part', (_, line, id) => {
    const text = GOOD.replace('Content-Type: application', `${line}\nContent-Type: application`)
    expect(readAsNodeadm(text)).toMatchObject({ kind: 'broken', problem: { id, line: 5 } })
  })

  test('10,000 headers are read and one more is not', () => {
    const withHeaders = (count: number): string => GOOD.replace('--BOUND\n', `--BOUND\n${'a:b\n'.repeat(count)}`)
    expect(readAsNodeadm(withHeaders(9_999)).kind).toBe('multipart')
    expect(readAsNodeadm(withHeaders(10_000))).toMatchObject({ problem: { id: 'mime-too-many-headers' } })
  })
})

describe('hostile text', () => {
  test('any text has an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: GOOD.length }), (noise, at) => {
        expect(() => readAsNodeadm(GOOD.slice(0, at) + noise + GOOD.slice(at))).not.toThrow()
      }),
    )
  })

  const boundary = 'a'.repeat(4000)
  const long = `Content-Type: multipart/mixed; boundary="${boundary}"\n\n--${boundary}\n\n`
  test.each([
    ['near-delimiters', long + `\n--${boundary.slice(1)}b`.repeat(250)],
    ['one letter', long + 'a'.repeat(1_000_000)],
    ['dashes', `${HEAD}--BOUND\n\n${'\n--'.repeat(330_000)}`],
    ['delimiters', HEAD + '--BOUND\n\n\n'.repeat(90_000)],
    ['folded lines', `a:b${'\n '.repeat(500_000)}`],
    ['quotes', `Content-Type: multipart/mixed; a="${'\\"'.repeat(500_000)}`],
    ['parameters', `Content-Type: multipart/mixed${Array.from({ length: 90_000 }, (_, at) => `;a*${at}=b`).join('')}`],
  ])('a megabyte of %s is read to its end, in a bounded number of parts', (_, text) => {
    const reading = readAsNodeadm(text)
    expect(reading.kind === 'document' ? 1 : reading.parts.length).toBeLessThanOrEqual(1000)
  })
})
