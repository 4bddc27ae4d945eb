import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { gzipSync } from 'fflate'
import { decode, decodeInner } from '../../src/userdata/decode.ts'

const SCRIPT = '#!/bin/bash\r\necho "grüezi"\n'
const bound = 96 * 1024

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const binary = (bytes: Uint8Array): string => Array.from(bytes, byte => String.fromCharCode(byte)).join('')
const base64 = (bytes: Uint8Array): string => btoa(binary(bytes))
const joined = (...pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(pieces.flatMap(piece => [...piece]))
const ids = (bytes: Uint8Array): readonly string[] => decode(bytes).problems.map(({ id }) => id)

const bomb = (timesTheBound: number): Uint8Array => gzipSync(new Uint8Array(timesTheBound * bound), { level: 9 })

describe('what is unfolded', () => {
  test.each([
    ['plain text', utf8(SCRIPT), []],
    ['base64', utf8(base64(utf8(SCRIPT))), ['base64']],
    ['base64 in lines, as the EC2 API may give it', utf8(base64(utf8(SCRIPT)).replace(/.{8}/g, '$&\r\n')), ['base64']],
    ['gzip', gzipSync(utf8(SCRIPT)), ['gzip']],
    ['base64 of gzip', utf8(base64(gzipSync(utf8(SCRIPT)))), ['base64', 'gzip']],
    ['gzip of two members', joined(gzipSync(utf8(SCRIPT.slice(0, 5))), gzipSync(utf8(SCRIPT.slice(5)))), ['gzip']],
  ])('%s', (_, bytes, encoding) => {
    expect(decode(bytes)).toEqual({ encoding, text: SCRIPT, opaque: false, problems: [] })
  })

  test('gzip inside gzip stays folded, as it does for nodeadm', () => {
    expect(decode(gzipSync(gzipSync(utf8(SCRIPT))))).toMatchObject({ encoding: ['gzip'], opaque: true, text: '' })
  })
})

test('base64 inside base64 is opaque, since a node undoes one layer', () => {
  expect(decode(utf8(btoa(base64(utf8(SCRIPT)))))).toMatchObject({
    encoding: ['base64'],
    opaque: true,
    text: '',
    problems: [{ id: 'user-data-base64-twice' }],
  })
})

test.each(['date', 'true', 'reboot12', 'echo', 'exit'])('the word %s is text although it could be base64', word => {
  expect(decode(utf8(word))).toEqual({ encoding: [], text: word, opaque: false, problems: [] })
})

test('text of unpadded length or with another letter is no base64', () => {
  expect(decode(utf8('aGVsbG8')).text).toBe('aGVsbG8')
  expect(decode(utf8('aGVsbG8-')).text).toBe('aGVsbG8-')
  expect(decode(utf8('aGVs=G8=')).text).toBe('aGVs=G8=')
})

test('a hash in place of the text is opaque, in base64 too', () => {
  const hash = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
  expect(decode(utf8(hash))).toMatchObject({
    encoding: [],
    text: '',
    opaque: true,
    problems: [{ id: 'user-data-hash' }],
  })
  expect(ids(utf8(btoa(hash)))).toEqual(['user-data-hash'])
})

describe('bytes that are no text, or odd text', () => {
  const script = gzipSync(utf8(SCRIPT))
  const wrongSum = script.map((byte, at) => (at === script.length - 6 ? byte ^ 1 : byte))
  test.each([
    ['gzip cut short', script.subarray(0, script.length - 9), 'user-data-gzip-broken', true],
    ['gzip without its trailer', script.subarray(0, script.length - 3), 'user-data-gzip-broken', true],
    ['gzip with a wrong checksum', wrongSum, 'user-data-gzip-broken', true],
    ['gzip with bytes after it', joined(script, utf8('more bytes')), 'user-data-gzip-broken', true],
    ['gzip with one byte after it', joined(script, utf8('x')), 'user-data-gzip-broken', true],
    ['the first two bytes of gzip', Uint8Array.of(0x1f, 0x8b), 'user-data-gzip-broken', true],
    ['UTF-16 with a mark', Uint8Array.of(0xff, 0xfe, 0x23, 0, 0x21, 0), 'user-data-utf-16', true],
    ['UTF-16 without a mark', Uint8Array.of(0x23, 0, 0x21, 0, 0x2f, 0), 'user-data-utf-16', true],
    ['random bytes', Uint8Array.from({ length: 64 }, (_, at) => at * 37), 'user-data-not-text', true],
    ['a byte order mark', utf8(`\uFEFF${SCRIPT}`), 'user-data-byte-order-mark', false],
    ['a byte that is no UTF-8', joined(utf8(SCRIPT), Uint8Array.of(0xe9)), 'user-data-not-utf-8', false],
    ['a NUL byte', utf8(`${SCRIPT}\0`), 'user-data-nul-bytes', false],
  ])('%s', (_, bytes, id, opaque) => {
    expect(decode(bytes)).toMatchObject({ opaque, problems: [{ id, line: 1 }] })
  })

  test('the byte order mark stays in the text, since every reader meets it', () => {
    expect(decode(utf8(`\uFEFF${SCRIPT}`)).text).toBe(`\uFEFF${SCRIPT}`)
  })
})

describe('bounds', () => {
  const long = (length: number): Uint8Array => utf8('#'.repeat(length))

  test('16,384 bytes are what EC2 takes, counted before gzip and after base64', () => {
    expect(ids(long(16_384))).toEqual([])
    expect(ids(long(16_385))).toEqual(['user-data-over-16-kb'])
    expect(ids(utf8(base64(long(16_384))))).toEqual([])
    expect(ids(utf8(base64(long(16_385))))).toEqual(['user-data-over-16-kb'])
    expect(ids(gzipSync(long(90_000)))).toEqual([])
  })

  test('a gzip bomb of 200 MiB ends at once', () => {
    const bytes = bomb(200)
    const { text, opaque, problems } = decode(bytes)
    expect({ text, opaque, ids: problems.map(({ id }) => id) }).toEqual({
      text: '',
      opaque: true,
      ids: ['user-data-over-16-kb', 'user-data-too-large'],
    })
  })

  test('a bomb inside a NodeConfig part ends too', () => {
    expect(decodeInner(base64(bomb(2)))).toMatchObject({
      text: '',
      opaque: true,
      problems: [{ id: 'user-data-too-large' }],
    })
  })

  test('text of more than 96 KiB is not read', () => {
    expect(decode(long(bound + 1))).toMatchObject({ text: '', opaque: true })
    expect(decode(long(bound)).text).toHaveLength(bound)
  })
})

describe('the body of a NodeConfig part', () => {
  test.each([
    ['text', 'kind: NodeConfig\n', []],
    ['base64 in lines', `${btoa('kind: NodeConfig\n').replace(/.{6}/g, '$&\n')}\n`, ['base64']],
    ['base64 of gzip', base64(gzipSync(utf8('kind: NodeConfig\n'))), ['base64', 'gzip']],
  ])('%s', (_, body, encoding) => {
    expect(decodeInner(body)).toEqual({ encoding, text: 'kind: NodeConfig\n', opaque: false, problems: [] })
  })
})

describe('any bytes', () => {
  test('have an answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        for (const given of [bytes, joined(Uint8Array.of(0x1f, 0x8b, 8), bytes), utf8(base64(bytes))]) {
          const { text, opaque } = decode(given)
          if (opaque) expect(text).toBe('')
        }
      }),
    )
  })

  test('that are printable text of some length come back from base64 and gzip', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), written => {
        const text = `#!/bin/bash\n${written}`
        expect(decode(utf8(base64(gzipSync(utf8(text))))).text).toBe(text)
      }),
    )
  })
})
