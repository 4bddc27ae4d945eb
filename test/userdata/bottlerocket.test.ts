import { describe, expect, test } from '@jest/globals'
import { sha256Hex } from '../../src/core/sha256.ts'
import { readBottlerocket } from '../../src/userdata/bottlerocket.ts'

const whole = `[settings.kubernetes]
cluster-name = "shop"
api-server = 'https://shop.example'
"cluster-certificate" = "Y2EtYnVuZGxlCg=="
`
const shop = { name: 'shop', endpoint: 'https://shop.example', caSha256: sha256Hex('ca-bundle\n') }
const all = ['cluster-name', 'api-server', 'cluster-certificate'].map(key => `settings.kubernetes.${key}`)

describe('what is read', () => {
  test.each([
    { name: 'a table', text: whole },
    { name: 'CRLF and a byte order mark', text: `\ufeff${whole.replaceAll('\n', '\r\n')}` },
    {
      name: 'dotted keys',
      text: 'settings.kubernetes.cluster-name = "shop"\nsettings.kubernetes.api-server = "https://shop.example"\nsettings.kubernetes."cluster-certificate" = "Y2EtYnVuZGxlCg=="\n',
    },
    {
      name: 'an inline table',
      text: 'settings = { kubernetes = { cluster-name = "shop", api-server = "https://shop.example", cluster-certificate = "Y2EtYnVuZGxlCg==" } }',
    },
    { name: 'an integer of 64 bits beside it', text: `${whole}max-pods = 9223372036854775807\n` },
  ])('the cluster, from $name', ({ text }) => {
    expect(readBottlerocket(text, 1)).toEqual({ cluster: shop, missing: [], problems: [] })
  })

  test.each([
    { name: 'nothing at all', text: '', missing: all },
    { name: 'other settings', text: '[settings.kernel]\nlockdown = "integrity"\n', missing: all },
    { name: 'an empty name', text: whole.replace('"shop"', '""'), missing: all.slice(0, 1) },
    { name: 'a name that is a number', text: whole.replace('"shop"', '7'), missing: all.slice(0, 1) },
    { name: 'a setting that should be a table', text: 'settings = "kubernetes"\n', missing: all },
    { name: 'the names of an object', text: '[settings.__proto__]\ncluster-name = "x"\n', missing: all },
    { name: 'no need of a cluster', text: '[settings.kubernetes]\nstandalone-mode = true\n', missing: [] },
  ])('what is missing beside $name', ({ text, missing }) => {
    const read = readBottlerocket(text, 1)
    expect(read.missing).toEqual(missing)
    expect(read.problems).toEqual([])
  })

  test('a certificate that is no base64 stands there and has no hash', () => {
    const read = readBottlerocket(whole.replace('Y2EtYnVuZGxlCg==', '%s'), 1)
    expect(read).toEqual({ cluster: { name: shop.name, endpoint: shop.endpoint }, missing: [], problems: [] })
  })
})

describe('what cannot be read', () => {
  test.each([
    { name: 'a broken line', text: 'a = 1\nsecret = hunter2\n', line: 11 },
    { name: 'a table twice', text: '[settings]\n[settings]\n', line: 11 },
    { name: 'a string without an end', text: 'a = "hunter2\n', line: 10 },
  ])('$name is a problem at its line, without a word of the text', ({ text, line }) => {
    const read = readBottlerocket(text, 10)
    expect(read).toEqual({
      cluster: {},
      missing: [],
      problems: [
        { id: 'bottlerocket-not-toml', line, message: expect.stringMatching(/^The settings are no valid TOML/) },
      ],
    })
    expect(JSON.stringify(read)).not.toContain('hunter2')
  })

  test('more than 64 KiB is not read', () => {
    const { problems } = readBottlerocket(`#${'x'.repeat(2 ** 16)}`, 3)
    expect(problems).toEqual([expect.objectContaining({ id: 'bottlerocket-too-large', line: 3 })])
  })

  test.each([
    { name: 'arrays in arrays', text: `a = ${'['.repeat(2 ** 16 - 10)}` },
    { name: 'tables in tables', text: `a = ${'{a='.repeat(2 ** 14)}` },
    { name: 'a key of many parts', text: `${'a.'.repeat(2 ** 15 - 10)}a = 1` },
    { name: 'many headers of many parts', text: `[${'a.'.repeat(500)}a]\n`.repeat(60) },
    { name: 'many tables in an array', text: '[[a]]\n'.repeat(10_000) },
    { name: 'a string of quotes', text: `a = """${'"" '.repeat(20_000)}` },
    { name: 'a comment', text: '# '.repeat(2 ** 15) },
    { name: 'a certificate', text: `settings.kubernetes.cluster-certificate = "${'A'.repeat(2 ** 16 - 100)}"` },
  ])('as much as is read of $name is answered soon', ({ text }) => {
    const { problems } = readBottlerocket(text, 1)
    expect(problems).not.toContainEqual(expect.objectContaining({ id: 'bottlerocket-too-large' }))
  })
})
